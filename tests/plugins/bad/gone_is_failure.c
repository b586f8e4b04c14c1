/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks I1: a machine that is gone cannot be ended. */
#include "tests/plugins/bad/example.h"

static void on_not_ended(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)error;
    (void)answer;
    (void)arg;
    kit_fail(op, AW_E_CONFLICT, "Bad Cloud cannot end this machine.");
}

static void terminate_strictly(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "end", "DELETE", ref->id);
    request.wire.flags = AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_ended, on_not_ended, NULL);
}
#define TERMINATE terminate_strictly

#include "tests/plugins/bad/entry.inc"
