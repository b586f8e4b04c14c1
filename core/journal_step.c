/* SPDX-License-Identifier: Apache-2.0 */
/* The writes of a step of the loop as one transaction. */
#include "core/journal_parts.h"

#include "core/error.h"
#include "core/mem.h"
#include "core/vec.h"

static void move_waiting(struct journal *journal, bool lost)
{
    while (!list_empty(&journal->waiting)) {
        struct journal_wait *wait = list_item(journal->waiting.next, struct journal_wait, link);
        wait->lost = lost;
        list_remove(&wait->link);
        list_append(&journal->ready, &wait->link);
    }
}

/* Entries that were let go, or done, and are not: this context brings them on no more. */
static void lose_batch(struct journal *journal)
{
    for (size_t i = 0; i < journal->batch_count; i++) {
        int64_t *kept = VEC_PUSH(&journal->unreleased, &journal->unreleased_count);
        if (kept)
            *kept = journal->batch[i];
    }
}

static int commit(struct journal *journal, aw_error *ret_error)
{
    /* SQLite rolls back by itself when the disk is full or memory is short. */
    if (sqlite3_get_autocommit(journal->db))
        return journal->outcome.code ? error_pass(ret_error, &journal->outcome)
                                     : kit_error_set(ret_error, AW_E_UNAVAILABLE,
                                                     "%s: the journal took back what was written",
                                                     journal_path(journal));
    if (journal_run(journal, ret_error, "COMMIT", "") == 0)
        return 0;
    journal_group_drop(journal);
    return -1;
}

int journal_flush(struct journal *journal, aw_error *ret_error)
{
    aw_error error = {.size = sizeof error};
    if (!journal->batching)
        return 0;
    journal->batching = false;
    int failed = commit(journal, &error);
    if (failed)
        lose_batch(journal);
    if (failed)
        journal->outcome = error;
    mem_free(journal->batch);
    journal->batch = NULL;
    journal->batch_count = 0;
    move_waiting(journal, failed);
    return failed ? error_pass(ret_error, &error) : 0;
}

int journal_join(struct journal *journal, aw_error *ret_error)
{
    if (journal->batching || journal->grouped)
        return 0;
    if (journal_run(journal, ret_error, "BEGIN IMMEDIATE", ""))
        return -1;
    journal->batching = true;
    return 0;
}

static void note_entry(struct journal *journal, int64_t entry)
{
    int64_t *kept = entry ? VEC_PUSH(&journal->batch, &journal->batch_count) : NULL;
    if (kept)
        *kept = entry;
    else if (entry)
        journal_flush(journal, NULL);
}

int journal_joined(struct journal *journal, int64_t entry, int failed, aw_error *ret_error)
{
    if (journal->grouped)
        return failed ? -1 : 0;
    if (failed && ret_error)
        journal->outcome = *ret_error; /* should it have taken all with it */
    if (!failed)
        note_entry(journal, entry);
    if (journal->aw->stepping)
        return failed ? -1 : 0;
    if (!failed)
        return journal_flush(journal, ret_error);
    journal->batching = false;
    journal_group_drop(journal);
    return -1;
}

void journal_wait(struct journal *journal, struct journal_wait *wait)
{
    wait->lost = false;
    list_append(journal->batching ? &journal->waiting : &journal->ready, &wait->link);
}

void journal_leave(struct journal_wait *wait)
{
    if (wait->link.next)
        list_remove(&wait->link);
}

void journal_step_begin(archway *aw)
{
    aw->stepping = true;
}

static void tell(struct journal *journal)
{
    static const aw_error none = {.size = sizeof none};
    struct link told;
    list_init(&told);
    while (!list_empty(&journal->ready)) {
        struct link *link = journal->ready.next;
        list_remove(link);
        list_append(&told, link);
    }
    const aw_error outcome = journal->outcome;
    while (!list_empty(&told)) {
        struct journal_wait *wait = list_item(told.next, struct journal_wait, link);
        list_remove(&wait->link);
        wait->written(wait, wait->lost ? &outcome : &none);
    }
}

/* Who is told may write again: that is a transaction of its own. */
void journal_step_end(archway *aw)
{
    struct journal *journal = aw->journal;
    while (journal && (journal->batching || !list_empty(&journal->ready))) {
        journal_flush(journal, NULL);
        tell(journal);
    }
    aw->stepping = false;
}
