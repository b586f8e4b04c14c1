/* SPDX-License-Identifier: Apache-2.0 */
/* One run of the command: the context that it opens, and the jobs that it carries out in it. */
#ifndef ARCHWAY_CLI_SESSION_H
#define ARCHWAY_CLI_SESSION_H

#include "cli/options.h"

#include <archway/archway.h>

struct session {
    const struct options *options;
    archway *aw;
    bool asked; /* a job was run */
};

/* `plugin_dir` is searched for plugins before all others; NULL: none is. Returns EXIT_OK, or another exit code,
 * having said why. */
int session_open(struct session *session, const struct options *options, const char *plugin_dir);
/* `code` is how the run went. Returns it, or a worse one, having said why: whether a replay was used up only
 * shows at its end. After a failure, or when nothing was to be asked, that is no news. */
int session_close(struct session *session, int code);

/* For starting jobs: the timeout of the command line. */
archway_call session_call(const struct session *session);

/* Runs the jobs (NULLs are passed over) until all are done; `doing` ("asking lambda") is shown meanwhile. When a signal comes they
 * are cancelled and it returns EXIT_SIGNAL and more; otherwise EXIT_OK, whatever became of the jobs. */
int session_run(struct session *session, archway_job *const *jobs, size_t count, const char *doing);
/* One job. Says its error and returns its exit code. */
int session_run_one(struct session *session, archway_job *job, const char *doing);

/* Is there any backend to ask? Returns EXIT_OK, or EXIT_CREDENTIALS having said what to set. With a name:
 * is there that one? Otherwise EXIT_USAGE. */
int session_need_backend(const struct session *session, const char *name);

/* For KIT_CLEANUP. */
void session_drop_job(archway_job **job);

/* "asking lambda", "asking 3 backends" */
void session_asking(const struct session *session, kit_buf *ret_text);

#endif
