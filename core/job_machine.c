/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and ending one machine. */
#include "core/backend.h"
#include "core/error.h"
#include "core/job.h"

struct machine_job {
    struct backend *backend;
    enum op_kind kind;
    aw_ref ref;
    struct op *op;
    struct loop_timer start;
};

static void stop(archway_job *job)
{
    struct machine_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    op_destroy(state->op);
    state->op = NULL;
}

static const struct job_kind machine_kind = {.stop = stop};

static void on_instance(struct op *op, const aw_instance *instance)
{
    archway_job *job = op->owner;
    struct machine_job *state = job->state;
    if (!job->instance_count && job_add_instance(job, state->backend->name, instance))
        op_fail_memory(op, "the machine");
}

static void on_done(struct op *op)
{
    archway_job *job = op->owner;
    struct machine_job *state = job->state;
    aw_error error = op->error;
    op_destroy(op);
    state->op = NULL;
    if (state->kind == OP_TERMINATE && error.code == AW_E_NOT_FOUND)
        job_end(job, NULL);
    else if (error.code)
        job_end(job, &error);
    else if (state->kind == OP_GET && !job->instance_count)
        job_end_with(job, state->backend, AW_E_NOT_FOUND, "the provider knows no such machine");
    else
        job_end(job, NULL);
}

static const struct op_sink sink = {.instance = on_instance, .done = on_done};

static void start(void *arg)
{
    archway_job *job = arg;
    struct machine_job *state = job->state;
    state->op = job_op(job, state->backend, state->kind, state->ref.region, &sink);
    if (state->op)
        op_start(state->op, &state->ref);
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
