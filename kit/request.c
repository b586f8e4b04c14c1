/* SPDX-License-Identifier: Apache-2.0 */
/* The request builder. The first thing that goes wrong fails the operation, and nothing is sent. */
#include "kit/request.h"

#include "kit/error.h"
#include "kit/url.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_URL = 8 * 1024,
    MAX_BODY = 4 * 1024 * 1024
};

__attribute__((format(printf, 3, 4))) static void fail(kit_request *request, uint32_t code,
                                                       const char *format, ...)
{
    char problem[256];
    va_list args;
    va_start(args, format);
    vsnprintf(problem, sizeof problem, format, args);
    va_end(args);
    request->failed = 1;
    kit_fail(request->op, code, "request \"%s\": %s", request->wire.name, problem);
}

void kit_request_init(kit_request *request, aw_op *op, const char *name, const char *method,
                      const char *base_url)
{
    memset(request, 0, sizeof *request);
    request->op = op;
    request->wire.size = sizeof request->wire;
    request->wire.name = name;
    request->wire.method = method;
    kit_buf_init(&request->url, kit_op_memory(op), MAX_URL);
    kit_buf_init(&request->body, kit_op_memory(op), MAX_BODY);
    kit_buf_add_text(&request->url, base_url);
}

void kit_request_path(kit_request *request, const char *segment)
{
    if (request->failed)
        return;
    /* These would name another resource than the one meant: its parent, or all of its kind. */
    if (!segment || !*segment || strcmp(segment, ".") == 0 || strcmp(segment, "..") == 0) {
        fail(request, AW_E_INVALID, "\"%s\" is not an id or name that a URL can hold",
             segment ? segment : "");
        return;
    }
    kit_url_add_segment(&request->url, segment);
}

void kit_request_query(kit_request *request, const char *name, const char *value)
{
    if (!request->failed)
        kit_url_add_query(&request->url, name, value);
}

static bool is_header_name(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789!#$%&'*+-.^_`|~";
    return *name && name[strspn(name, allowed)] == '\0';
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            return true;
    return false;
}

void kit_request_header(kit_request *request, const char *name, const char *value)
{
    if (request->failed || !value)
        return;
    if (!is_header_name(name) || has_control(value)) {
        fail(request, AW_E_INVALID, "the header \"%s\" has a character that HTTP does not allow",
             name);
        return;
    }
    if (request->wire.header_count == KIT_REQUEST_HEADERS) {
        fail(request, AW_E_INTERNAL, "more than %d headers", KIT_REQUEST_HEADERS);
        return;
    }
    aw_header header = {.name = kit_copy_text(request->op, name),
                        .value = kit_copy_text(request->op, value)};
    if (header.name && header.value)
        request->headers[request->wire.header_count++] = header;
    else
        request->failed = 1;
}

void kit_request_form(kit_request *request, const char *name, const char *value)
{
    if (request->failed)
        return;
    if (request->wire.body.data)
        fail(request, AW_E_INTERNAL, "it was given two bodies");
    else
        kit_form_add(&request->body, name, value);
}

static int add_chunk(const char *chunk, size_t size, void *body)
{
    kit_buf_add(body, chunk, size);
    return kit_buf_text(body) ? 0 : -1;
}

static void add_json(kit_request *request, const json_t *body)
{
    if (request->failed)
        return;
    if (request->body.size > 0) {
        fail(request, AW_E_INTERNAL, "it was given two bodies");
        return;
    }
    if (!body) {
        fail(request, AW_E_INVALID,
             "its JSON could not be built: a text is not UTF-8, or no memory");
        return;
    }
    if (json_dump_callback(body, add_chunk, &request->body, JSON_COMPACT | JSON_ENCODE_ANY) == 0)
        request->wire.body.data = kit_buf_text(&request->body);
    else if (request->body.state == KIT_BUF_OK)
        fail(request, AW_E_NO_MEMORY, "no memory for its JSON");
}

void kit_request_json(kit_request *request, json_t *body)
{
    add_json(request, body);
    json_decref(body);
}

static void add_default_header(kit_request *request, const char *name, const char *value)
{
    for (uint64_t i = 0; i < request->wire.header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return;
    kit_request_header(request, name, value);
}

static void add_default_headers(kit_request *request)
{
    bool is_json = request->wire.body.data != NULL;
    bool is_form = !is_json && request->body.size > 0;
    if (!is_form)
        add_default_header(request, "accept", "application/json");
    if (is_json)
        add_default_header(request, "content-type", "application/json");
    if (is_form)
        add_default_header(request, "content-type", "application/x-www-form-urlencoded");
}

/* A buffer without memory needs no words: the allocation has failed the operation. */
static void check_buffers(kit_request *request)
{
    if (request->failed)
        return;
    if (request->url.state == KIT_BUF_NO_MEMORY || request->body.state == KIT_BUF_NO_MEMORY)
        request->failed = 1;
    else if (request->url.state == KIT_BUF_FULL)
        fail(request, AW_E_INVALID, "its URL is longer than %d bytes", MAX_URL);
    else if (request->body.state == KIT_BUF_FULL)
        fail(request, AW_E_INVALID, "its body is larger than %d bytes", MAX_BODY);
}

void kit_request_send(kit_request *request, aw_answer_fn on_answer, aw_error_fn on_error, void *arg)
{
    add_default_headers(request);
    check_buffers(request);
    if (request->failed)
        return;
    request->wire.url = kit_buf_text(&request->url);
    request->wire.headers = request->headers;
    request->wire.body =
        (aw_bytes){.data = kit_buf_text(&request->body), .size = request->body.size};
    aw_send(request->op, &request->wire, on_answer, on_error, arg);
    /* Whatever is called next, this request has left and leaves only once. */
    request->failed = 1;
}
