/* SPDX-License-Identifier: Apache-2.0 */
/* Naming a key without giving it away. */
#include "kit/account.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#define DIGEST_SIZE 32

void kit_account_of_key(const char *key, char ret_text[KIT_ACCOUNT_SIZE])
{
    unsigned char digest[DIGEST_SIZE];
    ret_text[0] = '\0';
    if (EVP_Digest(key, strlen(key), digest, NULL, EVP_sha256(), NULL))
        snprintf(ret_text, KIT_ACCOUNT_SIZE, "key %02x%02x%02x%02x", digest[0], digest[1],
                 digest[2], digest[3]);
}
