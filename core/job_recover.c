/* SPDX-License-Identifier: Apache-2.0 */
/* Settling what ended processes left in the journal: one listing for all that one place has. */
#include "core/backend.h"
#include "core/error.h"
#include "core/mem.h"
#include "core/record_act.h"
#include "core/recover.h"
#include "core/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void recover_tell(archway_job *job, struct recover_item *item, enum archway_fate fate,
                  const char *reason)
{
    const struct journal_entry *entry = &item->entry;
    if (item->told)
        return;
    item->told = true;
    item->fate = fate;
    const aw_instance *instance = archway_job_instance(job, item->instance, NULL);
    const archway_outcome outcome = {
        .size = sizeof outcome,
        .fate = fate,
        .kind = "machine",
        .backend = entry->backend,
        .region = item->found && instance ? instance->region : entry->region,
        .id = item->found && instance ? instance->id : entry->instance_id,
        .name = entry->name,
        .token = entry->token,
        .reason = arena_text(&job->arena, reason),
        .created_at_ms = entry->created_at_ms,
        .expires_at_ms = entry->expires_at_ms,
    };
    if (job->arena.exhausted || job_add_outcome(job, &outcome))
        job_doom(job);
}

/* What is still open, or not gone yet, is free for the next one. */
static void release_open(archway_job *job)
{
    struct recover_job *state = job->state;
    struct journal *journal = job->aw->journal;
    bool grouped = state->count && journal_group(journal, NULL) == 0;
    for (size_t i = 0; i < state->count; i++)
        if (state->items[i].fate == ARCHWAY_FATE_OPEN ||
            state->items[i].fate == ARCHWAY_FATE_ENDING)
            journal_release(journal, state->items[i].entry.id);
    if (grouped)
        journal_group_end(journal, NULL);
}

static void stop(archway_job *job)
{
    struct recover_job *state = job->state;
    loop_stop(job->aw->loop, &state->start);
    for (size_t i = 0; i < state->group_count; i++)
        recover_group_stop(&state->groups[i]);
    release_open(job);
    mem_free(state->items);
    state->items = NULL;
    state->count = 0;
    state->group_count = 0;
}

static const struct job_kind recover_kind = {.stop = stop};

void recover_group_through(struct recover_group *group)
{
    struct recover_job *state = group->job->state;
    group->job->parts_done++;
    if (--state->pending == 0 && !job_is_over(group->job))
        job_end(group->job, NULL);
}

static int by_place(const void *a, const void *b)
{
    const struct recover_item *left = a;
    const struct recover_item *right = b;
    int order = strcmp(left->entry.backend, right->entry.backend);
    return order ? order : strcmp(left->entry.region, right->entry.region);
}

static int by_key(const void *a, const void *b)
{
    return strcmp(recover_key(a), recover_key(b));
}

static bool is_of(const struct recover_group *group, const struct recover_item *item)
{
    return strcmp(group->items[0].entry.backend, item->entry.backend) == 0 &&
           (!group->region || strcmp(group->region, item->entry.region) == 0);
}

/* Why it cannot be asked for; NULL: it can. */
static const char *obstacle(const archway_job *job, const struct journal_entry *entry,
                            struct backend **ret_backend)
{
    struct backend *backend = context_backend(job->aw, entry->backend);
    if (!backend)
        return "the backend is not configured any more: configure it again to settle this";
    if (backend->error.code)
        return "the backend cannot be opened: `archway backends` says why";
    if (entry->endpoint && backend->endpoint && strcmp(entry->endpoint, backend->endpoint) != 0)
        return "it was asked for at another endpoint than the backend has now";
    *ret_backend = backend;
    return NULL;
}

static const char *owner_of_all(const struct recover_group *group)
{
    const char *owner = group->items[0].entry.owner;
    for (size_t i = 1; owner && i < group->count; i++)
        if (!group->items[i].entry.owner || strcmp(group->items[i].entry.owner, owner) != 0)
            return NULL;
    return owner;
}

