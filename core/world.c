/* SPDX-License-Identifier: Apache-2.0 */
/* What several worlds have in common. */
#include "core/world.h"

int world_cache_nothing(struct world *world, struct arena *arena, const char *space,
                        const char *key, uint64_t max_age_ms, aw_bytes *ret_content,
                        uint64_t *ret_age_ms)
{
    (void)world;
    (void)arena;
    (void)space;
    (void)key;
    (void)max_age_ms;
    (void)ret_content;
    (void)ret_age_ms;
    return -1;
}
