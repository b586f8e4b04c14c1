/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding an access token by Application Default Credentials:
 * https://cloud.google.com/docs/authentication/application-default-credentials
 *
 * A file says which kind of credentials it holds; each kind asks for a token in its own way, and ends in
 * auth_token or auth_fail. A token that may only be exchanged for another account's is exchanged then.
 */
#ifndef ARCHWAY_BACKENDS_GCP_AUTH_H
#define ARCHWAY_BACKENDS_GCP_AUTH_H

#include "backends/gcp/gcp.h"

#define AUTH_TOKEN_URI "https://oauth2.googleapis.com/token"

struct auth {
    aw_op *op;
    const char *source;            /* where the credentials were found, for a person */
    const char *impersonation_url; /* exchange the token here; NULL: it is the one */
    const char *quota_project;     /* that the file names, or NULL */
};

/* The ends of a kind. */
void auth_token(struct auth *auth, const char *token, uint64_t expires_at_ms);
void auth_fail(struct auth *auth, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Reads {"access_token": ..., "expires_in": ...} (the number may be a text). As an aw_answer_fn; the
 * argument is the auth. And what to do when the endpoint refuses. */
void auth_on_token(aw_op *op, const aw_response *answer, void *arg);
void auth_on_error(aw_op *op, const aw_error *error, const aw_response *answer, void *arg);

/* A POST of a form to a token endpoint; add the parameters and send it. */
void auth_form_init(kit_request *request, struct auth *auth, const char *name, const char *url);

/* The kinds: `root` is borrowed. */
void auth_by_service_account(struct auth *auth,
                             const kit_json_node *root);             /* auth_service_account.c */
void auth_by_user(struct auth *auth, const kit_json_node *root);     /* auth_user.c */
void auth_by_external(struct auth *auth, const kit_json_node *root); /* auth_external.c */
void auth_by_metadata(struct auth *auth);                            /* auth_metadata.c */
/* Any of them, by its "type" (authenticate.c). */
void auth_by_kind(struct auth *auth, const kit_json_node *root);

/* A JSON web token, signed with RS256. In the arena; NULL: the key cannot be used, or the operation has
 * failed (jwt.c). `claims` is borrowed. */
const char *jwt_sign(aw_op *op, const char *key_pem, const char *key_id, const json_t *claims);

#endif
