/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at eight bytes of a text at once, the first one lowest. A mark is the highest bit of a byte; below the first
 * true one there is no false one, above it there may be.
 */
#ifndef ARCHWAY_KIT_EIGHT_H
#define ARCHWAY_KIT_EIGHT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight times the same byte. */
#define KIT_EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))
#define KIT_EIGHT_MARKS KIT_EIGHT(0x80)

static inline uint64_t kit_eight_at(const char *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return le64toh(eight);
}

/* Marks the bytes below a limit of at most 0x80. Those from 0x80 on are never marked. */
static inline uint64_t kit_eight_below(uint64_t eight, unsigned char limit)
{
    return (eight - KIT_EIGHT(limit)) & ~eight & KIT_EIGHT_MARKS;
}

/* Marks the bytes that are this one. */
static inline uint64_t kit_eight_equal(uint64_t eight, unsigned char byte)
{
    return kit_eight_below(eight ^ KIT_EIGHT(byte), 1);
}

/* How many of the eight come before the first mark. */
static inline size_t kit_eight_before(uint64_t marks)
{
    return marks ? (size_t)__builtin_ctzll(marks) / 8 : sizeof marks;
}

#endif
