/* SPDX-License-Identifier: Apache-2.0 */
/* How many times slower emulation is, and what that makes of a price. */
#include "core/config_image.h"
#include "core/emulation.h"
#include "tests/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void accept(const char *text, uint64_t price, uint64_t effective)
{
    struct emulation_factor factor = {0};
    aw_error error = {0};
    if (emulation_factor_read(text, &factor, &error))
        fail_msg("%s", error.message);
    assert_int_equal(emulation_price(factor, price), effective);
}

static void test_a_factor_is_a_number_or_two(void **state)
{
    (void)state;
    accept("2808/386", 386, 2808);
    accept("2808/386", 1000000000, 7274611399); /* 7274611398.96, upwards */
    accept(" 7.27 ", 100, 727);
    accept("1", 5, 5);
    accept("1000", 5, 5000);
    accept("1.000001", 1000000, 1000001);
    accept("1.000001", 1, 2);
    accept("7", 0, 0);
}

static void test_a_price_never_wraps(void **state)
{
    (void)state;
    accept("1000", INT64_MAX, INT64_MAX);
    accept("1000000000/1000000", INT64_MAX / 2, INT64_MAX);
    accept("999999999/999999998", INT64_MAX, INT64_MAX);
}

static void test_what_is_no_factor_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "0",
                                        "0.5",
                                        "-7",
                                        "7x",
                                        "1001",
                                        "7,2",
                                        "1/0",
                                        "0/1",
                                        "1/2",
                                        "2/1/1",
                                        "/",
                                        "2/",
                                        "1e3",
                                        "1.0000001",
                                        "1.5/1",
                                        "10000000000/9999999999"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct emulation_factor factor = {7, 1};
        aw_error error = {0};
        if (!emulation_factor_read(texts[i], &factor, &error))
            fail_msg("\"%s\" was accepted", texts[i]);
        assert_int_equal(error.code, AW_E_INVALID);
        assert_non_null(strstr(error.message, "such as 7.27"));
        assert_int_equal(factor.over, 7);
    }
}

static void test_the_configuration_says_the_factor_and_the_mirrors(void **state)
{
    struct config config;
    (void)state;
    config_accept(&config, "emulation_factor: 5.5\nregistry_mirrors:\n"
                           "  docker.io: https://mirror.example.com/hub//\n"
                           "  localhost:5000: http://127.0.0.1:5001\n");
    assert_int_equal(emulation_price(config.emulation_factor, 10), 55);
    assert_string_equal(config_mirror_of(&config, "docker.io"), "https://mirror.example.com/hub");
    assert_string_equal(config_mirror_of(&config, "localhost:5000"), "http://127.0.0.1:5001");
    assert_null(config_mirror_of(&config, "ghcr.io"));
    config_finish(&config);
    config_accept(&config, "owner: me\n");
    assert_int_equal(emulation_price(config.emulation_factor, 386), 2808);
    assert_false(config.has_emulation_factor);
    config_finish(&config);
}

static void test_a_mirror_that_cannot_be_is_refused(void **state)
{
    (void)state;
    config_refuse("registry_mirrors:\n  docker.io: http://mirror.example.com\n",
                  "config.yaml:2: the mirror of `docker.io` may be plain http:// on this machine "
                  "only (127.0.0.0/8, ::1, localhost). Write https://.");
    config_refuse("registry_mirrors: [a]\n",
                  "config.yaml:1: `registry_mirrors` is written as `REGISTRY: URL` below it, such "
                  "as `docker.io: https://mirror.example.com`.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_factor_is_a_number_or_two),
        cmocka_unit_test(test_a_price_never_wraps),
        cmocka_unit_test(test_what_is_no_factor_is_refused),
        cmocka_unit_test(test_the_configuration_says_the_factor_and_the_mirrors),
        cmocka_unit_test(test_a_mirror_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, config_folder_enter, config_folder_leave);
}
