/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-encoding of path segments, query parameters and forms. */
#include "kit/url.h"

#include <stdbool.h>
#include <string.h>

/* Not isalnum: that one asks the locale. */
static bool is_unreserved(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

static bool ends_in(const kit_buf *buf, char c)
{
    return buf->size > 0 && buf->data[buf->size - 1] == c;
}

static void add_pair(kit_buf *buf, const char *name, const char *value)
{
    kit_url_add_encoded(buf, name);
    kit_buf_add_char(buf, '=');
    kit_url_add_encoded(buf, value);
}

void kit_url_add_encoded(kit_buf *buf, const char *text)
{
    for (const char *c = text ? text : ""; *c; c++) {
        if (is_unreserved(*c))
            kit_buf_add_char(buf, *c);
        else
            kit_buf_addf(buf, "%%%02X", (unsigned)(unsigned char)*c);
    }
}

void kit_url_add_segment(kit_buf *buf, const char *segment)
{
    if (!ends_in(buf, '/'))
        kit_buf_add_char(buf, '/');
    kit_url_add_encoded(buf, segment);
}

void kit_url_add_query(kit_buf *buf, const char *name, const char *value)
{
    if (!value)
        return;
    bool first = buf->size == 0 || !memchr(buf->data, '?', buf->size);
    if (first)
        kit_buf_add_char(buf, '?');
    else if (!ends_in(buf, '?') && !ends_in(buf, '&'))
        kit_buf_add_char(buf, '&');
    add_pair(buf, name, value);
}

void kit_form_add(kit_buf *buf, const char *name, const char *value)
{
    if (!value)
        return;
    if (buf->size > 0)
        kit_buf_add_char(buf, '&');
    add_pair(buf, name, value);
}
