/* SPDX-License-Identifier: Apache-2.0 */
/* One recording played once, and what can be said of it: what all the rules are made of. */
#ifndef ARCHWAY_CHECK_RUN_H
#define ARCHWAY_CHECK_RUN_H

#include "check/play.h"
#include "check/verdict.h"

struct run {
    struct stage stage;
    struct player player;
    bool repeats; /* run_repeats of its recording */
    bool opened;
    bool played; /* to its end */
    bool used;   /* and the recording was what it asked for, to the byte */
    aw_error error;
};

/* Plays it. Whatever came of it, it is to be finished. */
void run_play(struct run *run, struct subject *subject, const char *recording,
              const struct stage_knobs *knobs);
/* Only opens it and begins. */
void run_open(struct run *run, struct subject *subject, const char *recording,
              const struct stage_knobs *knobs);
void run_finish(struct run *run);

static inline const char *run_transcript(const struct run *run)
{
    return kit_buf_text(&run->stage.transcript);
}

/* A clean run, strictly as it was recorded. False when it does not go as recorded, which another rule tells:
 * then there is nothing to finish. */
bool run_clean(struct run *run, struct subject *subject, const char *recording,
               const struct observer *observer);

/* A clean run of a recording in which nothing goes wrong, so that it can be played again on the same backend, and
 * beside itself. False as above. */
bool run_calm(struct run *run, struct subject *subject, const char *recording);

/* Is the same asked twice? It is answered differently with time, and out of turn when something else goes wrong. */
bool run_repeats(const char *recording);

/* Is something done that a core of version 1.0 never asks for? */
bool run_is_newer(const char *recording);

/* Did the second run do what the first one did? Fails the verdict if not. */
void run_compare(const struct run *first, const struct run *second, struct verdict *verdict);

/* Is a listing called whole that lacks something of the clean one? Its verb, or NULL. */
const char *run_lost(const struct run *clean, const struct run *other);
/* Does every act come out as in the other run? */
bool run_same_outcomes(const struct run *first, const struct run *second);

/* So many of the possible points are tried, spread over all of them. */
uint64_t run_points(const struct subject *subject, uint64_t possible, struct verdict *verdict);
uint64_t run_point(uint64_t index, uint64_t count, uint64_t possible);

/* The file's name alone. */
const char *run_name(const char *recording);

#endif
