/* SPDX-License-Identifier: Apache-2.0 */
/* What several worlds have in common. */
#include "core/world.h"

#include <stdio.h>

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

void world_make_token(struct world *world, char ret_token[WORLD_TOKEN])
{
    unsigned char bytes[(WORLD_TOKEN - 1) / 2];
    world->ops->random(world, bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(ret_token + i * 2, 3, "%02x", bytes[i]);
}

bool world_has_none(struct world *world)
{
    (void)world;
    return false;
}
