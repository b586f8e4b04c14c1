/* SPDX-License-Identifier: Apache-2.0 */
/* What a recorder keeps of a request and its answer, and what it leaves out. */
#include "core/mask.h"
#include "core/mem.h"
#include "core/record.h"
#include "kit/answer.h"

#include <string.h>
#include <strings.h>

/* Without a recorded length and encoding, since the body is decoded, and placeholders change its size. */
static const char *const dropped_headers[] = {
    "connection", "content-encoding", "content-length",   "keep-alive",
    "set-cookie", "set-cookie2",      "transfer-encoding"};
/* The only headers of a secret conversation that are kept. */
static const char *const public_headers[] = {"accept", "content-type", "date", "retry-after"};

static bool is_listed(const char *const *list, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(list[i], name) == 0)
            return true;
    return false;
}

#define IS_LISTED(list, name) is_listed((list), sizeof(list) / sizeof *(list), (name))

/* What stands behind the scheme in the authorization that this request is signed with. */
static const char *credential_of(const struct wire_call *call)
{
    for (size_t i = 0; i < call->signed_header_count; i++) {
        const aw_header *header = &call->signed_headers[i];
        if (strcasecmp(header->name, "authorization") != 0)
            continue;
        const char *space = strchr(header->value, ' ');
        return space ? space + 1 : header->value;
    }
    return NULL;
}

static struct mask mask_of(const struct recorder *recorder)
{
    return (struct mask){.words = recorder->secret_words, .word_count = recorder->secret_count};
}

static char *take(struct recorder *recorder, const struct mask *mask, aw_bytes text,
                  size_t *ret_size)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf masked;
    kit_buf_init(&masked, mem_kit(), SIZE_MAX);
    mask_add(mask, text, &masked);
    *ret_size = masked.size;
    if (masked.state != KIT_BUF_OK)
        return NULL;
    return arena_copy(&recorder->taken.arena, kit_buf_text(&masked), masked.size);
}

aw_bytes recorder_take_text(struct recorder *recorder, aw_bytes text)
{
    struct mask mask = mask_of(recorder);
    size_t size = 0;
    const char *copy = take(recorder, &mask, text, &size);
    return (aw_bytes){copy, size};
}

/* As one line, whatever it was. */
static const char *take_line(struct recorder *recorder, const struct mask *mask, aw_bytes text)
{
    size_t size = 0;
    char *line = take(recorder, mask, text, &size);
    for (size_t i = 0; line && i < size; i++)
        if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
            line[i] = ' ';
    return line;
}

static aw_bytes bytes_of(const char *text)
{
    return (aw_bytes){text, strlen(text)};
}

static const char *take_address(struct recorder *recorder, const struct mask *mask, aw_bytes text)
{
    struct mask in_url = *mask;
    in_url.url = true;
    return take_line(recorder, &in_url, text);
}

static const char *take_header(struct recorder *recorder, const struct mask *mask,
                               const aw_header *header, bool hidden)
{
    if (hidden)
        return arena_text(&recorder->taken.arena, RECORDING_SECRET);
    if (strcasecmp(header->name, "location") == 0)
        return take_address(recorder, mask, bytes_of(header->value));
    return take_line(recorder, mask, bytes_of(header->value));
}

/* An empty body has no secret. */
static int take_body(struct recorder *recorder, const struct mask *mask, bool secret, aw_bytes body,
                     aw_bytes *ret_body)
{
    size_t size = 0;
    if (secret && body.size)
        body = bytes_of(RECORDING_SECRET);
    ret_body->data = take(recorder, mask, body, &size);
    ret_body->size = size;
    return ret_body->data ? 0 : -1;
}

static int take_headers(struct recorder *recorder, const struct mask *mask, bool secret,
                        const aw_header *headers, size_t count, struct recorded_message *message)
{
    struct arena *arena = &recorder->taken.arena;
    aw_header *copies = arena_alloc(arena, (count + 1) * sizeof *copies);
    message->headers = copies;
    for (size_t i = 0; copies && i < count; i++) {
        const aw_header *header = &headers[i];
        bool hidden = mask_has_field(mask, header->name) ||
                      (secret && !IS_LISTED(public_headers, header->name));
        if (IS_LISTED(dropped_headers, header->name))
            continue;
        aw_header *copy = &copies[message->header_count++];
        copy->name = arena_text(arena, header->name);
        copy->value = take_header(recorder, mask, header, hidden);
        if (!copy->name || !copy->value)
            return -1;
    }
    return copies ? 0 : -1;
}

