/* SPDX-License-Identifier: Apache-2.0 */
/* A token's beginning is the caller's, its end stands for the place. */
#include "core/place_token.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PLACE_DIGITS 8
#define LONGEST_BASE (PLACE_TOKEN - 1 - 1 - PLACE_DIGITS)
#define TOKEN_DIGITS 16

/* FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/ */
#define HASH_START UINT64_C(0xcbf29ce484222325)
#define HASH_PRIME UINT64_C(0x100000001b3)

/* Its NUL counts, so that two texts are not one. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
    const unsigned char *byte = (const unsigned char *)(text ? text : "");
    do {
        hash = (hash ^ *byte) * HASH_PRIME;
    } while (*byte++);
    return hash;
}

/* The token, or as much as leaves room for the place, and what stands for the rest. */
static void write_base(const char *token, char ret_base[LONGEST_BASE + 1])
{
    if (strlen(token) <= LONGEST_BASE)
        snprintf(ret_base, LONGEST_BASE + 1, "%s", token);
    else
        snprintf(ret_base, LONGEST_BASE + 1, "%.*s-%0*" PRIx64, LONGEST_BASE - 1 - TOKEN_DIGITS,
                 token, TOKEN_DIGITS, hash_text(HASH_START, token));
}

void place_token(const char *token, const char *backend, const aw_offer *offer,
                 char ret_token[PLACE_TOKEN])
{
    char base[LONGEST_BASE + 1];
    uint64_t hash = hash_text(HASH_START, backend);
    hash = hash_text(hash, offer->region);
    hash = hash_text(hash, offer->zone);
    hash = hash_text(hash, offer->instance_type);
    hash = hash_text(hash, offer->spot ? "spot" : "");
    write_base(token, base);
    snprintf(ret_token, PLACE_TOKEN, "%s-%0*" PRIx32, base, PLACE_DIGITS,
             (uint32_t)(hash ^ hash >> 32));
}

bool place_token_is_of(const char *token, const char *candidate)
{
    char base[LONGEST_BASE + 1];
    write_base(token, base);
    size_t size = strlen(base);
    if (strcmp(candidate, token) == 0)
        return true;
    return strncmp(candidate, base, size) == 0 && candidate[size] == '-' &&
           strlen(candidate + size + 1) == PLACE_DIGITS &&
           strspn(candidate + size + 1, "0123456789abcdef") == PLACE_DIGITS;
}
