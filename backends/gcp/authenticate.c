/* SPDX-License-Identifier: Apache-2.0 */
/* Which credentials are used, and what all kinds of them share. */
#include "backends/gcp/auth.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/time.h"

#include <openssl/crypto.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LARGEST_FILE ((uint64_t)1024 * 1024)
#define LONGEST_TOKEN ((size_t)16 * 1024)
#define WELL_KNOWN "/application_default_credentials.json"

void auth_fail(struct auth *auth, const char *format, ...)
{
    char why[400];
    va_list args;
    va_start(args, format);
    vsnprintf(why, sizeof why, format, args);
    va_end(args);
    kit_fail(auth->op, AW_E_UNAUTHENTICATED, "No token from %s: %s", auth->source, why);
}

/* It goes into a header. */
static int is_plain(const char *token)
{
    size_t size = 0;
    for (; token[size]; size++)
        if (token[size] <= ' ' || token[size] > '~')
            return 0;
    return size > 0 && size <= LONGEST_TOKEN;
}

static void emit(struct auth *auth, const char *token, uint64_t expires_at_ms)
{
    const struct gcp *gcp = auth->op->state;
    char account[128];
    snprintf(account, sizeof account, "project %s", gcp->project ? gcp->project : "");
    const aw_credentials credentials = {
        .size = sizeof credentials,
        .expires_at_ms = expires_at_ms,
        .key_id = auth->quota_project,
        .token = token,
        .source = auth->source,
        .account = gcp->project ? account : NULL,
    };
    if (is_plain(token))
        aw_emit_credentials(auth->op, &credentials);
    else
        auth_fail(auth, "the token has characters in it that no token has");
}

static void on_impersonated(aw_op *op, const aw_response *answer, void *arg)
{
    struct auth *auth = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    (void)op;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *token = kit_json_text(&root, "accessToken");
    uint64_t expires_at_ms = kit_time_read(kit_json_text(&root, "expireTime"));
    if (document.error.code)
        auth_fail(auth, "the answer cannot be read: %.200s", document.error.message);
    else
        emit(auth, token, expires_at_ms);
}

/* https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken */
static void impersonate(struct auth *auth, const char *token)
{
    kit_buf header;
    kit_request request;
    kit_buf_init(&header, kit_op_memory(auth->op), LONGEST_TOKEN);
    kit_buf_addf(&header, "Bearer %s", token);
    kit_request_init(&request, auth->op, "generateAccessToken", "POST", auth->impersonation_url);
    kit_request_header(&request, "authorization",
                       header.state == KIT_BUF_OK ? kit_buf_text(&header) : NULL);
    kit_request_json(&request, json_pack("{s:[s],s:s}", "scope", GCP_SCOPE, "lifetime", "3600s"));
    request.wire.flags |= AW_REQUEST_UNSIGNED | AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_impersonated, auth_on_error, auth);
}

void auth_token(struct auth *auth, const char *token, uint64_t expires_at_ms)
{
    if (auth->impersonation_url)
        impersonate(auth, token);
    else
        emit(auth, token, expires_at_ms);
}

/* Seconds as a number, or, as some endpoints have it, as a text. */
static uint64_t read_lifetime_s(const kit_json_node *root)
{
    kit_json_node node = kit_json_find(root, "expires_in");
    if (json_is_string(node.value)) {
        uint64_t lifetime_s = strtoull(json_string_value(node.value), NULL, 10);
        return lifetime_s < INT32_MAX ? lifetime_s : INT32_MAX;
    }
    return (uint64_t)kit_json_integer(root, "expires_in", 0, INT32_MAX);
}

void auth_on_token(aw_op *op, const aw_response *answer, void *arg)
{
    struct auth *auth = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *token = kit_json_text(&root, "access_token");
    uint64_t lifetime_s = read_lifetime_s(&root);
    if (document.error.code)
        auth_fail(auth, "the answer cannot be read: %.200s", document.error.message);
    else
        auth_token(auth, token, aw_now_ms(op) + lifetime_s * 1000);
}

void auth_on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct auth *auth = arg;
    aw_error copy = *error;
    (void)answer;
    if (error->code == AW_E_UNAUTHENTICATED || error->code == AW_E_INVALID ||
        error->code == AW_E_NOT_FOUND)
        return auth_fail(auth, "%.300s", error->message);
    snprintf(copy.message, sizeof copy.message, "No token from %.150s: %.300s", auth->source,
             error->message);
    aw_fail(op, &copy);
}

void auth_form_init(kit_request *request, struct auth *auth, const char *name, const char *url)
{
    kit_request_init(request, auth->op, name, "POST", url);
    kit_request_header(request, "content-type", "application/x-www-form-urlencoded");
    request->wire.flags |= AW_REQUEST_UNSIGNED | AW_REQUEST_REPEATABLE;
}

