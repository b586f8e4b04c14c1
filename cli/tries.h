/* SPDX-License-Identifier: Apache-2.0 */
/* What a create tried, and what became of it. */
#ifndef ARCHWAY_CLI_TRIES_H
#define ARCHWAY_CLI_TRIES_H

#include "cli/output.h"

#include <archway/archway.h>
#include <jansson.h>

/* For people, on stderr: a table, when more than one offer was tried. */
void tries_say(enum format format, const archway_job *job);
/* Which of the tries come last since their place had no capacity lately. */
void tries_say_held(const archway_job *job);

/* { "tries": [ ... ] }, to stand in a document. */
json_t *tries_record(const archway_job *job);
/* With -o json, what was tried in vain, on stdout; otherwise nothing. Returns an exit code. */
int tries_print_failed(enum format format, const archway_job *job);

#endif
