/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A service account's key: a signed assertion is exchanged for a token.
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 */
#include "backends/gcp/auth.h"

#define LIFETIME_S 3600
#define GRANT "urn:ietf:params:oauth:grant-type:jwt-bearer"

struct account {
    struct auth *auth;
    const char *email;
    const char *key;
    const char *key_id;
    const char *token_uri;
    int has_tried; /* with the clock as it was */
};

static void ask(struct account *account);

static void on_token(aw_op *op, const aw_response *answer, void *arg)
{
    const struct account *account = arg;
    auth_on_token(op, answer, account->auth);
}

/* Core has learnt the time by now; the assertion has to be made anew. */
static void on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct account *account = arg;
    if (error->remedy != AW_REMEDY_CLOCK || account->has_tried)
        return auth_on_error(op, error, answer, account->auth);
    account->has_tried = 1;
    ask(account);
}

/* It is addressed to Google, by whatever way it goes there. */
static const char *make_assertion(const struct account *account)
{
    json_int_t now_s = (json_int_t)(aw_now_ms(account->auth->op) / 1000);
    json_t *claims = json_pack("{s:s,s:s,s:s,s:I,s:I}", "iss", account->email, "scope", GCP_SCOPE,
                               "aud", AUTH_TOKEN_URI, "iat", now_s, "exp", now_s + LIFETIME_S);
    const char *assertion =
        claims ? jwt_sign(account->auth->op, account->key, account->key_id, claims) : NULL;
    json_decref(claims);
    return assertion;
}

static void ask(struct account *account)
{
    const char *assertion = make_assertion(account);
    kit_request request;
    if (!assertion)
        return auth_fail(account->auth, "its private_key is no RSA key in PEM");
    auth_form_init(&request, account->auth, "token", account->token_uri);
    kit_request_form(&request, "grant_type", GRANT);
    kit_request_form(&request, "assertion", assertion);
    kit_request_send(&request, on_token, on_error, account);
}

void auth_by_service_account(struct auth *auth, const kit_json_node *root)
{
    struct account *account = aw_alloc(auth->op, sizeof *account);
    if (!account)
        return;
    account->auth = auth;
    account->email = kit_copy_text(auth->op, kit_json_text(root, "client_email"));
    account->key = kit_copy_text(auth->op, kit_json_text(root, "private_key"));
    account->key_id = kit_copy_text(auth->op, kit_json_find_text(root, "private_key_id", NULL));
    account->token_uri =
        kit_copy_text(auth->op, kit_json_find_text(root, "token_uri", AUTH_TOKEN_URI));
    if (root->document->error.code)
        auth_fail(auth, "%.200s", root->document->error.message);
    else if (account->email && account->key && account->token_uri)
        ask(account);
}
