/* SPDX-License-Identifier: Apache-2.0 */
/* Offers: the filters of the command line as a query, its answer, and printing that. */
#ifndef ARCHWAY_CLI_OFFERS_H
#define ARCHWAY_CLI_OFFERS_H

#include "cli/session.h"

/* Returns an exit code: EXIT_OK and the query, or having said which filter is wrong. */
int offers_query(const struct options *options, archway_query **ret_query);

/* Starts the query, runs it, and says what failed, or how many offers each filter removed when nothing is
 * left. Returns an exit code. *ret_job stays NULL when nothing was asked, and is the caller's to destroy. */
int offers_ask(struct session *session, const archway_query *query, archway_job **ret_job);

/* Are the backends that --backend names there? Returns an exit code. */
int offers_check_backends(const struct session *session);
/* Of a job without offers: says how many each filter removed, unless no backend answered. Returns an exit code. */
int offers_say_none(const archway_job *job);

/* Prints the offers of such a job; returns an exit code. */
int offers_print(enum format format, const archway_job *job);

/* Says what the user must know of the choice, and if he wants all of it explained, that and what each filter removed. */
void offers_say_findings(bool explain, const archway_job *job);

/* For KIT_CLEANUP. */
void offers_drop_query(archway_query **query);

#endif
