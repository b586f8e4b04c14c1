/* SPDX-License-Identifier: Apache-2.0 */
/* What `gcloud auth application-default login` leaves: a refresh token. */
#include "backends/gcp/auth.h"

/* A refresh token ends by itself, by a change of the password, or because it was not used. */
static void on_refused(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    if (error->code != AW_E_UNAUTHENTICATED)
        return auth_on_error(op, error, answer, arg);
    auth_fail(arg, "%.250s Log in again with `gcloud auth application-default login`.",
              error->message);
}

void auth_by_user(struct auth *auth, const kit_json_node *root)
{
    const char *id = kit_json_text(root, "client_id");
    const char *secret = kit_json_text(root, "client_secret");
    const char *token = kit_json_text(root, "refresh_token");
    const char *url = kit_json_find_text(root, "token_uri", AUTH_TOKEN_URI);
    kit_request request;
    if (root->document->error.code)
        return auth_fail(auth, "%.200s", root->document->error.message);
    auth_form_init(&request, auth, "token", url);
    kit_request_form(&request, "grant_type", "refresh_token");
    kit_request_form(&request, "client_id", id);
    kit_request_form(&request, "client_secret", secret);
    kit_request_form(&request, "refresh_token", token);
    kit_request_send(&request, auth_on_token, on_refused, auth);
}
