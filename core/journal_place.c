/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the journal lies. The file is never opened here: the locks of POSIX, by which SQLite keeps processes
 * apart, are lost when any descriptor of the file is closed. O_PATH opens nothing.
 */
#include "core/journal_parts.h"

#include "core/folder.h"
#include "core/mem.h"
#include "core/safe_file.h"
#include "core/whole_file.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int fail_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the journal");
}

static int fail_system(const char *path, const char *what, aw_error *ret_error)
{
    int problem = errno;
    uint32_t code = problem == EACCES || problem == EPERM || problem == EROFS ? AW_E_DENIED
                    : problem == ENOSPC                                       ? AW_E_UNAVAILABLE
                                                                              : AW_E_INVALID;
    return kit_error_set(ret_error, code,
                         "%s: the journal %s: %s. Nothing is created without it. `journal:` in the "
                         "configuration names another place.",
                         path, what, strerror(problem));
}

static int add_default(kit_buf *path, aw_error *ret_error)
{
    const char *state = secure_getenv("XDG_STATE_HOME");
    const char *home = secure_getenv("HOME");
    if (state && *state == '/')
        kit_buf_addf(path, "%s/archway/journal.db", state);
    else if (home && *home == '/')
        kit_buf_addf(path, "%s/.local/state/archway/journal.db", home);
    else
        return kit_error_set(ret_error, AW_E_INVALID,
                             "There is no place for the journal, without which nothing is created: "
                             "neither XDG_STATE_HOME nor HOME is set. Set one of them, or write "
                             "`journal: /absolute/path` into the configuration.");
    return 0;
}

static int add_named(kit_buf *path, const char *named, aw_error *ret_error)
{
    const char *home = secure_getenv("HOME");
    if (named[0] == '~' && named[1] == '/') {
        if (!home)
            return kit_error_set(ret_error, AW_E_INVALID,
                                 "%.200s: HOME is not set: name the journal by its whole path.",
                                 named);
        kit_buf_addf(path, "%s%s", home, named + 1);
        return 0;
    }
    char folder[PATH_MAX] = "";
    if (named[0] != '/' && !getcwd(folder, sizeof folder))
        return fail_system(named, "cannot be found", ret_error);
    kit_buf_addf(path, "%s%s%s", folder, *folder ? "/" : "", named);
    return 0;
}

int journal_place_find(const archway *aw, char **ret_path, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf path;
    const char *named = aw->journal_path ? aw->journal_path : aw->config.journal;
    kit_buf_init(&path, mem_kit(), PATH_MAX);
    if (named ? add_named(&path, named, ret_error) : add_default(&path, ret_error))
        return -1;
    char *text = kit_buf_take(&path);
    if (!text)
        return fail_memory(ret_error);
    *ret_path = text;
    return 0;
}

static int check_folder(const char *path, aw_error *ret_error)
{
    const char *slash = strrchr(path, '/');
    size_t size = slash > path ? (size_t)(slash - path) : 1;
    KIT_CLEANUP(mem_free_text) char *folder = mem_copy(path, size);
    if (!folder)
        return fail_memory(ret_error);
    KIT_CLEANUP(close_fd) int fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_system(folder, "has no such folder", ret_error);
    return safe_file_check(fd, folder, SAFE_FOLDER, ret_error);
}

int journal_place_look(const char *path, aw_error *ret_error)
{
    KIT_CLEANUP(close_fd) int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (fd < 0)
        return fail_system(path, "cannot be looked at", ret_error);
    if (check_folder(path, ret_error) || safe_file_check(fd, path, "journal", ret_error))
        return -1;
    return 1;
}

/* An empty file for the user alone, which has been closed by the time it has its name. */
static int make_file(const char *path, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf name;
    kit_buf_init(&name, mem_kit(), PATH_MAX);
    kit_buf_addf(&name, "%s-XXXXXX", path);
    KIT_CLEANUP(mem_free_text) char *temporary = kit_buf_take(&name);
    if (!temporary)
        return fail_memory(ret_error);
    int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return fail_system(path, "cannot be made", ret_error);
    close(fd);
    int failed = link(temporary, path) && errno != EEXIST;
    int problem = errno;
    unlink(temporary);
    errno = problem;
    return failed ? fail_system(path, "cannot be made", ret_error) : 0;
}

int journal_place_make(char *path, aw_error *ret_error)
{
    int found = journal_place_look(path, ret_error);
    if (found)
        return found < 0 ? -1 : 0;
    if (folder_make_for(path))
        return fail_system(path, "has no folder, and none can be made", ret_error);
    if (check_folder(path, ret_error) || make_file(path, ret_error))
        return -1;
    return journal_place_look(path, ret_error) > 0 ? 0 : -1;
}
