/* SPDX-License-Identifier: Apache-2.0 */
/* The emulation factor, in whole numbers. */
#include "core/emulation.h"

#include "core/query_read.h"
#include "kit/error.h"

#include <string.h>

#define LARGEST_PART 1000000000u
#define LARGEST_FACTOR 1000u
#define MICRO 1000000u

static int read_ratio(struct span text, struct emulation_factor *ret)
{
    struct span part;
    uint64_t parts[2] = {0};
    size_t count = 0;
    while (span_next(&text, '/', &part)) {
        uint32_t nano = 0;
        if (count == 2 || decimal_read(part, &parts[count], &nano) != part.size || nano ||
            parts[count] < 1 || parts[count] > LARGEST_PART)
            return -1;
        count++;
    }
    *ret = (struct emulation_factor){parts[0], parts[1]};
    return count == 2 ? 0 : -1;
}

static int read_decimal(struct span text, struct emulation_factor *ret)
{
    uint64_t whole = 0;
    uint32_t nano = 0;
    if (!text.size || decimal_read(text, &whole, &nano) != text.size || nano % 1000 ||
        whole > LARGEST_FACTOR)
        return -1;
    *ret = (struct emulation_factor){whole * MICRO + nano / 1000, MICRO};
    return 0;
}

int emulation_factor_read(const char *text, struct emulation_factor *ret, aw_error *ret_error)
{
    struct emulation_factor factor = {0};
    int status = strchr(text, '/') ? read_ratio(span_of(text), &factor)
                                   : read_decimal(span_of(text), &factor);
    if (status || factor.over < factor.under || factor.over / factor.under > LARGEST_FACTOR)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "\"%.60s\" is not how many times slower emulation is: write a number "
                             "from 1 to 1000 with at most six decimals, such as 7.27, or two whole "
                             "ones, native/emulated, such as 2808/386",
                             text);
    *ret = factor;
    return 0;
}

uint64_t emulation_price(struct emulation_factor factor, uint64_t price_nusd_per_hour)
{
    uint64_t whole = price_nusd_per_hour / factor.under;
    uint64_t rest = price_nusd_per_hour % factor.under * factor.over;
    uint64_t price = 0;
    rest = rest / factor.under + (rest % factor.under != 0);
    if (__builtin_mul_overflow(whole, factor.over, &price) ||
        __builtin_add_overflow(price, rest, &price) || price > INT64_MAX)
        return INT64_MAX;
    return price;
}
