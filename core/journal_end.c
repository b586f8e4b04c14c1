/* SPDX-License-Identifier: Apache-2.0 */
/* What an order to end a machine writes down, and how entries are done. */
#include "core/journal_parts.h"

#include "core/vec.h"

#define KEPT_MS ((uint64_t)30 * 24 * 3600 * 1000)

/* The entry that knows the machine: 1, 0 when there is none, -1. Of a machine that is gone nothing is held. */
static int find(struct journal *journal, const char *backend, const char *instance_id,
                struct journal_hold *hold, aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row =
        journal_query(journal, ret_error,
                      "SELECT id, token IS NOT NULL, boot, sent_ms, sent_mono_ms,"
                      " state = 4 AND ending = 'terminated' FROM entry"
                      " WHERE backend = ?1 AND instance_id = ?2 ORDER BY id DESC LIMIT 1",
                      "tt", backend, instance_id);
    int found = row ? journal_step(journal, row, ret_error) : -1;
    if (found < 1)
        return found;
    if (sqlite3_column_int(row, 5))
        return 1;
    hold->entry = sqlite3_column_int64(row, 0);
    hold->created_here = sqlite3_column_int(row, 1) != 0;
    hold->age_ms = journal_age_ms(journal, (const char *)sqlite3_column_text(row, 2),
                                  sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4));
    return 1;
}

static int mark_ending(struct journal *journal, int64_t entry, aw_error *ret_error)
{
    return journal_run(journal, ret_error,
                       "UPDATE entry SET state = 3, ending = NULL, writer = ?2, changed_ms = ?3"
                       " WHERE id = ?1",
                       "iiu", entry, journal->writer, journal_wall_ms(journal));
}

/* Of a machine that was not created from here. When it was made is not known: its end is all that counts. */
static int insert_ending(struct journal *journal, const struct backend *backend, const aw_ref *ref,
                         int64_t *ret_entry, aw_error *ret_error)
{
    int failed = journal_run(
        journal, ret_error,
        "INSERT INTO entry (state, writer, backend, provider, endpoint, account, region, zone,"
        " created_ms, sent_ms, sent_mono_ms, boot, changed_ms, instance_id, data, account_id)"
        " VALUES (3, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?9, ?10, ?8, ?11, ?12,"
        " ?13)",
        "ittttttuutttt", journal->writer, backend->name, backend->plugin->entry.provider,
        backend->endpoint, backend->credentials.present ? backend->credentials.value.source : NULL,
        ref->region ? ref->region : "", ref->zone, journal_wall_ms(journal),
        journal_mono_ms(journal), journal->boot, ref->id, ref->data, journal_account(backend));
    if (!failed)
        *ret_entry = sqlite3_last_insert_rowid(journal->db);
    return failed;
}

int journal_order_end(struct journal *journal, const struct backend *backend, const aw_ref *ref,
                      struct journal_hold *ret_hold, aw_error *ret_error)
{
    struct journal_hold hold = {0};
    if (journal_join(journal, ret_error))
        return -1;
    int found = find(journal, backend->name, ref->id, &hold, ret_error);
    int failed = found < 0;
    if (found == 0)
        failed = insert_ending(journal, backend, ref, &hold.entry, ret_error);
    else if (hold.entry)
        failed = mark_ending(journal, hold.entry, ret_error);
    if (journal_joined(journal, 0, failed, ret_error))
        return -1;
    *ret_hold = hold;
    return 0;
}

int journal_order_refused(struct journal *journal, int64_t entry, aw_error *ret_error)
{
    if (journal_join(journal, ret_error))
        return -1;
    int failed = journal_run(journal, ret_error,
                             "UPDATE entry SET state = 2, writer = 0, changed_ms = ?2"
                             " WHERE id = ?1 AND state = 3",
                             "iu", entry, journal_wall_ms(journal));
    return journal_joined(journal, entry, failed, ret_error);
}

