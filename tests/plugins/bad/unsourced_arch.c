/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks O1: does not say who states the architecture. */
#include "tests/plugins/bad/example.h"

static void on_unsourced(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node types = kit_json_array(&root, "types");
    if (document.error.code)
        return aw_fail(op, &document.error);
    for (size_t i = 0; i < kit_json_count(&types); i++) {
        kit_json_node type = kit_json_item(&types, i);
        aw_offer offer = offer_read(op, &type);
        offer.arch_source = AW_ARCH_SOURCE_UNKNOWN;
        offer_tell(op, &document, &offer);
    }
}

static void list_unsourced(aw_op *op, const aw_offer_query *query)
{
    kit_request request;
    (void)query;
    request_init(&request, op, "types", "GET");
    kit_request_path(&request, "types");
    kit_request_send(&request, on_unsourced, NULL, NULL);
}
#define LIST_OFFERS list_unsourced

#include "tests/plugins/bad/entry.inc"
