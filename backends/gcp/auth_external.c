/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workload identity federation: another identity provider's token, from a file, a URL or a program, is
 * exchanged for Google's. https://google.aip.dev/auth/4117
 */
#include "backends/gcp/auth_external.h"

#include "kit/error.h"

#include <string.h>

#define LARGEST_TOKEN ((uint64_t)256 * 1024)
#define GRANT "urn:ietf:params:oauth:grant-type:token-exchange"
#define ACCESS_TOKEN "urn:ietf:params:oauth:token-type:access_token"

void auth_exchange(struct external *external, const char *subject)
{
    kit_request request;
    auth_form_init(&request, external->auth, "token", external->token_url);
    kit_request_form(&request, "grant_type", GRANT);
    kit_request_form(&request, "audience", external->audience);
    kit_request_form(&request, "scope", GCP_SCOPE);
    kit_request_form(&request, "requested_token_type", ACCESS_TOKEN);
    kit_request_form(&request, "subject_token_type", external->token_type);
    kit_request_form(&request, "subject_token", subject);
    kit_request_send(&request, auth_on_token, auth_on_error, external->auth);
}

/* The subject's token, as plain text or as a member of a JSON object. */
static void use_subject(struct external *external, const char *data, size_t size)
{
    if (!external->field) {
        char *text = kit_copy(external->auth->op, data, size);
        if (text)
            text[strcspn(text, "\r\n")] = '\0';
        if (text)
            auth_exchange(external, text);
        return;
    }
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, data, size);
    const char *subject = kit_json_text(&root, external->field);
    if (document.error.code)
        auth_fail(external->auth, "the identity provider's token cannot be read: %.200s",
                  document.error.message);
    else
        auth_exchange(external, subject);
}

static void on_subject(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    use_subject(arg, answer->body.data, answer->body.size);
}

void auth_on_no_subject(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct external *external = arg;
    auth_on_error(op, error, answer, external->auth);
}

static void by_url(struct external *external, const char *url, const kit_json_node *source)
{
    kit_json_node headers = kit_json_find(source, "headers");
    kit_json_node header;
    void *iterator = NULL;
    kit_request request;
    kit_request_init(&request, external->auth->op, "subject token", "GET", url);
    while (kit_json_next(&headers, &iterator, &header))
        kit_request_header(&request, header.key, kit_json_node_text(&header));
    request.wire.flags |= AW_REQUEST_UNSIGNED;
    kit_request_send(&request, on_subject, auth_on_no_subject, external);
}

static void by_file(struct external *external, const char *path)
{
    aw_bytes content;
    aw_error error = {.size = sizeof error};
    if (aw_read_file(external->auth->op, path, LARGEST_TOKEN, &content, &error))
        auth_fail(external->auth, "%.300s", error.message);
    else
        use_subject(external, content.data, content.size);
}

static void by_source(struct external *external, const kit_json_node *source)
{
    kit_json_node program = kit_json_find(source, "executable");
    kit_json_node format = kit_json_find(source, "format");
    const char *file = kit_json_find_text(source, "file", NULL);
    const char *url = kit_json_find_text(source, "url", NULL);
    const char *command = kit_json_find_text(&program, "command", NULL);
    if (!strcmp(kit_json_find_text(&format, "type", "text"), "json"))
        external->field =
            kit_copy_text(external->auth->op, kit_json_text(&format, "subject_token_field_name"));
    if (source->document->error.code)
        auth_fail(external->auth, "%.200s", source->document->error.message);
    else if (kit_json_find(source, "environment_id").value)
        auth_fail(external->auth,
                  "federation from a machine of AWS (environment_id in its credential_source) is "
                  "not supported: name a file, url or executable there that has an OpenID Connect "
                  "token of AWS's, or use the key file of a service account");
    else if (file)
        by_file(external, file);
    else if (url)
        by_url(external, url, source);
    else if (command)
        auth_by_program(external, &program);
    else
        auth_fail(external->auth, "its credential_source names no file, url or executable");
}

void auth_by_external(struct auth *auth, const kit_json_node *root)
{
    struct external *external = aw_alloc(auth->op, sizeof *external);
    kit_json_node source = kit_json_object(root, "credential_source");
    const char *impersonation = kit_json_find_text(root, "service_account_impersonation_url", NULL);
    if (!external)
        return;
    external->auth = auth;
    external->audience = kit_copy_text(auth->op, kit_json_text(root, "audience"));
    external->token_type = kit_copy_text(auth->op, kit_json_text(root, "subject_token_type"));
    external->token_url = kit_copy_text(
        auth->op, kit_json_find_text(root, "token_url", "https://sts.googleapis.com/v1/token"));
    if (impersonation && !auth->impersonation_url)
        auth->impersonation_url = kit_copy_text(auth->op, impersonation);
    if (root->document->error.code)
        auth_fail(auth, "%.200s", root->document->error.message);
    else if (external->audience && external->token_type && external->token_url)
        by_source(external, &source);
}
