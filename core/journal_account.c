/* SPDX-License-Identifier: Apache-2.0 */
/* Whose account an entry is of: what one account does not list may live in another. */
#include "core/journal_parts.h"

#include "kit/error.h"

#include <string.h>

const char *journal_account(const struct backend *backend)
{
    return *backend->credentials.account ? backend->credentials.account : NULL;
}

bool journal_is_elsewhere(const struct backend *backend, const char *account)
{
    const char *now = journal_account(backend);
    return now && account && strcmp(now, account) != 0;
}

int journal_fail_elsewhere(const struct backend *backend, const char *account, aw_error *ret_error)
{
    return kit_error_set(
        ret_error, AW_E_CONFLICT,
        "this was asked of %.80s, and the credentials of `%s` are of %.80s now: use "
        "those of then, or say `archway recover --same-account` if both are of one "
        "account",
        account, backend->name, journal_account(backend));
}

int journal_check_account(struct journal *journal, const struct backend *backend,
                          const char *instance_id, aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row = journal_query(journal, ret_error,
                                      "SELECT account_id FROM entry WHERE backend = ?1"
                                      " AND instance_id = ?2 ORDER BY id DESC LIMIT 1",
                                      "tt", backend->name, instance_id);
    int found = row ? journal_step(journal, row, ret_error) : -1;
    if (found < 1)
        return found;
    const char *account = (const char *)sqlite3_column_text(row, 0);
    return journal_is_elsewhere(backend, account)
               ? journal_fail_elsewhere(backend, account, ret_error)
               : 0;
}

/* All that this context has under way there, so that a thousand creates wait for the disk once. */
int journal_note_account(struct journal *journal, const struct backend *backend,
                         aw_error *ret_error)
{
    return journal_run(journal, ret_error,
                       "UPDATE entry SET account_id = ?3 WHERE state = 1 AND writer = ?1"
                       " AND backend = ?2 AND account_id IS NULL",
                       "itt", journal->writer, backend->name, journal_account(backend));
}
