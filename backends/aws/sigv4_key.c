/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that are derived once for a day, region and service. */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define PREFIX "AWS4"
#define LAST_TERM "aws4_request"

void sigv4_keys_finish(struct sigv4_keys *keys)
{
    if (!keys)
        return;
    for (size_t i = 0; i < SIGV4_KEYS; i++) {
        EVP_MD_CTX_free(keys->slots[i].inner);
        EVP_MD_CTX_free(keys->slots[i].outer);
    }
    EVP_MD_CTX_free(keys->work);
    EVP_MD_CTX_free(keys->head);
    EVP_MD_CTX_free(keys->blank);
    EVP_MD_free(keys->sha256);
    OPENSSL_cleanse(keys, sizeof *keys);
}

static int mac(struct sigv4_keys *keys, const struct sigv4_key *key, aw_bytes data,
               unsigned char ret_hash[SIGV4_HASH])
{
    unsigned char inner[SIGV4_HASH];
    if (sigv4_digest(keys, key->inner, data, inner))
        return -1;
    return sigv4_digest(keys, key->outer, (aw_bytes){(const char *)inner, sizeof inner}, ret_hash);
}

int sigv4_key_mac(struct sigv4_keys *keys, const struct sigv4_key *key, aw_bytes data,
                  char ret_hex[SIGV4_HEX], aw_error *ret_error)
{
    unsigned char hash[SIGV4_HASH];
    if (mac(keys, key, data, hash))
        return sigv4_no_memory(ret_error);
    sigv4_write_hex(hash, ret_hex);
    return 0;
}

/* One half of HMAC: a hash that has taken the key's block, each byte of it changed by `pad`. */
static int start_half(struct sigv4_keys *keys, EVP_MD_CTX *half,
                      const unsigned char block[SIGV4_BLOCK], unsigned char pad)
{
    unsigned char padded[SIGV4_BLOCK];
    for (size_t i = 0; i < SIGV4_BLOCK; i++)
        padded[i] = block[i] ^ pad;
    bool done =
        EVP_MD_CTX_copy_ex(half, keys->blank) && EVP_DigestUpdate(half, padded, sizeof padded);
    OPENSSL_cleanse(padded, sizeof padded);
    return done ? 0 : -1;
}

/* Makes these bytes the key; longer ones than a block are hashed first, as HMAC wants it. */
static int set_key(struct sigv4_keys *keys, struct sigv4_key *key, aw_bytes bytes)
{
    unsigned char block[SIGV4_BLOCK] = {0};
    int status = 0;
    if (bytes.size > sizeof block)
        status = sigv4_digest(keys, keys->blank, bytes, block);
    else
        memcpy(block, bytes.data, bytes.size);
    if (status == 0)
        status = start_half(keys, key->inner, block, 0x36);
    if (status == 0)
        status = start_half(keys, key->outer, block, 0x5c);
    OPENSSL_cleanse(block, sizeof block);
    return status;
}

/* The key becomes its own HMAC of this term. */
static int derive_next(struct sigv4_keys *keys, struct sigv4_key *key, aw_bytes term)
{
    unsigned char hash[SIGV4_HASH];
    int status = mac(keys, key, term, hash);
    if (status == 0)
        status = set_key(keys, key, (aw_bytes){(const char *)hash, sizeof hash});
    OPENSSL_cleanse(hash, sizeof hash);
    return status;
}

static aw_bytes bytes_of(const char *text)
{
    return (aw_bytes){.data = text, .size = strlen(text)};
}

static int derive(struct sigv4_keys *keys, struct sigv4_key *key, const struct sigv4_terms *terms)
{
    char first[sizeof PREFIX - 1 + SIGV4_MAX_SECRET];
    const char *end = sigv4_put(SIGV4_PUT(first, PREFIX), sigv4_trimmed(terms->secret));
    int status = set_key(keys, key, sigv4_between(first, end));
    OPENSSL_cleanse(first, sizeof first);
    if (status == 0)
        status = derive_next(keys, key, (aw_bytes){terms->day_text, SIGV4_DAY});
    if (status == 0)
        status = derive_next(keys, key, bytes_of(terms->region));
    if (status == 0)
        status = derive_next(keys, key, bytes_of(terms->service));
    return status == 0 ? derive_next(keys, key, SIGV4_BYTES(LAST_TERM)) : -1;
}

