/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a regular file, whole. */
#ifndef ARCHWAY_CORE_WHOLE_FILE_H
#define ARCHWAY_CORE_WHOLE_FILE_H

#include "core/arena.h"

#include <archway/backend.h>

#include <unistd.h>

/* For KIT_CLEANUP on a descriptor. */
static inline void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

/* Reads `path` (relative to the open folder `folder_fd`, or AT_FDCWD) into `arena`; a NUL stands behind it.
 * `open_flags` (O_NOFOLLOW) are added. Fails with AW_E_NOT_FOUND, AW_E_DENIED, AW_E_NO_MEMORY, or
 * AW_E_INVALID when it is no regular file or larger than `max_size`. */
int whole_file_read(int folder_fd, const char *path, int open_flags, uint64_t max_size,
                    struct arena *arena, aw_bytes *ret_content, aw_error *ret_error);

#endif
