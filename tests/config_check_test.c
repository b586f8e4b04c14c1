/* SPDX-License-Identifier: Apache-2.0 */
/* A backend's keys against the options that its plugin declares. */
#include "tests/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <sys/stat.h>

static const aw_option options[] = {
    {"api_key", "the key", AW_OPTION_TEXT, AW_OPTION_SECRET},
    {"project", "the project", AW_OPTION_TEXT, 0},
    {"hosts", "the machines", AW_OPTION_LIST, 0},
    {"port", "of ssh", AW_OPTION_INTEGER, 0},
    {"dedicated", "a machine alone", AW_OPTION_BOOLEAN, 0},
};

struct checked {
    struct config config;
    aw_settings settings;
    aw_settings secrets;
    aw_error error;
};

/* Reads a file with one backend, `cloud`, whose keys start on line 2. */
static int check(struct checked *checked, mode_t mode, const char *keys)
{
    char text[512];
    int size = snprintf(text, sizeof text, "backends: [{type: cloud,\n%s}]\n", keys);
    config_file_write(mode, text, (size_t)size);
    memset(checked, 0, sizeof *checked);
    if (config_read(&checked->config, "config.yaml", &checked->error) < 0)
        fail_msg("%s", checked->error.message);
    return config_check(&checked->config, &checked->config.backends[0], options,
                        sizeof options / sizeof options[0], &checked->settings, &checked->secrets,
                        &checked->error);
}

static void refuse(const char *keys, const char *sentence)
{
    struct checked checked;
    assert_int_equal(check(&checked, 0600, keys), -1);
    assert_string_equal(checked.error.message, sentence);
    assert_int_equal(checked.error.code, AW_E_INVALID);
    assert_int_equal(checked.settings.size, 0);
    config_finish(&checked.config);
}

static void test_secrets_are_kept_apart(void **state)
{
    (void)state;
    struct checked checked;
    assert_int_equal(
        check(&checked, 0600,
              "project: p, api_key: k, endpoint: 'https://x/', regions: [a], hosts: [b, c]"),
        0);
    assert_string_equal(checked.settings.name, "cloud");
    assert_int_equal(checked.settings.size, sizeof(aw_settings));
    assert_int_equal(checked.settings.count, 4);
    assert_string_equal(checked.settings.items[0].name, "project");
    assert_string_equal(checked.settings.items[1].name, "endpoint");
    assert_string_equal(checked.settings.items[1].values[0], "https://x");
    assert_string_equal(checked.settings.items[2].name, "regions");
    assert_string_equal(checked.settings.items[3].values[1], "c");
    assert_int_equal(checked.secrets.size, sizeof(aw_settings));
    assert_int_equal(checked.secrets.count, 1);
    assert_string_equal(checked.secrets.items[0].name, "api_key");
    assert_string_equal(checked.secrets.items[0].values[0], "k");
    config_finish(&checked.config);
}

static void test_a_backend_needs_no_keys(void **state)
{
    (void)state;
    struct config config;
    config_init(&config);
    struct config_backend found = {.type = "cloud", .name = "cloud", .rate_limit = true};
    aw_settings settings;
    aw_settings secrets;
    assert_int_equal(config_check(&config, &found, options, 1, &settings, &secrets, NULL), 0);
    assert_int_equal(settings.count + secrets.count, 0);
    assert_string_equal(settings.name, "cloud");
    config_finish(&config);
}

static void test_an_unknown_key_is_told_the_nearest_one(void **state)
{
    (void)state;
    refuse("project: p,\nendpont: https://x",
           "config.yaml:3: unknown key `endpont` in backend `cloud`: did you mean `endpoint`?");
    refuse("API-KEY: k",
           "config.yaml:2: unknown key `API-KEY` in backend `cloud`: did you mean `api_key`?");
    refuse("colour: red",
           "config.yaml:2: unknown key `colour` in backend `cloud`. Its keys are `api_key`, "
           "`project`, "
           "`hosts`, `port`, `dedicated`, `type`, `name`, `endpoint`, `regions`, `rate_limit`.");
}

static void test_one_value_and_lists_are_not_mixed_up(void **state)
{
    (void)state;
    refuse("project: [p]",
           "config.yaml:2: `project` takes one value, not a list: write `project: VALUE`.");
    refuse("hosts: a", "config.yaml:2: `hosts` must be a list: write `hosts: [VALUE]`.");
}

static void test_integers_are_whole_numbers_of_64_bits(void **state)
{
    (void)state;
    static const char *const good[] = {"0", "22", "-1", "9223372036854775807",
                                       "-9223372036854775808"};
    static const char *const bad[] = {"a", "1.0", "0x16", "007",
                                      "-", "+1",  "1 2",  "9223372036854775808"};
    struct checked checked;
    char keys[64];
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        snprintf(keys, sizeof keys, "port: %s", good[i]);
        assert_int_equal(check(&checked, 0600, keys), 0);
        assert_string_equal(checked.settings.items[0].values[0], good[i]);
        config_finish(&checked.config);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        snprintf(keys, sizeof keys, "port: '%s'", bad[i]);
        refuse(keys,
               "config.yaml:2: `port` must be a whole number of 64 bits, in digits without leading "
               "zeros.");
    }
}

static void test_booleans_have_one_spelling_afterwards(void **state)
{
    (void)state;
    static const char *const spellings[][2] = {{"true", "true"},   {"True", "true"},
                                               {"TRUE", "true"},   {"false", "false"},
                                               {"False", "false"}, {"FALSE", "false"}};
    struct checked checked;
    char keys[64];
    for (size_t i = 0; i < sizeof spellings / sizeof spellings[0]; i++) {
        snprintf(keys, sizeof keys, "dedicated: %s", spellings[i][0]);
        assert_int_equal(check(&checked, 0600, keys), 0);
        assert_string_equal(checked.settings.items[0].values[0], spellings[i][1]);
        config_finish(&checked.config);
    }
    refuse("dedicated: yes", "config.yaml:2: `dedicated` must be `true` or `false`.");
}

static void test_a_secret_that_others_can_read_is_refused(void **state)
{
    (void)state;
    struct checked checked;
    assert_int_equal(check(&checked, 0640, "api_key: k"), -1);
    assert_string_equal(checked.error.message, "config.yaml:2: `api_key` is a secret, and others "
                                               "can read this file. Run `chmod 600` on it.");
    config_finish(&checked.config);
    assert_int_equal(check(&checked, 0644, "project: p"), 0);
    config_finish(&checked.config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets_are_kept_apart),
        cmocka_unit_test(test_a_backend_needs_no_keys),
        cmocka_unit_test(test_an_unknown_key_is_told_the_nearest_one),
        cmocka_unit_test(test_one_value_and_lists_are_not_mixed_up),
        cmocka_unit_test(test_integers_are_whole_numbers_of_64_bits),
        cmocka_unit_test(test_booleans_have_one_spelling_afterwards),
        cmocka_unit_test(test_a_secret_that_others_can_read_is_refused),
    };
    return cmocka_run_group_tests(tests, config_folder_enter, config_folder_leave);
}
