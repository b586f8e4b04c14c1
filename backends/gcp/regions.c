/* SPDX-License-Identifier: Apache-2.0 */
/* The regions that the project has. */
#include "backends/gcp/gcp.h"

static void on_regions(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node items = kit_json_array(&root, "items");
    (void)arg;
    for (size_t i = 0; i < kit_json_count(&items); i++) {
        kit_json_node item = kit_json_item(&items, i);
        const aw_region region = {
            .size = sizeof region,
            .name = kit_json_name(&item, "name"),
            .description = kit_json_find_name(&item, "description"),
        };
        if (document.error.code)
            break;
        aw_emit_region(op, &region);
    }
    if (document.error.code)
        gcp_fail_unread(op, "regions", &document.error);
}

/* There are some forty, and a page has room for 500. */
void gcp_regions(aw_op *op)
{
    kit_request request;
    gcp_compute_init(&request, op, "regions", "GET");
    kit_request_path(&request, "regions");
    kit_request_query(&request, "maxResults", "500");
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_regions, NULL, NULL);
}
