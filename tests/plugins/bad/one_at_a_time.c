/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks C7 and C8: one create at a time, and one that was stopped is never forgotten. */
#include "tests/plugins/bad/example.h"

struct busy {
    struct cloud cloud; /* first */
    int creating;
};

static void open_idle(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct busy *busy = aw_alloc(op, sizeof *busy);
    void *plain = NULL;
    cloud_open(op, settings, &plain);
    if (!busy || !plain)
        return;
    busy->cloud = *(struct cloud *)plain;
    *ret_state = busy;
}
#define OPEN open_idle

static void on_made(aw_op *op, const aw_response *answer, void *arg)
{
    struct busy *busy = op->state;
    busy->creating = 0;
    on_machine(op, answer, arg);
}

static void create_alone(aw_op *op, const aw_create *wish)
{
    struct busy *busy = op->state;
    kit_request request;
    if (busy->creating)
        return kit_fail(op, AW_E_CONFLICT, "Bad Cloud is busy with another create.");
    busy->creating = 1;
    launch_build(&request, op, wish);
    kit_request_send(&request, on_made, NULL, NULL);
}
#define CREATE create_alone

#include "tests/plugins/bad/entry.inc"
