/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing the journal. */
#include "core/journal_parts.h"

#include "core/mem.h"
#include "core/whole_file.h"
#include "kit/error.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Others hold it for as long as a write to the disk takes. */
#define BUSY_TIMEOUT_MS 5000
#define BUSY_PAUSE_MS 5

const char *journal_path(const struct journal *journal)
{
    return journal->path ? journal->path : ":memory:";
}

uint64_t journal_wall_ms(const struct journal *journal)
{
    return journal->aw->world->ops->wall_ms(journal->aw->world);
}

uint64_t journal_mono_ms(const struct journal *journal)
{
    return loop_now_ms(journal->aw->loop);
}

uint64_t journal_age_ms(const struct journal *journal, const char *boot, int64_t wall_ms,
                        int64_t mono_ms)
{
    bool same_boot = boot && *boot && strcmp(boot, journal->boot) == 0;
    uint64_t then_ms = (uint64_t)(same_boot ? mono_ms : wall_ms);
    uint64_t now_ms = same_boot ? journal_mono_ms(journal) : journal_wall_ms(journal);
    return now_ms > then_ms ? now_ms - then_ms : 0;
}

/* Without a trailing newline; "" where there is none. In a replay the clock is the recording's own. */
static void read_boot(struct journal *journal)
{
    KIT_CLEANUP(close_fd) int fd = -1;
    if (!journal->aw->replaying)
        fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    ssize_t size = fd >= 0 ? read(fd, journal->boot, sizeof journal->boot - 1) : 0;
    journal->boot[size > 0 ? size : 0] = '\0';
    journal->boot[strcspn(journal->boot, "\n")] = '\0';
}

/* To become a WAL takes the whole file, for which SQLite waits for nobody: its busy timeout does not hold there. */
static int make_safe(struct journal *journal)
{
    static const char safe[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                               "PRAGMA trusted_schema = OFF;";
    const struct timespec pause = {.tv_nsec = BUSY_PAUSE_MS * 1000000};
    int status = sqlite3_exec(journal->db, safe, NULL, NULL, NULL);
    for (int waited_ms = 0; (status & 0xff) == SQLITE_BUSY && waited_ms < BUSY_TIMEOUT_MS;
         waited_ms += BUSY_PAUSE_MS) {
        nanosleep(&pause, NULL);
        status = sqlite3_exec(journal->db, safe, NULL, NULL, NULL);
    }
    return status;
}

static int set_up(struct journal *journal, aw_error *ret_error)
{
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (journal_sqlite_load(ret_error))
        return -1;
    if (sqlite3_open_v2(journal_path(journal), &journal->db, flags, NULL) ||
        sqlite3_busy_timeout(journal->db, BUSY_TIMEOUT_MS) || make_safe(journal))
        return journal_fail(journal, ret_error);
    return journal_schema_prepare(journal, ret_error);
}

static int open_whole(struct journal *journal, aw_error *ret_error)
{
    bool in_memory = journal->aw->replaying && !journal->aw->journal_path;
    if (!in_memory && (journal_place_find(journal->aw, &journal->path, ret_error) ||
                       journal_place_make(journal->path, ret_error)))
        return -1;
    read_boot(journal);
    if (journal_writer_enter(journal, ret_error))
        return -1;
    return set_up(journal, ret_error);
}

struct journal *journal_of(archway *aw, aw_error *ret_error)
{
    if (aw->journal)
        return aw->journal;
    struct journal *journal = mem_alloc(sizeof *journal);
    if (!journal) {
        kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the journal");
        return NULL;
    }
    journal->aw = aw;
    journal->lock_fd = -1;
    list_init(&journal->waiting);
    list_init(&journal->ready);
    if (open_whole(journal, ret_error)) {
        journal_close(journal);
        return NULL;
    }
    aw->journal = journal;
    for (size_t i = 0; i < aw->backend_count; i++)
        credentials_name_account(&aw->backends[i]->credentials);
    return journal;
}

int journal_if_any(archway *aw, struct journal **ret_journal, aw_error *ret_error)
{
    KIT_CLEANUP(mem_free_text) char *path = NULL;
    bool in_memory = aw->replaying && !aw->journal_path;
    int found = aw->journal != NULL;
    if (!found && !in_memory) {
        /* Where there is no place for one, there is none. */
        if (journal_place_find(aw, &path, NULL))
            path = NULL;
        found = path ? journal_place_look(path, ret_error) : 0;
    }
    struct journal *journal = found > 0 ? journal_of(aw, ret_error) : NULL;
    if (found && !journal)
        return -1;
    *ret_journal = journal;
    return 0;
}

void journal_close(struct journal *journal)
{
    if (!journal)
        return;
    for (size_t i = 0; i < journal->prepared_count; i++)
        sqlite3_finalize(journal->prepared[i].statement);
    mem_free(journal->unreleased);
    mem_free(journal->batch);
    if (journal->db)
        sqlite3_close(journal->db);
    journal_writer_leave(journal);
    mem_free(journal->path);
    mem_free(journal);
}
