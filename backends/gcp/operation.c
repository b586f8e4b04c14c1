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
    aw_error failure; /* of one that had failed when it was accepted */
};

static void ask(aw_op *op, void *arg);

/* What it came to is not known, and may never be. */
static void lose(aw_op *op, const struct watch *watch, const aw_error *why)
{
    aw_error error = *why;
    error.retry = AW_RETRY_UNKNOWN;
    watch->on_done(op, &error, watch->arg);
}

/* -1: the operation cannot be read. */
static int look(aw_op *op, struct watch *watch, const kit_json_node *operation)
{
    const char *status = kit_json_text(operation, "status");
    aw_error error = {.size = sizeof error};
    int is_done = !strcmp(status, "DONE");
    if (is_done)
        gcp_operation_error(operation, &error);
    if (operation->document->error.code)
        return -1;
    if (is_done) {
        watch->on_done(op, &error, watch->arg);
        return 0;
    }
    aw_after(op, watch->delay_ms, ask, watch);
    watch->delay_ms += watch->delay_ms < LONGEST_DELAY_MS ? FIRST_DELAY_MS : 0;
    return 0;
}

static void on_operation(aw_op *op, const aw_response *answer, void *arg)
{
    struct watch *watch = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    aw_error error;
    if (look(op, watch, &root) == 0)
        return;
    kit_error_set(&error, document.error.code,
                  "Google's answer to `operations` cannot be read: %.300s", document.error.message);
    lose(op, watch, &error);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    lose(op, arg, error);
}

static void ask(aw_op *op, void *arg)
{
    struct watch *watch = arg;
    kit_request request;
    gcp_compute_init(&request, op, "operations", "GET");
    kit_request_path(&request, watch->zone ? "zones" : "global");
    kit_request_path(&request, watch->zone ? watch->zone : "operations");
    if (watch->zone)
        kit_request_path(&request, "operations");
    kit_request_path(&request, watch->operation);
    kit_request_send(&request, on_operation, on_error, watch);
}

static int has_failed(struct watch *watch, const kit_json_node *operation)
{
    return !strcmp(kit_json_find_text(operation, "status", ""), "DONE") &&
           gcp_operation_error(operation, &watch->failure);
}

static void tell_failure(aw_op *op, void *arg)
{
    const struct watch *watch = arg;
    watch->on_done(op, &watch->failure, watch->arg);
}

/* What fails while the answer to an insert is read may have made a machine, as far as core can know. This has made
 * none, so it fails behind it. */
static int fail_later(aw_op *op, struct watch *watch)
{
    aw_after(op, 0, tell_failure, watch);
    return 0;
}

int gcp_watch(aw_op *op, const char *zone, const kit_json_node *operation, gcp_operation_fn on_done,
              void *arg)
{
    const char *name = kit_json_text(operation, "name");
    struct watch *watch = aw_alloc(op, sizeof *watch);
    if (operation->document->error.code)
        return -1;
    if (!watch)
        return 0;
    *watch = (struct watch){
        .zone = kit_copy_text(op, zone),
        .operation = kit_copy_text(op, name),
        .on_done = on_done,
        .arg = arg,
        .delay_ms = FIRST_DELAY_MS,
    };
    if (!watch->operation || (zone && !watch->zone))
        return 0;
    return has_failed(watch, operation) ? fail_later(op, watch) : look(op, watch, operation);
}
