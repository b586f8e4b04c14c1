/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of Lambda Cloud means. */
#include "backends/lambda/lambda.h"

#include "kit/error.h"

#include <string.h>

struct meaning {
    uint32_t code;
    uint32_t scope;
};

/* Every code that the API documents. These decide, whatever the status: it gives the same code with
 * several (global/object-does-not-exist with 400 and 404, global/internal-error even with 409). */
static const struct {
    const char *code;
    struct meaning meaning;
} by_code[] = {
    {"global/invalid-api-key", {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT}},
    {"global/account-inactive", {AW_E_DENIED, AW_SCOPE_ACCOUNT}},
    {"global/invalid-address", {AW_E_DENIED, AW_SCOPE_ACCOUNT}},
    {"global/invalid-parameters", {AW_E_INVALID, AW_SCOPE_UNKNOWN}},
    {"global/object-does-not-exist", {AW_E_NOT_FOUND, AW_SCOPE_UNKNOWN}},
    {"global/duplicate", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN}},
    {"global/quota-exceeded", {AW_E_QUOTA, AW_SCOPE_ACCOUNT}},
    {"global/too-many-requests", {AW_E_THROTTLED, AW_SCOPE_ACCOUNT}},
    {"global/internal-error", {AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN}},
    {"provider/internal-unavailable", {AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN}},
    {"instance-operations/launch/insufficient-capacity", {AW_E_NO_CAPACITY, AW_SCOPE_REGION}},
    {"instance-operations/launch/file-system-in-wrong-region", {AW_E_INVALID, AW_SCOPE_REGION}},
    {"filesystems/filesystem-in-use", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN}},
    {"firewall-rulesets/firewall-ruleset-in-use", {AW_E_CONFLICT, AW_SCOPE_UNKNOWN}},
};

/* For a code that is not in the list, and for answers of whatever stands before the API. The first
 * line that fits counts. */
static const struct {
    uint32_t first;
    uint32_t last;
    struct meaning meaning;
} by_status[] = {
    {401, 401, {AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT}},
    {402, 403, {AW_E_DENIED, AW_SCOPE_ACCOUNT}},
    {404, 404, {AW_E_NOT_FOUND, AW_SCOPE_UNKNOWN}},
    {405, 407, {AW_E_PROTOCOL, AW_SCOPE_UNKNOWN}},
    {408, 408, {AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN}},
    {409, 409, {AW_E_CONFLICT, AW_SCOPE_UNKNOWN}},
    {425, 425, {AW_E_THROTTLED, AW_SCOPE_ACCOUNT}},
    {429, 429, {AW_E_THROTTLED, AW_SCOPE_ACCOUNT}},
    {400, 499, {AW_E_INVALID, AW_SCOPE_UNKNOWN}},
    {500, 599, {AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN}},
};

static struct meaning meaning_of_status(uint32_t status)
{
    for (size_t i = 0; i < sizeof by_status / sizeof by_status[0]; i++) {
        if (status >= by_status[i].first && status <= by_status[i].last)
            return by_status[i].meaning;
    }
    return (struct meaning){AW_E_PROTOCOL, AW_SCOPE_UNKNOWN};
}

static struct meaning meaning_of(const char *code, uint32_t status)
{
    for (size_t i = 0; i < sizeof by_code / sizeof by_code[0]; i++) {
        if (strcmp(code, by_code[i].code) == 0)
            return by_code[i].meaning;
    }
    struct meaning meaning = meaning_of_status(status);
    /* Only the API itself can say that a machine is gone; a page of something else's cannot. */
    if (!*code && meaning.code == AW_E_NOT_FOUND)
        meaning.code = AW_E_PROTOCOL;
    return meaning;
}

/* A throttled request was turned away at the door; an outage may have come after the deed. */
static uint32_t retry_of(uint32_t code)
{
    if (code == AW_E_THROTTLED)
        return AW_RETRY_SAFE;
    return code == AW_E_UNAVAILABLE ? AW_RETRY_UNKNOWN : AW_RETRY_NEVER;
}

