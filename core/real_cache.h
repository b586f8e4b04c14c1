/* SPDX-License-Identifier: Apache-2.0 */
/* Facts kept on disk, in $XDG_CACHE_HOME/archway or ~/.cache/archway. Losing them does no harm, so
 * whatever goes wrong is as if they had never been there. */
#ifndef ARCHWAY_CORE_REAL_CACHE_H
#define ARCHWAY_CORE_REAL_CACHE_H

#include <archway/backend.h>

struct arena;

/* Returns -1 when there is nothing that is young enough and whole. */
int cache_read(struct arena *arena, const char *space, const char *key, uint64_t max_age_ms,
               uint64_t now_ms, aw_bytes *ret_content, uint64_t *ret_age_ms);
void cache_write(const char *space, const char *key, uint64_t now_ms, const void *data,
                 uint64_t size);

#endif
