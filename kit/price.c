/* SPDX-License-Identifier: Apache-2.0 */
/* Prices as APIs write them. */
#include "kit/price.h"

#include <string.h>

#define NANO_PER_UNIT 1000000000ull
#define FRACTION_DIGITS 9
#define MOST_UNITS 1000000ull

/* Rounded at the tenth digit behind the point, which no price has had so far. */
static uint64_t fraction_read(const char *digits, size_t count)
{
    uint64_t nano = 0;
    for (size_t i = 0; i < FRACTION_DIGITS; i++)
        nano = nano * 10 + (i < count ? (uint64_t)(digits[i] - '0') : 0);
    return nano + (count > FRACTION_DIGITS && digits[FRACTION_DIGITS] >= '5');
}

int kit_price_read(const char *text, uint64_t *ret_nano)
{
    size_t count = strspn(text, "0123456789");
    const char *fraction = text[count] == '.' ? text + count + 1 : "";
    size_t digits = strspn(fraction, "0123456789");
    uint64_t units = 0;
    if (count == 0 || (*fraction ? fraction[digits] : text[count]) != '\0')
        return -1;
    for (size_t i = 0; i < count; i++) {
        units = units * 10 + (uint64_t)(text[i] - '0');
        if (units > MOST_UNITS)
            return -1;
    }
    *ret_nano = units * NANO_PER_UNIT + fraction_read(fraction, digits);
    return 0;
}
