/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a registry says of an image: an index of platforms (OCI's, or the older manifest list), the manifest of
 * one, and the configuration that a manifest names. https://github.com/opencontainers/image-spec
 */
#ifndef ARCHWAY_CORE_IMAGE_MANIFEST_H
#define ARCHWAY_CORE_IMAGE_MANIFEST_H

#include "core/arena.h"

#include <archway/backend.h>

#define IMAGE_INDEX_OCI "application/vnd.oci.image.index.v1+json"
#define IMAGE_INDEX_DOCKER "application/vnd.docker.distribution.manifest.list.v2+json"
#define IMAGE_MANIFEST_OCI "application/vnd.oci.image.manifest.v1+json"
#define IMAGE_MANIFEST_DOCKER "application/vnd.docker.distribution.manifest.v2+json"

struct image_platform {
    uint32_t arch; /* enum aw_arch: one of the two, for Linux; 0: anything else */
    const char *os;
    const char *architecture;
    const char *variant; /* NULL: none, here and below */
    const char *os_version;
    const char *digest; /* of the platform's manifest */
    struct image_platform *next;
};

/* Something that must be asked for before the platforms are known. */
struct image_child {
    const char *digest;
    struct image_child *next;
};

struct image_document {
    struct image_platform *platforms; /* of an index, in its order, without attestations */
    struct image_child *children;     /* its indexes, and manifests that it names no platform of */
    const char *config; /* of a manifest: the digest of its configuration; NULL: an index */
    size_t entries;     /* of an index, counted */
};

/* Reads an index or a manifest; everything goes into the arena. `content_type` is the answer's, or NULL. Fails
 * with AW_E_PROTOCOL when it makes no sense, AW_E_UNSUPPORTED when it is none of an image that runs. */
int image_document_read(struct arena *arena, const char *content_type, aw_bytes body,
                        struct image_document *ret, aw_error *ret_error);

/* Reads the configuration that a manifest names. */
int image_config_read(struct arena *arena, aw_bytes body, struct image_platform *ret,
                      aw_error *ret_error);

/* Which of the two architectures a platform has. The words are Go's, where `arm` means 32 bits. */
uint32_t image_platform_arch(const char *os, const char *architecture);

#endif
