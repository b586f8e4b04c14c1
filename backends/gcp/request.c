/* SPDX-License-Identifier: Apache-2.0 */
/* Requests of the compute API, and the words of its answers. */
#include "backends/gcp/gcp.h"

#include "kit/error.h"

#include <string.h>

int gcp_needs_project(aw_op *op)
{
    const struct gcp *gcp = op->state;
    if (gcp->project)
        return 0;
    kit_fail(op, AW_E_INVALID, "No project: %s", gcp->no_project);
    return -1;
}

void gcp_compute_init(kit_request *request, aw_op *op, const char *name, const char *method)
{
    const struct gcp *gcp = op->state;
    kit_request_init(request, op, name, method, gcp->compute);
    if (gcp_needs_project(op)) {
        request->failed = 1;
        return;
    }
    kit_request_path(request, "projects");
    kit_request_path(request, gcp->project);
}

const char *gcp_last_part(const char *url)
{
    const char *slash = strrchr(url, '/');
    return slash ? slash + 1 : url;
}

kit_json_node gcp_first(const kit_json_node *array)
{
    kit_json_node absent = {.document = array->document, .parent = array};
    return kit_json_count(array) ? kit_json_item(array, 0) : absent;
}

void gcp_fail_unread(aw_op *op, const char *name, const aw_error *problem)
{
    kit_fail(op, problem->code, "Google's answer to `%s` cannot be read: %s", name,
             problem->message);
}
