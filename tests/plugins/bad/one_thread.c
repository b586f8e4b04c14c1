/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks T1: works on the thread that opened it only. */
#include "tests/plugins/bad/example.h"

struct bound {
    struct cloud cloud; /* first */
    uintptr_t thread;
};

static uintptr_t this_thread(void)
{
    uintptr_t thread;
#if defined(__x86_64__)
    __asm__("mov %%fs:0, %0" : "=r"(thread));
#else
    __asm__("mrs %0, tpidr_el0" : "=r"(thread));
#endif
    return thread;
}

static void open_bound(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct bound *bound = aw_alloc(op, sizeof *bound);
    void *plain = NULL;
    cloud_open(op, settings, &plain);
    if (!bound || !plain)
        return;
    bound->cloud = *(struct cloud *)plain;
    bound->thread = this_thread();
    *ret_state = bound;
}
#define OPEN open_bound

static void on_bound_machine(aw_op *op, const aw_response *answer, void *arg)
{
    const struct bound *bound = op->state;
    if (bound->thread != this_thread())
        return kit_fail(op, AW_E_INVALID, "Bad Cloud wants its own thread.");
    on_machine(op, answer, arg);
}

static void get_bound(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "machine", "GET", ref->id);
    kit_request_send(&request, on_bound_machine, NULL, NULL);
}
#define GET get_bound

#include "tests/plugins/bad/entry.inc"
