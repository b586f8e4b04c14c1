/* SPDX-License-Identifier: Apache-2.0 */
/* The journal from outside, and processes that crash. */
#include "tests/journal_stage.h"

#include "tests/recording_files.h"

#include <setjmp.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char path[PATH_SIZE];

int journal_setup(void **state)
{
    int failed = stage_setup(state);
    snprintf(path, sizeof path, "%s", in_folder("journal.db"));
    stage_journal = path;
    return failed;
}

static sqlite3 *open_file(void)
{
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    return db;
}

const char *journal_ask(const char *sql)
{
    static char answer[1024];
    sqlite3 *db = open_file();
    sqlite3_stmt *row = NULL;
    if (sqlite3_prepare_v2(db, sql, -1, &row, NULL))
        fail_msg("%s", sqlite3_errmsg(db));
    const unsigned char *text =
        sqlite3_step(row) == SQLITE_ROW ? sqlite3_column_text(row, 0) : NULL;
    snprintf(answer, sizeof answer, "%s", text ? (const char *)text : "");
    sqlite3_finalize(row);
    sqlite3_close(db);
    return answer;
}

void journal_spoil(const char *sql)
{
    sqlite3 *db = open_file();
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static pid_t start(void (*work)(void), bool lives)
{
    int ready[2];
    char byte = 0;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("CMOCKA_TEST_ABORT", "1", 1);
        work();
        byte = write(ready[1], &byte, 1) == 1;
        while (lives)
            pause();
        _exit(byte ? 0 : 1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

void must_crash(void (*work)(void))
{
    int status = 0;
    pid_t child = start(work, false);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

pid_t begin_living(void (*work)(void))
{
    return start(work, true);
}

void end_living(pid_t child)
{
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}
