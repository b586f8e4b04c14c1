/* SPDX-License-Identifier: Apache-2.0 */
/* Words for a POSIX shell, out of which nothing breaks. */
#ifndef ARCHWAY_KIT_SHELL_H
#define ARCHWAY_KIT_SHELL_H

#include "kit/buf.h"

/* Adds the bytes as one word in single quotes. There must be no NUL in them: a shell has no such words. */
void kit_shell_add_quoted(kit_buf *buf, const char *data, size_t size);

#endif
