/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite, loaded when the first journal is opened. Most of what is asked of Archway needs none, and it brings libm: 0.6
 * MB together. Its functions keep their names here, as SQLite's own sqlite3ext.h does it for extensions.
 */
#ifndef ARCHWAY_CORE_JOURNAL_SQLITE_H
#define ARCHWAY_CORE_JOURNAL_SQLITE_H

#include <archway/backend.h>

#include <sqlite3.h>

#define JOURNAL_SQLITE_FUNCTIONS(each)                                                             \
    each(bind_int64) each(bind_text) each(busy_timeout) each(clear_bindings) each(close)           \
        each(column_int) each(column_int64) each(column_text) each(errmsg) each(errstr) each(exec) \
            each(extended_errcode) each(finalize) each(get_autocommit) each(last_insert_rowid)     \
                each(open_v2) each(prepare_v3) each(reset) each(step) each(system_errno)

struct journal_sqlite {
#define JOURNAL_SQLITE_MEMBER(name) __typeof__(sqlite3_##name) *name;
    JOURNAL_SQLITE_FUNCTIONS(JOURNAL_SQLITE_MEMBER)
#undef JOURNAL_SQLITE_MEMBER
};

/* Filled by journal_sqlite_load, which may be called by any thread and any number of times: -1, and a sentence that
 * says what to install. */
extern struct journal_sqlite journal_sqlite;
int journal_sqlite_load(aw_error *ret_error);

#define sqlite3_bind_int64 journal_sqlite.bind_int64
#define sqlite3_bind_text journal_sqlite.bind_text
#define sqlite3_busy_timeout journal_sqlite.busy_timeout
#define sqlite3_clear_bindings journal_sqlite.clear_bindings
#define sqlite3_close journal_sqlite.close
#define sqlite3_column_int journal_sqlite.column_int
#define sqlite3_column_int64 journal_sqlite.column_int64
#define sqlite3_column_text journal_sqlite.column_text
#define sqlite3_errmsg journal_sqlite.errmsg
#define sqlite3_errstr journal_sqlite.errstr
#define sqlite3_exec journal_sqlite.exec
#define sqlite3_extended_errcode journal_sqlite.extended_errcode
#define sqlite3_finalize journal_sqlite.finalize
#define sqlite3_get_autocommit journal_sqlite.get_autocommit
#define sqlite3_last_insert_rowid journal_sqlite.last_insert_rowid
#define sqlite3_open_v2 journal_sqlite.open_v2
#define sqlite3_prepare_v3 journal_sqlite.prepare_v3
#define sqlite3_reset journal_sqlite.reset
#define sqlite3_step journal_sqlite.step
#define sqlite3_system_errno journal_sqlite.system_errno

#endif
