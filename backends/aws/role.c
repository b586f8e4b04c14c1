/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of a role, from the security token service. */
#include "backends/aws/credentials.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

#define LARGEST_TOKEN ((uint64_t)64 * 1024)

struct assumption {
    struct chain *chain;
    const char *place;  /* "role arn:..." */
    const char *source; /* and whose keys it was asked for with */
    const char *action;
};

/* `origin` says where the keys or the token for it come from. */
static struct assumption *assumption_create(struct chain *chain, const struct role *role,
                                            const char *action, const char *origin)
{
    char place[256];
    char source[512];
    struct assumption *assumption = aw_alloc(chain->op, sizeof *assumption);
    if (!assumption)
        return NULL;
    snprintf(place, sizeof place, "role %.160s", role->arn);
    snprintf(source, sizeof source, "%s by %.200s", place, origin);
    *assumption = (struct assumption){
        .chain = chain,
        .place = kit_copy_text(chain->op, place),
        .source = kit_copy_text(chain->op, source),
        .action = action,
    };
    return assumption->place && assumption->source ? assumption : NULL;
}

static void on_answer(aw_op *op, const aw_response *answer, void *arg)
{
    const struct assumption *assumption = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    char result[64];
    (void)op;
    snprintf(result, sizeof result, "%sResult", assumption->action);
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *found =
        kit_xml_child(&document, kit_xml_child(&document, root, result), "Credentials");
    struct keys keys = {
        .id = kit_xml_text(&document, found, "AccessKeyId"),
        .secret = kit_xml_text(&document, found, "SecretAccessKey"),
        .token = kit_xml_text(&document, found, "SessionToken"),
        .source = assumption->source,
    };
    const char *expiration = kit_xml_text(&document, found, "Expiration");
    if (document.error.code)
        chain_none(assumption->chain, assumption->place, "%.200s", document.error.message);
    else if (!chain_read_expiry(assumption->chain, assumption->place, expiration,
                                &keys.expires_at_ms))
        chain_found(assumption->chain, &keys);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct assumption *assumption = arg;
    (void)op;
    (void)answer;
    chain_none_since(assumption->chain, assumption->place, error, "");
}

void chain_assume_role(struct chain *chain, const struct role *role, const struct keys *keys)
{
    const struct aws *aws = chain->op->state;
    struct assumption *assumption = assumption_create(chain, role, "AssumeRole", keys->source);
    if (!assumption)
        return;
    const aw_credentials credentials = {
        .size = sizeof credentials,
        .key_id = keys->id,
        .secret = keys->secret,
        .token = keys->token,
    };
    kit_request request;
    aws_query_init(&request, chain->op, AWS_STS, "AssumeRole", aws->default_region);
    aws_query_add(&request, role->arn, "RoleArn");
    aws_query_add(&request, role->session_name, "RoleSessionName");
    aws_query_add(&request, role->external_id, "ExternalId");
    aws_query_add(&request, role->duration_s, "DurationSeconds");
    request.wire.flags |= AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED;
    request.wire.credentials = &credentials;
    kit_request_send(&request, on_answer, on_error, assumption);
}

static char *read_token(struct chain *chain, const char *path, const char *place)
{
    aw_bytes content;
    aw_error error = {.size = sizeof error};
    if (aw_read_file(chain->op, path, LARGEST_TOKEN, &content, &error)) {
        chain_none(chain, place, "%.160s", error.message);
        return NULL;
    }
    char *token = kit_copy(chain->op, content.data, content.size);
    if (token)
        token[strcspn(token, " \t\r\n")] = '\0';
    return token;
}

void chain_assume_by_token(struct chain *chain, const struct role *role, const char *token_file)
{
    static const char action[] = "AssumeRoleWithWebIdentity";
    const struct aws *aws = chain->op->state;
    struct assumption *assumption = assumption_create(chain, role, action, token_file);
    const char *token = assumption ? read_token(chain, token_file, assumption->place) : NULL;
    if (!token)
        return;
    kit_request request;
    aws_query_init(&request, chain->op, AWS_STS, action, aws->default_region);
    aws_query_add(&request, role->arn, "RoleArn");
    aws_query_add(&request, role->session_name, "RoleSessionName");
    aws_query_add(&request, token, "WebIdentityToken");
    request.wire.flags |= AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED | AW_REQUEST_UNSIGNED;
    kit_request_send(&request, on_answer, on_error, assumption);
}

void chain_ask_web_identity(struct chain *chain)
{
    const char *token_file = aw_env(chain->op, "AWS_WEB_IDENTITY_TOKEN_FILE");
    const char *session = aw_env(chain->op, "AWS_ROLE_SESSION_NAME");
    const struct role role = {
        .arn = aw_env(chain->op, "AWS_ROLE_ARN"),
        .session_name = session ? session : "archway",
    };
    if (!token_file)
        chain_none(chain, "web identity", "AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    else if (!role.arn)
        chain_none(chain, "web identity", "AWS_ROLE_ARN is not set");
    else {
        chain->committed = 1;
        chain_assume_by_token(chain, &role, token_file);
    }
}
