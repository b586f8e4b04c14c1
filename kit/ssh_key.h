/* SPDX-License-Identifier: Apache-2.0 */
/* Public ssh keys: read and compared. */
#ifndef ARCHWAY_KIT_SSH_KEY_H
#define ARCHWAY_KIT_SSH_KEY_H

#include <archway/backend.h>

#include <stdbool.h>

#define KIT_SSH_KEY_MAX 4096
#define KIT_SSH_DIGEST_SIZE 32

/* A public key, read. The texts point into the line that it was read from. */
typedef struct kit_ssh_key {
    const char *line;
    const char *type;
    const char *blob; /* base64 */
    size_t line_size;
    size_t type_size;
    size_t blob_size;
    unsigned char digest[KIT_SSH_DIGEST_SIZE]; /* SHA-256 of the decoded blob */
    char name[32];                             /* what it is registered as if it is not yet */
} kit_ssh_key;

/* Reads one line of an authorized_keys file. AW_E_INVALID for what is no public key. */
int kit_ssh_key_read(const char *line, kit_ssh_key *ret_key, aw_error *ret_error);
/* Is `line` the same key? The comment does not count. */
bool kit_ssh_key_is(const kit_ssh_key *key, const char *line);

#endif