/* {"type": "impersonated_service_account", "source_credentials": {...}, ...} */
static void by_impersonation(struct auth *auth, const kit_json_node *root)
{
    const char *url = kit_json_text(root, "service_account_impersonation_url");
    kit_json_node source = kit_json_object(root, "source_credentials");
    if (root->document->error.code)
        return auth_fail(auth, "%.200s", root->document->error.message);
    if (auth->impersonation_url)
        return auth_fail(auth, "an impersonation of an impersonation is not understood");
    auth->impersonation_url = kit_copy_text(auth->op, url);
    if (auth->impersonation_url)
        auth_by_kind(auth, &source);
}

void auth_by_kind(struct auth *auth, const kit_json_node *root)
{
    const char *type = kit_json_text(root, "type");
    if (root->document->error.code)
        auth_fail(auth, "%.200s", root->document->error.message);
    else if (!strcmp(type, "service_account"))
        auth_by_service_account(auth, root);
    else if (!strcmp(type, "authorized_user"))
        auth_by_user(auth, root);
    else if (!strcmp(type, "external_account"))
        auth_by_external(auth, root);
    else if (!strcmp(type, "impersonated_service_account"))
        by_impersonation(auth, root);
    else
        auth_fail(auth,
                  "credentials of type `%.60s` are not known; these are: service_account, "
                  "authorized_user, external_account, impersonated_service_account",
                  type);
}

static const char *join(aw_op *op, const char *first, const char *second)
{
    kit_buf text;
    kit_buf_init(&text, kit_op_memory(op), 4096);
    kit_buf_addf(&text, "%s%s", first, second);
    return text.state == KIT_BUF_OK ? kit_buf_text(&text) : "";
}

static void by_root(struct auth *auth, const kit_json_node *root)
{
    auth->quota_project =
        kit_copy_text(auth->op, kit_json_find_text(root, "quota_project_id", NULL));
    if (auth->quota_project && !gcp_is_project(auth->quota_project))
        auth_fail(auth, "its quota_project_id cannot be a project's id");
    else
        auth_by_kind(auth, root);
}

static void by_file(struct auth *auth, const aw_bytes *content)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, content->data, content->size);
    if (document.error.code)
        auth_fail(auth, "it cannot be read: %.200s", document.error.message);
    else
        by_root(auth, &root);
}

/* A file that was named must be there; the well-known one need not. */
static void find(struct auth *auth, const char *path, int is_named)
{
    aw_bytes content;
    aw_error error = {.size = sizeof error};
    if (aw_read_file(auth->op, path, LARGEST_FILE, &content, &error) == 0)
        by_file(auth, &content);
    else if (is_named || error.code != AW_E_NOT_FOUND)
        auth_fail(auth, "%.300s", error.message);
    else
        auth_by_metadata(auth);
}

void gcp_authenticate(aw_op *op)
{
    const struct gcp *gcp = op->state;
    const char *variable = aw_env(op, "GOOGLE_APPLICATION_CREDENTIALS");
    const char *folder = aw_env(op, "CLOUDSDK_CONFIG");
    struct auth *auth = aw_alloc(op, sizeof *auth);
    if (!auth)
        return;
    auth->op = op;
    if (gcp->credentials_file) {
        auth->source = join(op, gcp->credentials_file, ", from the configuration");
        find(auth, gcp->credentials_file, 1);
    } else if (variable && *variable) {
        auth->source = join(op, variable, ", from GOOGLE_APPLICATION_CREDENTIALS");
        find(auth, variable, 1);
    } else {
        auth->source = join(op, folder ? folder : "~/.config/gcloud", WELL_KNOWN);
        find(auth, auth->source, 0);
    }
}

int32_t gcp_sign(void *state, const aw_request *request, const aw_credentials *credentials,
                 uint64_t now_ms, aw_header_sink *ret_headers, aw_error *ret_error)
{
    const struct gcp *gcp = state;
    const char *quota_project = gcp->quota_project ? gcp->quota_project : credentials->key_id;
    char header[LONGEST_TOKEN + 16];
    (void)request;
    (void)now_ms;
    int size = snprintf(header, sizeof header, "Bearer %s", credentials->token);
    if (size < 0 || (size_t)size >= sizeof header)
        return kit_error_set(ret_error, AW_E_UNAUTHENTICATED, "The token is too long.");
    ret_headers->add(ret_headers, "authorization", header, (size_t)size, 1);
    OPENSSL_cleanse(header, sizeof header);
    if (quota_project)
        ret_headers->add(ret_headers, "x-goog-user-project", quota_project, strlen(quota_project),
                         0);
    return 0;
}
