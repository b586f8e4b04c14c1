/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes, and the keys that are derived once for a day, region and service. Every hash starts as a copy of a
 * context that has been prepared, which is the fastest way through OpenSSL's public functions.
 */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#define PREFIX "AWS4"
#define LAST_TERM "aws4_request"

/* What OpenSSL remembers of a failure would otherwise be found by the next who asks it: a TLS connection. */
static int no_memory(aw_error *ret_error)
{
    ERR_clear_error();
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for a signature");
}

int sigv4_keys_prepare(struct sigv4_keys *keys, aw_error *ret_error)
{
    if (keys->work)
        return 0;
    if (!keys->sha256)
        keys->sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (!keys->blank)
        keys->blank = EVP_MD_CTX_new();
    if (!keys->head)
        keys->head = EVP_MD_CTX_new();
    if (!keys->sha256 || !keys->blank || !keys->head ||
        !EVP_DigestInit_ex2(keys->blank, keys->sha256, NULL)) {
        ERR_clear_error();
        return kit_error_set(ret_error, AW_E_INTERNAL,
                             "OpenSSL's SHA-256 cannot be used: is there memory, and a provider "
                             "that has it, in openssl.cnf?");
    }
    keys->work = EVP_MD_CTX_new();
    return keys->work ? 0 : no_memory(ret_error);
}

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

static int digest(struct sigv4_keys *keys, const EVP_MD_CTX *start, const void *data, size_t size,
                  unsigned char ret_hash[SIGV4_HASH])
{
    bool done = EVP_MD_CTX_copy_ex(keys->work, start) && EVP_DigestUpdate(keys->work, data, size) &&
                EVP_DigestFinal_ex(keys->work, ret_hash, NULL);
    return done ? 0 : -1;
}

/* Sixteen bytes that are worked on at once, whatever the processor calls that. */
typedef unsigned char bytes16 __attribute__((vector_size(16)));

static bytes16 digits_of(bytes16 halves)
{
    return halves + '0' + ((bytes16)(halves > 9) & ('a' - '9' - 1));
}

static void add_hex(struct sigv4_text *out, const unsigned char hash[SIGV4_HASH])
{
    if (!sigv4_text_has_room(out, SIGV4_HEX))
        return;
    for (size_t i = 0; i < SIGV4_HASH; i += sizeof(bytes16)) {
        bytes16 bytes;
        memcpy(&bytes, hash + i, sizeof bytes);
        bytes16 high = digits_of(bytes >> 4);
        bytes16 low = digits_of(bytes & 15);
        bytes16 text[2] = {__builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                                   21, 6, 22, 7, 23),
                           __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                                   13, 29, 14, 30, 15, 31)};
        memcpy(out->at + 2 * i, text, sizeof text);
    }
    out->at += SIGV4_HEX;
}

int sigv4_keys_add_hash(struct sigv4_keys *keys, aw_bytes data, struct sigv4_text *out,
                        aw_error *ret_error)
{
    unsigned char hash[SIGV4_HASH];
    if (digest(keys, keys->blank, data.data, data.size, hash))
        return no_memory(ret_error);
    add_hex(out, hash);
    return 0;
}

static int take_head(struct sigv4_keys *keys, const char *block)
{
    keys->head_block[0] = '\0';
    if (!EVP_MD_CTX_copy_ex(keys->head, keys->blank) ||
        !EVP_DigestUpdate(keys->head, block, SIGV4_BLOCK))
        return -1;
    memcpy(keys->head_block, block, SIGV4_BLOCK);
    return 0;
}

int sigv4_keys_add_canonical_hash(struct sigv4_keys *keys, aw_bytes canonical,
                                  struct sigv4_text *out, aw_error *ret_error)
{
    unsigned char hash[SIGV4_HASH];
    const char *rest = canonical.data + SIGV4_BLOCK;
    bool is_known = memcmp(canonical.data, keys->head_block, SIGV4_BLOCK) == 0;
    if ((!is_known && take_head(keys, canonical.data)) ||
        digest(keys, keys->head, rest, canonical.size - SIGV4_BLOCK, hash))
        return no_memory(ret_error);
    add_hex(out, hash);
    return 0;
}

