/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who lives: each context locks one byte, at its own number, of a file beside the journal. The lock belongs to
 * the open file (F_OFD_SETLK, fcntl(2)), so contexts of one process tell each other apart, and it goes with the
 * process, whatever ends it; a number is never used again.
 */
#include "core/journal_parts.h"

#include "core/mem.h"
#include "core/safe_file.h"
#include "core/whole_file.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/random.h>

#define ATTEMPTS 8
#define LARGEST_WRITER 0x3fffffffffffffff

static struct flock byte_of(int64_t writer)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = writer, .l_len = 1};
}

static int open_file(struct journal *journal, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf path;
    kit_buf_init(&path, mem_kit(), PATH_MAX);
    kit_buf_addf(&path, "%s-writers", journal->path);
    if (path.state)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the journal");
    const char *text = kit_buf_text(&path);
    journal->lock_fd = open(text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (journal->lock_fd < 0)
        return kit_error_set(ret_error, AW_E_DENIED,
                             "%s: this file beside the journal cannot be opened: %s.", text,
                             strerror(errno));
    return safe_file_check(journal->lock_fd, text, "file beside the journal", ret_error);
}

static int64_t draw(void)
{
    uint64_t bits = 0;
    if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
        return 0;
    return (int64_t)(bits & LARGEST_WRITER);
}

int journal_writer_enter(struct journal *journal, aw_error *ret_error)
{
    if (!journal->path) {
        journal->writer = 1;
        return 0;
    }
    if (open_file(journal, ret_error))
        return -1;
    for (int i = 0; i < ATTEMPTS; i++) {
        int64_t writer = draw();
        struct flock lock = byte_of(writer);
        if (writer && fcntl(journal->lock_fd, F_OFD_SETLK, &lock) == 0) {
            journal->writer = writer;
            return 0;
        }
    }
    return kit_error_set(ret_error, AW_E_INVALID,
                         "%s-writers: this file cannot be locked: %s. Put the journal on a file "
                         "system that has locks: `journal:` in the configuration names its place.",
                         journal->path, strerror(errno));
}

void journal_writer_leave(struct journal *journal)
{
    close_fd(&journal->lock_fd);
    journal->lock_fd = -1;
}

bool journal_writer_lives(const struct journal *journal, int64_t writer)
{
    struct flock lock = byte_of(writer);
    if (!writer)
        return false;
    if (writer == journal->writer)
        return true;
    /* When it cannot be told, nobody's work is taken from him. */
    return journal->path && (fcntl(journal->lock_fd, F_OFD_GETLK, &lock) || lock.l_type != F_UNLCK);
}
