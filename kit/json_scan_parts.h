/* SPDX-License-Identifier: Apache-2.0 */
/* What the two files of the JSON scanner share. */
#ifndef ARCHWAY_KIT_JSON_SCAN_PARTS_H
#define ARCHWAY_KIT_JSON_SCAN_PARTS_H

#include "kit/json_scan.h"

/* A piece of the document: a text without its quotes, or a number. */
struct scan_string {
    const char *data;
    size_t size;
    int has_escapes; /* of a number: a fraction or an exponent */
};

/* A mistake in the syntax, where the scan is. */
void scan_break(kit_scan *scan, const char *mistake);
/* Does the next value, which nobody has read yet, begin like this? If not it is passed over, as a problem unless
 * it is null. */
int scan_is_next(kit_scan *scan, char first, const char *expected);

/* The next character that is no white space; NUL at the end. */
char scan_peek_behind_blanks(kit_scan *scan);
static inline char scan_peek(kit_scan *scan)
{
    if (scan->at < scan->end && (unsigned char)*scan->at > ' ')
        return *scan->at;
    return scan_peek_behind_blanks(scan);
}
/* Both stand at the first character. 0: a mistake. */
int scan_string(kit_scan *scan, struct scan_string *ret_string);
int scan_number(kit_scan *scan, struct scan_string *ret_digits);
/* Passes over a value. */
void scan_skip(kit_scan *scan);

#endif
