/* SPDX-License-Identifier: Apache-2.0 */
/* Structs that start with their size, from modules that may be older or newer than this core. */
#ifndef ARCHWAY_CORE_SIZED_H
#define ARCHWAY_CORE_SIZED_H

#include <stdint.h>
#include <string.h>

/* Copies what both know; what the source lacks is zero. The copy's own size is `target_size`. */
static inline void sized_copy(void *target, uint32_t target_size, const void *source)
{
    uint32_t source_size;
    memcpy(&source_size, source, sizeof source_size);
    memset(target, 0, target_size);
    memcpy(target, source, source_size < target_size ? source_size : target_size);
    memcpy(target, &target_size, sizeof target_size);
}

#define SIZED_COPY(target, source) sized_copy((target), sizeof *(target), (source))

#endif