static int mac(struct sigv4_keys *keys, const struct sigv4_key *key, const void *data, size_t size,
               unsigned char ret_hash[SIGV4_HASH])
{
    return digest(keys, key->inner, data, size, ret_hash) ||
                   digest(keys, key->outer, ret_hash, SIGV4_HASH, ret_hash)
               ? -1
               : 0;
}

int sigv4_key_add_mac(struct sigv4_keys *keys, const struct sigv4_key *key, aw_bytes data,
                      struct sigv4_text *out, aw_error *ret_error)
{
    unsigned char hash[SIGV4_HASH];
    if (mac(keys, key, data.data, data.size, hash))
        return no_memory(ret_error);
    add_hex(out, hash);
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
static int set_key(struct sigv4_keys *keys, struct sigv4_key *key, const void *data, size_t size)
{
    unsigned char block[SIGV4_BLOCK] = {0};
    int status = 0;
    if (size > sizeof block)
        status = digest(keys, keys->blank, data, size, block);
    else
        memcpy(block, data, size);
    if (status == 0)
        status = start_half(keys, key->inner, block, 0x36);
    if (status == 0)
        status = start_half(keys, key->outer, block, 0x5c);
    OPENSSL_cleanse(block, sizeof block);
    return status;
}

/* The key becomes its own HMAC of this term. */
static int derive_next(struct sigv4_keys *keys, struct sigv4_key *key, const char *term,
                       size_t size)
{
    unsigned char hash[SIGV4_HASH];
    int status = mac(keys, key, term, size, hash);
    if (status == 0)
        status = set_key(keys, key, hash, sizeof hash);
    OPENSSL_cleanse(hash, sizeof hash);
    return status;
}

static int derive(struct sigv4_keys *keys, struct sigv4_key *key, const struct sigv4_terms *terms)
{
    char first[sizeof PREFIX - 1 + SIGV4_MAX_SECRET];
    struct sigv4_text text = sigv4_text_in(first, sizeof first);
    SIGV4_ADD(&text, PREFIX);
    sigv4_text_add_bytes(&text, sigv4_trimmed(terms->secret));
    int status = set_key(keys, key, first, sigv4_text_bytes(&text).size);
    OPENSSL_cleanse(first, sizeof first);
    if (status == 0)
        status = derive_next(keys, key, terms->day_text, SIGV4_DAY);
    if (status == 0)
        status = derive_next(keys, key, terms->region, strlen(terms->region));
    if (status == 0)
        status = derive_next(keys, key, terms->service, strlen(terms->service));
    return status == 0 ? derive_next(keys, key, LAST_TERM, sizeof LAST_TERM - 1) : -1;
}

/* Says what the key is for. */
static void name(struct sigv4_key *key, const struct sigv4_terms *terms)
{
    struct sigv4_text text = sigv4_text_in(key->credential, sizeof key->credential);
    struct sigv4_text secret = sigv4_text_in(key->secret, sizeof key->secret);
    sigv4_text_add_bytes(&text, sigv4_trimmed(terms->key_id));
    key->key_id_size = sigv4_text_bytes(&text).size;
    sigv4_text_add_char(&text, '/');
    sigv4_text_add(&text, terms->day_text, SIGV4_DAY);
    sigv4_text_add_char(&text, '/');
    sigv4_text_add(&text, terms->region, strlen(terms->region));
    sigv4_text_add_char(&text, '/');
    sigv4_text_add(&text, terms->service, strlen(terms->service));
    SIGV4_ADD(&text, "/" LAST_TERM);
    sigv4_text_add_bytes(&secret, sigv4_trimmed(terms->secret));
    key->day = terms->day;
    key->region_size = strlen(terms->region);
    key->service_size = strlen(terms->service);
    key->secret_size = sigv4_text_bytes(&secret).size;
    key->credential_size = sigv4_text_bytes(&text).size;
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
        no_memory(ret_error);
        return NULL;
    }
    return key;
}

const struct sigv4_key *sigv4_keys_find(struct sigv4_keys *keys, const struct sigv4_terms *terms,
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
