/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the signature vectors of fixtures/aws/sigv4, whose README.md says how they are written. */
#ifndef ARCHWAY_TESTS_SIGV4_VECTORS_H
#define ARCHWAY_TESTS_SIGV4_VECTORS_H

#include "kit/buf.h"

#include <stdbool.h>

#define VECTOR_HEADERS 16

struct vector {
    const char *name;
    const char *region;
    const char *service;
    bool is_unnormalized;
    uint64_t now_ms;
    const char *time;
    aw_credentials credentials;
    aw_request request;
    aw_header headers[VECTOR_HEADERS];
    kit_buf canonical;     /* the canonical request that must come of it */
    const char *signature; /* and the signature; NULL: the source names none */
};

typedef void (*vector_fn)(const struct vector *vector, void *arg);

/* Calls `run` for each case of the file (of that folder) and returns how many there were. */
size_t vectors_read(const char *file, vector_fn run, void *arg);

#endif
