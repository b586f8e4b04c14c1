/* SPDX-License-Identifier: Apache-2.0 */
/* Times as APIs write them. */
#include "kit/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include <cmocka.h>

static void test_a_time_is_read_as_milliseconds(void **state)
{
    (void)state;
    assert_int_equal(kit_time_read("1970-01-01T00:00:01Z"), 1000);
    assert_int_equal(kit_time_read("2026-05-01T12:00:00Z"), 1777636800000);
    assert_int_equal(kit_time_read("2024-02-29T23:59:59.5Z"), 1709251199500);
    assert_int_equal(kit_time_read("2026-05-01T14:00:00+02:00"), 1777636800000);
    assert_int_equal(kit_time_read("2026-05-01T06:30:00.000-05:30"), 1777636800000);
    assert_int_equal(kit_time_read("2000-02-29t00:00:00.1239999z"), 951782400123);
    assert_int_equal(kit_time_read("9999-12-31T23:59:59Z"), 253402300799000);
}

static void test_what_is_no_time_is_nothing(void **state)
{
    static const char *const texts[] = {
        "",
        "2026-05-01",
        "2026-05-01T12:00:00",
        "2026-13-01T12:00:00Z",
        "2026-05-01T25:00:00Z",
        "2026-05-01T12:00:00Zjunk",
        "20260501T120000Z",
        "yesterday",
        "2026-05-01T12:00:00+2:00",
        "2026-02-29T12:00:00Z",
        "2100-02-29T12:00:00Z",
        "2026-04-31T12:00:00Z",
        "2026-05-00T12:00:00Z",
        "2026-05-01T12:00:00.Z",
        "2026-05-01T12:00:00.",
        "2026-05-01T12:60:00Z",
        "2026-05-01T12:00:61Z",
        "1969-12-31T23:59:59Z",
        "2026-05-01T12:00:00+24:00",
    };
    (void)state;
    assert_int_equal(kit_time_read(NULL), 0);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_int_equal(kit_time_read(texts[i]), 0);
}

static void test_every_day_of_two_centuries_is_the_c_librarys(void **state)
{
    (void)state;
    for (time_t at = 86400; at < (time_t)86400 * 365 * 200; at += 86400) {
        struct tm parts;
        char text[64];
        gmtime_r(&at, &parts);
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
        char written[KIT_TIME];
        kit_time_write((uint64_t)at * 1000 + 999, written);
        assert_string_equal(written, text);
        assert_int_equal(kit_time_read(text), (uint64_t)at * 1000);
    }
}

static void test_what_is_beyond_all_dates_is_the_last_of_them(void **state)
{
    char text[KIT_TIME];
    (void)state;
    kit_time_write(UINT64_MAX, text);
    assert_string_equal(text, "9999-12-31T23:59:59Z");
    kit_time_write(0, text);
    assert_string_equal(text, "1970-01-01T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_time_is_read_as_milliseconds),
        cmocka_unit_test(test_what_is_no_time_is_nothing),
        cmocka_unit_test(test_every_day_of_two_centuries_is_the_c_librarys),
        cmocka_unit_test(test_what_is_beyond_all_dates_is_the_last_of_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
