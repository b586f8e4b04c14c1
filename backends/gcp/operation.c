/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Operations: an insert or a delete that was accepted has not happened yet, and fails later, if it does:
 * https://cloud.google.com/compute/docs/reference/rest/v1/zoneOperations/get
 */
#include "backends/gcp/gcp.h"

#include "kit/error.h"

#include <string.h>

#define FIRST_DELAY_MS 1000u
#define LONGEST_DELAY_MS 5000u

struct watch {
    const char *zone;
    const char *operation;
    gcp_operation_fn on_done;
    void *arg;
    uint64_t delay_ms;
};

static void ask(aw_op *op, void *arg);

static void on_operation(aw_op *op, const aw_response *answer, void *arg)
{
    struct watch *watch = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *status = kit_json_text(&root, "status");
    aw_error error = {.size = sizeof error};
    if (document.error.code)
        return gcp_fail_unread(op, "operations", &document.error);
    if (strcmp(status, "DONE") != 0) {
        aw_after(op, watch->delay_ms, ask, watch);
        watch->delay_ms += watch->delay_ms < LONGEST_DELAY_MS ? FIRST_DELAY_MS : 0;
        return;
    }
    gcp_operation_error(&root, &error);
    if (document.error.code)
        gcp_fail_unread(op, "operations", &document.error);
    else
        watch->on_done(op, &error, watch->arg);
}

static void ask(aw_op *op, void *arg)
{
    struct watch *watch = arg;
    kit_request request;
    gcp_compute_init(&request, op, "operations", "GET");
    kit_request_path(&request, watch->zone ? "zones" : "global");
    if (watch->zone)
        kit_request_path(&request, watch->zone);
    kit_request_path(&request, "operations");
    kit_request_path(&request, watch->operation);
    kit_request_send(&request, on_operation, NULL, watch);
}

void gcp_watch(aw_op *op, const char *zone, const char *operation, gcp_operation_fn on_done,
               void *arg)
{
    struct watch *watch = aw_alloc(op, sizeof *watch);
    if (!watch)
        return;
    *watch = (struct watch){
        .zone = kit_copy_text(op, zone),
        .operation = kit_copy_text(op, operation),
        .on_done = on_done,
        .arg = arg,
        .delay_ms = FIRST_DELAY_MS,
    };
    if (watch->operation && (watch->zone || !zone))
        aw_after(op, FIRST_DELAY_MS, ask, watch);
}
