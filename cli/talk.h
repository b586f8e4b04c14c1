/* SPDX-License-Identifier: Apache-2.0 */
/* What the command says on stderr: notes, errors, and on a terminal how far it is. */
#ifndef ARCHWAY_CLI_TALK_H
#define ARCHWAY_CLI_TALK_H

#include <archway/archway.h>

#include <stdbool.h>

/* `json`: errors are said as JSON objects, one a line. */
void talk_init(bool json);

/* "archway: ..." */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* "archway: ...", what the provider called it, and what to do about it. Returns its exit code. */
int say_error(const aw_error *error);
/* The same for a call that was refused at once: what it was given is wrong, so EXIT_USAGE when it is invalid. */
int say_refusal(const aw_error *error);
/* The same for an error of the command's own. */
int say_failure(uint32_t code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A wrong command line. Returns EXIT_USAGE. */
int say_usage(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* An archway_log_fn. */
void talk_log(uint32_t level, const char *line, void *arg);

/* "asking lambda ... 3/5", rewritten in place, on a terminal only. NULL takes it away. */
void talk_progress(const char *doing, uint64_t done, uint64_t total, uint64_t elapsed_ms);

/* Is colour wanted on this descriptor? */
bool talk_colour(int fd);

#endif
