/* SPDX-License-Identifier: Apache-2.0 */
/* V3 and I1: what was rented is ended, and nothing of it is left. */
#include "check/live.h"

#include <string.h>
#include <time.h>

#define LOOKS 15
#define LOOK_AGAIN_SECONDS 2

/* Orders the end of a machine. False: that did not work. */
static bool order_end(struct live *live, const archway_machine *machine)
{
    KIT_CLEANUP(live_drop_job) archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    live->verdict.tried++;
    if (archway_terminate(live->aw, machine, NULL, &job, &error)) {
        verdict_fail(&live->verdict, "%s: %s", machine->id, error.message);
        return false;
    }
    if (!live_run_on(live, job)) {
        verdict_fail(&live->verdict, "%s: interrupted before its end was ordered", machine->id);
        return false;
    }
    if (archway_job_error(job)->code == AW_OK)
        return true;
    verdict_fail(&live->verdict, "%s: %s", machine->id, archway_job_error(job)->message);
    return false;
}

static bool wait_for_end(struct live *live, const archway_machine *machine)
{
    KIT_CLEANUP(live_drop_job) archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    const archway_call call = {.size = sizeof call, .timeout_ms = live->options->wait_ms};
    if (archway_wait(live->aw, machine, AW_STATE_TERMINATED, &call, &job, &error)) {
        verdict_fail(&live->verdict, "%s: %s", machine->id, error.message);
        return false;
    }
    if (!live_run_on(live, job)) {
        verdict_fail(&live->verdict, "%s: interrupted before it was gone", machine->id);
        return false;
    }
    if (archway_job_error(job)->code == AW_OK)
        return true;
    verdict_fail(&live->verdict, "%s: %s", machine->id, archway_job_error(job)->message);
    return false;
}

static bool see_living(struct live_seen *seen, const aw_instance *instance)
{
    struct live *live = seen->live;
    return instance->token && strcmp(instance->token, live->token) == 0 &&
           instance->state != AW_STATE_TERMINATED;
}

/* Was it made beside the machine, to go with it? */
static bool see_resource(struct live_seen *seen, const aw_resource *resource)
{
    const aw_resource *made;
    for (uint64_t i = 0; (made = archway_job_resource(seen->live->made, i)) != NULL; i++)
        if (!made->shared && strcmp(made->kind, resource->kind) == 0 &&
            strcmp(made->id, resource->id) == 0)
            return true;
    return false;
}

/* What is gone may be listed a little longer. */
static void look(struct live *live, enum op_kind kind, const char *what)
{
    struct live_seen seen = {.live = live, .machine = see_living, .resource = see_resource};
    const struct timespec pause = {.tv_sec = LOOK_AGAIN_SECONDS};
    const aw_list wish = {.size = sizeof wish,
                          .region = live->offer.region,
                          .owner = archway_owner(live->aw),
                          .token = kind == OP_LIST ? live->token : NULL};
    live->verdict.tried++;
    for (int i = 0; i < LOOKS; i++) {
        if (!live_op(&seen, kind, &wish)) {
            verdict_fail(&live->verdict, "what is left cannot be listed: %s", seen.error.message);
            return;
        }
        if (!seen.count || live->interrupts)
            break;
        nanosleep(&pause, NULL);
    }
    if (seen.count)
        verdict_fail(&live->verdict, "%llu %s left", (unsigned long long)seen.count, what);
}

void live_end(struct live *live)
{
    for (size_t i = 0; i < live->machine_count; i++) {
        struct live_machine *machine = &live->machines[i];
        machine->gone = order_end(live, &machine->face) && wait_for_end(live, &machine->face);
    }
    if (!live->made || verdict_failed(&live->verdict))
        return;
    look(live, OP_LIST, "machines with its token are");
    if (backend_resources(live->backend))
        look(live, OP_LIST_RESOURCES, "things that were made beside it are");
}

void live_end_again(struct live *live)
{
    if (!live->machines[0].gone)
        verdict_skip(&live->verdict, "the machine is not known to be gone");
    else
        order_end(live, &live->machines[0].face);
}
