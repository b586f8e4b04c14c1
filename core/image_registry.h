/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A registry of container images, on the same road as every provider: one private backend for each repository,
 * since that is what a registry's tokens are for. Its operation (OP_IMAGE) is image_read.
 */
#ifndef ARCHWAY_CORE_IMAGE_REGISTRY_H
#define ARCHWAY_CORE_IMAGE_REGISTRY_H

#include "core/image_challenge.h"
#include "core/image_reference.h"
#include "core/loader.h"

/* The state of such a backend. */
struct image_registry {
    const char *name;       /* whose logins it takes: "docker.io", "localhost:5000" */
    const char *base;       /* "https://registry-1.docker.io/v2/library/nginx" */
    const char *repository; /* "library/nginx" */
    struct image_challenge challenge;
};

/* What core calls instead of a plugin's functions. */
extern const struct plugin image_plugin;

/* Its settings (core/config.h), by name. */
#define IMAGE_SETTING_REGISTRY "registry"
#define IMAGE_SETTING_REPOSITORY "repository"

/* core/image_token.c: finds a login, and a token where the challenge wants one. */
void image_authenticate(aw_op *op);

/* Are both URLs of one scheme, host and port? */
bool image_same_origin(const char *a, const char *b);

#endif
