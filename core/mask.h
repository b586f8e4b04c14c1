/* SPDX-License-Identifier: Apache-2.0 */
/* Taking secrets out of a text before it is written down. */
#ifndef ARCHWAY_CORE_MASK_H
#define ARCHWAY_CORE_MASK_H

#include "kit/buf.h"

#include <stdbool.h>

struct mask {
    const char *const *fields; /* names whose values are secret; NULL-terminated, or NULL: none */
    const char *const *words;  /* secrets that are known */
    size_t word_count;
    const char *word; /* one more, or NULL */
    bool url;         /* the text is a URL, and must be one again */
};

/* Adds `text` with <secret> in place of every known secret, of the value of every JSON member and the content
 * of every XML element whose name is a secret field's. JSON and XML need not be whole for that. Names
 * are compared without regard to case. Everything else stays to the byte. */
void mask_add(const struct mask *mask, aw_bytes text, kit_buf *buf);

bool mask_has_field(const struct mask *mask, const char *name);

#endif
