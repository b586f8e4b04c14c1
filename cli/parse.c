/* SPDX-License-Identifier: Apache-2.0 */
/* Durations, sizes, times and names as people write them. */
#include "cli/parse.h"

#include "kit/error.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LONGEST_NAME 63
#define LARGEST_COUNT 1000u
#define LARGEST_NUMBER 1000000000u

struct unit {
    const char *name;
    uint64_t factor;
};

/* Digits and one of the units behind them, ended by a unit without a name. Nothing else, nothing huge. */
static int parse_amount(const char *text, const struct unit *units, uint64_t *ret_amount)
{
    char *end = NULL;
    if (!isdigit((unsigned char)*text))
        return -1;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (errno || number == 0 || number > LARGEST_NUMBER)
        return -1;
    for (; units->name; units++)
        if (strcasecmp(end, units->name) == 0) {
            *ret_amount = number * units->factor;
            return 0;
        }
    return -1;
}

int parse_duration(const char *text, uint64_t *ret_ms, aw_error *ret_error)
{
    static const struct unit units[] = {{"", 1000},
                                        {"s", 1000},
                                        {"m", 60 * 1000},
                                        {"h", 60 * 60 * 1000},
                                        {"d", 24 * 60 * 60 * 1000},
                                        {NULL, 0}};
    if (parse_amount(text, units, ret_ms) == 0)
        return 0;
    return kit_error_set(
        ret_error, AW_E_INVALID,
        "\"%s\" is no duration; write seconds, minutes, hours or days: 30, 5m, 2h, 7d", text);
}

int parse_size(const char *text, uint64_t *ret_mib, aw_error *ret_error)
{
    static const struct unit units[] = {
        {"", 1024}, {"GB", 1024}, {"MB", 1}, {"TB", 1024 * 1024}, {NULL, 0}};
    if (parse_amount(text, units, ret_mib) == 0)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID, "\"%s\" is no size; write 100GB or 2TB", text);
}

int parse_count(const char *text, uint32_t *ret_count, aw_error *ret_error)
{
    static const struct unit units[] = {{"", 1}, {NULL, 0}};
    uint64_t count = 0;
    if (parse_amount(text, units, &count) != 0 || count > LARGEST_COUNT)
        return kit_error_set(ret_error, AW_E_INVALID, "\"%s\" is no count; write 1 to %u", text,
                             LARGEST_COUNT);
    *ret_count = (uint32_t)count;
    return 0;
}

static int has_shape(const char *text, const char *shape)
{
    if (strlen(text) != strlen(shape))
        return 0;
    for (; *shape; text++, shape++)
        if (*shape == '0' ? !isdigit((unsigned char)*text) : *text != *shape)
            return 0;
    return 1;
}

static int digits(const char *text, size_t count)
{
    int value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (text[i] - '0');
    return value;
}

int parse_time(const char *text, uint64_t *ret_wall_ms, aw_error *ret_error)
{
    if (has_shape(text, "00000000T000000Z")) {
        struct tm given = {.tm_year = digits(text, 4) - 1900,
                           .tm_mon = digits(text + 4, 2) - 1,
                           .tm_mday = digits(text + 6, 2),
                           .tm_hour = digits(text + 9, 2),
                           .tm_min = digits(text + 11, 2),
                           .tm_sec = digits(text + 13, 2)};
        struct tm real = given;
        time_t seconds = timegm(&real);
        /* timegm turns the 31st of June into the 1st of July; a date must stay what it was. */
        if (seconds > 0 && real.tm_mon == given.tm_mon && real.tm_mday == given.tm_mday &&
            real.tm_hour == given.tm_hour && real.tm_min == given.tm_min &&
            real.tm_sec == given.tm_sec) {
            *ret_wall_ms = (uint64_t)seconds * 1000;
            return 0;
        }
    }
    return kit_error_set(ret_error, AW_E_INVALID,
                         "\"%s\" is no time; write it as 20150830T123600Z, in UTC", text);
}

int parse_name(const char *text, aw_error *ret_error)
{
    size_t size = strlen(text);
    if (size >= 1 && size <= LONGEST_NAME && islower((unsigned char)text[0]) &&
        strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == size && text[size - 1] != '-')
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "\"%s\" is no name for a machine; write 1 to %d of a-z, 0-9 and -, with a "
                         "letter first and no - last",
                         text, LONGEST_NAME);
}
