/* SPDX-License-Identifier: Apache-2.0 */
/* Digests and base64, by libcrypto. */
#include "core/image_crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>

int image_digest(aw_bytes bytes, const char *like, char ret_digest[IMAGE_DIGEST_SIZE])
{
    bool long_one = like && !strncmp(like, "sha512:", 7);
    const char *name = long_one ? "SHA512" : "SHA256";
    unsigned char hash[EVP_MAX_MD_SIZE];
    size_t size = 0;
    if (!EVP_Q_digest(NULL, name, NULL, bytes.data, bytes.size, hash, &size)) {
        ERR_clear_error();
        return -1;
    }
    memcpy(ret_digest, long_one ? "sha512:" : "sha256:", 7);
    char *at = ret_digest + 7;
    for (size_t i = 0; i < size; i++, at += 2)
        snprintf(at, 3, "%02x", hash[i]);
    return 0;
}

char *image_base64(struct arena *arena, const char *text)
{
    size_t size = strlen(text);
    char *coded = size < INT_MAX / 2 ? arena_alloc(arena, 4 * ((size + 2) / 3) + 1) : NULL;
    if (coded)
        EVP_EncodeBlock((unsigned char *)coded, (const unsigned char *)text, (int)size);
    return coded;
}

char *image_base64_decode(struct arena *arena, const char *text)
{
    size_t size = strlen(text);
    size_t padding = size && text[size - 1] == '=' ? 1 + (size > 1 && text[size - 2] == '=') : 0;
    bool whole = size < INT_MAX / 2 && size % 4 == 0 && strcspn(text, "=") + padding == size;
    char *plain = whole ? arena_alloc(arena, size + 1) : NULL;
    if (!plain)
        return NULL;
    int got = EVP_DecodeBlock((unsigned char *)plain, (const unsigned char *)text, (int)size);
    if (got < 0 || (size_t)got < padding) {
        ERR_clear_error();
        return NULL;
    }
    plain[(size_t)got - padding] = '\0';
    return plain;
}