static void open_group(archway_job *job, struct backend *backend, size_t from)
{
    struct recover_job *state = job->state;
    struct recover_group *group = &state->groups[state->group_count++];
    *group = (struct recover_group){.job = job, .backend = backend, .items = &state->items[from]};
    list_init(&group->ends);
    if (!backend_can(backend, AW_CAP_WHOLE_LISTING))
        group->region = group->items[0].entry.region;
    while (from + group->count < state->count && is_of(group, &group->items[group->count]))
        group->count++;
    group->open = group->count;
    group->only_owner = owner_of_all(group);
    qsort(group->items, group->count, sizeof *group->items, by_key);
}

static void make_groups(archway_job *job)
{
    struct recover_job *state = job->state;
    if (state->count)
        qsort(state->items, state->count, sizeof *state->items, by_place);
    for (size_t i = 0; i < state->count;) {
        struct backend *backend = NULL;
        const char *reason = obstacle(job, &state->items[i].entry, &backend);
        if (reason) {
            recover_tell(job, &state->items[i++], ARCHWAY_FATE_OPEN, reason);
            continue;
        }
        open_group(job, backend, i);
        i += state->groups[state->group_count - 1].count;
    }
}

static int claim(archway_job *job, struct journal *journal, aw_error *ret_error)
{
    struct recover_job *state = job->state;
    struct journal_entry *entries = NULL;
    size_t count = 0;
    if (journal_claim(journal, &job->arena, &entries, &count, ret_error))
        return -1;
    state->items = count ? mem_alloc(count * sizeof *state->items) : NULL;
    state->groups = arena_alloc(&job->arena, (count + 1) * sizeof *state->groups);
    bool room = state->groups && (state->items || !count);
    for (size_t i = 0; i < count; i++) {
        if (room)
            state->items[i].entry = entries[i];
        else
            journal_release(journal, entries[i].id);
    }
    mem_free(entries);
    if (!room)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the journal's entries");
    state->count = count;
    state->claimed_at_ms = loop_now_ms(job->aw->loop);
    return 0;
}

static void on_late(void *arg)
{
    archway_job *job = arg;
    struct recover_job *state = job->state;
    for (size_t i = 0; i < state->count && !job_is_over(job); i++)
        recover_tell(job, &state->items[i], ARCHWAY_FATE_OPEN,
                     "the time was up before it was known");
    job_end(job, NULL);
}

static void start(void *arg)
{
    archway_job *job = arg;
    struct recover_job *state = job->state;
    struct journal *journal = NULL;
    aw_error error = {.size = sizeof error};
    if (journal_if_any(job->aw, &journal, &error) || (journal && claim(job, journal, &error))) {
        job_end(job, &error);
        return;
    }
    make_groups(job);
    job->parts = state->group_count;
    state->pending = 1; /* which keeps it from ending in between */
    for (size_t i = 0; i < state->group_count && !job_is_over(job); i++)
        recover_group_start(&state->groups[i]);
    if (--state->pending == 0 && !job_is_over(job))
        job_end(job, NULL);
}

int archway_recover(archway *aw, uint32_t how, const archway_call *call, archway_job **ret_job,
                    aw_error *ret_error)
{
    archway_job *job =
        job_create(aw, &recover_kind, sizeof(struct recover_job), call, JOB_WRITE_MS, ret_error);
    if (!job)
        return -1;
    struct recover_job *state = job->state;
    state->once = (how & ARCHWAY_RECOVER_ONCE) != 0;
    state->same_account = (how & ARCHWAY_RECOVER_SAME_ACCOUNT) != 0;
    state->start = (struct loop_timer){.run = start, .arg = job};
    loop_set(aw->loop, &state->start, 0);
    job_limit(job, on_late);
    record_act_spoil(aw, "an interrupted run was settled");
    *ret_job = job;
    return 0;
}

int archway_recoverable(archway *aw, uint64_t *ret_count, aw_error *ret_error)
{
    struct journal *journal = NULL;
    size_t count = 0;
    if (journal_if_any(aw, &journal, ret_error) ||
        (journal && journal_claimable(journal, &count, ret_error)))
        return -1;
    *ret_count = count;
    return 0;
}
