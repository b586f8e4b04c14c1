/* SPDX-License-Identifier: Apache-2.0 */
/* What registries need of libcrypto: the digests by which content is named, and the base64 of logins. */
#ifndef ARCHWAY_CORE_IMAGE_CRYPTO_H
#define ARCHWAY_CORE_IMAGE_CRYPTO_H

#include "core/arena.h"

#include <archway/backend.h>

#include <stdbool.h>

#define IMAGE_DIGEST_SIZE sizeof "sha512:" + 128

/* "sha256:..." of the bytes, with the algorithm that `like` starts with ("sha512:..."; NULL: sha256). Returns -1
 * when libcrypto cannot. */
int image_digest(aw_bytes bytes, const char *like, char ret_digest[IMAGE_DIGEST_SIZE]);

/* Both end in NUL, in the arena; NULL when there is no memory, or what is to be decoded is no base64. */
char *image_base64(struct arena *arena, const char *text);
char *image_base64_decode(struct arena *arena, const char *text);

#endif
