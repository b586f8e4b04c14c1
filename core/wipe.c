/* SPDX-License-Identifier: Apache-2.0 */
/* Freeing with a wipe before it. */
#include "core/wipe.h"

#include <jansson.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

void wipe_free(void *pointer)
{
    if (pointer)
        explicit_bzero(pointer, malloc_usable_size(pointer));
    free(pointer);
}

void *wipe_resize(void *old, size_t size)
{
    size_t old_size = old ? malloc_usable_size(old) : 0;
    void *grown = malloc(size);
    if (!grown)
        return NULL;
    if (old_size)
        memcpy(grown, old, old_size < size ? old_size : size);
    wipe_free(old);
    return grown;
}

static void set_json(void)
{
    json_malloc_t allocate;
    json_free_t release;
    json_get_alloc_funcs(&allocate, &release);
    if (allocate == malloc && release == free)
        json_set_alloc_funcs(malloc, wipe_free);
}

void wipe_json(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, set_json);
}
