/* SPDX-License-Identifier: Apache-2.0 */
/* A backend that is tried on its real provider: what its steps share. */
#ifndef ARCHWAY_CHECK_LIVE_H
#define ARCHWAY_CHECK_LIVE_H

#include "check/verdict.h"

#include "core/arena.h"
#include "core/backend.h"

#include <archway/check.h>

#define LIVE_MACHINES 4
#define LIVE_NAME "archway-check"

/* A machine that was made. The texts are in the arena. */
struct live_machine {
    archway_machine face;
    bool gone;
};

struct live {
    archway *aw;
    const archway_check_live_options *options;
    void *arg;
    struct backend *backend;
    struct arena arena;
    struct verdict verdict; /* of the rule that is tried */
    unsigned interrupts;
    archway_job *listing; /* all offers; NULL: none came */
    archway_job *made;    /* the placement that made the machine; NULL: none did */
    archway_wish wish;    /* as it was made of, with its offer */
    aw_offer offer;
    const char *token; /* of what was made, or may have been; NULL: nothing was sent */
    bool unknown;      /* it may have been made, and cannot be found */
    struct live_machine machines[LIVE_MACHINES]; /* one, unless a rule is broken */
    size_t machine_count;
    char why_none[600]; /* no machine was made */
};

/* Runs the job. False: it was interrupted. */
bool live_run(struct live *live, const archway_job *job);
/* Likewise for what should come to its end: one interruption does not stop it. */
bool live_run_on(struct live *live, const archway_job *job);
void live_note(const struct live *live, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* For KIT_CLEANUP. */
void live_drop_job(archway_job **job);

/* Adds the machine that is not there yet. NULL: there are too many, or no memory. */
struct live_machine *live_add_machine(struct live *live, const aw_instance *instance);

/* What one operation of the backend emitted: check/live_op.c. */
struct live_seen {
    struct live *live;
    aw_error error;
    bool done;
    bool (*machine)(struct live_seen *seen, const aw_instance *instance);
    bool (*resource)(struct live_seen *seen, const aw_resource *resource);
    uint64_t count; /* of those for which the function said true */
};
/* Runs it to its end, past jobs and journal, since no job would ask the provider that. False: seen->error. */
bool live_op(struct live_seen *seen, enum op_kind kind, const void *wish);

/* The steps: check/live_sale.c, check/live_machine.c and check/live_end.c. */
void live_list(struct live *live);
void live_judge_archs(struct live *live);
void live_judge_prices(struct live *live);
void live_judge_numbers(struct live *live);
void live_make(struct live *live);
void live_find(struct live *live);
void live_make_again(struct live *live);
void live_end(struct live *live);
void live_end_again(struct live *live);

#endif
