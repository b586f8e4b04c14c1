/* SPDX-License-Identifier: Apache-2.0 */
/* The repositories that were asked lately, each with its token, for as long as the context. */
#ifndef ARCHWAY_CORE_IMAGE_SOURCE_H
#define ARCHWAY_CORE_IMAGE_SOURCE_H

#include "core/backend.h"
#include "core/image_reference.h"

struct image_source {
    struct link link; /* in the context's list, the one used last at the end */
    struct backend *backend;
    struct config_backend config;
    aw_setting settings[3];
    const char *values[3];
    struct arena arena;
    size_t users;
};

/* The repository of an image at its own registry, or at the mirror with that URL. NULL and *ret_error: no memory,
 * or a URL that cannot be used. */
struct image_source *image_source_get(archway *aw, const struct image_reference *reference,
                                      const char *mirror, aw_error *ret_error);
void image_source_put(struct image_source *source); /* no longer used; NULL is taken */

#endif
