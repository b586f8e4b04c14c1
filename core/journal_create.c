/* SPDX-License-Identifier: Apache-2.0 */
/* What a create writes down. */
#include "core/journal_parts.h"

#include "kit/error.h"

/* A request that leaves so long after it was last noted is noted again, so that whoever recovers knows how
 * fresh it may be. */
#define NOTE_AGAIN_MS 5000

static const char insert_sql[] =
    "INSERT INTO entry (state, writer, backend, provider, endpoint, account, region, zone,"
    " instance_type, arch, spot, name, owner, token, price_nusd_per_hour, created_ms, expires_ms,"
    " sent_ms, sent_mono_ms, boot, changed_ms, account_id)"
    " VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?15, ?17,"
    " ?18, ?15, ?19)"
    " ON CONFLICT (backend, token) WHERE token IS NOT NULL DO UPDATE SET state = 1, ending = NULL,"
    " writer = ?1, endpoint = ?4, account = ?5, region = ?6, zone = ?7, instance_type = ?8,"
    " arch = ?9, spot = ?10, name = ?11, owner = ?12, price_nusd_per_hour = ?14, expires_ms = ?16,"
    " sent_ms = ?15, sent_mono_ms = ?17, boot = ?18, changed_ms = ?15, missing_ms = 0,"
    " instance_id = NULL, data = NULL,"
    " account_id = CASE WHEN state < 4 THEN coalesce(account_id, ?19) ELSE ?19 END"
    " RETURNING id";

static int insert(struct journal *journal, const struct backend *backend, const aw_create *wish,
                  uint64_t price_nusd_per_hour, int64_t *ret_entry, aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *statement = journal_query(
        journal, ret_error, insert_sql, "itttttttiitttuuuutt", journal->writer, backend->name,
        backend->plugin->entry.provider, backend->endpoint,
        backend->credentials.present ? backend->credentials.value.source : NULL, wish->region,
        wish->zone, wish->instance_type, (int64_t)wish->arch, (int64_t)wish->spot, wish->name,
        wish->owner, wish->token, price_nusd_per_hour, journal_wall_ms(journal),
        wish->expires_at_ms, journal_mono_ms(journal), journal->boot, journal_account(backend));
    if (!statement || journal_step(journal, statement, ret_error) < 0)
        return -1;
    *ret_entry = sqlite3_column_int64(statement, 0);
    return journal_step(journal, statement, ret_error) < 0 ? -1 : 0;
}

static int fail_taken(const char *token, aw_error *ret_error)
{
    return kit_error_set(
        ret_error, AW_E_CONFLICT,
        "a create with the token %s is under way in another process or context, or "
        "is being recovered",
        token);
}

/* Two that have one token would both look for its machine, find none, and make one each; and a recovery of this very
 * context would find none, and close the entry of the one that is being made meanwhile. */
static int look_up(struct journal *journal, const struct backend *backend, const char *token,
                   struct journal_hold *hold, aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row =
        journal_query(journal, ret_error,
                      "SELECT state, writer, boot, sent_ms, sent_mono_ms, account_id"
                      " FROM entry"
                      " WHERE backend = ?1 AND token = ?2",
                      "tt", backend->name, token);
    int found = row ? journal_step(journal, row, ret_error) : -1;
    if (found < 1)
        return found;
    int64_t writer = sqlite3_column_int64(row, 1);
    hold->created_here = true;
    hold->was_open = sqlite3_column_int(row, 0) != JOURNAL_DONE;
    hold->age_ms = journal_age_ms(journal, (const char *)sqlite3_column_text(row, 2),
                                  sqlite3_column_int64(row, 3), sqlite3_column_int64(row, 4));
    if (hold->was_open && journal_writer_lives(journal, writer))
        return fail_taken(token, ret_error);
    const char *account = (const char *)sqlite3_column_text(row, 5);
    if (hold->was_open && journal_is_elsewhere(backend, account))
        return journal_fail_elsewhere(backend, account, ret_error);
    return 0;
}

int journal_begin(struct journal *journal, const struct backend *backend, const aw_create *wish,
                  uint64_t price_nusd_per_hour, struct journal_hold *ret_hold, aw_error *ret_error)
{
    struct journal_hold hold = {0};
    if (journal_join(journal, ret_error))
        return -1;
    int failed = look_up(journal, backend, wish->token, &hold, ret_error) ||
                 insert(journal, backend, wish, price_nusd_per_hour, &hold.entry, ret_error);
    if (journal_joined(journal, 0, failed, ret_error))
        return -1;
    *ret_hold = hold;
    return 0;
}

/* 1: the last note of it is so old, or lacks the account. */
static int is_stale(struct journal *journal, const struct backend *backend, int64_t entry,
                    aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row =
        journal_query(journal, ret_error,
                      "SELECT account_id, sent_mono_ms + ?3 < ?2 OR sent_mono_ms > ?2 FROM entry"
                      " WHERE id = ?1 AND state = 1",
                      "iui", entry, journal_mono_ms(journal), (int64_t)NOTE_AGAIN_MS);
    int found = row ? journal_step(journal, row, ret_error) : -1;
    if (found < 1)
        return found;
    const char *account = (const char *)sqlite3_column_text(row, 0);
    if (journal_is_elsewhere(backend, account))
        return journal_fail_elsewhere(backend, account, ret_error);
    return sqlite3_column_int(row, 1) != 0 || (!account && journal_account(backend));
}

int journal_sending(struct journal *journal, const struct backend *backend, int64_t entry,
                    aw_error *ret_error)
{
    int stale = is_stale(journal, backend, entry, ret_error);
    if (stale < 1)
        return stale;
    if (journal_join(journal, ret_error))
        return -1;
    int failed = journal_note_account(journal, backend, ret_error) ||
                 journal_run(journal, ret_error,
                             "UPDATE entry SET sent_ms = ?2, sent_mono_ms = ?3 WHERE id = ?1",
                             "iuu", entry, journal_wall_ms(journal), journal_mono_ms(journal));
    failed = journal_joined(journal, 0, failed, ret_error);
    return failed ? -1 : journal_flush(journal, ret_error);
}

int journal_resource(struct journal *journal, int64_t entry, const aw_resource *resource,
                     aw_error *ret_error)
{
    if (journal_join(journal, ret_error))
        return -1;
    int failed = journal_run(journal, ret_error,
                             "INSERT OR IGNORE INTO resource (entry, shared, kind, region,"
                             " resource_id, made_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                             "iitttu", entry, (int64_t)resource->shared, resource->kind,
                             resource->region ? resource->region : "", resource->id,
                             journal_wall_ms(journal));
    failed = journal_joined(journal, 0, failed, ret_error);
    return failed ? -1 : journal_flush(journal, ret_error);
}

int journal_known(struct journal *journal, const struct backend *backend, int64_t entry,
                  const aw_instance *instance, aw_error *ret_error)
{
    if (journal_join(journal, ret_error))
        return -1;
    int failed =
        journal_run(journal, ret_error,
                    "UPDATE entry SET state = 2, writer = 0, ending = NULL, instance_id = ?2,"
                    " region = ?3, zone = coalesce(?4, zone), data = ?5, changed_ms = ?6,"
                    " missing_ms = 0, account_id = coalesce(?7, account_id) WHERE id = ?1",
                    "ittttut", entry, instance->id, instance->region, instance->zone,
                    instance->data, journal_wall_ms(journal), journal_account(backend));
    return journal_joined(journal, entry, failed, ret_error);
}
