/* SPDX-License-Identifier: Apache-2.0 */
/* What a job that asks several backends or regions came to. */
#ifndef ARCHWAY_CLI_OUTCOME_H
#define ARCHWAY_CLI_OUTCOME_H

#include "cli/session.h"

/* Runs the job. Says what failed and what is missing from its result. Returns EXIT_OK; EXIT_PARTIAL when
 * some of it failed; the exit code of the failure when all of it did, or of the signal. */
int outcome_run(struct session *session, archway_job *job);

#endif