static int take_url(struct recorder *recorder, const struct mask *mask,
                    const struct wire_call *call, const char **ret_url)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf url;
    kit_buf_init(&url, mem_kit(), SIZE_MAX);
    aw_bytes text = bytes_of(call->request->url);
    const char *query = strchr(text.data, '?');
    if (call->secret && query) {
        kit_buf_add(&url, text.data, (size_t)(query + 1 - text.data));
        kit_buf_add_text(&url, RECORDING_SECRET);
        text = (aw_bytes){kit_buf_text(&url), url.size};
    }
    *ret_url = text.data ? take_address(recorder, mask, text) : NULL;
    return *ret_url ? 0 : -1;
}

int recorder_take_request(struct recorder *recorder, const struct wire_call *call,
                          struct recorded_exchange *exchange)
{
    const aw_request *request = call->request;
    struct mask mask = mask_of(recorder);
    mask.word = credential_of(call);
    exchange->method = arena_text(&recorder->taken.arena, request->method);
    if (!exchange->method || take_url(recorder, &mask, call, &exchange->url) ||
        take_headers(recorder, &mask, call->secret, request->headers, request->header_count,
                     &exchange->request))
        return -1;
    return take_body(recorder, &mask, call->secret, request->body, &exchange->request.body);
}

/* The query of the place that an answer sends on to: in a presigned URL it is all that one needs there. */
static const char *onward_query(const aw_response *answer)
{
    const char *location = answer->status / 100 == 3 ? kit_answer_header(answer, "location") : NULL;
    const char *query = location ? strchr(location, '?') : NULL;
    return query && query[1] ? query + 1 : NULL;
}

int recorder_take_answer(struct recorder *recorder, const struct wire_call *call,
                         struct recorded_exchange *exchange)
{
    const aw_response *answer = &call->answer;
    const char *query = onward_query(answer);
    if (query && !recorder_keep_secret(recorder, query))
        return -1;
    struct mask mask = mask_of(recorder);
    mask.word = credential_of(call);
    mask.fields = call->secret_fields;
    exchange->status = (int)answer->status;
    if (take_headers(recorder, &mask, call->secret, answer->headers, answer->header_count,
                     &exchange->answer))
        return -1;
    return take_body(recorder, &mask, call->secret || query, answer->body, &exchange->answer.body);
}

int recorder_take_program(struct recorder *recorder, const struct run_call *call,
                          struct recorded_exchange *exchange)
{
    struct mask mask = mask_of(recorder);
    const char *const *source = call->program->argv;
    size_t count = 0;
    while (source[count])
        count++;
    const char **argv = arena_alloc(&recorder->taken.arena, (count + 1) * sizeof *argv);
    for (size_t i = 0; argv && i < count; i++) {
        argv[i] = recorder_take_text(recorder, bytes_of(source[i])).data;
        if (!argv[i])
            return -1;
    }
    exchange->argv = argv;
    if (!argv)
        return -1;
    return take_body(recorder, &mask, call->secret, call->program->input, &exchange->request.body);
}

static size_t line_size(aw_bytes text)
{
    const char *newline = memchr(text.data, '\n', text.size);
    return newline ? (size_t)(newline - text.data) : text.size;
}

/* Every line of it becomes a header. */
static int take_errors(struct recorder *recorder, const struct mask *mask, aw_bytes errors,
                       struct recorded_message *message)
{
    struct arena *arena = &recorder->taken.arena;
    size_t count = 0;
    for (size_t i = 0; i < errors.size; i++)
        count += errors.data[i] == '\n';
    aw_header *lines = arena_alloc(arena, (count + 1) * sizeof *lines);
    message->headers = lines;
    while (lines && errors.size) {
        size_t size = line_size(errors);
        const char *line = take_line(recorder, mask, (aw_bytes){errors.data, size});
        if (!line)
            return -1;
        lines[message->header_count++] = (aw_header){"stderr", line};
        size += size < errors.size;
        errors = (aw_bytes){errors.data + size, errors.size - size};
    }
    return lines ? 0 : -1;
}

int recorder_take_result(struct recorder *recorder, const struct run_call *call,
                         struct recorded_exchange *exchange)
{
    struct mask mask = mask_of(recorder);
    mask.fields = call->secret_fields;
    aw_bytes errors = call->result.errors;
    if (call->secret && errors.size)
        errors = bytes_of(RECORDING_SECRET);
    exchange->status = call->result.status;
    if (take_errors(recorder, &mask, errors, &exchange->answer))
        return -1;
    return take_body(recorder, &mask, call->secret, call->result.output, &exchange->answer.body);
}
