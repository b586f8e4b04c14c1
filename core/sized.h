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

/* Fills a struct of the caller's, which says its size: never past it. What the caller has beyond this core's
 * knowledge becomes zero. */
static inline void sized_give(void *target, const void *source, uint32_t source_size)
{
    uint32_t target_size;
    memcpy(&target_size, target, sizeof target_size);
    memset(target, 0, target_size);
    memcpy(target, source, source_size < target_size ? source_size : target_size);
    memcpy(target, &target_size,
           target_size < sizeof target_size ? target_size : sizeof target_size);
}

#define SIZED_COPY(target, source) sized_copy((target), sizeof *(target), (source))
#define SIZED_GIVE(target, source) sized_give((target), (source), sizeof *(source))

#endif
