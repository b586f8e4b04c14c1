/* SPDX-License-Identifier: Apache-2.0 */
/* What a job that asks several backends or regions came to. */
#ifndef ARCHWAY_CLI_OUTCOME_H
#define ARCHWAY_CLI_OUTCOME_H

#include "cli/session.h"

/* Runs the job. Says what failed and what is missing from its result. Returns EXIT_OK; EXIT_PARTIAL when
 * some of it failed; the exit code of the failure when all of it did, or of the signal. */
int outcome_run(struct session *session, archway_job *job);

/* The two halves of it, of a job that has run: the errors of backends that failed as a whole are among the
 * problems, and the code is that of its backends. */
void outcome_say_problems(const archway_job *job);
int outcome_code(const archway_job *job);

#endif
