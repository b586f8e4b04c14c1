/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps secrets from libyaml, which frees the blocks that a growing text leaves, and the text of a broken
 * file, without wiping them. Every long word of the file is replaced by one character from the
 * private-use planes that stands for it, which YAML reads like a letter, and put back into the texts that
 * libyaml gives. Lines stay where they are.
 */
#ifndef ARCHWAY_CORE_CONFIG_MASK_H
#define ARCHWAY_CORE_CONFIG_MASK_H

#include "core/arena.h"

#include <archway/backend.h>

struct config_mask {
    aw_bytes text;   /* what libyaml may see */
    aw_bytes *words; /* of the original, which must outlive this */
    size_t count;
};

/* The first such character, written or spelled as an escape, that the text has already; NULL: none. A text
 * with one cannot be masked. */
const char *config_mask_conflict(aw_bytes text);

/* Allocates from `arena`. -1: no memory. */
int config_mask(struct config_mask *mask, struct arena *arena, aw_bytes text);

/* The text with its words back, in `arena`. NULL: no memory. */
char *config_unmask(const struct config_mask *mask, struct arena *arena, const char *text,
                    size_t size);

#endif
