/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of container images, as the ecosystem writes them: "nginx", "ghcr.io/org/app:1.2",
 * "localhost:5000/a/b@sha256:...". The grammar and its defaults are those of
 * https://github.com/distribution/reference.
 */
#ifndef ARCHWAY_CORE_IMAGE_REFERENCE_H
#define ARCHWAY_CORE_IMAGE_REFERENCE_H

#include "core/arena.h"

#include <archway/backend.h>

#define IMAGE_HUB "docker.io"

struct image_reference {
    const char *registry;   /* "docker.io", "ghcr.io", "localhost:5000" */
    const char *repository; /* "library/nginx" */
    const char *tag; /* "latest" unless there is another or a digest; NULL beside a digest alone */
    const char *digest; /* "sha256:..." or NULL. It decides where both are given */
    const char *name;   /* all of it, written out: "docker.io/library/nginx:latest" */
};

/* Reads a reference into the arena. AW_E_INVALID with a sentence that says what to write instead. */
int image_reference_read(struct arena *arena, const char *text, struct image_reference *ret,
                         aw_error *ret_error);

/* What the registry is asked for: the digest, else the tag. */
static inline const char *image_reference_wanted(const struct image_reference *reference)
{
    return reference->digest ? reference->digest : reference->tag;
}

/* Is this a well-formed digest that can be verified (sha256 or sha512)? */
int image_digest_is_good(const char *digest);

#endif
