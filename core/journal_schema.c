/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of the journal, version by version. The file says which it has: PRAGMA user_version. */
#include "core/journal_parts.h"

#include "kit/error.h"

#include <stdio.h>

#define APPLICATION_ID 0x61776a31 /* "awj1" */

/* What makes version n of version n - 1. Those that were released never change. */
static const char *const migrations[] = {
    "CREATE TABLE entry ("
    "  id INTEGER PRIMARY KEY,"
    "  state INTEGER NOT NULL,"  /* enum journal_state */
    "  ending TEXT,"             /* JOURNAL_ABSENT ... */
    "  writer INTEGER NOT NULL," /* who brings it on; 0: nobody */
    "  backend TEXT NOT NULL,"
    "  provider TEXT NOT NULL,"
    "  endpoint TEXT,"
    "  account TEXT," /* where the credentials came from, for people */
    "  region TEXT NOT NULL,"
    "  zone TEXT,"
    "  instance_type TEXT,"
    "  arch INTEGER NOT NULL DEFAULT 0,"
    "  spot INTEGER NOT NULL DEFAULT 0,"
    "  name TEXT,"
    "  owner TEXT,"
    "  token TEXT,"
    "  price_nusd_per_hour INTEGER NOT NULL DEFAULT 0,"
    "  created_ms INTEGER NOT NULL,"
    "  expires_ms INTEGER NOT NULL DEFAULT 0,"
    "  sent_ms INTEGER NOT NULL," /* no request left later than a little after this */
    "  sent_mono_ms INTEGER NOT NULL,"
    "  boot TEXT NOT NULL,"
    "  changed_ms INTEGER NOT NULL,"
    "  missing_ms INTEGER NOT NULL DEFAULT 0,"
    "  instance_id TEXT,"
    "  data TEXT"
    ");"
    "CREATE UNIQUE INDEX entry_token ON entry (token, backend) WHERE token IS NOT NULL;"
    "CREATE INDEX entry_instance ON entry (instance_id, backend) WHERE instance_id IS NOT NULL;"
    "CREATE INDEX entry_open ON entry (state, writer) WHERE state IN (1, 3);"
    "CREATE INDEX entry_alive ON entry (backend, state) WHERE state < 4;"
    "CREATE TABLE resource ("
    "  id INTEGER PRIMARY KEY,"
    "  entry INTEGER NOT NULL REFERENCES entry (id),"
    "  shared INTEGER NOT NULL,"
    "  kind TEXT NOT NULL,"
    "  region TEXT NOT NULL,"
    "  resource_id TEXT NOT NULL,"
    "  made_ms INTEGER NOT NULL,"
    "  gone INTEGER NOT NULL DEFAULT 0"
    ");"
    "CREATE UNIQUE INDEX resource_entry ON resource (entry, kind, region, resource_id);"
    "CREATE INDEX resource_name ON resource (resource_id, kind);"
    "CREATE TABLE seen (" /* by cleaning passes, and in no entry */
    "  backend TEXT NOT NULL,"
    "  region TEXT NOT NULL," /* as it was asked for; '' for all at once */
    "  kind TEXT NOT NULL,"
    "  id TEXT NOT NULL,"
    "  first_ms INTEGER NOT NULL,"
    "  last_ms INTEGER NOT NULL," /* of the last pass that counts */
    "  passes INTEGER NOT NULL,"
    "  PRIMARY KEY (backend, region, kind, id)"
    ") WITHOUT ROWID;",
    "ALTER TABLE entry ADD COLUMN account_id TEXT;", /* aw_credentials.account; NULL: not known */
};
#define VERSION ((int64_t)(sizeof migrations / sizeof migrations[0]))

static int read_number(struct journal *journal, const char *sql, int64_t *ret_number,
                       aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *statement = journal_query(journal, ret_error, sql, "");
    int status = statement ? journal_step(journal, statement, ret_error) : -1;
    if (status < 0)
        return -1;
    *ret_number = status ? sqlite3_column_int64(statement, 0) : 0;
    return 0;
}

/* 1: it is as it should be; 0: it is new or older. */
static int check(struct journal *journal, int64_t *ret_version, aw_error *ret_error)
{
    int64_t application = 0;
    int64_t tables = 0;
    if (read_number(journal, "PRAGMA application_id", &application, ret_error) ||
        read_number(journal, "PRAGMA user_version", ret_version, ret_error) ||
        read_number(journal, "SELECT count(*) FROM sqlite_schema", &tables, ret_error))
        return -1;
    if (application != APPLICATION_ID && (application || *ret_version || tables))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: this is a database of another program. `journal:` in the "
                             "configuration names the place of the journal.",
                             journal_path(journal));
    if (*ret_version > VERSION)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: this journal is of version %lld, written by a newer Archway; "
                             "this one knows %lld. Use the newer one, or name another `journal:`.",
                             journal_path(journal), (long long)*ret_version, (long long)VERSION);
    return *ret_version == VERSION;
}

static int run_script(struct journal *journal, const char *sql, aw_error *ret_error)
{
    return sqlite3_exec(journal->db, sql, NULL, NULL, NULL) ? journal_fail(journal, ret_error) : 0;
}

/* In a group: another process may have been faster. */
static int migrate(struct journal *journal, aw_error *ret_error)
{
    char pragmas[128];
    int64_t version = 0;
    int checked = check(journal, &version, ret_error);
    if (checked)
        return checked < 0 ? -1 : 0;
    for (; version < VERSION; version++)
        if (run_script(journal, migrations[version], ret_error))
            return -1;
    snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %lld;",
             APPLICATION_ID, (long long)VERSION);
    return run_script(journal, pragmas, ret_error);
}

/* All that is read is of one moment: another process may be making the tables. */
static int look(struct journal *journal, aw_error *ret_error)
{
    int64_t version = 0;
    if (run_script(journal, "BEGIN", ret_error))
        return -1;
    int checked = check(journal, &version, ret_error);
    journal_group_drop(journal);
    return checked;
}

int journal_schema_prepare(struct journal *journal, aw_error *ret_error)
{
    int checked = look(journal, ret_error);
    if (checked)
        return checked < 0 ? -1 : 0;
    if (journal_group(journal, ret_error))
        return -1;
    if (migrate(journal, ret_error)) {
        journal_group_drop(journal);
        return -1;
    }
    return journal_group_end(journal, ret_error);
}
