/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting until a machine runs or is gone. */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"
#include "core/journal.h"
#include "core/poller.h"
#include "core/record_act.h"

#include <stdio.h>

/* A list may lag behind a create. */
#define UNSEEN_MS 60000u
/* A machine is gone when so many whole listings in a row lack it. */
#define GONE_AFTER 2u

struct wait_job {
    struct backend *backend;
    const char *region;
    uint32_t until;
    unsigned missing;
    uint64_t started_ms;
    struct poll_wait wait;
    struct loop_timer start;
    archway_job *job;
};

static void stop(archway_job *job)
{
    struct wait_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    poller_leave(&state->wait);
}

static const struct job_kind wait_kind = {.stop = stop};

static bool is_lasting(const aw_error *error)
{
    return error->code != AW_E_UNAVAILABLE && error->code != AW_E_TIMEOUT &&
           error->code != AW_E_THROTTLED;
}

/* Closes the journal's entry of it, if there is one. A machine that is not listed may be a new one, unless its end
 * was ordered. */
static void on_gone(struct wait_job *state, bool listed)
{
    aw_error error = {.size = sizeof error};
    struct journal *journal = NULL;
    if (journal_if_any(state->job->aw, &journal, NULL))
        journal = NULL;
    if (journal && !listed &&
        journal_check_account(journal, state->backend, state->wait.id, &error)) {
        job_end(state->job, &error);
        return;
    }
    if (journal)
        journal_gone(journal, state->backend->name, state->wait.id, !listed, NULL);
    job_end(state->job, NULL);
}

static void on_missing(struct wait_job *state)
{
    archway_job *job = state->job;
    if (++state->missing < GONE_AFTER)
        return;
    if (state->until == AW_STATE_TERMINATED)
        on_gone(state, false);
    else if (loop_now_ms(job->aw->loop) - state->started_ms > UNSEEN_MS)
        job_end_with(job, state->backend, AW_E_NOT_FOUND,
                     "the provider does not list the machine any more");
}

static bool has_ended(uint32_t state)
{
    return state == AW_STATE_TERMINATING || state == AW_STATE_TERMINATED ||
           state == AW_STATE_FAILED || state == AW_STATE_STOPPED;
}

static bool is_reached(const struct wait_job *state, const aw_instance *instance)
{
    if (state->until == AW_STATE_RUNNING)
        return instance->state == AW_STATE_RUNNING && (instance->public_ip || instance->private_ip);
    return instance->state == state->until;
}

static void on_present(struct wait_job *state, const aw_instance *instance)
{
    archway_job *job = state->job;
    state->missing = 0;
    if (is_reached(state, instance)) {
        if (job_add_instance(job, state->backend->name, instance))
            job_end_memory(job);
        if (state->until == AW_STATE_TERMINATED)
            on_gone(state, true);
        job_end(job, NULL);
        return;
    }
    if (state->until == AW_STATE_TERMINATED || !has_ended(instance->state))
        return;
    char message[512];
    snprintf(message, sizeof message, "the machine will not run: it is %s%s%s",
             instance->provider_state ? instance->provider_state
                                      : archway_state_name(instance->state),
             instance->reason ? ": " : "", instance->reason ? instance->reason : "");
    if (job_add_instance(job, state->backend->name, instance))
        job_end_memory(job);
    job_end_with(job, state->backend, AW_E_UNAVAILABLE, message);
}

static void on_seen(struct poll_wait *wait, const aw_instance *instance, const aw_error *error)
{
    struct wait_job *state = list_item(wait, struct wait_job, wait);
    if (error && is_lasting(error))
        job_end(state->job, error);
    else if (instance)
        on_present(state, instance);
    else if (!error)
        on_missing(state);
}

static void on_late(void *arg)
{
    archway_job *job = arg;
    struct wait_job *state = job->state;
    char message[256];
    snprintf(message, sizeof message, "the machine was not %s within %llu s",
             archway_state_name(state->until), (unsigned long long)job->timeout_ms / 1000);
    job_end_with(job, state->backend, AW_E_TIMEOUT, message);
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct wait_job *state = job->state;
    state->started_ms = loop_now_ms(job->aw->loop);
    if (poller_join(state->backend, state->region, &state->wait))
        job_end_memory(job);
}

int archway_wait(archway *aw, const archway_machine *machine, uint32_t until_state,
                 const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    struct backend *backend = NULL;
    if (until_state != AW_STATE_RUNNING && until_state != AW_STATE_TERMINATED)
        return kit_error_set(ret_error, AW_E_INVALID, "wait for running or for terminated");
    if (job_backend_of(aw, machine, &backend, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &wait_kind, sizeof(struct wait_job), call, JOB_WAIT_MS, ret_error);
    if (!job)
        return -1;
    struct wait_job *state = job->state;
    state->backend = backend;
    state->job = job;
    state->until = until_state;
    state->wait.seen = on_seen;
    state->wait.id = job_text(job, machine->id);
    state->region = job_text(job, machine->region);
    state->start = (struct loop_timer){.run = start, .arg = job};
    if (job->ended) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the wait");
    }
    const aw_ref ref = {.size = sizeof ref, .region = machine->region, .id = machine->id};
    record_act_machine(job, backend, "wait", &ref, until_state);
    loop_set(aw->loop, &state->start, 0);
    job_limit(job, on_late);
    *ret_job = job;
    return 0;
}
