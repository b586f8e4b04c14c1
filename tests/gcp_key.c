/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of service accounts, on libcrypto. */
#include "gcp_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#define GRANT "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion="

struct gcp_key {
    EVP_PKEY *pair;
    char pem[4096];
    char secret[33];
};

struct gcp_key *gcp_key_create(const char *type)
{
    struct gcp_key *key = calloc(1, sizeof *key);
    BIO *bio = BIO_new(BIO_s_mem());
    assert_non_null(key);
    key->pair = strcmp(type, "EC") == 0 ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
                                        : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key->pair, NULL, NULL, 0, NULL, NULL), 1);
    assert_true(BIO_read(bio, key->pem, sizeof key->pem - 1) > 0);
    BIO_free(bio);
    snprintf(key->secret, sizeof key->secret, "%.32s", strchr(key->pem, '\n') + 40);
    return key;
}

void gcp_key_destroy(struct gcp_key *key)
{
    EVP_PKEY_free(key->pair);
    free(key);
}

void gcp_key_file(const struct gcp_key *key, const char *token_uri, char file[KEY_FILE_SIZE])
{
    json_t *root = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s*}", "type", "service_account", "project_id",
                             "farm-proj-1", "private_key_id", ACCOUNT_KEY_ID, "private_key",
                             key->pem, "client_email", ACCOUNT_EMAIL, "token_uri", token_uri);
    char *text = json_dumps(root, JSON_COMPACT);
    snprintf(file, KEY_FILE_SIZE, "%s", text);
    free(text);
    json_decref(root);
}

const char *gcp_key_secret(const struct gcp_key *key)
{
    return key->secret;
}

/* base64url without padding, decoded; its size, or -1. */
static int decode(const char *text, size_t size, unsigned char *ret_bytes)
{
    char padded[4096];
    size_t padding = (4 - size % 4) % 4;
    if (size + padding >= sizeof padded || padding == 3)
        return -1;
    for (size_t i = 0; i < size; i++) {
        padded[i] = text[i];
        if (text[i] == '-')
            padded[i] = '+';
        if (text[i] == '_')
            padded[i] = '/';
    }
    memset(padded + size, '=', padding);
    int decoded = EVP_DecodeBlock(ret_bytes, (unsigned char *)padded, (int)(size + padding));
    return decoded < 0 ? -1 : decoded - (int)padding;
}

static json_t *decode_json(const char *text, size_t size)
{
    unsigned char bytes[4096];
    int decoded = decode(text, size, bytes);
    return decoded < 0 ? NULL : json_loadb((char *)bytes, (size_t)decoded, 0, NULL);
}

static int is_signed(const struct gcp_key *key, const char *text, size_t size,
                     const char *signature)
{
    unsigned char bytes[4096];
    int decoded = decode(signature, strlen(signature), bytes);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good =
        decoded > 0 && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key->pair) == 1 &&
        EVP_DigestVerify(context, bytes, (size_t)decoded, (const unsigned char *)text, size) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

static int is_header(const char *text, size_t size)
{
    json_t *header = decode_json(text, size);
    json_t *expected =
        json_pack("{s:s,s:s,s:s}", "alg", "RS256", "typ", "JWT", "kid", ACCOUNT_KEY_ID);
    int good = json_equal(header, expected);
    json_decref(header);
    json_decref(expected);
    return good;
}

json_t *gcp_key_claims(const struct gcp_key *key, const char *form)
{
    if (strncmp(form, GRANT, strlen(GRANT)) != 0)
        return NULL;
    const char *header = form + strlen(GRANT);
    const char *claims = strchr(header, '.');
    const char *signature = claims ? strchr(claims + 1, '.') : NULL;
    if (!signature || !is_header(header, (size_t)(claims - header)) ||
        !is_signed(key, header, (size_t)(signature - header), signature + 1))
        return NULL;
    return decode_json(claims + 1, (size_t)(signature - claims - 1));
}
