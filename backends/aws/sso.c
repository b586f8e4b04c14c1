/* SPDX-License-Identifier: Apache-2.0 */
/* Keys for a single sign-on that the user has made with `aws sso login`. Its token is renewed when it has ended. */
#include "backends/aws/credentials.h"

#include "kit/json.h"
#include "kit/time.h"

#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LARGEST_CACHE ((uint64_t)1024 * 1024)
#define SHA1_SIZE 20

static const char place[] = "single sign-on";

struct sign_on {
    const char *start_url;
    const char *region;
    const char *session; /* NULL: the profile itself says where */
    const char *account;
    const char *role;
};

static struct sign_on read_sign_on(const struct chain *chain, const char *profile)
{
    const struct profiles *profiles = &chain->profiles;
    const char *session = profiles_find(profiles, profile, "sso_session");
    struct sign_on sign_on = {
        .session = session,
        .start_url = profiles_find(profiles, profile, "sso_start_url"),
        .region = profiles_find(profiles, profile, "sso_region"),
        .account = profiles_find(profiles, profile, "sso_account_id"),
        .role = profiles_find(profiles, profile, "sso_role_name"),
    };
    if (session) {
        sign_on.start_url =
            profiles_get(profiles, PROFILES_CONFIG, "sso-session", session, "sso_start_url");
        sign_on.region =
            profiles_get(profiles, PROFILES_CONFIG, "sso-session", session, "sso_region");
    }
    return sign_on;
}

/* The tools name the file after the SHA-1 of the session's name, or of the start URL. */
static int cache_path(const struct sign_on *sign_on, char *ret_path, size_t size)
{
    const char *name = sign_on->session ? sign_on->session : sign_on->start_url;
    unsigned char digest[SHA1_SIZE];
    char text[SHA1_SIZE * 2 + 1];
    if (!EVP_Digest(name, strlen(name), digest, NULL, EVP_sha1(), NULL))
        return -1;
    for (size_t i = 0; i < SHA1_SIZE; i++)
        snprintf(text + i * 2, 3, "%02x", digest[i]);
    snprintf(ret_path, size, "~/.aws/sso/cache/%s.json", text);
    return 0;
}

static void on_answer(aw_op *op, const aw_response *answer, void *arg)
{
    struct chain *chain = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    (void)op;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node found = kit_json_object(&root, "roleCredentials");
    struct keys keys = {
        .id = kit_json_text(&found, "accessKeyId"),
        .secret = kit_json_text(&found, "secretAccessKey"),
        .token = kit_json_text(&found, "sessionToken"),
        .expires_at_ms = (uint64_t)kit_json_integer(&found, "expiration", 0, INT64_MAX),
        .source = place,
    };
    if (document.error.code)
        chain_none(chain, place, "%.200s", document.error.message);
    else
        chain_found(chain, &keys);
}

static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    chain_none_since(arg, place, error,
                     error->code == AW_E_UNAUTHENTICATED ? " Run `aws sso login`" : "");
}

static void ask(struct chain *chain, const struct sign_on *sign_on, const char *token)
{
    const char *signing_region = NULL;
    const char *url = aws_endpoint(chain->op, AWS_SSO, sign_on->region, &signing_region);
    kit_request request;
    if (!url)
        return;
    kit_request_init(&request, chain->op, "GetRoleCredentials", "GET", url);
    kit_request_path(&request, "federation");
    kit_request_path(&request, "credentials");
    kit_request_query(&request, "role_name", sign_on->role);
    kit_request_query(&request, "account_id", sign_on->account);
    kit_request_header(&request, "x-amz-sso_bearer_token", token);
    request.wire.flags |= AW_REQUEST_UNSIGNED;
    kit_request_send(&request, on_answer, on_error, chain);
}

/* ---- its token ---- */

/* Old tools wrote "2020-06-17T10:02:08UTC". */
static uint64_t read_time(const char *text)
{
    char plain[32] = "";
    size_t size = strlen(text);
    if (size > 3 && size < sizeof plain && !strcmp(text + size - 3, "UTC")) {
        snprintf(plain, sizeof plain, "%.*sZ", (int)size - 3, text);
        text = plain;
    }
    return kit_time_read(text);
}

struct renewal {
    struct chain *chain;
    struct sign_on sign_on;
};

