/* SPDX-License-Identifier: Apache-2.0 */
/* The command's heap memory. Running out of it ends the process with a message, so callers need not ask. */
#ifndef ARCHWAY_CLI_MEMORY_H
#define ARCHWAY_CLI_MEMORY_H

#include "kit/buf.h"

void *cli_alloc(size_t count, size_t size); /* zeroed, freed with free */
kit_memory cli_memory(void);

char *cli_copy(const char *text, size_t size);
char *cli_copy_text(const char *text); /* NULL for NULL */

/* A buffer for anything that is printed. */
void cli_buf_init(kit_buf *buf);

/* For KIT_CLEANUP on a `char *`. */
void cli_free_text(char **text);

#endif