int journal_done(struct journal *journal, int64_t entry, const char *ending, aw_error *ret_error)
{
    if (journal_join(journal, ret_error))
        return -1;
    int failed = journal_run(journal, ret_error,
                             "UPDATE entry SET state = 4, ending = ?2, writer = 0, changed_ms = ?3"
                             " WHERE id = ?1",
                             "itu", entry, ending, journal_wall_ms(journal));
    return journal_joined(journal, entry, failed, ret_error);
}

int journal_prune(struct journal *journal, aw_error *ret_error)
{
    uint64_t now_ms = journal_wall_ms(journal);
    uint64_t until_ms = now_ms > KEPT_MS ? now_ms - KEPT_MS : 0;
    if (journal_run(journal, ret_error,
                    "DELETE FROM resource WHERE entry IN (SELECT id FROM entry WHERE state = 4"
                    " AND changed_ms < ?1)",
                    "u", until_ms))
        return -1;
    return journal_run(journal, ret_error, "DELETE FROM entry WHERE state = 4 AND changed_ms < ?1",
                       "u", until_ms);
}

/* The signs keep SQLite from looking at all that live, as it otherwise would. */
int journal_gone(struct journal *journal, const char *backend, const char *instance_id,
                 bool if_ordered, aw_error *ret_error)
{
    return journal_run(journal, ret_error,
                       "UPDATE entry SET state = 4, ending = 'terminated', writer = 0,"
                       " changed_ms = ?3 WHERE backend = ?1 AND instance_id = ?2 AND +state < 4"
                       " AND +state >= ?4",
                       "ttui", backend, instance_id, journal_wall_ms(journal),
                       (int64_t)(if_ordered ? JOURNAL_ENDING : JOURNAL_INTENT));
}

int journal_listed(struct journal *journal, const aw_instance *instance, aw_error *ret_error)
{
    return journal_run(
        journal, ret_error,
        "UPDATE entry SET missing_ms = 0, state = CASE state WHEN 4 THEN 2 ELSE state"
        " END, ending = NULL, changed_ms = ?3 WHERE instance_id = ?1 AND"
        " (token IS ?2 OR token IS NULL) AND (ending = 'missing' OR"
        " (state < 4 AND missing_ms > 0))",
        "ttu", instance->id, instance->token, journal_wall_ms(journal));
}

int journal_missing(struct journal *journal, const struct journal_entry *entry, aw_error *ret_error)
{
    uint64_t now_ms = journal_wall_ms(journal);
    if (!entry->missing_at_ms)
        return journal_run(journal, ret_error, "UPDATE entry SET missing_ms = ?2 WHERE id = ?1",
                           "iu", entry->id, now_ms);
    if (now_ms < entry->missing_at_ms || now_ms - entry->missing_at_ms < JOURNAL_WINDOW_MS)
        return 0;
    return journal_done(journal, entry->id, JOURNAL_MISSING, ret_error);
}

static int write_release(struct journal *journal, int64_t entry, aw_error *ret_error)
{
    return journal_run(journal, ret_error,
                       "UPDATE entry SET writer = 0 WHERE id = ?1 AND writer = ?2", "ii", entry,
                       journal->writer);
}

/* While this context lives it must not be taken for its writer: the next claim writes it. */
void journal_release(struct journal *journal, int64_t entry)
{
    int64_t *kept = NULL;
    int failed = journal_join(journal, NULL);
    if (!failed)
        failed = journal_joined(journal, entry, write_release(journal, entry, NULL), NULL);
    if (failed)
        kept = VEC_PUSH(&journal->unreleased, &journal->unreleased_count);
    if (kept)
        *kept = entry;
}

int journal_release_again(struct journal *journal, aw_error *ret_error)
{
    for (size_t i = 0; i < journal->unreleased_count; i++)
        if (write_release(journal, journal->unreleased[i], ret_error))
            return -1;
    return 0;
}
