/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks O3: offers machines without a CPU. */
#include "tests/plugins/bad/example.h"

static void on_without_cpus(aw_op *op, const aw_response *answer, void *arg)
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
        offer.vcpus = 0;
        offer_tell(op, &document, &offer);
    }
}

static void list_without_cpus(aw_op *op, const aw_offer_query *query)
{
    kit_request request;
    (void)query;
    request_init(&request, op, "types", "GET");
    kit_request_path(&request, "types");
    kit_request_send(&request, on_without_cpus, NULL, NULL);
}
#define LIST_OFFERS list_without_cpus

#include "tests/plugins/bad/entry.inc"
