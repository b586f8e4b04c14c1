/* SPDX-License-Identifier: Apache-2.0 */
/* Reading requests and writing answers, as far as all providers do it alike. */
#include "tests/cloud/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void put_text(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}

const char *header_of(const struct cloud_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcmp(request->headers[i].name, name) == 0)
            return request->headers[i].value;
    return "";
}

const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

const char *behind(const char *text, const char *prefix)
{
    size_t size = strlen(prefix);
    return strncmp(text, prefix, size) == 0 ? text + size : NULL;
}

static char decoded(const char **at)
{
    unsigned value = 0;
    char c = *(*at)++;
    if (c == '+')
        return ' ';
    if (c == '%' && sscanf(*at, "%2x", &value) == 1) {
        *at += 2;
        return (char)value;
    }
    return c;
}

/* `end` is behind its last byte. */
static void decode(const char *at, const char *end, char *text, size_t size)
{
    size_t used = 0;
    while (at < end && used + 1 < size)
        text[used++] = decoded(&at);
    text[used] = '\0';
}

json_t *form_read(const char *text)
{
    json_t *form = json_object();
    char *value = malloc(strlen(text) + 1);
    if (!form || !value)
        cloud_die("no memory for", "a form");
    for (const char *at = text; *at;) {
        char name[160];
        const char *end = at + strcspn(at, "&");
        const char *equals = at + strcspn(at, "=&");
        decode(at, equals, name, sizeof name);
        decode(equals < end ? equals + 1 : end, end, value, strlen(text) + 1);
        json_object_set_new(form, name, json_string(value));
        at = end + (*end == '&');
    }
    free(value);
    return form;
}

const char *path_part(const char *path, unsigned index, char *text, size_t size)
{
    for (path += *path == '/'; index > 0 && *path; index--) {
        path += strcspn(path, "/");
        path += *path == '/';
    }
    decode(path, path + strcspn(path, "/"), text, size);
    return text;
}

void answer_json(struct call *call, unsigned status, json_t *body)
{
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    if (!text)
        cloud_die("no answer could be made to", call->request->path);
    call->answer->status = status;
    call->answer->type = "application/json";
    kit_buf_add_text(&call->answer->body, text);
    free(text);
    json_decref(body);
}

void answer_html(struct call *call, unsigned status, const char *title)
{
    call->answer->status = status;
    call->answer->type = "text/html";
    kit_buf_addf(&call->answer->body, "<html><body><h1>%u %s</h1></body></html>\n", status, title);
}

void time_text(uint64_t at_ms, char *text, size_t size)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm parts;
    char day[32];
    gmtime_r(&seconds, &parts);
    strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text, size, "%s.%03uZ", day, (unsigned)(at_ms % 1000));
}
