/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding credentials in the places and in the order of the AWS SDKs:
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 *
 * The places are steps of a chain. Each says that it has found keys, or why it has none; then the next one
 * is asked. A step that is chosen explicitly (by a profile that names a role, say) ends the chain when it fails.
 */
#ifndef ARCHWAY_BACKENDS_AWS_CREDENTIALS_H
#define ARCHWAY_BACKENDS_AWS_CREDENTIALS_H

#include "backends/aws/aws.h"
#include "backends/aws/profiles.h"

#define CHAIN_ROLES 5

struct keys {
    const char *id;
    const char *secret;
    const char *token;
    uint64_t expires_at_ms; /* 0: never */
    const char *source;     /* for a person */
};

/* A role to be assumed with the keys that are found. */
struct role {
    const char *arn;
    const char *session_name;
    const char *external_id;
    const char *duration_s;
    const char *profile;
};

struct chain {
    aw_op *op;
    struct profiles profiles;
    const char *profile;
    int profile_is_explicit; /* the configuration names it */
    size_t next_step;
    int committed; /* the place was chosen: no other will do */
    struct role roles[CHAIN_ROLES];
    size_t role_count;
    aw_error failure; /* why the chosen place has none, where that is no fault of the credentials */
    kit_buf trail;    /* where there were none, and why */
};

/* The ends of a step. The texts are copied. */
void chain_found(struct chain *chain, const struct keys *keys);
void chain_none(struct chain *chain, const char *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* chain_none for a request to a place that was chosen; `hint` is put behind what the error says, and may be "". */
void chain_none_since(struct chain *chain, const char *place, const aw_error *error,
                      const char *hint);

/* Reads a time at which keys end. NULL: never. -1: it is no time, and chain_none has been called. */
int chain_read_expiry(struct chain *chain, const char *place, const char *text,
                      uint64_t *ret_expires_at_ms);

/* Keys out of a JSON document with these member names; reports what is wrong as chain_none does. */
struct keys_names {
    const char *id;
    const char *secret;
    const char *token;
    const char *expiration; /* ISO 8601 text */
    const char *status;     /* a text that is "Success" when there are keys, or NULL */
    const char *version;    /* a number that must be 1, or NULL */
};
void chain_read_keys(struct chain *chain, const char *place, const char *data, size_t size,
                     const struct keys_names *names);

/* The steps. */
void chain_ask_environment(struct chain *chain);
void chain_ask_profile(struct chain *chain);      /* profile_step.c */
void chain_ask_web_identity(struct chain *chain); /* role.c */
void chain_ask_container(struct chain *chain);    /* container.c */
void chain_ask_instance(struct chain *chain);     /* metadata.c */

/* What profiles can lead to. */
void chain_read_environment(struct chain *chain);
void chain_run_process(struct chain *chain, const char *command); /* process.c */
void chain_ask_sso(struct chain *chain, const char *profile);     /* sso.c */
void chain_assume_role(struct chain *chain, const struct role *role,
                       const struct keys *keys); /* role.c */
void chain_assume_by_token(struct chain *chain, const struct role *role,
                           const char *token_file); /* role.c */

#define AWS_ACCOUNT_SIZE 32

/* "account 123456789012"; NULL where the key's id does not tell (account.c). */
const char *aws_account_write(const char *key_id, char text[AWS_ACCOUNT_SIZE]);

#endif
