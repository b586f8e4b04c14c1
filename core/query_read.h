/* SPDX-License-Identifier: Apache-2.0 */
/* What the filters of a query are read with: pieces of text, numbers, ranges, lists of names. */
#ifndef ARCHWAY_CORE_QUERY_READ_H
#define ARCHWAY_CORE_QUERY_READ_H

#include "core/query.h"

/* A piece of the user's text, without blanks around it. */
struct span {
    const char *data;
    size_t size;
};

/* For "%.*s" in a message: the piece, cut to what a sentence bears. */
#define SPAN_SHOWN(span) (int)((span).size < 60 ? (span).size : 60), (span).data

struct span span_of(const char *text);
/* Takes the first piece of *rest, up to the separator. False when nothing is left. A separator at the
 * end is followed by an empty piece. Starts with a whole text; *rest ends with data NULL. */
bool span_next(struct span *rest, char separator, struct span *ret_piece);
bool span_is(struct span span, const char *word);       /* without regard to case */
bool span_contains(struct span span, const char *text); /* likewise */

#define NANO 1000000000u

/* Digits, perhaps a point and one to nine more digits. Returns how much of the text that is; 0: it does not
 * start with a number; SIZE_MAX: it does, but one that is too large or too fine. */
size_t decimal_read(struct span text, uint64_t *ret_whole, uint32_t *ret_nano);
/* The whole text is a whole number. */
int count_read(struct span text, const char *filter, uint64_t *ret_count, aw_error *ret_error);
/* "4", "4..", "..16", "4..8" */
int count_range_read(struct span text, const char *filter, struct range *ret_range,
                     aw_error *ret_error);
/* The same with sizes, in MiB: "16GB..", "1.5TB", "..512MiB", a bare number is GB. */
int size_range_read(struct span text, const char *filter, struct range *ret_range,
                    aw_error *ret_error);

/* Adds the names of a list with commas; one that is there already is not added again. */
int names_read(struct names *names, struct span list, const char *filter, aw_error *ret_error);
void names_finish(struct names *names);

/* core/query_gpu.c */
int gpu_read(struct archway_query *query, struct span text, aw_error *ret_error);
int gpu_vendor_read(struct archway_query *query, struct span text, aw_error *ret_error);

/* Says that a word is not in a list: which one was meant, or else what is in it. `kind` is "filter". */
int unknown_word(struct span word, const char *kind, const char *const *known, size_t count,
                 aw_error *ret_error);

#endif
