/* SPDX-License-Identifier: Apache-2.0 */
/* One operation of the backend, run alone. */
#include "check/live.h"

#include "core/error.h"
#include "kit/error.h"

#include <poll.h>
#include <stdatomic.h>

#define OP_TIMEOUT_MS 120000u

static void on_instance(struct op *op, const aw_instance *instance)
{
    struct live_seen *seen = op->owner;
    seen->count += seen->machine && seen->machine(seen, instance);
}

static void on_resource(struct op *op, const aw_resource *resource)
{
    struct live_seen *seen = op->owner;
    seen->count += seen->resource && seen->resource(seen, resource);
}

static void on_problem(struct op *op, const aw_error *problem)
{
    op_fail(op, problem);
}

static void on_done(struct op *op)
{
    struct live_seen *seen = op->owner;
    seen->error = op->error;
    seen->done = true;
    op_destroy(op);
}

static const struct op_sink sink = {
    .instance = on_instance, .resource = on_resource, .problem = on_problem, .done = on_done};

/* False: interrupted for the second time. */
static bool turn(struct live *live)
{
    struct pollfd wanted = {.fd = archway_fd(live->aw), .events = POLLIN};
    poll(&wanted, 1, (int)archway_timeout_ms(live->aw));
    live->interrupts += atomic_exchange(&live->aw->woken, false);
    archway_step(live->aw);
    return live->interrupts < 2;
}

bool live_op(struct live_seen *seen, enum op_kind kind, const void *wish)
{
    struct live *live = seen->live;
    const char *region = live->offer.region;
    if (kind != OP_CREATE && backend_can(live->backend, AW_CAP_WHOLE_LISTING))
        region = NULL;
    struct op *op = op_create(live->backend, kind, region, &sink, seen, OP_TIMEOUT_MS, false);
    seen->done = false;
    seen->count = 0;
    if (!op) {
        kit_error_set(&seen->error, AW_E_NO_MEMORY, "out of memory");
        return false;
    }
    op_start(op, wish);
    while (!seen->done)
        if (!turn(live)) {
            op_destroy(op);
            kit_error_set(&seen->error, AW_E_CANCELLED, "interrupted");
            return false;
        }
    return seen->error.code == AW_OK;
}
