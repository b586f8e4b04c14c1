/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and ending one machine. The order to end it is in the journal before it leaves. */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"
#include "core/journal.h"
#include "core/record_act.h"

struct machine_job {
    archway_job *job;
    struct backend *backend;
    enum op_kind kind;
    aw_ref ref;
    struct op *op;
    struct loop_timer start;
    struct journal_wait written;
    struct journal_hold hold; /* of an end; entry 0: nothing is written down, or it is settled */
    uint64_t ordered_at_ms;
    uint64_t delay_ms;
};

#define FIRST_DELAY_MS 2000u
#define LONGEST_DELAY_MS 16000u

/* An order stays open, for recovery to see to its end. */
static void stop(archway_job *job)
{
    struct machine_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    op_destroy(state->op);
    state->op = NULL;
    journal_leave(&state->written);
    if (state->hold.entry)
        journal_release(job->aw->journal, state->hold.entry);
    state->hold.entry = 0;
}

static const struct job_kind machine_kind = {.stop = stop};

static void on_instance(struct op *op, const aw_instance *instance)
{
    archway_job *job = op->owner;
    struct machine_job *state = job->state;
    if (!job->instance_count && job_add_instance(job, state->backend->name, instance))
        op_fail_memory(op, "the machine");
}

static void start(void *arg);

/* A provider may not know a machine yet that it has just created. */
static bool may_be_too_new(archway_job *job)
{
    struct machine_job *state = job->state;
    uint64_t age_ms = state->hold.age_ms + loop_now_ms(job->aw->loop) - state->ordered_at_ms;
    if (!state->hold.created_here || age_ms >= JOURNAL_WINDOW_MS)
        return false;
    loop_set(job->aw->loop, &state->start, state->delay_ms);
    state->delay_ms =
        state->delay_ms * 2 < LONGEST_DELAY_MS ? state->delay_ms * 2 : LONGEST_DELAY_MS;
    return true;
}

/* Did the provider say no, so that nothing has changed? Then the machine is as it was. All else stays ordered. */
static bool is_refusal(const aw_error *error)
{
    return error->retry != AW_RETRY_UNKNOWN &&
           (error->code == AW_E_INVALID || error->code == AW_E_DENIED ||
            error->code == AW_E_CONFLICT || error->code == AW_E_UNSUPPORTED);
}

static void write_end(archway_job *job, const aw_error *error)
{
    struct machine_job *state = job->state;
    struct journal *journal = job->aw->journal;
    const aw_instance *instance = archway_job_instance(job, 0, NULL);
    bool gone = error->code == AW_E_NOT_FOUND ||
                (error->code == AW_OK && instance && instance->state == AW_STATE_TERMINATED);
    int failed = -1;
    if (gone)
        failed = journal_done(journal, state->hold.entry, JOURNAL_TERMINATED, NULL);
    else if (is_refusal(error))
        failed = journal_order_refused(journal, state->hold.entry, NULL);
    if (!failed)
        state->hold.entry = 0;
}

/* One that is gone is success. */
static void end_gone(archway_job *job)
{
    const struct machine_job *state = job->state;
    const aw_instance gone = {
        .size = sizeof gone,
        .id = state->ref.id,
        .region = state->ref.region,
        .state = AW_STATE_TERMINATED,
    };
    if (!job->instance_count && job_add_instance(job, state->backend->name, &gone))
        job_end_memory(job);
    job_end(job, NULL);
}

static void on_terminated(archway_job *job, const aw_error *error)
{
    const struct machine_job *state = job->state;
    aw_error elsewhere = {.size = sizeof elsewhere};
    if (error->code == AW_E_NOT_FOUND && may_be_too_new(job))
        return;
    if (error->code == AW_E_NOT_FOUND &&
        journal_check_account(job->aw->journal, state->backend, state->ref.id, &elsewhere)) {
        job_end(job, &elsewhere); /* the order stands, for recovery with the credentials of then */
        return;
    }
    if (state->hold.entry)
        write_end(job, error);
    if (error->code == AW_E_NOT_FOUND)
        end_gone(job);
    else
        job_end(job, error);
}

