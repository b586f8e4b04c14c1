/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account that an access key belongs to, of which the key's id is made: 48 of the 80 bits behind its prefix hold
 * it, as `aws sts get-access-key-info` tells for any key. How is not documented by AWS, but has been worked out:
 * https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489
 * Ids of before 2019 (AKIAI..., AKIAJ...) have their first bit unset, and do not hold it.
 */
#include "backends/aws/credentials.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define PREFIX 4
#define CHARACTERS 16
#define FIRST_BITS 10 /* characters: the 48 bits and two more */
#define ACCOUNT_SHIFT 7
#define ACCOUNT_MASK UINT64_C(0xffffffffff)
#define NEWER UINT64_C(0x800000000000)

/* The first 48 bits; 0 where there are none. */
static uint64_t bits_of(const char *id)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    uint64_t bits = 0;
    bool is_key = strncmp(id, "AKIA", PREFIX) == 0 || strncmp(id, "ASIA", PREFIX) == 0;
    if (!is_key || strspn(id + PREFIX, digits) != CHARACTERS || id[PREFIX + CHARACTERS])
        return 0;
    for (int i = 0; i < FIRST_BITS; i++)
        bits = bits << 5 | (uint64_t)(strchr(digits, id[PREFIX + i]) - digits);
    return bits >> 2;
}

const char *aws_account_write(const char *key_id, char text[AWS_ACCOUNT_SIZE])
{
    uint64_t bits = bits_of(key_id);
    if (!(bits & NEWER))
        return NULL;
    snprintf(text, AWS_ACCOUNT_SIZE, "account %012" PRIu64, bits >> ACCOUNT_SHIFT & ACCOUNT_MASK);
    return text;
}
