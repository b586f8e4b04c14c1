/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a journal, shared by the files that make it up. */
#ifndef ARCHWAY_CORE_JOURNAL_PARTS_H
#define ARCHWAY_CORE_JOURNAL_PARTS_H

#include "core/journal.h"
#include "core/journal_sqlite.h"

#define JOURNAL_STATEMENTS 48

struct journal {
    archway *aw;
    char *path; /* NULL: in memory */
    sqlite3 *db;
    int lock_fd;         /* -1: in memory */
    int64_t writer;      /* this context, as entries name it; never 0 */
    bool has_finds;      /* the table of journal_find_add is there */
    int64_t places;      /* numbers of listings that have been given out */
    char boot[64];       /* since when the monotonic clock counts; "": it tells nothing */
    bool batching;       /* the writes of a step are open */
    bool grouped;        /* a group is */
    struct link waiting; /* for their commit: struct journal_wait */
    struct link ready;   /* to be told of `outcome` at the end of the step */
    aw_error outcome;    /* of the last commit */
    int64_t *batch;      /* entries in it that nobody waits for */
    size_t batch_count;
    int64_t *unreleased; /* entries that were let go, when the file could not be written */
    size_t unreleased_count;
    struct {
        const char *sql;
        sqlite3_stmt *statement;
    } prepared[JOURNAL_STATEMENTS];
    size_t prepared_count;
};

/* --- core/journal_place.c: where the file lies, and whether it may be trusted. --- */

/* The path, to be freed with mem_free: what was named, else what the configuration says, else the XDG place. */
int journal_place_find(const archway *aw, char **ret_path, aw_error *ret_error);
/* 1: there is a file; 0: there is none; -1: there is one that may not be used. */
int journal_place_look(const char *path, aw_error *ret_error);
/* Makes folder and file where they are not there, and checks both. */
int journal_place_make(char *path, aw_error *ret_error);

/* --- core/journal_schema.c --- */

/* Brings a new or older file up to date; refuses a newer one, and what is no journal. */
int journal_schema_prepare(struct journal *journal, aw_error *ret_error);

/* --- core/journal_writer.c: who lives. --- */

/* Takes a writer's number and its lock. */
int journal_writer_enter(struct journal *journal, aw_error *ret_error);
void journal_writer_leave(struct journal *journal);
bool journal_writer_lives(const struct journal *journal, int64_t writer);

/* --- core/journal_sql.c: statements, prepared once. --- */

/* Fills *ret_error with what SQLite says and what to do about it. Returns -1. */
int journal_fail(const struct journal *journal, aw_error *ret_error);

/* `types` has a letter for each parameter: t: const char *, NULL being none; i: int64_t; u: uint64_t. `sql` must
 * be a literal, since statements are known by its address. */
int journal_run(struct journal *journal, aw_error *ret_error, const char *sql, const char *types,
                ...);
/* The same for a query: NULL or a statement to be stepped, and reset with journal_finish. */
sqlite3_stmt *journal_query(struct journal *journal, aw_error *ret_error, const char *sql,
                            const char *types, ...);
/* 1: a row; 0: no more; -1 and the error. */
int journal_step(struct journal *journal, sqlite3_stmt *statement, aw_error *ret_error);
void journal_finish(sqlite3_stmt **statement); /* for KIT_CLEANUP */

/* core/journal_account.c: for all entries under way that have none. */
int journal_note_account(struct journal *journal, const struct backend *backend,
                         aw_error *ret_error);

/* core/journal_end.c: what journal_release could not write. */
int journal_release_again(struct journal *journal, aw_error *ret_error);

/* core/journal_step.c: around the writes of one function. Joins the step's transaction, or opens one of its own. */
int journal_join(struct journal *journal, aw_error *ret_error);
/* `entry`: if the step is lost, it is one that nobody brings on; 0: whoever waits does. Returns `failed`, or -1. */
int journal_joined(struct journal *journal, int64_t entry, int failed, aw_error *ret_error);

/* Now, as entries have it. */
uint64_t journal_wall_ms(const struct journal *journal);
uint64_t journal_mono_ms(const struct journal *journal);
/* Since then: of the same boot by the monotonic clock, which nobody sets; else by the wall clock, which may be
 * wrong: what would be in the future is as fresh as can be. */
uint64_t journal_age_ms(const struct journal *journal, const char *boot, int64_t wall_ms,
                        int64_t mono_ms);

#endif
