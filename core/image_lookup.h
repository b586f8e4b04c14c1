/* SPDX-License-Identifier: Apache-2.0 */
/* Finding out where an image can run: which registry is asked, its mirror first, and whom to tell. */
#ifndef ARCHWAY_CORE_IMAGE_LOOKUP_H
#define ARCHWAY_CORE_IMAGE_LOOKUP_H

#include "core/context.h"
#include "core/image_facts.h"
#include "core/image_reference.h"

struct image_source;
struct op;

/* One question, in the memory of whoever asks. */
struct image_lookup {
    archway *aw;
    struct arena *arena; /* of reference and facts; it must stay until the lookup is stopped */
    struct image_reference reference;
    struct image_facts facts;
    struct image_source *source; /* that is being asked */
    bool at_mirror;
    bool needless; /* the owner can do without: its errors give no advice on that */
    struct op *op;
    uint64_t deadline_ms; /* by the loop's clock */
    bool hard_deadline;
    /* Called once, from the loop: AW_OK and the facts, or why there are none. */
    void (*found)(struct image_lookup *lookup, const aw_error *error);
};

/* Reads the name. `found` and whatever else the owner needs are set by the owner. */
int image_lookup_init(struct image_lookup *lookup, archway *aw, struct arena *arena,
                      const char *image, aw_error *ret_error);
/* From the loop. -1: no memory, or a mirror that cannot be asked; `found` is not called then. */
int image_lookup_start(struct image_lookup *lookup, uint64_t timeout_ms, bool hard_timeout,
                       aw_error *ret_error);
void image_lookup_stop(struct image_lookup *lookup); /* silently; again does nothing */

/* All registries that were asked are forgotten, with their tokens. */
void image_sources_finish(archway *aw);

#endif
