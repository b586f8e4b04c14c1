/* SPDX-License-Identifier: Apache-2.0 */
/* Files that the user names. Each returns 0, or -1 with a sentence that says what to give instead. */
#ifndef ARCHWAY_CLI_FILES_H
#define ARCHWAY_CLI_FILES_H

#include "kit/buf.h"

/* The whole file, at most `max` bytes of it. */
int file_read(const char *path, size_t max, kit_buf *ret_content, aw_error *ret_error);

/* The public key at `path`, or at `path`.pub when that is there: one line, as in authorized_keys. A private
 * key is never read further than its first line. */
int file_read_public_key(const char *path, kit_buf *ret_key, aw_error *ret_error);

#endif
