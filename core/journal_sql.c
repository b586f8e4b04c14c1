/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the journal, prepared once, and what SQLite's failures mean. */
#include "core/journal_parts.h"

#include "kit/error.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* Files that SQLite maps grow by themselves, and a full disk is an error of input and output to it then. */
static int told_code(const struct journal *journal, int code)
{
    int system = journal->db ? sqlite3_system_errno(journal->db) : 0;
    bool full = (code & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT);
    return full ? SQLITE_FULL : code;
}

static const char *remedy_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "The disk is full: make room";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return "It and its folder must be writable";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "Another process holds it: try again";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return "It is damaged: keep a copy, move it away, and look with `archway list` and "
               "`archway gc` at what is running";
    default:
        return "Look at its disk";
    }
}

static uint32_t code_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_NOMEM:
        return AW_E_NO_MEMORY;
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return AW_E_DENIED;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return AW_E_INVALID;
    default:
        return AW_E_UNAVAILABLE;
    }
}

int journal_fail(const struct journal *journal, aw_error *ret_error)
{
    int code = journal->db ? sqlite3_extended_errcode(journal->db) : SQLITE_NOMEM;
    const char *text = journal->db ? sqlite3_errmsg(journal->db) : sqlite3_errstr(code);
    return kit_error_set(ret_error, code_of(code), "%s: the journal cannot be used: %s. %s.",
                         journal_path(journal), text, remedy_of(told_code(journal, code)));
}

static sqlite3_stmt *prepare(struct journal *journal, const char *sql, aw_error *ret_error)
{
    sqlite3_stmt *statement = NULL;
    for (size_t i = 0; i < journal->prepared_count; i++)
        if (journal->prepared[i].sql == sql)
            return journal->prepared[i].statement;
    if (journal->prepared_count == JOURNAL_STATEMENTS) {
        kit_error_set(ret_error, AW_E_INTERNAL, "the journal has no room for a statement");
        return NULL;
    }
    if (sqlite3_prepare_v3(journal->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL)) {
        journal_fail(journal, ret_error);
        return NULL;
    }
    journal->prepared[journal->prepared_count].sql = sql;
    journal->prepared[journal->prepared_count++].statement = statement;
    return statement;
}

static int bind(sqlite3_stmt *statement, const char *types, va_list values)
{
    int failed = 0;
    for (int at = 0; types[at]; at++) {
        if (types[at] == 't')
            failed |= sqlite3_bind_text(statement, at + 1, va_arg(values, const char *), -1,
                                        SQLITE_TRANSIENT);
        else if (types[at] == 'u')
            failed |= sqlite3_bind_int64(statement, at + 1,
                                         (int64_t)(va_arg(values, uint64_t) & INT64_MAX));
        else
            failed |= sqlite3_bind_int64(statement, at + 1, va_arg(values, int64_t));
    }
    return failed;
}

static sqlite3_stmt *start(struct journal *journal, aw_error *ret_error, const char *sql,
                           const char *types, va_list values)
{
    sqlite3_stmt *statement = prepare(journal, sql, ret_error);
    if (!statement)
        return NULL;
    if (!bind(statement, types, values))
        return statement;
    journal_fail(journal, ret_error);
    journal_finish(&statement);
    return NULL;
}

sqlite3_stmt *journal_query(struct journal *journal, aw_error *ret_error, const char *sql,
                            const char *types, ...)
{
    va_list values;
    va_start(values, types);
    sqlite3_stmt *statement = start(journal, ret_error, sql, types, values);
    va_end(values);
    return statement;
}

int journal_step(struct journal *journal, sqlite3_stmt *statement, aw_error *ret_error)
{
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return code == SQLITE_ROW;
    return journal_fail(journal, ret_error);
}

void journal_finish(sqlite3_stmt **statement)
{
    if (!*statement)
        return;
    sqlite3_reset(*statement);
    sqlite3_clear_bindings(*statement);
    *statement = NULL;
}

int journal_run(struct journal *journal, aw_error *ret_error, const char *sql, const char *types,
                ...)
{
    va_list values;
    va_start(values, types);
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *statement = start(journal, ret_error, sql, types, values);
    va_end(values);
    if (!statement)
        return -1;
    int status = journal_step(journal, statement, ret_error);
    return status < 0 ? -1 : 0;
}

int journal_group(struct journal *journal, aw_error *ret_error)
{
    if (journal_flush(journal, ret_error))
        return -1;
    if (journal_run(journal, ret_error, "BEGIN IMMEDIATE", ""))
        return -1;
    journal->grouped = true;
    return 0;
}

int journal_group_end(struct journal *journal, aw_error *ret_error)
{
    if (journal_run(journal, ret_error, "COMMIT", "") == 0) {
        journal->grouped = false;
        return 0;
    }
    journal_group_drop(journal);
    return -1;
}

/* SQLite may have done so by itself. */
void journal_group_drop(struct journal *journal)
{
    journal->grouped = false;
    if (!sqlite3_get_autocommit(journal->db))
        journal_run(journal, NULL, "ROLLBACK", "");
}
