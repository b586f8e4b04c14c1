/* SPDX-License-Identifier: Apache-2.0 */
/* Where the kit takes memory from: the caller says, so the kit has no state and works on both sides. */
#ifndef ARCHWAY_KIT_MEMORY_H
#define ARCHWAY_KIT_MEMORY_H

#include <archway/backend.h>

/* Runs `function` on the variable when it goes out of scope. gcc and clang. */
#define KIT_CLEANUP(function) __attribute__((cleanup(function)))

/*
 * `resize` is realloc with the old size told: old NULL makes a new block, new_size 0 frees (and
 * returns NULL). It returns NULL when there is no memory, and the old block stays.
 */
typedef struct kit_memory {
    void *(*resize)(void *context, void *old, size_t old_size, size_t new_size);
    void *context;
} kit_memory;

/* Memory of the operation's arena: nothing to free. */
kit_memory kit_op_memory(aw_op *op);

/* The heap, for what is large and gone before the call returns (rule M5): what is made of it must be finished. */
kit_memory kit_heap_memory(void);

/* Copies into the arena. NULL for NULL, and when there is no memory (the operation has failed then). */
char *kit_copy_text(aw_op *op, const char *text);
char *kit_copy(aw_op *op, const void *data, size_t size); /* a NUL stands behind it */

#endif