/* Says what the key is for. */
static void name(struct sigv4_key *key, const struct sigv4_terms *terms)
{
    aw_bytes id = sigv4_trimmed(terms->key_id);
    aw_bytes secret = sigv4_trimmed(terms->secret);
    char *at = sigv4_put(key->credential, id);
    *at++ = '/';
    at = sigv4_put(at, (aw_bytes){terms->day_text, SIGV4_DAY});
    *at++ = '/';
    at = sigv4_put(at, bytes_of(terms->region));
    *at++ = '/';
    at = sigv4_put(at, bytes_of(terms->service));
    at = SIGV4_PUT(at, "/" LAST_TERM);
    sigv4_put(key->secret, secret);
    key->day = terms->day;
    key->key_id_size = id.size;
    key->secret_size = secret.size;
    key->region_size = strlen(terms->region);
    key->service_size = strlen(terms->service);
    key->credential_size = (size_t)(at - key->credential);
}

static bool is_text(const char *text, const char *kept, size_t size)
{
    return strncmp(text, kept, size) == 0 && text[size] == '\0';
}

/* The same but for white space around the text. */
static bool is_word(const char *text, const char *kept, size_t size)
{
    while (sigv4_is_space(*text))
        text++;
    if (strncmp(text, kept, size) != 0)
        return false;
    text += size;
    while (sigv4_is_space(*text))
        text++;
    return *text == '\0';
}

static bool is_for(const struct sigv4_key *key, const struct sigv4_terms *terms)
{
    const char *region = key->credential + key->key_id_size + 1 + SIGV4_DAY + 1;
    const char *service = region + key->region_size + 1;
    return key->credential_size > 0 && key->day == terms->day &&
           is_text(terms->region, region, key->region_size) &&
           is_text(terms->service, service, key->service_size) &&
           is_word(terms->key_id, key->credential, key->key_id_size) &&
           is_word(terms->secret, key->secret, key->secret_size);
}

/* Where the key is, or the one to replace. */
static struct sigv4_key *slot_for(struct sigv4_keys *keys, const struct sigv4_terms *terms)
{
    struct sigv4_key *oldest = &keys->slots[0];
    for (size_t i = 0; i < SIGV4_KEYS; i++) {
        struct sigv4_key *key = &keys->slots[i];
        if (is_for(key, terms))
            return key;
        if (key->used < oldest->used)
            oldest = key;
    }
    return oldest;
}

/* Everything about the last key goes before the new one is made. */
static int replace(struct sigv4_keys *keys, struct sigv4_key *key, const struct sigv4_terms *terms)
{
    EVP_MD_CTX *inner = key->inner ? key->inner : EVP_MD_CTX_new();
    EVP_MD_CTX *outer = key->outer ? key->outer : EVP_MD_CTX_new();
    OPENSSL_cleanse(key, sizeof *key);
    key->inner = inner;
    key->outer = outer;
    if (!inner || !outer || derive(keys, key, terms))
        return -1;
    name(key, terms);
    return 0;
}

static struct sigv4_key *find_or_derive(struct sigv4_keys *keys, const struct sigv4_terms *terms,
                                        aw_error *ret_error)
{
    if (sigv4_terms_check(terms, ret_error))
        return NULL;
    struct sigv4_key *key = slot_for(keys, terms);
    if (!is_for(key, terms) && replace(keys, key, terms)) {
        sigv4_no_memory(ret_error);
        return NULL;
    }
    return key;
}

struct sigv4_key *sigv4_keys_find(struct sigv4_keys *keys, const struct sigv4_terms *terms,
                                  aw_error *ret_error)
{
    struct sigv4_key *key = &keys->slots[keys->recent];
    if (!is_for(key, terms))
        key = find_or_derive(keys, terms, ret_error);
    if (!key)
        return NULL;
    key->used = ++keys->uses;
    keys->recent = (size_t)(key - keys->slots);
    return key;
}
