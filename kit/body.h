/* SPDX-License-Identifier: Apache-2.0 */
/* What the body of an answer seems to be when it is not what was expected. */
#ifndef ARCHWAY_KIT_BODY_H
#define ARCHWAY_KIT_BODY_H

#include <stddef.h>

#define KIT_BODY_FOUND 128

/* Describes it for the end of "expected JSON, found ...": "nothing", "plain text", "binary data", "XML",
 * "JSON", "an HTML page with the title \"502 Bad Gateway\"". */
void kit_body_describe(const char *data, size_t size, char ret_found[KIT_BODY_FOUND]);

int kit_body_is_html(const char *data, size_t size);

/* The bytes of a UTF-8 byte order mark, 0 without one: RFC 8259 lets a reader pass over it, and files from
 * Windows begin with it. */
size_t kit_body_count_mark(const char *data, size_t size);
/* White space at its beginning. */
size_t kit_body_count_blanks(const char *data, size_t size);

#endif
