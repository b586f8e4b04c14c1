/* SPDX-License-Identifier: Apache-2.0 */
/* Reading entries, and taking over those that nobody living brings on. */
#include "core/journal_parts.h"

#include "core/mem.h"
#include "core/vec.h"
#include "kit/error.h"

#define COLUMNS                                                                                    \
    "id, state, created_ms, expires_ms, sent_ms, sent_mono_ms, boot, missing_ms, arch, backend,"   \
    " endpoint, region, zone, instance_type, name, owner, token, instance_id, data, ending, "      \
    "writer, account_id"

static int fail_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the journal's entries");
}

static bool is_under_way(const struct journal *journal, int64_t writer)
{
    return writer != journal->writer && journal_writer_lives(journal, writer);
}

/* The texts belong to the row. */
static struct journal_entry read_row(const struct journal *journal, sqlite3_stmt *row)
{
    const char *texts[20] = {NULL};
    for (int i = 9; i < 20; i++)
        texts[i] = (const char *)sqlite3_column_text(row, i);
    return (struct journal_entry){
        .id = sqlite3_column_int64(row, 0),
        .state = (enum journal_state)sqlite3_column_int(row, 1),
        .created_at_ms = (uint64_t)sqlite3_column_int64(row, 2),
        .expires_at_ms = (uint64_t)sqlite3_column_int64(row, 3),
        .age_ms = journal_age_ms(journal, (const char *)sqlite3_column_text(row, 6),
                                 sqlite3_column_int64(row, 4), sqlite3_column_int64(row, 5)),
        .missing_at_ms = (uint64_t)sqlite3_column_int64(row, 7),
        .arch = (uint32_t)sqlite3_column_int64(row, 8),
        .under_way = is_under_way(journal, sqlite3_column_int64(row, 20)),
        .backend = texts[9],
        .endpoint = texts[10],
        .region = texts[11],
        .zone = texts[12],
        .instance_type = texts[13],
        .name = texts[14],
        .owner = texts[15],
        .token = texts[16],
        .instance_id = texts[17],
        .data = texts[18],
        .ending = texts[19],
        .account = (const char *)sqlite3_column_text(row, 21),
    };
}

static int keep_texts(struct arena *arena, struct journal_entry *entry)
{
    const char **texts[] = {&entry->backend,     &entry->endpoint, &entry->region,
                            &entry->zone,        &entry->name,     &entry->instance_type,
                            &entry->owner,       &entry->token,    &entry->data,
                            &entry->instance_id, &entry->ending,   &entry->account};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        *texts[i] = arena_text(arena, *texts[i]);
    return arena->exhausted ? -1 : 0;
}

struct journal_entry *journal_entry_keep(struct arena *arena, const struct journal_entry *entry,
                                         struct journal_entry **entries, size_t *count)
{
    struct journal_entry copy = *entry;
    struct journal_entry *kept = keep_texts(arena, &copy) ? NULL : VEC_PUSH(entries, count);
    if (kept)
        *kept = copy;
    return kept;
}

struct entries {
    struct journal_entry *items;
    size_t count;
};

static int add_of_writer(struct journal *journal, struct arena *arena, int64_t writer,
                         struct entries *entries, aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row = journal_query(
        journal, ret_error, "SELECT " COLUMNS " FROM entry WHERE state IN (1, 3) AND writer = ?1",
        "i", writer);
    int found = -1;
    while (row && (found = journal_step(journal, row, ret_error)) > 0) {
        struct journal_entry entry = read_row(journal, row);
        if (!journal_entry_keep(arena, &entry, &entries->items, &entries->count))
            return fail_memory(ret_error);
    }
    return found;
}

