/* SPDX-License-Identifier: Apache-2.0 */
/* A secret as requests may hold it, for a mask: as it is, in a URL, and inside of base64. */
#ifndef ARCHWAY_CORE_SECRET_WORDS_H
#define ARCHWAY_CORE_SECRET_WORDS_H

#include "core/arena.h"

/* Adds its forms to a growing array (core/vec.h); they are the arena's. False: no memory. The secret has at least 8
 * characters, and none that JSON, XML or a shell's quotes would write in another way. */
bool secret_words_add(struct arena *arena, const char ***words, size_t *count, const char *secret);

#endif
