/* SPDX-License-Identifier: Apache-2.0 */
/* A server's session on a recording, its jobs run step by step. */
#ifndef ARCHWAY_TESTS_REPLAY_SESSION_H
#define ARCHWAY_TESTS_REPLAY_SESSION_H

#include <archway/archway.h>

#include <stdbool.h>

/* More steps than any conversation of these tests takes. */
#define MOST_STEPS 20000u

struct session {
    archway *aw;    /* NULL: it could not be opened */
    aw_error error; /* why not */
    unsigned dones; /* calls of on_done so far */
};

/* What a session is opened with. All but `recording` may be NULL. */
struct session_options {
    const char *recording; /* a path */
    const char *plugin_dir;
    const char *config;
    const char *journal; /* NULL: in memory */
    archway_log_fn log;
    void *log_arg;
};

bool session_open(struct session *session, const struct session_options *options);

/* A call that counts its on_done in the session. */
archway_call session_call(struct session *session, uint64_t timeout_ms);

/* Steps until the job is done; fails the test when it never is. */
void session_run(struct session *session, const archway_job *job);
/* Steps until nothing is left to do: nobody may be told of anything any more. */
void session_drain(struct session *session);

uint64_t session_now_ms(const struct session *session);

/* Was any exchange of the recording asked for whose URL ends so, or (with a "=" in it) whose body has this in it, or
 * (behind "run=") a program with it among its arguments? */
bool session_asked(const struct session *session, const char *url_end);
/* Did such a request leave with an outcome that is not "certainly nothing"? */
bool session_may_have_made(const struct session *session, const char *url_end);

#endif