/* Calls `take` with every writer of open entries that does not live. */
static int each_dead(struct journal *journal, int (*take)(void *arg, int64_t writer), void *arg,
                     aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row = journal_query(
        journal, ret_error, "SELECT DISTINCT writer FROM entry WHERE state IN (1, 3)", "");
    int found = -1;
    while (row && (found = journal_step(journal, row, ret_error)) > 0) {
        int64_t writer = sqlite3_column_int64(row, 0);
        if (!journal_writer_lives(journal, writer) && take(arg, writer))
            return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the writers");
    }
    return found;
}

struct writers {
    int64_t *items;
    size_t count;
};

static int note_writer(void *arg, int64_t writer)
{
    struct writers *writers = arg;
    int64_t *kept = VEC_PUSH(&writers->items, &writers->count);
    if (!kept)
        return -1;
    *kept = writer;
    return 0;
}

static void writers_finish(struct writers *writers)
{
    mem_free(writers->items);
}

static int claim(struct journal *journal, struct arena *arena, struct entries *entries,
                 aw_error *ret_error)
{
    KIT_CLEANUP(writers_finish) struct writers dead = {NULL, 0};
    if (journal_release_again(journal, ret_error) ||
        each_dead(journal, note_writer, &dead, ret_error))
        return -1;
    for (size_t i = 0; i < dead.count; i++)
        if (add_of_writer(journal, arena, dead.items[i], entries, ret_error) ||
            journal_run(journal, ret_error,
                        "UPDATE entry SET writer = ?2 WHERE state IN (1, 3) AND writer = ?1", "ii",
                        dead.items[i], journal->writer))
            return -1;
    return 0;
}

int journal_claim(struct journal *journal, struct arena *arena, struct journal_entry **ret_entries,
                  size_t *ret_count, aw_error *ret_error)
{
    struct entries entries = {NULL, 0};
    if (journal_group(journal, ret_error))
        return -1;
    int failed = claim(journal, arena, &entries, ret_error);
    if (failed)
        journal_group_drop(journal);
    else
        failed = journal_group_end(journal, ret_error);
    if (failed) {
        mem_free(entries.items);
        return -1;
    }
    mem_free(journal->unreleased);
    journal->unreleased = NULL;
    journal->unreleased_count = 0;
    *ret_entries = entries.items;
    *ret_count = entries.count;
    return 0;
}

static int count_writer(void *arg, int64_t writer)
{
    (void)writer;
    ++*(size_t *)arg;
    return 0;
}

int journal_claimable(struct journal *journal, size_t *ret_count, aw_error *ret_error)
{
    size_t count = journal->unreleased_count > 0;
    if (each_dead(journal, count_writer, &count, ret_error))
        return -1;
    *ret_count = count;
    return 0;
}

int journal_each(struct journal *journal, const char *backend,
                 int (*each)(void *arg, const struct journal_entry *entry), void *arg,
                 aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row = journal_query(journal, ret_error,
                                      "SELECT " COLUMNS
                                      " FROM entry WHERE state < 4 AND (?1 IS NULL OR backend = ?1)"
                                      " ORDER BY id",
                                      "t", backend);
    int found = -1;
    while (row && (found = journal_step(journal, row, ret_error)) > 0) {
        struct journal_entry entry = read_row(journal, row);
        if (each(arg, &entry))
            return fail_memory(ret_error);
    }
    return found;
}

int journal_data(struct journal *journal, const char *backend, const char *instance_id,
                 struct arena *arena, const char **ret_data, aw_error *ret_error)
{
    KIT_CLEANUP(journal_finish)
    sqlite3_stmt *row = journal_query(journal, ret_error,
                                      "SELECT data FROM entry WHERE backend = ?1 AND"
                                      " instance_id = ?2 ORDER BY id DESC LIMIT 1",
                                      "tt", backend, instance_id);
    int found = row ? journal_step(journal, row, ret_error) : -1;
    if (found < 0)
        return -1;
    *ret_data = found ? arena_text(arena, (const char *)sqlite3_column_text(row, 0)) : NULL;
    return arena->exhausted ? fail_memory(ret_error) : 0;
}
