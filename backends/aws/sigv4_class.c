/* SPDX-License-Identifier: Apache-2.0 */
/* What each byte may stand in. */
#include "backends/aws/sigv4_parts.h"

#include <endian.h>

#define BLANK (SIGV4_PATH | SIGV4_QUERY)
#define OTHER (BLANK | SIGV4_PLAIN)
#define TOKEN (OTHER | SIGV4_TOKEN | SIGV4_LOWER)
#define WORD (TOKEN | SIGV4_UNRESERVED | SIGV4_NAME)

const unsigned char sigv4_classes[256] = {
    [' '] = BLANK,
    ['!'] = TOKEN,
    ['"'] = OTHER,
    ['#'] = SIGV4_PLAIN | SIGV4_TOKEN | SIGV4_LOWER,
    ['$' ... '\''] = TOKEN,
    ['(' ... ')'] = OTHER,
    ['*' ... '+'] = TOKEN,
    [','] = OTHER,
    ['-' ... '.'] = WORD,
    ['/'] = OTHER,
    ['0' ... '9'] = WORD,
    [':' ... '>'] = OTHER,
    ['?'] = SIGV4_QUERY | SIGV4_PLAIN,
    ['@'] = OTHER,
    ['A' ... 'Z'] = WORD & ~SIGV4_LOWER,
    ['[' ... ']'] = OTHER,
    ['^'] = TOKEN,
    ['_'] = WORD,
    ['`'] = TOKEN,
    ['a' ... 'z'] = WORD,
    ['{'] = OTHER,
    ['|'] = TOKEN,
    ['}'] = OTHER,
    ['~'] = TOKEN | SIGV4_UNRESERVED,
    [0x80 ... 0xff] = OTHER,
};

/* The highest bit of a byte is set where it is below 0x21, or 0x7f; perhaps of later ones too. */
static uint64_t first_not_plain(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low = (word - ones * 0x21) & ~word;
    uint64_t del = word ^ ones * 0x7f;
    return (low | ((del - ones) & ~del)) & ones * 0x80;
}

size_t sigv4_plain_size(const char *text, size_t size)
{
    size_t i = 0;
    for (uint64_t word; size - i >= sizeof word; i += sizeof word) {
        memcpy(&word, text + i, sizeof word);
        uint64_t found = first_not_plain(le64toh(word));
        if (found)
            return i + (size_t)__builtin_ctzll(found) / 8;
    }
    return i + sigv4_span(text + i, size - i, SIGV4_PLAIN);
}
