/* SPDX-License-Identifier: Apache-2.0 */
/* Answers as HTTP alone understands them. */
#include "kit/answer.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_WAIT_S 86400u

struct meaning {
    uint32_t first;
    uint32_t last;
    uint32_t code;
    uint32_t scope;
};

/* The first line that fits counts. */
static const struct meaning by_status[] = {
    {401, 401, AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT},
    {402, 403, AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {404, 404, AW_E_NOT_FOUND, AW_SCOPE_UNKNOWN},
    {405, 407, AW_E_PROTOCOL, AW_SCOPE_UNKNOWN},
    {408, 408, AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {409, 409, AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {425, 425, AW_E_THROTTLED, AW_SCOPE_ACCOUNT},
    {429, 429, AW_E_THROTTLED, AW_SCOPE_ACCOUNT},
    {400, 499, AW_E_INVALID, AW_SCOPE_UNKNOWN},
    {500, 599, AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
};

static const struct meaning *find(uint32_t status)
{
    static const struct meaning none = {.code = AW_E_PROTOCOL};
    for (size_t i = 0; i < sizeof by_status / sizeof by_status[0]; i++)
        if (status >= by_status[i].first && status <= by_status[i].last)
            return &by_status[i];
    return &none;
}

uint32_t kit_status_code(uint32_t status)
{
    return find(status)->code;
}

uint32_t kit_status_scope(uint32_t status)
{
    return find(status)->scope;
}

const char *kit_answer_header(const aw_response *answer, const char *name)
{
    for (uint64_t i = 0; i < answer->header_count; i++)
        if (!strcmp(answer->headers[i].name, name))
            return answer->headers[i].value;
    return NULL;
}

uint64_t kit_answer_retry_after_ms(const aw_response *answer)
{
    const char *text = kit_answer_header(answer, "retry-after");
    uint64_t seconds = 0;
    for (; text && *text >= '0' && *text <= '9'; text++)
        seconds = seconds < LONGEST_WAIT_S ? seconds * 10 + (uint64_t)(*text - '0') : seconds;
    return (seconds < LONGEST_WAIT_S ? seconds : LONGEST_WAIT_S) * 1000;
}

int kit_answer_is_good(const aw_response *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

uint32_t kit_retry_of(uint32_t code)
{
    if (code == AW_E_THROTTLED)
        return AW_RETRY_SAFE;
    return code == AW_E_UNAVAILABLE ? AW_RETRY_UNKNOWN : AW_RETRY_NEVER;
}

void kit_answer_complete(const aw_response *answer, aw_error *error)
{
    error->retry = kit_retry_of(error->code);
    error->remedy = error->code == AW_E_UNAUTHENTICATED ? AW_REMEDY_CREDENTIALS : AW_REMEDY_NONE;
    error->http_status = answer->status;
    error->retry_after_ms = kit_answer_retry_after_ms(answer);
}

/* What opens the place may stand in its query. */
static const char *without_query(const char *url, char *buf, size_t size)
{
    snprintf(buf, size, "%.*s", (int)strcspn(url, "?"), url);
    return buf;
}

void kit_answer_explain_status(const aw_response *answer, const char *title, const char *found,
                               aw_error *ret_error)
{
    const char *location = kit_answer_header(answer, "location");
    char place[300];
    uint32_t code = kit_status_code(answer->status);
    if (code == AW_E_NOT_FOUND)
        code = AW_E_PROTOCOL;
    if (answer->status >= 300 && answer->status < 400)
        kit_error_set(
            ret_error, code,
            "The endpoint redirects (status %u) to %s, and credentials are not sent after it. "
            "Set `endpoint:` of this backend to the address of the API itself.",
            (unsigned)answer->status,
            location ? without_query(location, place, sizeof place)
                     : "an address that it does not name");
    else
        kit_error_set(
            ret_error, code,
            "%s, or something on the way to it, answered with status %u and without the API's own "
            "error: %.200s. If that stays so, look at `endpoint:` and at the proxy.",
            title, (unsigned)answer->status, found);
    ret_error->scope = kit_status_scope(answer->status);
    kit_answer_complete(answer, ret_error);
}

void kit_answer_fail_unread(aw_op *op, const char *title, const char *request,
                            const aw_error *problem, uint32_t retry)
{
    aw_error error;
    kit_error_set(&error, problem->code, "%s's answer to `%s` cannot be read: %s", title, request,
                  problem->message);
    error.retry = retry;
    aw_fail(op, &error);
}
