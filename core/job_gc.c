/* SPDX-License-Identifier: Apache-2.0 */
/* Cleaning up: passes over all places, until what is to be ended has been seen in as many as were wanted. */
#include "core/backend.h"
#include "core/error.h"
#include "core/gc.h"
#include "core/record_act.h"
#include "core/sized.h"

#include <string.h>

static void begin_pass(void *arg);

static void stop(archway_job *job)
{
    struct gc_job *state = gc_of(job);
    loop_stop(job->aw->loop, &state->timer);
    for (size_t i = 0; i < state->backend_count; i++)
        regions_leave(&state->backends[i].regions);
    while (!list_empty(&state->places))
        gc_place_stop(list_item(state->places.next, struct gc_place, link));
    while (!list_empty(&state->ends))
        gc_end_stop(list_item(state->ends.next, struct gc_end, link));
}

static const struct job_kind gc_kind = {.stop = stop};

uint64_t gc_now_ms(const struct backend *backend)
{
    struct world *world = backend->aw->world;
    uint64_t now_ms = world->ops->wall_ms(world);
    int64_t skew_ms = backend->date_known ? backend->date_skew_ms : 0;
    return skew_ms < 0 ? now_ms - (uint64_t)-skew_ms : now_ms;
}

void gc_tell(archway_job *job, const archway_outcome *outcome)
{
    archway_outcome copy = *outcome;
    if (job->outcome_count >= GC_MOST_OUTCOMES || job_is_over(job))
        return;
    const char **texts[] = {&copy.kind, &copy.backend, &copy.region, &copy.id,
                            &copy.name, &copy.token,   &copy.reason};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_text(&job->arena, *texts[i]);
    copy.size = sizeof copy;
    if (job->arena.exhausted || job_add_outcome(job, &copy))
        job_doom(job);
}

/* Another pass is made here only for what could be ended then. */
static void end_pass(archway_job *job)
{
    struct gc_job *state = gc_of(job);
    bool again = state->options.act && state->lacking && state->started < state->options.most &&
                 state->counts.passes < state->options.passes;
    if (!again) {
        job_end(job, NULL);
        return;
    }
    loop_set(job->aw->loop, &state->timer, GC_APART_MS);
}

void gc_settle(archway_job *job)
{
    struct gc_job *state = gc_of(job);
    job->parts_done++;
    if (--state->pending == 0 && !job_is_over(job))
        end_pass(job);
}

static void on_regions(struct regions_wait *wait, const char *const *names, size_t count,
                       const aw_error *error)
{
    struct gc_backend *item = list_item(wait, struct gc_backend, regions);
    archway_job *job = item->job;
    if (error->code) {
        gc_of(job)->counts.skipped++;
        if (job_add_problem(job, error))
            job_doom(job);
    }
    for (size_t i = 0; i < count && !job_is_over(job); i++)
        gc_place_start(job, item->backend, names[i]);
    gc_settle(job);
}

/* What an earlier pass told of the same things is told anew; what was done is done. */
static void forget_findings(archway_job *job)
{
    struct gc_job *state = gc_of(job);
    const archway_gc_counts fresh = {
        .size = sizeof fresh,
        .passes = state->counts.passes + 1,
        .ended = state->counts.ended,
        .failed = state->counts.failed,
    };
    size_t kept = 0;
    for (size_t i = 0; i < job->outcome_count; i++) {
        uint32_t fate = job->outcomes[i].fate;
        if (fate == ARCHWAY_FATE_ENDING || fate == ARCHWAY_FATE_GONE || fate == ARCHWAY_FATE_OPEN)
            job->outcomes[kept++] = job->outcomes[i];
    }
    while (job->outcome_count > kept)
        job->outcome_count--;
    state->counts = fresh;
    state->lacking = 0;
}

static void begin_pass(void *arg)
{
    archway_job *job = arg;
    struct gc_job *state = gc_of(job);
    aw_error error = {.size = sizeof error};
    struct journal *journal = journal_of(job->aw, &error);
    if (!journal || journal_prune(journal, &error)) {
        job_end(job, &error);
        return;
    }
    forget_findings(job);
    state->pending = state->backend_count + 1; /* the one keeps it from ending in between */
    job->parts += state->backend_count + 1;
    for (size_t i = 0; i < state->backend_count && !job_is_over(job); i++)
        regions_find(state->backends[i].backend, &state->backends[i].regions);
    gc_settle(job);
}

static int add_backends(archway_job *job, const char *name)
{
    struct gc_job *state = gc_of(job);
    archway *aw = job->aw;
    state->backends = arena_alloc(&job->arena, (aw->backend_count + 1) * sizeof *state->backends);
    for (size_t i = 0; state->backends && i < aw->backend_count; i++) {
        struct backend *backend = aw->backends[i];
        if (name && strcmp(name, backend->name) != 0)
            continue;
        if (job_add_backend(job, backend))
            return -1;
        if (!backend->error.code)
            state->backends[state->backend_count++] = (struct gc_backend){
                .job = job, .backend = backend, .regions = {.found = on_regions}};
        else
            state->counts.skipped++;
    }
    return state->backends ? 0 : -1;
}

/* What was ordered is ordered, and in the journal. */
static void on_late(void *arg)
{
    archway_job *job = arg;
    aw_error error = {0};
    kit_error_set(&error, AW_E_TIMEOUT, "the cleaning was not finished within %llu ms",
                  (unsigned long long)job->timeout_ms);
    job_end(job, &error);
}

int archway_gc(archway *aw, const archway_gc_options *options, const archway_call *call,
               archway_job **ret_job, aw_error *ret_error)
{
    struct backend *found = NULL;
    archway_gc_options known = ARCHWAY_GC_DEFAULTS;
    if (options)
        SIZED_COPY(&known, options);
    if (known.backend && job_backend(aw, known.backend, &found, ret_error))
        return -1;
    archway_job *job =
        job_create(aw, &gc_kind, sizeof(struct gc_job), call, JOB_WRITE_MS, ret_error);
    if (!job)
        return -1;
    struct gc_job *state = gc_of(job);
    list_init(&state->places);
    list_init(&state->ends);
    state->options = known;
    state->timer = (struct loop_timer){.run = begin_pass, .arg = job};
    if (add_backends(job, known.backend)) {
        archway_job_destroy(job);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the cleaning");
    }
    loop_set(aw->loop, &state->timer, 0);
    job_limit(job, on_late);
    record_act_spoil(aw, "what nobody remembers was looked for");
    *ret_job = job;
    return 0;
}

int archway_job_gc(const archway_job *job, archway_gc_counts *ret_counts)
{
    if (job->kind != &gc_kind)
        return -1;
    SIZED_GIVE(ret_counts, &((const struct gc_job *)job->state)->counts);
    return 0;
}
