/* SPDX-License-Identifier: Apache-2.0 */
/* All heap memory of core comes from here, so that tests can make any allocation fail. */
#ifndef ARCHWAY_CORE_MEM_H
#define ARCHWAY_CORE_MEM_H

#include "kit/memory.h"

void *mem_alloc(size_t size); /* zeroed */
void *mem_resize(void *old, size_t size);
void mem_free(void *pointer);
char *mem_copy_text(const char *text);         /* NULL for NULL */
char *mem_copy(const void *data, size_t size); /* a NUL stands behind it */

/* mem_resize as the kit wants it. */
kit_memory mem_kit(void);

/* For KIT_CLEANUP on a `char *`. */
void mem_free_text(char **text);

/* Tests only: called before each allocation with its number; non-zero makes it fail. NULL: none. */
void mem_set_fault(int (*should_fail)(void *arg), void *arg);

#endif
