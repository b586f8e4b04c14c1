/* SPDX-License-Identifier: Apache-2.0 */
/* What is derived from the client token of a create. */
#include "kit/token_name.h"

#include "kit/buf.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>

#define LONGEST_NAME 63
#define NAME_PART 48
#define TOKEN_PART 6

int kit_token_digest(const char *token, const char *purpose,
                     unsigned char ret_digest[KIT_DIGEST_SIZE])
{
    char both[512];
    int size = snprintf(both, sizeof both, "%s %s", token, purpose);
    if (size < 0 || (size_t)size >= sizeof both)
        return -1;
    return EVP_Digest(both, (size_t)size, ret_digest, NULL, EVP_sha256(), NULL) ? 0 : -1;
}

const char *kit_token_name(aw_op *op, const aw_create *wish)
{
    unsigned char bytes[KIT_DIGEST_SIZE];
    kit_buf name;
    if (kit_token_digest(wish->token, "name", bytes))
        return NULL;
    kit_buf_init(&name, kit_op_memory(op), LONGEST_NAME);
    if (!isalpha((unsigned char)wish->name[0]))
        kit_buf_add_text(&name, "m-");
    for (const char *c = wish->name; *c && name.size < NAME_PART; c++)
        kit_buf_add_char(&name,
                         isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-');
    kit_buf_add_char(&name, '-');
    for (int i = 0; i < TOKEN_PART; i++)
        kit_buf_addf(&name, "%02x", bytes[i]);
    return name.state == KIT_BUF_OK ? kit_buf_text(&name) : NULL;
}
