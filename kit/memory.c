/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of an operation's arena and of the heap, in the kit's shape, and copies into the arena. */
#include "kit/memory.h"

#include <stdlib.h>
#include <string.h>

/* The arena never takes a block back, so freeing and shrinking leave the old one where it is. */
static void *op_resize(void *context, void *old, size_t old_size, size_t new_size)
{
    if (new_size == 0)
        return NULL;
    if (old && new_size <= old_size)
        return old;
    void *block = aw_alloc(context, new_size);
    if (block && old)
        memcpy(block, old, old_size);
    return block;
}

kit_memory kit_op_memory(aw_op *op)
{
    return (kit_memory){.resize = op_resize, .context = op};
}

static void *heap_resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    if (new_size > 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

kit_memory kit_heap_memory(void)
{
    return (kit_memory){.resize = heap_resize};
}

char *kit_copy_text(aw_op *op, const char *text)
{
    return text ? kit_copy(op, text, strlen(text)) : NULL;
}

char *kit_copy(aw_op *op, const void *data, size_t size)
{
    if (!data)
        return NULL;
    /* No arena has SIZE_MAX bytes: asking for them fails the operation, as it must fail. */
    char *copy = aw_alloc(op, size < SIZE_MAX ? size + 1 : SIZE_MAX);
    if (!copy)
        return NULL;
    memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}
