/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts kept on disk (aw_cache_put) as text: a first line that says what they are and who said them, a line a
 * fact with tabs between its fields, and a last line that proves it whole. What is read may be anything: no line
 * counts before all have been checked.
 */
#ifndef ARCHWAY_KIT_KEPT_H
#define ARCHWAY_KIT_KEPT_H

#include "kit/buf.h"

#define KIT_KEPT_FIELDS 10

struct kit_kept {
    const char *key;   /* of the cache */
    const char *first; /* the first line, without its newline */
    /* Takes a line over, or with `only_check` nothing. Fields that are not there are NULL; they live as long as the
     * operation. -1: the line is not what was written, or no memory. */
    int (*load)(aw_op *op, void *owner, char *const fields[KIT_KEPT_FIELDS], int only_check);
};

/* Begins the text, which then takes lines; kit_kept_save must follow before the call returns. */
void kit_kept_begin(kit_buf *text, const struct kit_kept *kept);
/* Keeps it, unless it has no line, and frees the text. */
void kit_kept_save(kit_buf *text, aw_op *op, const struct kit_kept *kept);

/* Takes over what is not older. -1: there is nothing, or nothing that can be used. */
int kit_kept_load(aw_op *op, const struct kit_kept *kept, void *owner, uint64_t max_age_ms,
                  uint64_t *ret_age_ms);

/* -1: NULL, no number, or a larger one. */
int kit_kept_number(const char *text, uint64_t max, uint64_t *ret_number);

/* "3 hours", for people. */
void kit_kept_age(uint64_t age_ms, char *text, size_t size);

#endif
