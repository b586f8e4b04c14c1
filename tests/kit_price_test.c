/* SPDX-License-Identifier: Apache-2.0 */
/* Prices as APIs write them. */
#include "kit/price.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_a_price_is_read_to_the_nanodollar(void **state)
{
    static const struct {
        const char *text;
        uint64_t nano;
    } good[] = {
        {"0.0725000000", 72500000},
        {"32.7726", 32772600000},
        {"1", 1000000000},
        {"0.000000001", 1},
        {"0.0000000000", 0},
        {"0.1234567894", 123456789},
        {"0.1234567895", 123456790},
        {"0.9999999999", 1000000000},
        {"000.5", 500000000},
        {"1000000", 1000000000000000u},
        {"98.3200000000", 98320000000},
    };
    static const char *const bad[] = {
        "",         ".5",    "1.",    "-1",      "+1",
        "1e3",      "0x10",  "1,000", "1 2",     " 1",
        "99999999", "1.2.3", "NaN",   "1.5 USD", "18446744073709551617"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        uint64_t nano = 7;
        assert_int_equal(kit_price_read(good[i].text, &nano), 0);
        assert_int_equal(nano, good[i].nano);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint64_t nano = 7;
        if (kit_price_read(bad[i], &nano) == 0)
            fail_msg("\"%s\" is taken for a price", bad[i]);
        assert_int_equal(nano, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_a_price_is_read_to_the_nanodollar)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
