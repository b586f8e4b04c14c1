/* SPDX-License-Identifier: Apache-2.0 */
/* What is derived from the client token of a create, so that the same token always gives the same. */
#ifndef ARCHWAY_KIT_TOKEN_NAME_H
#define ARCHWAY_KIT_TOKEN_NAME_H

#include <archway/backend.h>

#define KIT_DIGEST_SIZE 32

/* The SHA-256 of both. -1: libcrypto cannot. */
int kit_token_digest(const char *token, const char *purpose,
                     unsigned char ret_digest[KIT_DIGEST_SIZE]);

/* A name for the machine: the user's, as far as it goes, and a part that only this token has. At most 63 of
 * [a-z0-9-], with a letter first: a label of the DNS. NULL: the operation has failed, or libcrypto cannot. */
const char *kit_token_name(aw_op *op, const aw_create *wish);

#endif
