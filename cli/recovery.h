/* SPDX-License-Identifier: Apache-2.0 */
/* What an earlier run left behind, taken up by a later one. */
#ifndef ARCHWAY_CLI_RECOVERY_H
#define ARCHWAY_CLI_RECOVERY_H

#include "cli/session.h"

/* Before a command that creates or lists: looks once at what is open in the journal, which is nothing as a rule,
 * and says what it found. Failing is said, and stops nothing. Returns EXIT_OK, or what a signal wants. */
int recovery_begin(struct session *session);

/* The outcomes of a job, one a line on stderr. */
void outcomes_say(const archway_job *job);
/* The same on stdout, as a table or for programs. Returns an exit code. */
int outcomes_print(enum format format, const archway_job *job);
/* Those of a cleaning, with its counts. */
int gc_print(enum format format, const archway_job *job, const archway_gc_counts *counts,
             bool acted);
bool outcomes_are_open(const archway_job *job);

#endif
