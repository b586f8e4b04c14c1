/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a regular file, whole. */
#include "core/whole_file.h"

#include "kit/error.h"
#include "kit/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int fail_errno(const char *path, aw_error *ret_error)
{
    uint32_t code = errno == ENOENT || errno == ENOTDIR ? AW_E_NOT_FOUND
                    : errno == EACCES || errno == EPERM ? AW_E_DENIED
                                                        : AW_E_INVALID;
    return kit_error_set(ret_error, code, "%s: cannot read this file: %s.", path, strerror(errno));
}

static int check(int fd, const char *path, uint64_t max_size, size_t *ret_size, aw_error *ret_error)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return fail_errno(path, ret_error);
    if (S_ISDIR(status.st_mode))
        return kit_error_set(ret_error, AW_E_INVALID, "%s: this is a folder: name a file in it.",
                             path);
    if (!S_ISREG(status.st_mode))
        return kit_error_set(ret_error, AW_E_INVALID, "%s: this is not a regular file.", path);
    if ((uint64_t)status.st_size > max_size)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: the file has %lld bytes, more than %llu.", path,
                             (long long)status.st_size, (unsigned long long)max_size);
    *ret_size = (size_t)status.st_size;
    return 0;
}

int whole_file_read(int folder_fd, const char *path, int open_flags, uint64_t max_size,
                    struct arena *arena, aw_bytes *ret_content, aw_error *ret_error)
{
    /* Without O_NONBLOCK a pipe would make us wait for its writer. */
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | open_flags;
    KIT_CLEANUP(close_fd) int fd = openat(folder_fd, path, flags);
    if (fd < 0)
        return fail_errno(path, ret_error);
    size_t size = 0;
    if (check(fd, path, max_size, &size, ret_error))
        return -1;
    char *data = arena_alloc(arena, size + 1);
    if (!data)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "%s: no memory to read this file.", path);
    size_t done = 0;
    while (done < size) {
        ssize_t count = read(fd, data + done, size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail_errno(path, ret_error);
        if (count == 0)
            break;
        done += (size_t)count;
    }
    *ret_content = (aw_bytes){data, done};
    return 0;
}
