/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that is freed all at once. A secret arena is kept out of core dumps and wiped at the end. */
#ifndef ARCHWAY_CORE_ARENA_H
#define ARCHWAY_CORE_ARENA_H

#include "kit/memory.h"

#include <stdbool.h>
#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *blocks;
    bool secret;
    bool exhausted; /* an allocation has failed */
};

void arena_init(struct arena *arena, bool secret);
void arena_finish(struct arena *arena);

/* Zeroed, aligned for anything, NULL when there is no memory. */
void *arena_alloc(struct arena *arena, size_t size);
char *arena_text(struct arena *arena, const char *text);              /* NULL for NULL */
char *arena_copy(struct arena *arena, const void *data, size_t size); /* a NUL stands behind it */

/* The arena's memory as the kit wants it: what is freed or moved stays until the end. */
kit_memory arena_kit(struct arena *arena);

#endif
