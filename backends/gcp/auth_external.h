/* SPDX-License-Identifier: Apache-2.0 */
/* Workload identity federation: what its two files share. */
#ifndef ARCHWAY_BACKENDS_GCP_AUTH_EXTERNAL_H
#define ARCHWAY_BACKENDS_GCP_AUTH_EXTERNAL_H

#include "backends/gcp/auth.h"

struct external {
    struct auth *auth;
    const char *audience;
    const char *token_type;
    const char *token_url;
    const char *field; /* of the JSON that holds the token; NULL: it is plain text */
};

/* The subject's token is there: exchanges it. */
void auth_exchange(struct external *external, const char *subject);
/* It could not be had. As an aw_error_fn; the argument is the external. */
void auth_on_no_subject(aw_op *op, const aw_error *error, const aw_response *answer, void *arg);

/* {"command": "...", "timeout_millis": ...} (auth_program.c) */
void auth_by_program(struct external *external, const kit_json_node *executable);

#endif