static const char *header(const aw_response *answer, const char *name)
{
    for (uint64_t i = 0; i < answer->header_count; i++) {
        if (strcmp(answer->headers[i].name, name) == 0)
            return answer->headers[i].value;
    }
    return NULL;
}

/* Seconds; the other form, a date, is taken as absent. At most a day. */
static uint64_t retry_after_ms(const aw_response *answer)
{
    const char *text = header(answer, "retry-after");
    uint64_t seconds = 0;
    for (; text && *text >= '0' && *text <= '9'; text++)
        seconds = seconds < 86400 ? seconds * 10 + (uint64_t)(*text - '0') : seconds;
    return (seconds < 86400 ? seconds : 86400) * 1000;
}

/* A throttled request waits for as long as the documented limit says when the answer does not. */
static uint64_t wait_ms(const aw_request *request, const aw_response *answer, uint32_t code)
{
    uint64_t asked = retry_after_ms(answer);
    if (asked > 0 || code != AW_E_THROTTLED)
        return asked;
    return strcmp(request->name, LAMBDA_LAUNCH) == 0 ? LAMBDA_LAUNCH_PERIOD_MS : LAMBDA_PERIOD_MS;
}

/* The provider's own sentence, and its advice behind it. */
static void say_problem(aw_error *error, uint32_t code, const kit_json_node *problem)
{
    const char *provider_code = kit_json_text(problem, "code");
    const char *message = kit_json_find_text(problem, "message", provider_code);
    const char *suggestion = kit_json_find_text(problem, "suggestion", "");
    size_t size = strlen(message);
    bool ended = size > 0 && strchr(".!?", message[size - 1]);
    kit_error_set(error, code, "%.300s%s%s%.180s", message, ended ? "" : ".",
                  *suggestion ? " " : "", suggestion);
}

static void say_status(aw_error *error, uint32_t code, const aw_response *answer, const char *found)
{
    const char *location = header(answer, "location");
    if (answer->status >= 300 && answer->status < 400)
        kit_error_set(
            error, code,
            "The endpoint redirects (status %u) to %.300s, and the API key is not sent after it. "
            "Set `endpoint:` of this backend to the address of the API itself.",
            (unsigned)answer->status, location ? location : "an address that it does not name");
    else
        kit_error_set(
            error, code,
            "Lambda Cloud, or something on the way to it, answered with status %u and without the "
            "API's own error: %.200s. If that stays so, look at `endpoint:` and at the proxy.",
            (unsigned)answer->status, found);
}

/* What a launch names and does not exist (a type, an image, a key) the wish has named wrongly. */
static uint32_t code_for(const aw_request *request, uint32_t code)
{
    bool is_launch = strcmp(request->name, LAMBDA_LAUNCH) == 0;
    return is_launch && code == AW_E_NOT_FOUND ? AW_E_INVALID : code;
}

void lambda_classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    (void)state;
    if (answer->status >= 200 && answer->status < 300)
        return;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node problem = kit_json_object(&root, "error");
    const char *provider_code = kit_json_text(&problem, "code");
    struct meaning meaning = meaning_of(provider_code, answer->status);
    uint32_t code = code_for(request, meaning.code);

    if (*provider_code)
        say_problem(ret_error, code, &problem);
    else
        say_status(ret_error, code, answer, document.error.message);
    ret_error->retry = retry_of(code);
    ret_error->remedy = code == AW_E_UNAUTHENTICATED ? AW_REMEDY_CREDENTIALS : AW_REMEDY_NONE;
    ret_error->scope = meaning.scope;
    ret_error->http_status = answer->status;
    ret_error->retry_after_ms = wait_ms(request, answer, code);
    kit_error_text(ret_error->provider_code, sizeof ret_error->provider_code, provider_code);
    const char *id = header(answer, "x-request-id");
    kit_error_text(ret_error->request_id, sizeof ret_error->request_id,
                   id ? id : header(answer, "cf-ray"));
}
