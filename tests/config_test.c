/* SPDX-License-Identifier: Apache-2.0 */
/* What a configuration file means, and how it is told what is wrong with it. */
#include "tests/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_a_file_says_who_owns_and_which_backends(void **state)
{
    (void)state;
    struct config config;
    config_accept(&config, "owner: my-server\n"
                           "backends:\n"
                           "  - type: cloud\n"
                           "    name: cloud-research\n"
                           "    endpoint: http://127.0.0.1:8080/api/v1\n"
                           "    regions: [us-east-3, us-west-1]\n"
                           "    rate_limit: false\n"
                           "  - type: metal\n");
    assert_string_equal(config.path, "config.yaml");
    assert_string_equal(config.owner, "my-server");
    assert_int_equal(config.backend_count, 2);
    const struct config_backend *cloud = &config.backends[0];
    assert_string_equal(cloud->type, "cloud");
    assert_string_equal(cloud->name, "cloud-research");
    assert_string_equal(cloud->endpoint, "http://127.0.0.1:8080/api/v1");
    assert_int_equal(cloud->region_count, 2);
    assert_string_equal(cloud->regions[1], "us-west-1");
    assert_false(cloud->rate_limit);
    assert_int_equal(cloud->line, 3);
    const struct config_backend *metal = &config.backends[1];
    assert_string_equal(metal->name, "metal");
    assert_null(metal->endpoint);
    assert_int_equal(metal->region_count, 0);
    assert_true(metal->rate_limit);
    assert_int_equal(metal->line, 8);
    config_finish(&config);
}

static void test_other_keys_are_kept_with_their_lines(void **state)
{
    (void)state;
    struct config config;
    config_accept(&config, "backends:\n"
                           "- type: cloud\n"
                           "  project: \"a: b\"\n"
                           "  regions: [us-east-3]\n"
                           "  hosts:\n"
                           "    - one\n"
                           "    - two\n");
    const struct config_backend *backend = &config.backends[0];
    assert_int_equal(backend->setting_count, 3);
    assert_string_equal(backend->settings[0].name, "project");
    assert_string_equal(backend->settings[0].values[0], "a: b");
    assert_int_equal(backend->setting_lines[0], 3);
    assert_false(backend->setting_is_list[0]);
    assert_string_equal(backend->settings[1].name, "regions");
    assert_string_equal(backend->settings[1].values[0], "us-east-3");
    assert_string_equal(backend->settings[2].name, "hosts");
    assert_int_equal(backend->settings[2].count, 2);
    assert_string_equal(backend->settings[2].values[1], "two");
    assert_int_equal(backend->setting_lines[2], 5);
    assert_true(backend->setting_is_list[2]);
    config_finish(&config);
}

static void test_a_file_may_say_nothing(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "\n", "# a comment\n", "---\n",
                                        "\xef\xbb\xbf# after a mark\n"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct config config;
        config_accept(&config, texts[i]);
        assert_null(config.owner);
        assert_int_equal(config.backend_count, 0);
        config_finish(&config);
    }
}

static void test_a_slash_at_the_end_of_an_endpoint_goes(void **state)
{
    (void)state;
    struct config config;
    config_accept(&config, "backends: [{type: cloud, endpoint: 'https://api.example.com/v1//'}]\n");
    assert_string_equal(config.backends[0].endpoint, "https://api.example.com/v1");
    assert_string_equal(config.backends[0].settings[0].values[0], "https://api.example.com/v1");
    config_finish(&config);
}

static void test_an_unknown_key_is_told_the_nearest_one(void **state)
{
    (void)state;
    config_refuse("# mine\nonwer: me\n",
                  "config.yaml:2: unknown key `onwer`: did you mean `owner`?");
    config_refuse("backend: []\n",
                  "config.yaml:1: unknown key `backend`: did you mean `backends`?");
    config_refuse(
        "endpoint: https://x\n",
        "config.yaml:1: `endpoint` belongs to an entry of `backends`. Indent it below that "
        "entry's `type`.");
    config_refuse("colour: red\n", "config.yaml:1: unknown key `colour`. Only `owner`, `journal`, "
                                   "`backends`, `registry_mirrors`, "
                                   "`emulation_factor` and `bootstrap` stand here.");
    config_refuse(
        "backends:\n- name: me\n  tpye: cloud\n",
        "config.yaml:3: unknown key `tpye` in a backend without `type`: did you mean `type`?");
}

static void test_a_key_stands_once(void **state)
{
    (void)state;
    config_refuse(
        "owner: one\n\nowner: two\n",
        "config.yaml:3: the key `owner` stands on line 1 already. Remove one of the two.");
    config_refuse(
        "backends:\n- type: cloud\n  token: one\n  token: two\n",
        "config.yaml:4: the key `token` stands on line 3 already. Remove one of the two.");
}

