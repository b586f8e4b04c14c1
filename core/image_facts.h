/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of an image: where it can run, and of which content that was read. */
#ifndef ARCHWAY_CORE_IMAGE_FACTS_H
#define ARCHWAY_CORE_IMAGE_FACTS_H

#include "core/image_manifest.h"

#include <stdbool.h>

struct image_facts {
    const char *digest; /* of the index or manifest under its name */
    bool has_index;     /* false: it is a single manifest, and its configuration was read */
    uint32_t archs;     /* bits: the two that it can run on */
    struct image_platform *platforms;
};

/* Works out `archs`. */
void image_facts_complete(struct image_facts *facts);

/* A copy in another arena. -1: no memory. */
int image_facts_copy(struct arena *arena, const struct image_facts *facts, struct image_facts *ret);

/* As JSON, for the cache; NULL: no memory. Reading it takes nothing for granted. */
char *image_facts_write(struct arena *arena, const struct image_facts *facts);
int image_facts_read(struct arena *arena, aw_bytes text, struct image_facts *ret);

#endif
