/* SPDX-License-Identifier: Apache-2.0 */
/* Putting the lists of the providers and the journal side by side. */
#include "core/list_known.h"

#include "core/mem.h"
#include "kit/error.h"

#include <stdlib.h>
#include <string.h>

struct merge {
    archway_job *job;
    struct journal *journal;
    const char *owner;
    bool (*listed_whole)(archway_job *job, const struct journal_entry *entry);
    const struct job_instance **listed; /* by id */
    size_t listed_count;
    struct journal_entry *absent; /* what nobody lists; texts in the job's arena */
    size_t absent_count;
};

static int by_id(const void *a, const void *b)
{
    const struct job_instance *const *left = a;
    const struct job_instance *const *right = b;
    return strcmp((*left)->instance.id, (*right)->instance.id);
}

static bool is_listed(const struct merge *merge, const struct journal_entry *entry)
{
    const struct job_instance wanted = {.instance = {.id = entry->instance_id}};
    const struct job_instance *key = &wanted;
    return bsearch(&key, merge->listed, merge->listed_count, sizeof *merge->listed, by_id) != NULL;
}

/* Marks what is known, and writes down what is news of it. */
static int mark(struct merge *merge, struct job_instance *item, aw_error *ret_error)
{
    uint64_t expires_at_ms = 0;
    const aw_instance *instance = &item->instance;
    int known = journal_knows(merge->journal, instance, &expires_at_ms, ret_error);
    if (known < 1)
        return known;
    item->presence = ARCHWAY_KNOWN;
    if (!item->instance.expires_at_ms)
        item->instance.expires_at_ms = expires_at_ms;
    return instance->state == AW_STATE_TERMINATED
               ? journal_gone(merge->journal, item->backend, instance->id, false, ret_error)
               : journal_listed(merge->journal, instance, ret_error);
}

static int note_absent(void *arg, const struct journal_entry *entry)
{
    struct merge *merge = arg;
    if (entry->state == JOURNAL_INTENT || is_listed(merge, entry))
        return 0;
    if (merge->owner && (!entry->owner || strcmp(entry->owner, merge->owner) != 0))
        return 0;
    struct journal_entry *kept =
        journal_entry_keep(&merge->job->arena, entry, &merge->absent, &merge->absent_count);
    return kept ? 0 : -1;
}

static int show_absent(struct merge *merge, const struct journal_entry *entry, bool whole)
{
    const aw_instance instance = {
        .size = sizeof instance,
        .arch = entry->arch,
        .created_at_ms = entry->created_at_ms,
        .expires_at_ms = entry->expires_at_ms,
        .id = entry->instance_id,
        .region = entry->region,
        .zone = entry->zone,
        .name = entry->name,
        .instance_type = entry->instance_type,
        .owner = entry->owner,
        .token = entry->token,
        .data = entry->data,
    };
    if (job_add_instance(merge->job, entry->backend, &instance))
        return -1;
    merge->job->instances[merge->job->instance_count - 1].presence =
        whole ? ARCHWAY_MISSING : ARCHWAY_UNSEEN;
    return 0;
}

/* Whose end was ordered, and who is listed no more, is gone: that is no difference to show. */
static int settle_absent(struct merge *merge, const struct journal_entry *entry,
                         aw_error *ret_error)
{
    const struct backend *backend = context_backend(merge->job->aw, entry->backend);
    bool whole = merge->listed_whole(merge->job, entry) && entry->age_ms >= JOURNAL_WINDOW_MS &&
                 !(backend && journal_is_elsewhere(backend, entry->account));
    if (whole && entry->state == JOURNAL_ENDING)
        return journal_done(merge->journal, entry->id, JOURNAL_TERMINATED, ret_error);
    if (whole && journal_missing(merge->journal, entry, ret_error))
        return -1;
    if (show_absent(merge, entry, whole))
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the machines");
    return 0;
}

static int merge_all(struct merge *merge, const char *backend, aw_error *ret_error)
{
    archway_job *job = merge->job;
    size_t count = job->instance_count;
    for (size_t i = 0; i < count; i++) {
        if (mark(merge, &job->instances[i], ret_error))
            return -1;
        merge->listed[merge->listed_count++] = &job->instances[i];
    }
    qsort(merge->listed, count, sizeof *merge->listed, by_id);
    if (journal_each(merge->journal, backend, note_absent, merge, ret_error))
        return -1;
    for (size_t i = 0; i < merge->absent_count; i++)
        if (settle_absent(merge, &merge->absent[i], ret_error))
            return -1;
    return 0;
}

void list_known_merge(archway_job *job, const char *backend, const char *owner,
                      bool (*listed_whole)(archway_job *job, const struct journal_entry *entry))
{
    aw_error error = {.size = sizeof error};
    struct merge merge = {.job = job, .owner = owner, .listed_whole = listed_whole};
    if (journal_if_any(job->aw, &merge.journal, &error) == 0 && !merge.journal)
        return;
    merge.listed = arena_alloc(&job->arena, (job->instance_count + 1) * sizeof *merge.listed);
    if (!merge.listed) {
        job_end_memory(job);
        return;
    }
    if (merge.journal)
        merge_all(&merge, backend, &error);
    mem_free(merge.absent);
    if (error.code && job_add_problem(job, &error))
        job_end_memory(job);
}
