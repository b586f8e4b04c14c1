/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that double when their count reaches a power of two. */
#include "core/vec.h"

#include "core/mem.h"

#include <stdint.h>
#include <string.h>

void *vec_push(void **items, size_t *count, size_t item_size)
{
    size_t used = *count;
    if ((used & (used - 1)) == 0) {
        size_t capacity = used ? used * 2 : 1;
        void *grown =
            capacity <= SIZE_MAX / item_size ? mem_resize(*items, capacity * item_size) : NULL;
        if (!grown)
            return NULL;
        *items = grown;
    }
    void *item = (char *)*items + used * item_size;
    memset(item, 0, item_size);
    (*count)++;
    return item;
}
