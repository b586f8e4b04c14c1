/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces of text, exact decimal numbers, and ranges of counts and sizes. */
#include "core/query_read.h"

#include "kit/error.h"

#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct span trimmed(const char *data, size_t size)
{
    while (size && is_blank(data[size - 1]))
        size--;
    while (size && is_blank(*data)) {
        data++;
        size--;
    }
    return (struct span){data, size};
}

struct span span_of(const char *text)
{
    return trimmed(text, strlen(text));
}

bool span_next(struct span *rest, char separator, struct span *ret_piece)
{
    if (!rest->data)
        return false;
    const char *end = memchr(rest->data, separator, rest->size);
    size_t size = end ? (size_t)(end - rest->data) : rest->size;
    *ret_piece = trimmed(rest->data, size);
    *rest = end ? (struct span){end + 1, rest->size - size - 1} : (struct span){0};
    return true;
}

bool span_is(struct span span, const char *word)
{
    return strlen(word) == span.size && strncasecmp(span.data, word, span.size) == 0;
}

bool span_contains(struct span span, const char *text)
{
    size_t size = strlen(text);
    for (size_t at = 0; at + size <= span.size; at++)
        if (strncasecmp(span.data + at, text, size) == 0)
            return true;
    return false;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads digits into *value. Returns how many, or SIZE_MAX when the number has no room there. */
static size_t digits_read(struct span text, uint64_t *value)
{
    size_t at = 0;
    *value = 0;
    for (; at < text.size && is_digit(text.data[at]); at++) {
        uint64_t digit = (uint64_t)(text.data[at] - '0');
        if (__builtin_mul_overflow(*value, 10u, value) ||
            __builtin_add_overflow(*value, digit, value))
            return SIZE_MAX;
    }
    return at;
}

size_t decimal_read(struct span text, uint64_t *ret_whole, uint32_t *ret_nano)
{
    uint64_t whole;
    size_t used = digits_read(text, &whole);
    if (used == 0 || used == SIZE_MAX)
        return used;
    uint64_t nano = 0;
    if (used + 1 < text.size && text.data[used] == '.' && is_digit(text.data[used + 1])) {
        struct span fraction = {text.data + used + 1, text.size - used - 1};
        size_t digits = digits_read(fraction, &nano);
        if (digits > 9)
            return SIZE_MAX;
        used += 1 + digits;
        for (; digits < 9; digits++)
            nano *= 10;
    }
    *ret_whole = whole;
    *ret_nano = (uint32_t)nano;
    return used;
}

int count_read(struct span text, const char *filter, uint64_t *ret_count, aw_error *ret_error)
{
    uint64_t count;
    size_t used = digits_read(text, &count);
    if (used == SIZE_MAX || (used && count > INT64_MAX))
        return kit_error_set(ret_error, AW_E_INVALID, "%s: the number \"%.*s\" is too large",
                             filter, SPAN_SHOWN(text));
    if (used == 0 || used != text.size)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: \"%.*s\" is not a whole number: write one such as 4", filter,
                             SPAN_SHOWN(text));
    *ret_count = count;
    return 0;
}

static uint64_t unit_mib(struct span unit)
{
    if (span_is(unit, "MB") || span_is(unit, "MiB"))
        return 1;
    if (unit.size == 0 || span_is(unit, "GB") || span_is(unit, "GiB"))
        return 1024;
    if (span_is(unit, "TB") || span_is(unit, "TiB"))
        return 1024 * 1024;
    return 0;
}

/* To the nearest MiB. */
static int size_read(struct span text, const char *filter, uint64_t *ret_mib, aw_error *ret_error)
{
    uint64_t whole;
    uint32_t nano;
    size_t used = decimal_read(text, &whole, &nano);
    if (used == SIZE_MAX)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: the size \"%.*s\" is too large, or has more than nine decimals",
                             filter, SPAN_SHOWN(text));
    uint64_t unit = used ? unit_mib(trimmed(text.data + used, text.size - used)) : 0;
    if (unit == 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: \"%.*s\" is not a size: write one such as 512MB, 16GB or 1.5TB",
                             filter, SPAN_SHOWN(text));
    uint64_t mib;
    uint64_t fraction = (nano * unit + NANO / 2) / NANO;
    if (__builtin_mul_overflow(whole, unit, &mib) || __builtin_add_overflow(mib, fraction, &mib) ||
        mib > INT64_MAX)
        return kit_error_set(ret_error, AW_E_INVALID, "%s: the size \"%.*s\" is too large", filter,
                             SPAN_SHOWN(text));
    *ret_mib = mib;
    return 0;
}

typedef int (*number_fn)(struct span text, const char *filter, uint64_t *ret_number,
                         aw_error *ret_error);

/* Both ends of a range, around its dots; a missing one is open. */
static int ends_read(struct span low, struct span high, const char *filter, number_fn read,
                     struct range *ret_range, aw_error *ret_error)
{
    struct range range = {0, UINT64_MAX};
    if (low.size && read(low, filter, &range.min, ret_error) != 0)
        return -1;
    if (high.size && read(high, filter, &range.max, ret_error) != 0)
        return -1;
    *ret_range = range;
    return 0;
}

static int range_read(struct span text, const char *filter, number_fn read, struct range *ret_range,
                      aw_error *ret_error)
{
    if (text.size == 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: nothing is written there: write a range, %s", filter,
                             "such as 4.., ..16 or 4..8");
    const char *dots = memmem(text.data, text.size, "..", 2);
    if (!dots) {
        struct range exact;
        if (read(text, filter, &exact.min, ret_error) != 0)
            return -1;
        exact.max = exact.min;
        *ret_range = exact;
        return 0;
    }
    struct span low = trimmed(text.data, (size_t)(dots - text.data));
    struct span high = trimmed(dots + 2, text.size - (size_t)(dots + 2 - text.data));
    if (low.size == 0 && high.size == 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: \"..\" is a range without an end: write 4.., ..16 or 4..8",
                             filter);
    struct range range;
    if (ends_read(low, high, filter, read, &range, ret_error) != 0)
        return -1;
    if (range.min > range.max)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "%s: the range \"%.*s\" ends before it begins: write the smaller one first", filter,
            SPAN_SHOWN(text));
    *ret_range = range;
    return 0;
}

int count_range_read(struct span text, const char *filter, struct range *ret_range,
                     aw_error *ret_error)
{
    return range_read(text, filter, count_read, ret_range, ret_error);
}

int size_range_read(struct span text, const char *filter, struct range *ret_range,
                    aw_error *ret_error)
{
    return range_read(text, filter, size_read, ret_range, ret_error);
}
