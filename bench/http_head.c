/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the head of a request: its first line and the three headers that matter. */
#include "bench/http_head.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define LARGEST_HEAD 65536u
#define LARGEST_BODY ((size_t)4 << 20)

/* The value of a header, or NULL. The lines of the head end in CR LF. */
static const char *find_header(const char *head, const char *name)
{
    size_t size = strlen(name);
    for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
        if (!strncasecmp(line + 2, name, size) && line[2 + size] == ':')
            return line + 3 + size + strspn(line + 3 + size, " \t");
    return NULL;
}

static size_t body_size_of(const char *head)
{
    const char *value = find_header(head, "content-length");
    return value ? strtoull(value, NULL, 10) : 0;
}

static char *cut(char *text, const char *at)
{
    size_t size = strcspn(text, at);
    char *rest = text + size + (text[size] != '\0');
    text[size] = '\0';
    return rest;
}

static void cut_head(char *head, struct http_request *ret_request)
{
    const char *authorization = find_header(head, "authorization");
    char *value = authorization ? head + (authorization - head) : NULL;
    char *path = cut(head, " ");
    cut(path, " ");
    if (value)
        cut(value, "\r");
    ret_request->method = head;
    ret_request->path = path;
    ret_request->authorization = value ? value : "";
}

enum http_head http_head_read(kit_buf *in, struct http_request *ret_request)
{
    char *end = in->size ? strstr(in->data, "\r\n\r\n") : NULL;
    if (!end)
        return in->size > LARGEST_HEAD ? HTTP_BAD : HTTP_PARTIAL;
    size_t head_size = (size_t)(end - in->data) + 4;
    char after = in->data[head_size];
    in->data[head_size] = '\0';
    size_t body_size = body_size_of(in->data);
    bool chunked = find_header(in->data, "transfer-encoding") != NULL;
    in->data[head_size] = after;
    if (chunked || body_size > LARGEST_BODY || in->size > head_size + body_size)
        return HTTP_BAD;
    if (in->size < head_size + body_size)
        return HTTP_PARTIAL;
    end[2] = '\0';
    cut_head(in->data, ret_request);
    ret_request->body = in->data + head_size;
    ret_request->body_size = body_size;
    return HTTP_WHOLE;
}