static void test_an_owner_is_what_every_cloud_takes_as_a_tag(void **state)
{
    (void)state;
    static const char *const good[] = {"a", "0", "my-server_2"};
    static const char *const bad[] = {"", "-a", "_a", "My", "a b", "a.b", "a:b", "\xc3\xa4"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_null(config_owner_fault(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(config_owner_fault(bad[i]));
    char longest[65];
    memset(longest, 'a', 64);
    longest[64] = '\0';
    assert_non_null(config_owner_fault(longest));
    assert_null(config_owner_fault(longest + 1));
    config_refuse(
        "owner: My Server\n",
        "config.yaml:1: `owner` must be what every cloud takes as a tag: at most 63 of a-z, "
        "0-9, - and _, with a letter or a digit first.");
}

static void test_a_key_needs_a_value(void **state)
{
    (void)state;
    static const char *const nothings[] = {"", "~", "null", "\"\""};
    for (size_t i = 0; i < sizeof nothings / sizeof nothings[0]; i++) {
        char text[64];
        snprintf(text, sizeof text, "owner: %s\n", nothings[i]);
        config_refuse(text,
                      "config.yaml:1: `owner` has no value here. Write one, or remove the line.");
    }
    config_refuse("owner: [me]\n",
                  "config.yaml:1: `owner` takes a plain value here, not a list or keys of its own. "
                  "Mind the indentation.");
    config_refuse("backends:\n- type: cloud\n  token:\n    file: x\n",
                  "config.yaml:3: `token` takes a plain value here, not a list or keys of its own. "
                  "Mind the indentation.");
    config_refuse("backends:\n- type: cloud\n  hosts: [a, {b: c}]\n",
                  "config.yaml:3: `hosts` takes a plain value here, not a list or keys of its own. "
                  "Mind the indentation.");
}

static void test_a_word_in_quotes_is_no_null(void **state)
{
    (void)state;
    struct config config;
    config_accept(&config, "owner: 'null'\n");
    assert_string_equal(config.owner, "null");
    config_finish(&config);
}

static void test_backends_are_a_list_of_typed_entries(void **state)
{
    (void)state;
    static const char not_a_list[] =
        "config.yaml:1: `backends` must be a list, of entries that start with `- type: PROVIDER`. "
        "Without it every backend whose credentials are found is used.";
    config_refuse("backends:\n", not_a_list);
    config_refuse("backends: []\n", not_a_list);
    config_refuse("backends:\n  type: cloud\n", not_a_list);
    config_refuse(
        "backends:\n- cloud\n",
        "config.yaml:2: each of `backends` is written as `- type: PROVIDER`, with its other "
        "keys below `type`.");
    config_refuse("backends:\n- name: me\n",
                  "config.yaml:2: this backend has no `type`. Start it with `- type: PROVIDER`.");
    config_refuse(
        "backends:\n- type: My Cloud\n",
        "config.yaml:2: `type` must be the id of a provider, as `archway backends` lists them.");
    config_refuse("- type: cloud\n",
                  "config.yaml:1: a configuration starts with `owner: NAME` or `backends:`.");
}

static void test_backends_have_names_of_their_own(void **state)
{
    (void)state;
    config_refuse(
        "backends:\n- type: cloud\n- type: metal\n- type: cloud\n",
        "config.yaml:4: the backend on line 2 is called `cloud` too. Add a `name:` that tells "
        "them apart.");
    config_refuse(
        "backends:\n- {type: cloud, name: metal}\n- {type: metal}\n",
        "config.yaml:3: the backend on line 2 is called `metal` too. Add a `name:` that tells "
        "them apart.");
    config_refuse(
        "backends:\n- {type: cloud, name: a/b}\n",
        "config.yaml:2: `name` must be at most 31 of A-Z, a-z, 0-9, -, _ and ., with a letter "
        "or a digit first.");
}

static void test_regions_are_a_list_of_names(void **state)
{
    (void)state;
    config_refuse("backends:\n- type: cloud\n  regions: us-east-3\n",
                  "config.yaml:3: `regions` must be a list: write `regions: [us-east-3]`.");
    config_refuse(
        "backends:\n- type: cloud\n  regions: []\n",
        "config.yaml:3: `regions` names none. Write `regions: [NAME, NAME]`, or remove the "
        "line to use all of them.");
    config_refuse("backends:\n- type: cloud\n  regions:\n  - a\n  - b\n  - a\n",
                  "config.yaml:6: the region `a` is named twice. Remove one of the two.");
    config_refuse(
        "backends:\n- type: cloud\n  regions: ['a,b']\n",
        "config.yaml:3: each of `regions` must be the provider's name of a region: at most 63 "
        "of A-Z, a-z, 0-9, -, _ and .");
    config_refuse(
        "backends:\n- type: cloud\n  regions: [a, ]\n  endpoint: ftp://x\n",
        "config.yaml:4: `endpoint` must start with https://, as in https://api.example.com/v1.");
}

static void test_a_rate_limit_is_true_or_false(void **state)
{
    (void)state;
    static const char *const words[] = {"yes", "no", "on", "0", "falsch"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char text[96];
        snprintf(text, sizeof text, "backends:\n- type: cloud\n  rate_limit: %s\n", words[i]);
        config_refuse(text,
                      "config.yaml:3: `rate_limit` must be `true` or `false` (`yes`, `no`, `on` "
                      "and `off` are plain words in YAML 1.2).");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_says_who_owns_and_which_backends),
        cmocka_unit_test(test_other_keys_are_kept_with_their_lines),
        cmocka_unit_test(test_a_file_may_say_nothing),
        cmocka_unit_test(test_a_slash_at_the_end_of_an_endpoint_goes),
        cmocka_unit_test(test_an_unknown_key_is_told_the_nearest_one),
        cmocka_unit_test(test_a_key_stands_once),
        cmocka_unit_test(test_an_owner_is_what_every_cloud_takes_as_a_tag),
        cmocka_unit_test(test_a_key_needs_a_value),
        cmocka_unit_test(test_a_word_in_quotes_is_no_null),
        cmocka_unit_test(test_backends_are_a_list_of_typed_entries),
        cmocka_unit_test(test_backends_have_names_of_their_own),
        cmocka_unit_test(test_regions_are_a_list_of_names),
        cmocka_unit_test(test_a_rate_limit_is_true_or_false),
    };
    return cmocka_run_group_tests(tests, config_folder_enter, config_folder_leave);
}
