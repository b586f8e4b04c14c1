/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as no provider should give them. */
#ifndef ARCHWAY_CHECK_MUTATE_H
#define ARCHWAY_CHECK_MUTATE_H

#include "kit/buf.h"

#include <archway/backend.h>

#include <stdbool.h>

enum mutation_kind {
    MUTATE_NOTHING = 0,
    MUTATE_CUT,     /* the body ends early */
    MUTATE_VALUE,   /* one value is of another type, missing, huge, negative, empty, deep */
    MUTATE_DOCUMENT /* another document: a page of HTML, nothing, null, a list, binary */
};

struct mutation {
    enum mutation_kind kind;
    size_t exchange; /* of the recording, from 1 */
    uint64_t variant;
};

/* How many variants of this kind such a body has. */
uint64_t mutate_variants(enum mutation_kind kind, aw_bytes body);

/* Adds the body as it is then. `answer` is NULL for a program's output. */
void mutate(const struct mutation *mutation, const aw_response *answer, aw_bytes body,
            kit_buf *out);

/* Is the document one that no reader can take for an answer? */
bool mutate_is_unreadable(const struct mutation *mutation, aw_bytes body);

/* Adds the body with every `token` in it followed by a number. */
void mutate_token(aw_bytes body, const char *token, size_t number, kit_buf *out);

#endif
