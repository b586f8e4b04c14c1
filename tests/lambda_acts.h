/* SPDX-License-Identifier: Apache-2.0 */
/* What a server does on Lambda Cloud in the sweeps, act by act, and on which recordings. */
#ifndef ARCHWAY_TESTS_LAMBDA_ACTS_H
#define ARCHWAY_TESTS_LAMBDA_ACTS_H

#include "tests/replay_session.h"

#define LAUNCH "/instance-operations/launch"
#define MACHINE_ID "0920582c7ff041399e34823a0be62549"

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
    CHECK
};

/* A recording and the acts that it answers, in order. */
struct play {
    const char *recording;
    enum act acts[8];
};

/* Ends with a play without a recording. */
extern const struct play plays[];
/* The whole life of a machine. */
extern const struct play life;

bool play_open(struct session *session, const struct play *play);

/* Starts the job of an act. `query` must outlive it. */
int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error);
const char *act_name(enum act act);

/* Fails the test unless a job of that act without an error has the result that the recording tells. */
void act_check_result(enum act act, const archway_job *job);

#endif