static void on_done(struct op *op)
{
    archway_job *job = op->owner;
    struct machine_job *state = job->state;
    aw_error error = op->error;
    op_destroy(op);
    state->op = NULL;
    if (state->kind == OP_TERMINATE)
        on_terminated(job, &error);
    else if (error.code)
        job_end(job, &error);
    else if (!job->instance_count)
        job_end_with(job, state->backend, AW_E_NOT_FOUND, "the provider knows no such machine");
    else
        job_end(job, NULL);
}

static const struct op_sink sink = {.instance = on_instance, .done = on_done};

static void ask(archway_job *job)
{
    struct machine_job *state = job->state;
    state->op = job_op(job, state->backend, state->kind, state->ref.region, &sink);
    if (state->op)
        op_start(state->op, &state->ref);
}

static void on_order_written(struct journal_wait *wait, const aw_error *error)
{
    struct machine_job *state = list_item(wait, struct machine_job, written);
    if (!error->code) {
        ask(state->job);
        return;
    }
    state->hold.entry = 0;
    job_end(state->job, error);
}

static void write_order(archway_job *job)
{
    struct machine_job *state = job->state;
    aw_error error = {.size = sizeof error};
    struct journal *journal = journal_of(job->aw, &error);
    if (!journal || journal_order_end(journal, state->backend, &state->ref, &state->hold, &error)) {
        job_end(job, &error);
        return;
    }
    state->ordered_at_ms = loop_now_ms(job->aw->loop);
    state->delay_ms = FIRST_DELAY_MS;
    state->written.written = on_order_written;
    journal_wait(journal, &state->written);
}

/* A caller who has only the id is no stranger to the journal: what its backend said of the machine when it was
 * made, it is told again, such as when that was. Without the journal it is asked for all the same. */
static void add_data(archway_job *job)
{
    struct machine_job *state = job->state;
    aw_error ignored = {.size = sizeof ignored};
    struct journal *journal = NULL;
    if (!state->ref.data && journal_if_any(job->aw, &journal, &ignored) == 0 && journal)
        journal_data(journal, state->backend->name, state->ref.id, &job->arena, &state->ref.data,
                     &ignored);
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct machine_job *state = job->state;
    add_data(job);
    if (!job->act)
        record_act_machine(job, state->backend, state->kind == OP_GET ? "get" : "terminate",
                           &state->ref, 0);
    if (state->kind == OP_TERMINATE && !state->hold.entry)
        write_order(job);
    else
        ask(job);
}

static int machine_job(archway *aw, const archway_machine *machine, enum op_kind kind,
                       uint64_t timeout_ms, const archway_call *call, archway_job **ret_job,
                       aw_error *ret_error)
{
    struct backend *backend = NULL;
    if (job_backend_of(aw, machine, &backend, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &machine_kind, sizeof(struct machine_job), call, timeout_ms, ret_error);
    if (!job)
        return -1;
    struct machine_job *state = job->state;
    state->job = job;
    state->backend = backend;
    state->kind = kind;
    state->start = (struct loop_timer){.run = start, .arg = job};
    state->ref = (aw_ref){
        .size = sizeof state->ref,
        .region = job_text(job, machine->region),
        .zone = job_text(job, machine->zone),
        .id = job_text(job, machine->id),
        .data = job_text(job, machine->data),
    };
    if (job->ended) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the machine");
    }
    loop_set(aw->loop, &state->start, 0);
    *ret_job = job;
    return 0;
}

int archway_get(archway *aw, const archway_machine *machine, const archway_call *call,
                archway_job **ret_job, aw_error *ret_error)
{
    return machine_job(aw, machine, OP_GET, JOB_READ_MS, call, ret_job, ret_error);
}

int archway_terminate(archway *aw, const archway_machine *machine, const archway_call *call,
                      archway_job **ret_job, aw_error *ret_error)
{
    return machine_job(aw, machine, OP_TERMINATE, JOB_WRITE_MS, call, ret_job, ret_error);
}
