/* SPDX-License-Identifier: Apache-2.0 */
/* The canonical request of the last request, for one that differs in body and time alone. */
#include "backends/aws/sigv4_parts.h"

/* Is this text the next one of the input? Moves behind it. */
static bool is_next(const char **at, const char *end, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > (size_t)(end - *at) || memcmp(*at, text, size) != 0)
        return false;
    *at += size;
    return true;
}

static bool is_same(const struct sigv4_last *last, const aw_request *request)
{
    const char *at = last->input;
    const char *end = at + last->input_size;
    if (!request->method || !request->url || !is_next(&at, end, request->method) ||
        !is_next(&at, end, request->url))
        return false;
    for (uint64_t i = 0; i < request->header_count; i++)
        if (!is_next(&at, end, request->headers[i].name) ||
            !is_next(&at, end, request->headers[i].value))
            return false;
    return at == end;
}

static bool can_repeat(const struct sigv4_input *input)
{
    return input->token.size == 0 && input->path == SIGV4_PATH_OF_SERVICE;
}

bool sigv4_last_use(struct sigv4_last *last, const struct sigv4_input *input,
                    struct sigv4_canonical *ret_canonical)
{
    if (last->input_size == 0 || !can_repeat(input) || !is_same(last, input->request))
        return false;
    last->misses = 0;
    char *text = last->canonical;
    sigv4_put(text + last->time_at, input->time);
    sigv4_put(text + last->canonical_size - SIGV4_HEX, input->payload);
    ret_canonical->text = (aw_bytes){.data = text, .size = last->canonical_size};
    ret_canonical->names = (aw_bytes){.data = text + last->names_at, .size = last->names_size};
    ret_canonical->payload = input->payload;
    ret_canonical->adds_payload = false;
    return true;
}

static bool keep_text(struct sigv4_last *last, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > sizeof last->input - last->input_size)
        return false;
    memcpy(last->input + last->input_size, text, size);
    last->input_size += size;
    return true;
}

static int keep_input(struct sigv4_last *last, const aw_request *request)
{
    last->input_size = 0;
    bool fits = keep_text(last, request->method) && keep_text(last, request->url);
    for (uint64_t i = 0; fits && i < request->header_count; i++)
        fits =
            keep_text(last, request->headers[i].name) && keep_text(last, request->headers[i].value);
    if (!fits)
        last->input_size = 0;
    return fits ? 0 : -1;
}

/* After 1, 2, 4, 8 ... misses: requests that never come again should cost nothing. */
static bool is_worth_keeping(struct sigv4_last *last)
{
    last->misses++;
    return (last->misses & (last->misses - 1)) == 0;
}

void sigv4_last_keep(struct sigv4_last *last, const struct sigv4_input *input,
                     const struct sigv4_canonical *canonical)
{
    static const char date[] = "\nx-amz-date:";
    aw_bytes text = canonical->text;
    if (!canonical->repeats || !can_repeat(input) || text.size > sizeof last->canonical ||
        !is_worth_keeping(last) || keep_input(last, input->request))
        return;
    /* No other line begins so, and nothing but a line does. */
    const char *time = memmem(text.data, text.size, date, sizeof date - 1);
    sigv4_put(last->canonical, text);
    last->canonical_size = text.size;
    last->time_at = (size_t)(time - text.data) + sizeof date - 1;
    last->names_at = (size_t)(canonical->names.data - text.data);
    last->names_size = canonical->names.size;
}
