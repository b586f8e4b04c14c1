/* SPDX-License-Identifier: Apache-2.0 */
/* What became of one rule: written by a child process into memory that it shares with its parent, so that it
 * is known after a crash too. */
#ifndef ARCHWAY_CHECK_VERDICT_H
#define ARCHWAY_CHECK_VERDICT_H

#include <stdbool.h>
#include <stdint.h>

struct verdict {
    uint64_t beats;    /* goes on while there is progress */
    uint64_t tried;    /* conversations, or other attempts */
    uint64_t possible; /* as many as there would have been without a bound */
    uint64_t applied;  /* recordings that have something to try */
    uint64_t at;       /* the recording that is on */
    uint64_t failures;
    char place[256];   /* what is being done */
    char detail[4096]; /* of the first failures, a line each */
    char skipped[256]; /* why nothing could be tried */
};

/* Says what is being done, for whoever reads of a crash. */
void verdict_place(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The rule is broken: how, at the place. */
void verdict_fail(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Something to know of the place, that is no fault of the plugin's. */
void verdict_note(struct verdict *verdict, const char *text);
/* There is nothing to try. */
void verdict_skip(struct verdict *verdict, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline bool verdict_failed(const struct verdict *verdict)
{
    return verdict->failures > 0;
}

#endif
