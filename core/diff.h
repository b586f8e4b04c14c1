/* SPDX-License-Identifier: Apache-2.0 */
/* Does a request equal a recorded one, and if not, where do they differ? */
#ifndef ARCHWAY_CORE_DIFF_H
#define ARCHWAY_CORE_DIFF_H

#include "core/named_values.h"
#include "core/recording.h"

/* What is about to be sent or run: one of the two shapes. */
struct outgoing {
    const char *method; /* NULL: a program */
    const char *url;
    const char *const *argv;
    const aw_header *headers; /* without those of `sign` */
    size_t header_count;
    aw_bytes body;
    bool secret; /* its values stand in no report; <secret> in the recording equals any of them */
};

enum diff_result {
    DIFF_EQUAL,
    DIFF_DIFFERENT,
    DIFF_NO_MEMORY
};

/* Compares to the byte. With `report` every difference is added to it, a few words each with "; " between;
 * without, the first one ends the comparison. */
enum diff_result diff_compare(const struct recorded_exchange *expected,
                              const struct outgoing *actual, const struct named_values *names,
                              kit_buf *report);

/* How much they are alike, to find the nearest of several. */
size_t diff_likeness(const struct recorded_exchange *expected, const struct outgoing *actual);

#endif
