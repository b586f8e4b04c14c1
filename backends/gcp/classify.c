/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer of Google's APIs means, and what an operation that failed meant. */
#include "backends/gcp/gcp.h"

#include "kit/answer.h"
#include "kit/error.h"

#include <string.h>
#include <strings.h>

/* Reasons of HTTP errors and codes of operations, which share their names:
 * https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-vm-creation
 * https://cloud.google.com/resource-manager/docs/core_errors */
static const struct {
    const char *reason;
    uint32_t code;
    uint32_t scope;
} meanings[] = {
    {"rateLimitExceeded", AW_E_THROTTLED, AW_SCOPE_ACCOUNT},
    {"userRateLimitExceeded", AW_E_THROTTLED, AW_SCOPE_ACCOUNT},
    {"RATE_LIMIT_EXCEEDED", AW_E_THROTTLED, AW_SCOPE_ACCOUNT},
    {"concurrentLimitExceeded", AW_E_THROTTLED, AW_SCOPE_ACCOUNT},
    {"quotaExceeded", AW_E_QUOTA, AW_SCOPE_REGION},
    {"QUOTA_EXCEEDED", AW_E_QUOTA, AW_SCOPE_REGION},
    {"limitExceeded", AW_E_QUOTA, AW_SCOPE_ACCOUNT},
    {"ZONE_RESOURCE_POOL_EXHAUSTED", AW_E_NO_CAPACITY, AW_SCOPE_ZONE},
    {"ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", AW_E_NO_CAPACITY, AW_SCOPE_ZONE},
    {"RESOURCE_POOL_EXHAUSTED", AW_E_NO_CAPACITY, AW_SCOPE_ZONE},
    {"STOCKOUT", AW_E_NO_CAPACITY, AW_SCOPE_ZONE},
    {"insufficientCapacity", AW_E_NO_CAPACITY, AW_SCOPE_ZONE},
    {"alreadyExists", AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {"duplicate", AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {"RESOURCE_ALREADY_EXISTS", AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {"resourceInUseByAnotherResource", AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {"RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", AW_E_CONFLICT, AW_SCOPE_UNKNOWN},
    {"resourceNotReady", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"RESOURCE_NOT_READY", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"RESOURCE_IN_USE", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"backendError", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"internalError", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"INTERNAL_ERROR", AW_E_UNAVAILABLE, AW_SCOPE_UNKNOWN},
    {"authError", AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT},
    {"required", AW_E_INVALID, AW_SCOPE_UNKNOWN},
    {"invalid", AW_E_INVALID, AW_SCOPE_UNKNOWN},
    {"badRequest", AW_E_INVALID, AW_SCOPE_UNKNOWN},
    {"CONDITION_NOT_MET", AW_E_DENIED, AW_SCOPE_ACCOUNT}, /* a policy of the organisation */
    {"conditionNotMet", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"forbidden", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"accessNotConfigured", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"SERVICE_DISABLED", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"BILLING_DISABLED", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"billingNotEnabled", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"PERMISSIONS_ERROR", AW_E_DENIED, AW_SCOPE_ACCOUNT},
    {"notFound", AW_E_NOT_FOUND, AW_SCOPE_UNKNOWN},
    {"RESOURCE_NOT_FOUND", AW_E_NOT_FOUND, AW_SCOPE_UNKNOWN},
    {"invalid_grant", AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT},
    {"invalid_client", AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT},
    {"unauthorized_client", AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT},
    {"API_KEY_INVALID", AW_E_UNAUTHENTICATED, AW_SCOPE_ACCOUNT},
};

uint32_t gcp_code_of(const char *reason, uint32_t *ret_scope)
{
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (!strcmp(meanings[i].reason, reason)) {
            *ret_scope = meanings[i].scope;
            return meanings[i].code;
        }
    return AW_OK;
}

/* A quota of all regions together is not got round in another one. */
static uint32_t quota_scope(const char *message, uint32_t scope)
{
    return strstr(message, "ALL_REGIONS") ? AW_SCOPE_ACCOUNT : scope;
}

static void fill(aw_error *error, uint32_t code, uint32_t scope, const char *reason,
                 const char *message)
{
    kit_error_set(error, code, "%.480s", message);
    error->scope = code == AW_E_QUOTA ? quota_scope(message, scope) : scope;
    kit_error_text(error->provider_code, sizeof error->provider_code, reason);
}

/* APIs that are not Compute say it in "details", beside help and localised messages. "" where none does. */
static const char *detailed_reason(const kit_json_node *error)
{
    kit_json_node details = kit_json_find(error, "details");
    for (size_t i = 0; i < kit_json_count(&details); i++) {
        kit_json_node detail = kit_json_item(&details, i);
        const char *reason = kit_json_find_text(&detail, "reason", "");
        if (*reason)
            return reason;
    }
    return "";
}

/* {"error": {"code": 403, "message": "...", "errors": [{"reason": "..."}]}} */
static int read_api_error(const kit_json_node *root, uint32_t status, aw_error *ret_error)
{
    uint32_t scope = kit_status_scope(status);
    kit_json_node error = kit_json_object(root, "error");
    const char *message = kit_json_text(&error, "message");
    kit_json_node errors = kit_json_find(&error, "errors");
    kit_json_node first = gcp_first(&errors);
    const char *reason = kit_json_find_text(&first, "reason", "");
    if (!*reason)
        reason = detailed_reason(&error);
    if (!*reason)
        reason = kit_json_find_text(&error, "status", "");
    if (root->document->error.code)
        return -1;
    uint32_t code = gcp_code_of(reason, &scope);
    fill(ret_error, code ? code : kit_status_code(status), scope, reason, message);
    return 0;
}

/* {"error": "invalid_grant", "error_description": "..."}: the token endpoint's. */
static int read_token_error(const kit_json_node *root, aw_error *ret_error)
{
    uint32_t scope = AW_SCOPE_ACCOUNT;
    const char *reason = kit_json_text(root, "error");
    const char *message = kit_json_find_text(root, "error_description", reason);
    if (root->document->error.code)
        return -1;
    uint32_t code = gcp_code_of(reason, &scope);
    fill(ret_error, code ? code : AW_E_UNAUTHENTICATED, scope, reason, message);
    /* An assertion that is "not in a reasonable timeframe" was made by a wrong clock. */
    if (strstr(message, "reasonable timeframe"))
        ret_error->remedy = AW_REMEDY_CLOCK;
    return 0;
}

static void read_error(const aw_response *answer, aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    int failed = read_api_error(&root, answer->status, ret_error);
    aw_error unread = document.error;
    if (failed && root.value) {
        kit_json_forgive(&document);
        failed = read_token_error(&root, ret_error);
    }
    if (failed)
        return kit_answer_explain_status(answer, "Google", unread.message, ret_error);
    uint32_t remedy = ret_error->remedy;
    kit_answer_complete(answer, ret_error);
    if (remedy)
        ret_error->remedy = remedy;
}

void gcp_classify(void *state, const aw_request *request, const aw_response *answer,
                  aw_error *ret_error)
{
    (void)state;
    (void)request;
    if (!kit_answer_is_good(answer))
        read_error(answer, ret_error);
}

int gcp_operation_error(const kit_json_node *operation, aw_error *ret_error)
{
    uint32_t scope = AW_SCOPE_UNKNOWN;
    kit_json_node error = kit_json_find(operation, "error");
    if (!error.value)
        return 0;
    kit_json_node errors = kit_json_find(&error, "errors");
    kit_json_node first = gcp_first(&errors);
    const char *reason = kit_json_find_text(&first, "code", "");
    const char *message = kit_json_find_text(&first, "message", "the operation failed");
    uint32_t status = (uint32_t)kit_json_find_integer(operation, "httpErrorStatusCode", 0, 999, 0);
    uint32_t code = gcp_code_of(reason, &scope);
    if (!code)
        code = status ? kit_status_code(status) : AW_E_UNAVAILABLE;
    fill(ret_error, code, scope, reason, message);
    ret_error->http_status = status;
    /* What it was to do did not come to be; after a fault of Google's own nobody can be sure. */
    ret_error->retry = code == AW_E_UNAVAILABLE ? AW_RETRY_UNKNOWN : AW_RETRY_NEVER;
    return 1;
}
