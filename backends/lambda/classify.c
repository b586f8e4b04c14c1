/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of Lambda Cloud means. */
#include "backends/lambda/lambda.h"

#include "kit/answer.h"
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

static struct meaning meaning_of(const char *code, uint32_t status)
{
    for (size_t i = 0; i < sizeof by_code / sizeof by_code[0]; i++) {
        if (strcmp(code, by_code[i].code) == 0)
            return by_code[i].meaning;
    }
    return (struct meaning){kit_status_code(status), kit_status_scope(status)};
}

/* A throttled request waits for as long as the documented limit says when the answer does not. */
static uint64_t wait_ms(const aw_request *request, const aw_response *answer, uint32_t code)
{
    uint64_t asked = kit_answer_retry_after_ms(answer);
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

/* What a launch names and does not exist (a type, an image, a key) the wish has named wrongly. */
static uint32_t code_for(const aw_request *request, uint32_t code)
{
    bool is_launch = strcmp(request->name, LAMBDA_LAUNCH) == 0;
    return is_launch && code == AW_E_NOT_FOUND ? AW_E_INVALID : code;
}

static void explain(const aw_request *request, const aw_response *answer,
                    const kit_json_node *problem, aw_error *ret_error)
{
    const char *provider_code = kit_json_text(problem, "code");
    struct meaning meaning = meaning_of(provider_code, answer->status);
    say_problem(ret_error, code_for(request, meaning.code), problem);
    ret_error->scope = meaning.scope;
    kit_answer_complete(answer, ret_error);
    kit_error_text(ret_error->provider_code, sizeof ret_error->provider_code, provider_code);
}

void lambda_classify(void *state, const aw_request *request, const aw_response *answer,
                     aw_error *ret_error)
{
    (void)state;
    if (kit_answer_is_good(answer))
        return;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node problem = kit_json_object(&root, "error");
    kit_json_text(&problem, "code");
    if (document.error.code)
        kit_answer_explain_status(answer, "Lambda Cloud", document.error.message, ret_error);
    else
        explain(request, answer, &problem, ret_error);
    ret_error->retry_after_ms = wait_ms(request, answer, ret_error->code);
    const char *id = kit_answer_header(answer, "x-request-id");
    kit_error_text(ret_error->request_id, sizeof ret_error->request_id,
                   id ? id : kit_answer_header(answer, "cf-ray"));
}
