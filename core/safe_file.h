/* SPDX-License-Identifier: Apache-2.0 */
/* May what lies in this file be trusted? Asked of plugins, their folders and the configuration. */
#ifndef ARCHWAY_CORE_SAFE_FILE_H
#define ARCHWAY_CORE_SAFE_FILE_H

#include <archway/backend.h>

#define SAFE_FOLDER "folder"

/* Checks what is open as `fd`: that it is a regular file (a folder, when `kind` is SAFE_FOLDER), belongs
 * to root or the user, and is not writable by its group or by others. `kind` ("plugin", "configuration")
 * and `path` stand in the error, AW_E_INVALID, which says what to do. Returns 0 or -1. */
int safe_file_check(int fd, const char *path, const char *kind, aw_error *ret_error);

#endif
