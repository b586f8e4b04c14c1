/* SPDX-License-Identifier: Apache-2.0 */
/* The heap, with a place for tests to make an allocation fail. */
#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

static int (*fault)(void *arg);
static void *fault_arg;

void mem_set_fault(int (*should_fail)(void *arg), void *arg)
{
    fault = should_fail;
    fault_arg = arg;
}

static int fails(void)
{
    return fault && fault(fault_arg);
}

void *mem_alloc(size_t size)
{
    return fails() ? NULL : calloc(1, size ? size : 1);
}

void *mem_resize(void *old, size_t size)
{
    return fails() ? NULL : realloc(old, size ? size : 1);
}

void mem_free(void *pointer)
{
    free(pointer);
}

char *mem_copy(const void *data, size_t size)
{
    char *copy = mem_alloc(size + 1);
    if (copy && size)
        memcpy(copy, data, size);
    return copy;
}

char *mem_copy_text(const char *text)
{
    return text ? mem_copy(text, strlen(text)) : NULL;
}

void mem_free_text(char **text)
{
    mem_free(*text);
}

static void *resize_for_kit(void *context, void *old, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    if (new_size)
        return mem_resize(old, new_size);
    mem_free(old);
    return NULL;
}

kit_memory mem_kit(void)
{
    return (kit_memory){.resize = resize_for_kit};
}
