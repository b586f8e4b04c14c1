/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks E3: a list that cannot be read is an empty one. */
#include "tests/plugins/bad/example.h"

static void on_half(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node types = kit_json_parse(&document, answer);
    kit_json_node list = kit_json_array(&types, "types");
    for (size_t i = 0; i < kit_json_count(&list); i++) {
        kit_json_node type = kit_json_item(&list, i);
        offer_emit(op, &document, &type);
    }
}

static void list_half(aw_op *op, const aw_offer_query *query)
{
    kit_request request;
    (void)query;
    request_init(&request, op, "types", "GET");
    kit_request_path(&request, "types");
    kit_request_send(&request, on_half, NULL, NULL);
}
#define LIST_OFFERS list_half

#include "tests/plugins/bad/entry.inc"
