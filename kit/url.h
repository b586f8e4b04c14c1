/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding by RFC 3986 (only A-Z a-z 0-9 - . _ ~ stay), for paths, queries and forms.
 * A parameter or field whose value is NULL is absent: nothing is added. */
#ifndef ARCHWAY_KIT_URL_H
#define ARCHWAY_KIT_URL_H

#include "kit/buf.h"

/* Adds `text` encoded; '/' is encoded too, so it is one path segment or one value. */
void kit_url_add_encoded(kit_buf *buf, const char *text);
/* Adds "/segment", encoded, and never two slashes in a row. */
void kit_url_add_segment(kit_buf *buf, const char *segment);
/* Adds "?name=value" or "&name=value", whichever the URL needs. */
void kit_url_add_query(kit_buf *buf, const char *name, const char *value);
/* Adds "name=value", with "&" before it unless it is the first: application/x-www-form-urlencoded. */
void kit_form_add(kit_buf *buf, const char *name, const char *value);

#endif
