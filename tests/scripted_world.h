/* SPDX-License-Identifier: Apache-2.0 */
/* A world that plays the provider, for the recorder to look at. */
#ifndef ARCHWAY_TESTS_SCRIPTED_WORLD_H
#define ARCHWAY_TESTS_SCRIPTED_WORLD_H

#include "core/world.h"

#define SCRIPTED_CLOCK_MS 1777636800000u /* 2026-05-01T12:00:00Z */

/* What is answered to one request or program; the size of `body` is its length unless it is given. */
struct scripted {
    enum wire_outcome outcome; /* for programs: WIRE_NOT_SENT: not started */
    int status;
    aw_header headers[8];
    const char *body;
    size_t body_size;
    const char *errors;
    uint64_t after_ms;
};

struct scripted_value {
    const char *name;
    const char *value;
};

struct script {
    const struct scripted *answers;         /* in the order of the requests */
    const struct scripted_value *variables; /* end in a NULL name */
    const struct scripted_value *files;
    int finish_result;
};

struct world *scripted_world_create(struct loop *loop, const struct script *script);

#endif
