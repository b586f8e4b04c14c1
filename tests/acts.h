/* SPDX-License-Identifier: Apache-2.0 */
/* What a server does in the sweeps, act by act, and on which recordings: of Lambda Cloud (lambda_acts.c), of
 * the small cloud of the engine's tests (engine_acts.c), or of registries of images (image_acts.c). */
#ifndef ARCHWAY_TESTS_ACTS_H
#define ARCHWAY_TESTS_ACTS_H

#include "tests/replay_session.h"

/* How the URL ends that makes a machine, or what its body has in it ("Action=RunInstances"). */
extern const char *const launch_url;

enum act {
    NO_ACT,
    OFFERS,
    CREATE,
    WAIT_RUNNING,
    LIST,
    GET,
    TERMINATE,
    WAIT_GONE,
    SIGN,
    CHECK,
    PLACE,
    IMAGE,
    BOOT_IMAGES,
    COLLECT /* all that nobody remembers, in one pass and at once */
};

/* A recording and the acts that it answers, in order; perhaps with a configuration. */
struct play {
    const char *recording;
    enum act acts[8];
    const char *config;
    /* An attempt that fails for want of memory is made again like any that did not leave. Where the recording has
     * no more of them, or another way is taken instead, the conversation is another one than the recorded. */
    bool goes_other_ways;
};

/* Ends with a play without a recording. */
extern const struct play plays[];

bool play_open(struct session *session, const struct play *play);

/* Starts the job of an act. `query` must outlive it. */
int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error);

/* Starts one job of a kind. */
typedef int (*act_fn)(struct session *session, const archway_query *query, const archway_call *call,
                      archway_job **ret_job, aw_error *ret_error);
/* What most acts of a server are about. */
struct actor {
    const archway_machine *machine; /* it names the backend too */
    const char *owner;
    act_fn create;
    act_fn place; /* NULL: it never does */
    act_fn sign;  /* NULL: any request */
};
/* act_begin for an actor. */
int actor_begin(const struct actor *actor, struct session *session, enum act act,
                const archway_query *query, const archway_call *call, archway_job **ret_job,
                aw_error *ret_error);
const char *act_name(enum act act);
/* Does it make a machine? */
bool act_creates(enum act act);

/* Fails the test unless a job of that act without an error has the result that the recording tells. */
void act_check_result(enum act act, const archway_job *job);

#endif
