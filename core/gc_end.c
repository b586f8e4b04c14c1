/* SPDX-License-Identifier: Apache-2.0 */
/* Ending what a cleaning found: in the journal first, as any other end. */
#include "core/gc.h"

#include "core/backend.h"
#include "core/error.h"

#include <stdio.h>
#include <string.h>

static bool is_machine(const struct gc_end *end)
{
    return strcmp(end->outcome.kind, GC_MACHINE) == 0;
}

void gc_end_stop(struct gc_end *end)
{
    op_destroy(end->op);
    end->op = NULL;
    if (end->hold.entry)
        journal_release(end->job->aw->journal, end->hold.entry);
    end->hold.entry = 0;
    list_remove(&end->link);
}

static void write_gone(struct gc_end *end)
{
    if (end->hold.entry &&
        journal_done(end->job->aw->journal, end->hold.entry, JOURNAL_TERMINATED, NULL) == 0)
        end->hold.entry = 0;
}

/* Somebody has taken it into use since it was listed. */
static void tell_kept(const struct gc_end *end)
{
    archway_outcome outcome = end->outcome;
    gc_of(end->job)->counts.kept++;
    outcome.fate = ARCHWAY_FATE_KEPT;
    outcome.reason = "it is in use after all";
    gc_tell(end->job, &outcome);
}

static void tell(struct gc_end *end, const aw_error *error)
{
    archway_job *job = end->job;
    char reason[sizeof error->message + 128];
    archway_outcome outcome = end->outcome;
    if (error->code == AW_E_CONFLICT && !is_machine(end)) {
        tell_kept(end);
        return;
    }
    bool gone = end->gone || error->code == AW_E_NOT_FOUND || (!error->code && !is_machine(end));
    if (error->code && !gone) {
        gc_of(job)->counts.failed++;
        snprintf(reason, sizeof reason, "%s; it could not be ended: %s", outcome.reason,
                 error->message);
        outcome.fate = ARCHWAY_FATE_OPEN;
        outcome.reason = reason;
        if (job_add_problem(job, error))
            job_doom(job);
    } else {
        gc_of(job)->counts.ended++;
        outcome.fate = gone ? ARCHWAY_FATE_GONE : ARCHWAY_FATE_ENDING;
        if (gone)
            write_gone(end);
    }
    gc_tell(job, &outcome);
}

static void on_instance(struct op *op, const aw_instance *instance)
{
    struct gc_end *end = op->owner;
    end->gone = instance->state == AW_STATE_TERMINATED;
}

static void on_done(struct op *op)
{
    struct gc_end *end = op->owner;
    archway_job *job = end->job;
    aw_error error = op->error;
    tell(end, &error);
    gc_end_stop(end);
    gc_settle(job);
}

static const struct op_sink sink = {.instance = on_instance, .done = on_done};

static int order_machine(struct gc_end *end, const struct journal_find *find, aw_error *ret_error)
{
    const aw_ref ref = {
        .size = sizeof ref,
        .region = find->region,
        .zone = find->zone,
        .id = find->id,
        .data = find->data,
    };
    struct journal *journal = end->job->aw->journal;
    if (journal_order_end(journal, end->backend, &ref, &end->hold, ret_error) ||
        journal_flush(journal, ret_error))
        return -1;
    op_start(end->op, &ref);
    return 0;
}

static int order(struct gc_end *end, const struct journal_find *find, aw_error *ret_error)
{
    const aw_resource resource = {
        .size = sizeof resource,
        .kind = find->kind,
        .region = find->region,
        .id = find->id,
        .created_at_ms = find->created_at_ms,
        .owner = end->job->aw->owner,
        .data = find->data,
    };
    if (is_machine(end))
        return order_machine(end, find, ret_error);
    op_start(end->op, &resource);
    return 0;
}

static struct gc_end *make(struct gc_place *place, const struct journal_find *find,
                           const char *reason)
{
    archway_job *job = place->job;
    struct arena *arena = &job->arena;
    struct gc_end *end = arena_alloc(arena, sizeof *end);
    bool machine = strcmp(find->kind, GC_MACHINE) == 0;
    if (!end)
        return NULL;
    *end = (struct gc_end){.job = job, .backend = place->backend};
    end->outcome = (archway_outcome){
        .size = sizeof end->outcome,
        .kind = arena_text(arena, find->kind),
        .backend = place->backend->name,
        .region = arena_text(arena, find->region),
        .id = arena_text(arena, find->id),
        .name = arena_text(arena, find->name),
        .token = arena_text(arena, find->token),
        .reason = arena_text(arena, reason),
        .created_at_ms = find->created_at_ms,
        .expires_at_ms = find->expires_at_ms,
    };
    if (!arena->exhausted)
        end->op = op_create(place->backend, machine ? OP_TERMINATE : OP_REMOVE_RESOURCE,
                            find->region, &sink, end, JOB_WRITE_MS, false);
    return end->op ? end : NULL;
}

void gc_end_start(struct gc_place *place, const struct journal_find *find, const char *reason)
{
    archway_job *job = place->job;
    struct gc_job *state = gc_of(job);
    aw_error error = {.size = sizeof error};
    struct gc_end *end = make(place, find, reason);
    if (!end) {
        job_doom(job);
        return;
    }
    list_append(&state->ends, &end->link);
    state->pending++;
    job->parts++;
    if (order(end, find, &error)) {
        tell(end, &error);
        gc_end_stop(end);
        gc_settle(job);
    }
}
