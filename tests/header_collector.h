/* SPDX-License-Identifier: Apache-2.0 */
/* A sink for `sign` that keeps what it is given. */
#ifndef ARCHWAY_TESTS_HEADER_COLLECTOR_H
#define ARCHWAY_TESTS_HEADER_COLLECTOR_H

#include <archway/backend.h>

#include <stddef.h>

#define COLLECTED_HEADERS 8
#define COLLECTED_VALUE 16384

struct collected_header {
    char name[64];
    char value[COLLECTED_VALUE];
    int32_t secret;
};

struct header_collector {
    aw_header_sink face; /* first */
    size_t count;
    struct collected_header items[COLLECTED_HEADERS];
};

void collector_init(struct header_collector *collector);

/* The header of this name, which was given once; NULL: it was not given. */
const struct collected_header *collected(const struct header_collector *collector,
                                         const char *name);

/* Its value, or "". */
const char *collected_value(const struct header_collector *collector, const char *name);

#endif
