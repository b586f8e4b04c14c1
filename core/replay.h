/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a replay: which exchanges are used, what is known by name, what went wrong first. */
#ifndef ARCHWAY_CORE_REPLAY_H
#define ARCHWAY_CORE_REPLAY_H

#include "core/diff.h"
#include "core/world.h"

/* An exchange of the recording and how far it is used. */
struct replayed {
    struct replay *replay;
    const struct recorded_exchange *recorded;
    bool used;
    bool timed_out; /* the answer takes longer than the caller waits */
    size_t told;    /* values that had a name when it was asked for */
};

struct replay {
    struct world world; /* first */
    struct recording recording;
    struct named_values names;
    struct replayed *exchanges; /* as many as in the recording */
    size_t first_unused;
    uint64_t started_ms;
    uint64_t random_state;
    size_t tokens_used;
    struct arena secrets;
    const char **secret_words;
    size_t secret_count;
    aw_error failure; /* the first one */
};

/* The first failure is the one that `finish` tells. */
void replay_fail(struct replay *replay, const aw_error *error);

/* How long the exchange takes for a caller who waits for so long (0: for ever). */
uint64_t replay_duration_ms(struct replayed *exchange, uint64_t timeout_ms);

/* Masks what is known to be secret in the body, which lies in `ret_body` then. False: no memory. */
bool replay_hide_secrets(const struct replay *replay, struct outgoing *outgoing, kit_buf *ret_body);

/* core/replay_match.c: the exchange that answers this, marked as used; or NULL, and what became of it
 * (WIRE_FORBIDDEN, or WIRE_NOT_SENT when there is no memory) and why. */
struct replayed *replay_take(struct replay *replay, struct outgoing *outgoing,
                             enum wire_outcome *ret_outcome, char *problem, size_t problem_size);

/* core/replay_answer.c: what the answer consists of, with its placeholders replaced. */
struct rendered {
    kit_buf body;
    kit_buf errors;
    struct arena arena;
};

void rendered_init(struct rendered *rendered);
void rendered_finish(struct rendered *rendered);

/* Fill in how a call ended. What they point to is in `rendered`. */
void replay_conclude(struct replayed *exchange, struct wire_call *call, struct rendered *rendered);
void replay_conclude_run(struct replayed *exchange, struct run_call *call,
                         struct rendered *rendered);

#endif
