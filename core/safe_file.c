/* SPDX-License-Identifier: Apache-2.0 */
/* The owner and mode of a file that is to be trusted. */
#include "core/safe_file.h"

#include "kit/error.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int safe_file_check(int fd, const char *path, const char *kind, aw_error *ret_error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return kit_error_set(ret_error, AW_E_INVALID, "%s: cannot look at this %s: %s.", path, kind,
                             strerror(errno));
    if (strcmp(kind, SAFE_FOLDER) == 0 && !S_ISDIR(status.st_mode))
        return kit_error_set(ret_error, AW_E_INVALID, "%s: this is not a folder.", path);
    if (strcmp(kind, SAFE_FOLDER) != 0 && !S_ISREG(status.st_mode))
        return kit_error_set(ret_error, AW_E_INVALID, "%s: this is not a regular file.", path);
    if (status.st_uid != 0 && status.st_uid != geteuid())
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "%s: this %s belongs to user %lu, who is neither root nor you: take your "
            "own copy, or chown it.",
            path, kind, (unsigned long)status.st_uid);
    if (status.st_mode & (S_IWGRP | S_IWOTH))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: others can write to this %s (mode %04o): run `chmod go-w` on it.",
                             path, kind, (unsigned)status.st_mode & 07777u);
    return 0;
}
