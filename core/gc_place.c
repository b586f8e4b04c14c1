/* SPDX-License-Identifier: Apache-2.0 */
/* One place of a cleaning: its machines are listed, then what was made beside them. */
#include "core/gc.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/mem.h"

#define LISTING_TIMEOUT_MS 600000u

static void list_resources(struct gc_place *place);

void gc_place_stop(struct gc_place *place)
{
    op_destroy(place->op);
    journal_find_drop(place->job->aw->journal, place->number, NULL);
    list_remove(&place->link);
    mem_free(place);
}

static void finish(struct gc_place *place)
{
    archway_job *job = place->job;
    gc_place_stop(place);
    gc_settle(job);
}

/* Nothing of what was listed there is touched. */
static void skip(struct gc_place *place, const aw_error *error)
{
    archway_job *job = place->job;
    gc_of(job)->counts.skipped++;
    if ((error && job_add_problem(job, error)))
        job_doom(job);
}

static void add_machine(struct op *op, const aw_instance *instance, enum gc_verdict verdict,
                        uint64_t expires_at_ms)
{
    struct gc_place *place = op->owner;
    aw_error error = {.size = sizeof error};
    const struct journal_find find = {
        .kind = GC_MACHINE,
        .id = instance->id,
        .region = instance->region,
        .zone = instance->zone,
        .name = instance->name,
        .token = instance->token,
        .data = instance->data,
        .created_at_ms = instance->created_at_ms,
        .expires_at_ms = expires_at_ms,
        .verdict = verdict,
        .counts = verdict == GC_GARBAGE,
    };
    if (journal_find_add(place->job->aw->journal, place->number, &find, &error))
        op_fail(op, &error);
}

static void on_instance(struct op *op, const aw_instance *instance)
{
    struct gc_place *place = op->owner;
    uint64_t expires_at_ms = 0;
    aw_error error = {.size = sizeof error};
    place->listed++;
    enum gc_verdict verdict = gc_judge_machine(place, instance, &expires_at_ms, &error);
    if (error.code)
        op_fail(op, &error);
    else if (verdict != GC_NOTHING)
        add_machine(op, instance, verdict, expires_at_ms);
}

static void on_resource(struct op *op, const aw_resource *resource)
{
    struct gc_place *place = op->owner;
    aw_error error = {.size = sizeof error};
    place->listed++;
    enum gc_verdict verdict = gc_judge_resource(place, resource, &error);
    const struct journal_find find = {
        .kind = resource->kind,
        .id = resource->id,
        .region = resource->region ? resource->region : place->region,
        .token = resource->token,
        .data = resource->data,
        .created_at_ms = resource->created_at_ms,
        .verdict = verdict,
        .counts = verdict == GC_GARBAGE,
    };
    if (!error.code && verdict != GC_NOTHING)
        journal_find_add(place->job->aw->journal, place->number, &find, &error);
    if (error.code)
        op_fail(op, &error);
}

static void on_problem(struct op *op, const aw_error *problem)
{
    struct gc_place *place = op->owner;
    place->whole = false;
    if (job_add_problem(place->job, problem))
        op_fail_memory(op, "the problems of a listing");
}

/* true: it is through with what was listed. */
static bool judge(struct gc_place *place, struct op *op, bool machines)
{
    aw_error error = op->error;
    gc_of(place->job)->counts.listed += place->listed;
    place->op = NULL;
    op_destroy(op);
    if (!error.code && place->whole && !gc_judge_finds(place, machines, &error))
        return true;
    skip(place, error.code ? &error : NULL);
    return false;
}

static void on_machines(struct op *op)
{
    struct gc_place *place = op->owner;
    bool done = judge(place, op, true);
    gc_of(place->job)->counts.places += done;
    if (done && backend_resources(place->backend) && !job_is_over(place->job))
        list_resources(place);
    else
        finish(place);
}

static void on_resources(struct op *op)
{
    struct gc_place *place = op->owner;
    judge(place, op, false);
    finish(place);
}

static const struct op_sink machine_sink = {
    .instance = on_instance,
    .problem = on_problem,
    .done = on_machines,
};

static const struct op_sink resource_sink = {
    .resource = on_resource,
    .problem = on_problem,
    .done = on_resources,
};

static void list(struct gc_place *place, enum op_kind kind, const struct op_sink *sink)
{
    const aw_list wish = {
        .size = sizeof wish, .region = place->region, .owner = place->job->aw->owner};
    place->whole = true;
    place->listed = 0;
    place->op =
        op_create(place->backend, kind, place->region, sink, place, LISTING_TIMEOUT_MS, false);
    if (place->op)
        op_start(place->op, &wish);
    else
        job_doom(place->job);
}

static void list_resources(struct gc_place *place)
{
    aw_error error = {.size = sizeof error};
    if (journal_find_drop(place->job->aw->journal, place->number, &error)) {
        skip(place, &error);
        finish(place);
        return;
    }
    list(place, OP_LIST_RESOURCES, &resource_sink);
}

void gc_place_start(archway_job *job, struct backend *backend, const char *region)
{
    struct gc_job *state = gc_of(job);
    struct gc_place *place = mem_alloc(sizeof *place);
    if (!place) {
        job_doom(job);
        return;
    }
    place->job = job;
    place->backend = backend;
    place->region = region;
    place->number = journal_find_place(job->aw->journal);
    list_append(&state->places, &place->link);
    state->pending++;
    job->parts++;
    list(place, OP_LIST, &machine_sink);
}
