/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a text line by line and word by word, in place. */
#ifndef ARCHWAY_CORE_LINES_H
#define ARCHWAY_CORE_LINES_H

#include <archway/backend.h>

#include <stdbool.h>

struct lines {
    const char *path; /* for errors */
    aw_error *error;
    const char *at;
    const char *end;
    int number; /* of the line at `at`, from 1 */
};

bool lines_ended(const struct lines *lines);
/* The line at hand, without its newline; empty at the end. */
aw_bytes lines_peek(const struct lines *lines);
void lines_skip(struct lines *lines);
/* Skips to the first line that `ends` accepts, or the end, and returns what was skipped. */
aw_bytes lines_until(struct lines *lines, bool (*ends)(aw_bytes line));
/* Fails with AW_E_INVALID and "PATH:LINE: ..."; line 0: the one at hand. Returns -1. */
int lines_fail(const struct lines *lines, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

bool text_is(aw_bytes text, const char *word);
bool text_starts(aw_bytes text, const char *start);
/* Without spaces and tabs at both ends. */
aw_bytes text_trim(aw_bytes text);
/* Takes the first word off; empty when there is none. */
aw_bytes text_word(aw_bytes *rest);
/* Digits only, at most `max`. */
bool text_number(aw_bytes text, uint64_t max, uint64_t *ret_number);
/* "80ms", "2s", "10m": at most a week. */
bool text_duration_ms(aw_bytes text, uint64_t *ret_ms);
/* "2026-05-01T12:00:00Z", with or without milliseconds. */
bool text_time_ms(aw_bytes text, uint64_t *ret_ms);

#endif