static void on_renewed(aw_op *op, const aw_response *answer, void *arg)
{
    const struct renewal *renewal = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    (void)op;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *token = kit_json_text(&root, "accessToken");
    if (document.error.code)
        chain_none(renewal->chain, place, "%.200s", document.error.message);
    else
        ask(renewal->chain, &renewal->sign_on, token);
}

static void on_not_renewed(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct renewal *renewal = arg;
    (void)op;
    (void)answer;
    bool is_over = error->code == AW_E_UNAUTHENTICATED || error->code == AW_E_INVALID;
    chain_none_since(renewal->chain, place, error, is_over ? " Run `aws sso login`" : "");
}

/* The client that the tools have registered, and what it was given. NULL: some of it is missing or has ended. */
static json_t *renewal_body(aw_op *op, const kit_json_node *root)
{
    const char *client = kit_json_find_text(root, "clientId", "");
    const char *secret = kit_json_find_text(root, "clientSecret", "");
    const char *refresh = kit_json_find_text(root, "refreshToken", "");
    const char *until = kit_json_find_text(root, "registrationExpiresAt", NULL);
    bool has_ended = until && read_time(until) <= aw_now_ms(op);
    if (!*client || !*secret || !*refresh || has_ended)
        return NULL;
    return json_pack("{s:s,s:s,s:s,s:s}", "clientId", client, "clientSecret", secret, "grantType",
                     "refresh_token", "refreshToken", refresh);
}

/* As the SDKs do, but that the new token is not written back: it serves this search for credentials only.
 * https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/API_CreateToken.html */
static void renew(struct chain *chain, const struct sign_on *sign_on, const kit_json_node *root)
{
    const char *signing_region = NULL;
    json_t *body = renewal_body(chain->op, root);
    if (!body) {
        chain_none(chain, place, "it has expired: run `aws sso login --profile %.60s`",
                   chain->profile);
        return;
    }
    const char *url = aws_endpoint(chain->op, AWS_SSO_OIDC, sign_on->region, &signing_region);
    struct renewal *renewal = aw_alloc(chain->op, sizeof *renewal);
    if (!url || !renewal) {
        json_decref(body);
        return;
    }
    kit_request request;
    *renewal = (struct renewal){.chain = chain, .sign_on = *sign_on};
    kit_request_init(&request, chain->op, "CreateToken", "POST", url);
    kit_request_path(&request, "token");
    kit_request_json(&request, body);
    request.wire.flags |= AW_REQUEST_UNSIGNED | AW_REQUEST_REPEATABLE;
    request.wire.ca_file = ((const struct aws *)chain->op->state)->ca_file;
    kit_request_send(&request, on_renewed, on_not_renewed, renewal);
}

static void use_cache(struct chain *chain, const struct sign_on *sign_on, const aw_bytes *content)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, content->data, content->size);
    const char *token = kit_json_text(&root, "accessToken");
    uint64_t expires_at_ms = read_time(kit_json_text(&root, "expiresAt"));
    if (document.error.code)
        chain_none(chain, place, "the file of its token cannot be read: %.120s",
                   document.error.message);
    else if (expires_at_ms <= aw_now_ms(chain->op))
        renew(chain, sign_on, &root);
    else
        ask(chain, sign_on, token);
}

static void none_without_file(struct chain *chain, const aw_error *error)
{
    if (error->code == AW_E_NOT_FOUND)
        chain_none(chain, place, "nobody is signed on: run `aws sso login --profile %.60s`",
                   chain->profile);
    else
        chain_none(chain, place, "%.200s", error->message);
}

void chain_ask_sso(struct chain *chain, const char *profile)
{
    const struct sign_on sign_on = read_sign_on(chain, profile);
    char path[128];
    aw_bytes content;
    aw_error error = {.size = sizeof error};
    chain->committed = 1;
    if (!sign_on.start_url || !sign_on.region || !sign_on.account || !sign_on.role)
        chain_none(chain, place,
                   "profile `%.60s` or its sso-session lacks one of sso_start_url, sso_region, "
                   "sso_account_id and sso_role_name",
                   profile);
    else if (cache_path(&sign_on, path, sizeof path))
        chain_none(chain, place, "libcrypto has no SHA-1 here, which names its token's file");
    else if (aw_read_file(chain->op, path, LARGEST_CACHE, &content, &error))
        none_without_file(chain, &error);
    else
        use_cache(chain, &sign_on, &content);
}
