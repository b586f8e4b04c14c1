/* SPDX-License-Identifier: Apache-2.0 */
/* What cleaning asks of the journal, and what its passes have seen. */
#include "core/journal_parts.h"

#include "kit/error.h"

/* An entry that went out of sight may come back, so it counts. By its token it knows a machine only as long as it
 * knows none by its id: of one create there is one. */
int journal_knows(struct journal *journal, const aw_instance *instance, uint64_t *ret_expires_at_ms,
                  aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row =
        journal_query(journal, ret_error,
                      "SELECT state < 4 OR ending = 'missing' AS alive, expires_ms FROM entry"
                      " WHERE instance_id = ?1"
                      " OR (token = ?2 AND instance_id IS NULL)"
                      " ORDER BY alive DESC LIMIT 1",
                      "tt", instance->id, instance->token);
    int found = row ? journal_step(journal, row, ret_error) : -1;
    if (found < 1)
        return found;
    *ret_expires_at_ms = (uint64_t)sqlite3_column_int64(row, 1);
    return sqlite3_column_int(row, 0) != 0;
}

int journal_needs(struct journal *journal, const aw_resource *resource, aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row = journal_query(
        journal, ret_error,
        "SELECT 1 FROM resource JOIN entry ON entry.id = resource.entry WHERE resource_id = ?1"
        " AND kind = ?2 AND (state < 4 OR ending = 'missing') UNION ALL"
        " SELECT 1 FROM entry WHERE token = ?3 AND state < 4 LIMIT 1",
        "ttt", resource->id, resource->kind, resource->token);
    return row ? journal_step(journal, row, ret_error) : -1;
}

int64_t journal_find_place(struct journal *journal)
{
    return ++journal->places;
}

static int make_table(struct journal *journal, aw_error *ret_error)
{
    /* What is in it is made anew when it is lost. */
    static const char sql[] =
        "PRAGMA temp.journal_mode = MEMORY;"
        "CREATE TEMP TABLE IF NOT EXISTS find (place INTEGER NOT NULL, kind TEXT NOT NULL,"
        " id TEXT NOT NULL, region TEXT, zone TEXT, name TEXT, token TEXT, data TEXT,"
        " created_ms INTEGER, expires_ms INTEGER, verdict INTEGER, counts INTEGER,"
        " PRIMARY KEY (place, kind, id)) WITHOUT ROWID";
    if (journal->has_finds)
        return 0;
    if (sqlite3_exec(journal->db, sql, NULL, NULL, NULL))
        return journal_fail(journal, ret_error);
    journal->has_finds = true;
    return 0;
}

int journal_find_add(struct journal *journal, int64_t place, const struct journal_find *find,
                     aw_error *ret_error)
{
    if (make_table(journal, ret_error))
        return -1;
    return journal_run(journal, ret_error,
                       "INSERT OR REPLACE INTO find VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
                       " ?10, ?11, ?12)",
                       "itttttttuuii", place, find->kind, find->id, find->region, find->zone,
                       find->name, find->token, find->data, find->created_at_ms,
                       find->expires_at_ms, (int64_t)find->verdict, (int64_t)find->counts);
}

int journal_find_drop(struct journal *journal, int64_t place, aw_error *ret_error)
{
    if (!journal->has_finds)
        return 0;
    return journal_run(journal, ret_error, "DELETE FROM find WHERE place = ?1", "i", place);
}

static int count(struct journal *journal, int64_t place, const char *backend, const char *region,
                 bool machines, uint64_t apart_ms, aw_error *ret_error)
{
    uint64_t now_ms = journal_wall_ms(journal);
    if (journal_run(journal, ret_error,
                    "DELETE FROM seen WHERE backend = ?2 AND region = ?3"
                    " AND (kind = 'machine') = ?4 AND NOT EXISTS (SELECT 1 FROM find"
                    " WHERE place = ?1 AND find.kind = seen.kind AND find.id = seen.id AND counts)",
                    "itti", place, backend, region, (int64_t)machines))
        return -1;
    /* A clock that was set back counts anew from there. */
    return journal_run(
        journal, ret_error,
        "INSERT INTO seen (backend, region, kind, id, first_ms, last_ms, passes)"
        " SELECT ?2, ?3, kind, id, ?4, ?4, 1 FROM find WHERE place = ?1"
        " AND (kind = 'machine') = ?6 AND counts"
        " ON CONFLICT (backend, region, kind, id) DO UPDATE SET"
        " passes = passes + (last_ms + ?5 <= ?4), first_ms = min(first_ms, ?4),"
        " last_ms = CASE WHEN last_ms + ?5 <= ?4 OR last_ms > ?4 THEN ?4 ELSE last_ms END",
        "ittuui", place, backend, region, now_ms, apart_ms, (int64_t)machines);
}

int journal_find_count(struct journal *journal, int64_t place, const char *backend,
                       const char *region, bool machines, uint64_t apart_ms, aw_error *ret_error)
{
    if (make_table(journal, ret_error) || journal_group(journal, ret_error))
        return -1;
    if (count(journal, place, backend, region, machines, apart_ms, ret_error)) {
        journal_group_drop(journal);
        return -1;
    }
    return journal_group_end(journal, ret_error);
}

static const char *text_at(sqlite3_stmt *row, int column)
{
    return (const char *)sqlite3_column_text(row, column);
}

static struct journal_find read_find(sqlite3_stmt *row)
{
    return (struct journal_find){
        .kind = text_at(row, 0),
        .id = text_at(row, 1),
        .region = text_at(row, 2),
        .zone = text_at(row, 3),
        .name = text_at(row, 4),
        .token = text_at(row, 5),
        .data = text_at(row, 6),
        .created_at_ms = (uint64_t)sqlite3_column_int64(row, 7),
        .expires_at_ms = (uint64_t)sqlite3_column_int64(row, 8),
        .verdict = (uint32_t)sqlite3_column_int64(row, 9),
        .first_seen_ms = (uint64_t)sqlite3_column_int64(row, 10),
        .passes = (uint32_t)sqlite3_column_int64(row, 11),
    };
}

int journal_find_each(struct journal *journal, int64_t place, const char *backend,
                      const char *region, int (*each)(void *arg, const struct journal_find *find),
                      void *arg, aw_error *ret_error)
{
    if (make_table(journal, ret_error))
        return -1;
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row = journal_query(
        journal, ret_error,
        "SELECT find.kind, find.id, find.region, zone, name, token, data, created_ms, expires_ms,"
        " verdict, first_ms, passes FROM find LEFT JOIN seen"
        " ON seen.backend = ?2 AND seen.region = ?3 AND seen.kind = find.kind AND"
        " seen.id = find.id WHERE place = ?1",
        "itt", place, backend, region);
    int found = -1;
    while (row && (found = journal_step(journal, row, ret_error)) > 0) {
        struct journal_find find = read_find(row);
        if (each(arg, &find))
            return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for what was found");
    }
    return found;
}
