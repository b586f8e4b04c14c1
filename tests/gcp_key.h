/* SPDX-License-Identifier: Apache-2.0 */
/* A service account's key, made anew in each run, and what Google does with an assertion. */
#ifndef ARCHWAY_TESTS_GCP_KEY_H
#define ARCHWAY_TESTS_GCP_KEY_H

#include <jansson.h>
#include <stddef.h>

#define KEY_FILE_SIZE ((size_t)8192)
#define ACCOUNT_EMAIL "runner@farm-proj-1.iam.gserviceaccount.com"
#define ACCOUNT_KEY_ID "0123456789abcdef"

struct gcp_key;

/* `type`: "RSA" or "EC". */
struct gcp_key *gcp_key_create(const char *type);
void gcp_key_destroy(struct gcp_key *key);

/* The file of the key as Google hands it out, on one line. `token_uri` NULL: the file does not say. */
void gcp_key_file(const struct gcp_key *key, const char *token_uri, char file[KEY_FILE_SIZE]);
/* The first characters of the key's own text, which must be seen nowhere. */
const char *gcp_key_secret(const struct gcp_key *key);

/* Reads "grant_type=...&assertion=...": is it signed with the key? Its claims, a new reference; NULL: it is not
 * an assertion at all, or not this key's. */
json_t *gcp_key_claims(const struct gcp_key *key, const char *form);

#endif
