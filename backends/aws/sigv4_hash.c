/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes. Every one starts as a copy of a context that has been prepared, which is the fastest way
 * through OpenSSL's public functions.
 */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#include <openssl/err.h>
#include <openssl/evp.h>

/* What OpenSSL remembers of a failure would otherwise be found by the next who asks it: a TLS
 * connection. */
int sigv4_no_memory(aw_error *ret_error)
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
    return keys->work ? 0 : sigv4_no_memory(ret_error);
}

int sigv4_digest(struct sigv4_keys *keys, const EVP_MD_CTX *start, aw_bytes data,
                 unsigned char ret_hash[SIGV4_HASH])
{
    bool done = EVP_MD_CTX_copy_ex(keys->work, start) &&
                EVP_DigestUpdate(keys->work, data.data, data.size) &&
                EVP_DigestFinal_ex(keys->work, ret_hash, NULL);
    return done ? 0 : -1;
}

/* Sixteen bytes that are worked on at once, whatever the processor calls that. */
typedef unsigned char bytes16 __attribute__((vector_size(16)));

static bytes16 digits_of(bytes16 halves)
{
    return halves + '0' + ((bytes16)(halves > 9) & ('a' - '9' - 1));
}

void sigv4_write_hex(const unsigned char hash[SIGV4_HASH], char ret_hex[SIGV4_HEX])
{
    for (size_t i = 0; i < SIGV4_HASH; i += sizeof(bytes16)) {
        bytes16 bytes;
        memcpy(&bytes, hash + i, sizeof bytes);
        bytes16 high = digits_of(bytes >> 4);
        bytes16 low = digits_of(bytes & 15);
        bytes16 text[2] = {__builtin_shufflevector(high, low, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5,
                                                   21, 6, 22, 7, 23),
                           __builtin_shufflevector(high, low, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28,
                                                   13, 29, 14, 30, 15, 31)};
        memcpy(ret_hex + 2 * i, text, sizeof text);
    }
}

int sigv4_keys_hash(struct sigv4_keys *keys, aw_bytes data, char ret_hex[SIGV4_HEX],
                    aw_error *ret_error)
{
    unsigned char hash[SIGV4_HASH];
    if (sigv4_digest(keys, keys->blank, data, hash))
        return sigv4_no_memory(ret_error);
    sigv4_write_hex(hash, ret_hex);
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

int sigv4_keys_hash_canonical(struct sigv4_keys *keys, aw_bytes canonical, char ret_hex[SIGV4_HEX],
                              aw_error *ret_error)
{
    unsigned char hash[SIGV4_HASH];
    aw_bytes rest = {.data = canonical.data + SIGV4_BLOCK, .size = canonical.size - SIGV4_BLOCK};
    bool is_known = memcmp(canonical.data, keys->head_block, SIGV4_BLOCK) == 0;
    if ((!is_known && take_head(keys, canonical.data)) ||
        sigv4_digest(keys, keys->head, rest, hash))
        return sigv4_no_memory(ret_error);
    sigv4_write_hex(hash, ret_hex);
    return 0;
}
