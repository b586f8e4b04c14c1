/* SPDX-License-Identifier: Apache-2.0 */
/* A context on a recording, with the plugin behind a shim that sees, lends and disturbs. */
#ifndef ARCHWAY_CHECK_STAGE_H
#define ARCHWAY_CHECK_STAGE_H

#include "check/lend.h"
#include "check/mutate.h"
#include "check/subject.h"

#include "core/context.h"
#include "core/op.h"
#include "core/replay.h"
#include "kit/buf.h"

#define STAGE_LANES 4
#define STAGE_SECRETS 32
#define STAGE_TOKENS 16
#define STAGE_OWNER "my-server"

struct stage;

/* Whoever wants to see what passes. NULL: not wanted. */
struct observer {
    void (*request)(struct stage *stage, const struct op *op, const aw_request *request);
    void (*program)(struct stage *stage, const struct op *op, const aw_program *program);
    void (*answer)(struct stage *stage, const aw_request *request, const aw_response *answer);
    void (*offer)(struct stage *stage, const aw_offer *offer);
    void (*instance)(struct stage *stage, const aw_instance *instance);
    void (*error)(struct stage *stage, const aw_error *error);
    void *arg;
};

/* How a conversation is disturbed. Zero: not at all. */
struct stage_knobs {
    bool lenient;   /* any order, answers again and again, and what was not recorded is not sent */
    bool lend;      /* what the plugin is given lies in pages of its own */
    bool take_back; /* and is gone when it returns */
    enum lend_size sizes;
    bool twice;      /* `sign` and `classify` are called twice */
    bool threads;    /* every step on a thread of its own */
    size_t fails_at; /* the number of the plugin's allocation that fails; 0: none */
    struct mutation mutation;
    /* Requests of this name get the answer of exchange `page` without end, and the text in it that leads to the
     * next page is another one each time. NULL: none. */
    const char *endless;
    size_t page;
    const char *token_text;
    uint64_t shuffle; /* seed of random delays; 0: the recorded ones */
    size_t lanes;     /* how many play it at once; 0: one */
    /* What the clock is ahead of the recorded one; the plugin's randomness is another then. */
    uint64_t later_ms;
    /* Other randomness for all, so that tokens are others; 0: the recorded one. */
    uint64_t other_seed;
    struct observer observer;
};

struct stage {
    archway *aw;
    struct stage_knobs knobs;
    struct subject *subject;
    const aw_vtable *real;
    aw_vtable shim;
    aw_host host;
    const aw_host *lent_host; /* what the plugin sees of it */
    struct lender lender;
    struct world *world; /* around the replays */
    struct replay *replays[STAGE_LANES];
    size_t lane;      /* whose names are told */
    const char *verb; /* of the act that was begun last */
    uint64_t noise;
    size_t pages;      /* that were given without an end */
    size_t delivering; /* the exchange whose answer is being read */
    size_t allocations;
    char tokens[STAGE_TOKENS][65]; /* of all creates so far */
    size_t token_count;
    kit_buf transcript; /* of all that the plugin did */
    char *secrets[STAGE_SECRETS];
    size_t secret_count;
    char impure[256]; /* what was not the same when it was called twice; "": nothing */
    int config_fd;
    size_t exchange_count; /* of the recording, which is there as long as the context */
    bool has_acts;
    aw_error error; /* why the stage could not be opened */
};

/* Opens the recording. False: stage->error. The stage must be closed in either case. */
bool stage_open(struct stage *stage, struct subject *subject, const char *recording,
                const struct stage_knobs *knobs);
/* 0, or -1 when the replay was not used up or went wrong, with the reason. What was written down stays. */
int stage_close(struct stage *stage, aw_error *ret_error);
void stage_finish(struct stage *stage);

/* Does what is due. False: there is nothing to wait for. */
bool stage_step(struct stage *stage);

/* The recording that is played. */
const struct recording *stage_recording(const struct stage *stage);
const char *stage_provider(const struct stage *stage);

/* The stage of the call that is made on this thread. */
struct stage *stage_current(void);
void stage_adopt(struct stage *stage);

/* What the plugin is given in the place of an argument. */
#define STAGE_LENT(stage, kind, argument)                                                          \
    ((stage)->knobs.lend ? lend_##kind(&(stage)->lender, (argument)) : (argument))

/* check/shim.c and check/shim_host.c: the plugin's functions, and core's services, with the stage between. */
void shim_set_vtable(struct stage *stage);
void shim_set_host(struct stage *stage);

/* check/stage_world.c */
struct world *stage_world_create(struct stage *stage, struct world *inner);

#endif
