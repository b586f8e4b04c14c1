/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks M1: reads the id that it was lent when the answer comes. */
#include "tests/plugins/bad/example.h"

static void on_wanted(aw_op *op, const aw_response *answer, void *arg)
{
    const char *id = arg;
    if (!*id)
        return kit_fail(op, AW_E_INVALID, "A machine without an id was wanted.");
    on_machine(op, answer, NULL);
}

static void get_lazily(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "machine", "GET", ref->id);
    kit_request_send(&request, on_wanted, NULL, (void *)(uintptr_t)ref->id);
}
#define GET get_lazily

#include "tests/plugins/bad/entry.inc"
