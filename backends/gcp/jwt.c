/* SPDX-License-Identifier: Apache-2.0 */
/* JSON web tokens: https://www.rfc-editor.org/rfc/rfc7515 */
#include "backends/gcp/auth.h"

#include "kit/buf.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_TOKEN ((size_t)16 * 1024)
#define LARGEST_SIGNATURE 1024

/* base64url, without padding. */
static void add_encoded(kit_buf *buf, const void *data, size_t size)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *bytes = data;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i < 3 ? size - i : 3;
        uint32_t word = (uint32_t)bytes[i] << 16;
        word |= left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        word |= left > 2 ? bytes[i + 2] : 0;
        for (size_t at = 0; at <= left; at++)
            kit_buf_add_char(buf, alphabet[word >> (18 - 6 * at) & 63]);
    }
}

static void add_json(kit_buf *buf, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT);
    if (!text) {
        buf->state = KIT_BUF_NO_MEMORY;
        return;
    }
    add_encoded(buf, text, strlen(text));
    free(text);
}

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_context(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

static EVP_PKEY *read_key(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    if (key && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        return key;
    EVP_PKEY_free(key);
    return NULL;
}

static int add_signature(kit_buf *token, const char *pem)
{
    KIT_CLEANUP(free_key) EVP_PKEY *key = read_key(pem);
    KIT_CLEANUP(free_context) EVP_MD_CTX *context = EVP_MD_CTX_new();
    unsigned char signature[LARGEST_SIGNATURE];
    size_t size = sizeof signature;
    if (!key || !context || EVP_PKEY_get_size(key) > LARGEST_SIGNATURE ||
        EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(context, signature, &size, (const unsigned char *)token->data,
                       token->size) != 1)
        return -1;
    kit_buf_add_char(token, '.');
    add_encoded(token, signature, size);
    return 0;
}

const char *jwt_sign(aw_op *op, const char *key_pem, const char *key_id, const json_t *claims)
{
    kit_buf token;
    json_t *header = json_pack("{s:s,s:s,s:s*}", "alg", "RS256", "typ", "JWT", "kid", key_id);
    kit_buf_init(&token, kit_op_memory(op), LONGEST_TOKEN);
    add_json(&token, header);
    kit_buf_add_char(&token, '.');
    add_json(&token, claims);
    json_decref(header);
    if (token.state != KIT_BUF_OK || add_signature(&token, key_pem) || token.state != KIT_BUF_OK)
        return NULL;
    return kit_buf_text(&token);
}
