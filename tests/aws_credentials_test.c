/* SPDX-License-Identifier: Apache-2.0 */
/* Where AWS credentials are looked for, in which order, and what is said of it. */
#include "aws_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define EVERYWHERE                                                                                 \
    {"AWS_ACCESS_KEY_ID", KEY_ID}, {"AWS_SECRET_ACCESS_KEY", SECRET},                              \
        {"AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token"},                                         \
        {"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod"},                                    \
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1"},                           \
        {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"},                           \
    {                                                                                              \
        0                                                                                          \
    }

static const aw_header files[] = {{CREDENTIALS, "[default]\n" PAIR("AKIDFILE", "file-secret")},
                                  {"/var/run/token", "a.b.c\n"},
                                  {0}};

static void test_nothing_anywhere_names_every_place(void **state)
{
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){0});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "No AWS credentials.");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "configuration: no `access_key_id`");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "environment: AWS_ACCESS_KEY_ID is not set");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "shared files: there is no profile `default`");
    assert_failed(&host, AW_E_UNAUTHENTICATED,
                  "web identity: AWS_WEB_IDENTITY_TOKEN_FILE is not set");
    assert_failed(&host, AW_E_UNAUTHENTICATED,
                  "container: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "instance metadata: this is no machine of EC2's.");
    assert_int_equal(host_waiting(&host), 0);
    host_finish(&host);
}

static void test_the_configuration_comes_first(void **state)
{
    static const aw_header variables[] = {EVERYWHERE};
    static const aw_header secrets[] = {{"access_key_id", "AKIDCONFIG"},
                                        {"secret_access_key", "config-secret"},
                                        {"session_token", "config-token"},
                                        {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host,
                &(struct host_world){.variables = variables, .files = files, .secrets = secrets});
    assert_string_equal(host_results(&host),
                        "key AKIDCONFIG config-secret config-token from the configuration "
                        "(environment, shared files, web identity, container, instance metadata "
                        "not asked)\n");
    host_finish(&host);
}

static void test_half_a_pair_in_the_configuration_is_a_mistake(void **state)
{
    static const aw_header variables[] = {EVERYWHERE};
    static const aw_header secrets[] = {{"secret_access_key", "config-secret"}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables, .secrets = secrets});
    assert_failed(&host, AW_E_UNAUTHENTICATED,
                  "only one of `access_key_id` and `secret_access_key`");
    assert_lacks(host.error.message, "config-secret");
    host_finish(&host);
}

static void test_then_come_the_others_in_turn(void **state)
{
    /* The first of these variables is taken away, then the next, ... */
    static const aw_header variables[] = {EVERYWHERE};
    static const struct {
        size_t from;
        const aw_header *files;
        const char *keys; /* found at once */
        const char *line; /* or asked for */
    } places[] = {
        {0, files, "key AKIDEXAMPLE " SECRET " - from environment AWS_ACCESS_KEY_ID", NULL},
        {2, files, "key AKIDFILE file-secret - from ~/.aws/credentials, profile default", NULL},
        {2, files + 1, NULL, "POST https://sts.us-east-1.amazonaws.com/"},
        {4, NULL, NULL, "GET http://169.254.170.2/v2/credentials/1"},
        {5, NULL, NULL, "PUT http://127.0.0.1:1338/latest/api/token"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct backend_host host;
        chain_begin(&host, &(struct host_world){.variables = variables + places[i].from,
                                                .files = places[i].files});
        if (places[i].keys)
            assert_keys(&host, places[i].keys);
        else
            assert_string_equal(host_last(&host)->line, places[i].line);
        host_finish(&host);
    }
}

static void test_the_one_that_wins_says_why_the_others_did_not(void **state)
{
    static const aw_header credentials[] = {{CREDENTIALS, "[default]\n" PAIR("AKIDFILE", "s")},
                                            {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.files = credentials});
    assert_string_equal(
        host_results(&host),
        "key AKIDFILE s - from ~/.aws/credentials, profile default (before it: configuration: no "
        "`access_key_id`; environment: AWS_ACCESS_KEY_ID is not set; web identity, container, "
        "instance metadata not asked)\n");
    host_finish(&host);
}

static void test_half_a_pair_in_the_environment_is_a_mistake(void **state)
{
    static const struct {
        aw_header variables[2];
        const char *problem;
    } halves[] = {
        {{{"AWS_ACCESS_KEY_ID", KEY_ID}}, "AWS_SECRET_ACCESS_KEY is not set and AWS_ACCESS_KEY_ID"},
        {{{"AWS_SECRET_ACCESS_KEY", SECRET}},
         "AWS_ACCESS_KEY_ID is not set and AWS_SECRET_ACCESS_KEY is"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof halves / sizeof *halves; i++) {
        struct backend_host host;
        chain_begin(&host, &(struct host_world){.variables = halves[i].variables, .files = files});
        assert_failed(&host, AW_E_UNAUTHENTICATED, halves[i].problem);
        assert_lacks(host.error.message, SECRET);
        host_finish(&host);
    }
}

static void test_keys_of_the_environment_may_end(void **state)
{
    aw_header variables[] = {{"AWS_ACCESS_KEY_ID", KEY_ID},
                             {"AWS_SECRET_ACCESS_KEY", SECRET},
                             {"AWS_SESSION_TOKEN", "token\n"},
                             {"AWS_CREDENTIAL_EXPIRATION", "2026-01-01T01:00:00+00:00"},
                             {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables});
    assert_keys(&host, " token from environment AWS_ACCESS_KEY_ID");
    assert_keys(&host, ONE_HOUR_ON);
    host_finish(&host);
    variables[3].value = "soon";
    chain_begin(&host, &(struct host_world){.variables = variables});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "when the keys end is no time: \"soon\"");
    host_finish(&host);
}

static void test_a_profile_of_the_configuration_passes_over_the_environment(void **state)
{
    static const aw_header variables[] = {EVERYWHERE};
    static const aw_header both[] = {{CREDENTIALS, "[work]\n" PAIR("AKIDWORK", "s")}, {0}};
    static const char *const name[] = {"work"};
    static const aw_setting items[] = {{"profile", name, 1}};
    static const aw_settings settings = {.size = sizeof settings, .count = 1, .items = items};
    struct backend_host host;
    (void)state;
    chain_begin(&host,
                &(struct host_world){.variables = variables, .files = both, .settings = &settings});
    assert_keys(&host, "key AKIDWORK s - from ~/.aws/credentials, profile work");
    assert_keys(&host, "environment: passed over, since the configuration names a profile");
    host_finish(&host);
}

static void test_a_profile_of_the_environment_does_not(void **state)
{
    static const aw_header variables[] = {{"AWS_PROFILE", "work"}, EVERYWHERE};
    static const aw_header both[] = {{CREDENTIALS, "[work]\n" PAIR("AKIDWORK", "s")}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables, .files = both});
    assert_keys(&host, "key AKIDEXAMPLE ");
    host_finish(&host);
}

static void test_a_profile_that_is_asked_for_must_be_there(void **state)
{
    static const struct {
        const char *variable;
        const char *value;
        bool is_end;
    } cases[] = {
        {"AWS_PROFILE", "work", true},
        {"AWS_DEFAULT_PROFILE", "work", true},
        {"AWS_PROFILE", "default", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const aw_header variables[] = {{cases[i].variable, cases[i].value},
                                       {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/1"},
                                       {0}};
        struct backend_host host;
        chain_begin(&host, &(struct host_world){.variables = variables, .files = files});
        if (cases[i].is_end)
            assert_failed(&host, AW_E_UNAUTHENTICATED, "shared files: there is no profile `work`");
        else
            assert_keys(&host, "key AKIDFILE");
        assert_int_equal(host_waiting(&host), 0);
        host_finish(&host);
    }
}

static void test_what_no_key_can_be_is_not_put_into_a_header(void **state)
{
    static const char *const secrets[] = {"a secret", "caf\xc3\xa9", "a\tb", " \n"};
    (void)state;
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        const aw_header variables[] = {
            {"AWS_ACCESS_KEY_ID", KEY_ID}, {"AWS_SECRET_ACCESS_KEY", secrets[i]}, {0}};
        struct backend_host host;
        chain_begin(&host, &(struct host_world){.variables = variables});
        assert_failed(&host, AW_E_UNAUTHENTICATED,
                      "from environment AWS_ACCESS_KEY_ID are empty, or have characters");
        assert_lacks(host.error.message, secrets[i]);
        host_finish(&host);
    }
}

static void test_a_long_story_is_cut_and_stays_an_error(void **state)
{
    static const aw_header variables[] = {
        {"AWS_SHARED_CREDENTIALS_FILE",
         "/a/path/that/is/very/long/indeed/and/goes/on/and/on/through/one/folder/after/another/"
         "until/nobody/can/remember/where/it/began/and/then/some/more/of/it/credentials"},
        {"AWS_PROFILE",
         "a-profile-with-a-name-that-is-longer-than-what-anybody-would-want-to-type-twice"},
        {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables, .file_code = AW_E_DENIED});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "there is no profile `a-profile-with");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "/a/path/that/is/very/long");
    assert_true(strlen(host.error.message) < sizeof host.error.message);
    host_finish(&host);
}

/* Each allocation fails in turn. */
static void test_a_search_without_memory_says_so(void **state)
{
    static const aw_header variables[] = {EVERYWHERE};
    unsigned fail_at = 0;
    bool found = false;
    (void)state;
    while (!found) {
        struct backend_host host;
        host_init(&host, &(struct host_world){.variables = variables + 2, .files = files});
        host_begin(&host);
        host.fail_at = ++fail_at;
        vtable()->authenticate(&host.op);
        found = host.error.code == AW_OK;
        if (found)
            assert_keys(&host, "key AKIDFILE");
        else
            assert_int_equal(host.error.code, AW_E_NO_MEMORY);
        host_finish(&host);
    }
    assert_true(fail_at > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_anywhere_names_every_place),
        cmocka_unit_test(test_the_configuration_comes_first),
        cmocka_unit_test(test_half_a_pair_in_the_configuration_is_a_mistake),
        cmocka_unit_test(test_then_come_the_others_in_turn),
        cmocka_unit_test(test_the_one_that_wins_says_why_the_others_did_not),
        cmocka_unit_test(test_half_a_pair_in_the_environment_is_a_mistake),
        cmocka_unit_test(test_keys_of_the_environment_may_end),
        cmocka_unit_test(test_a_profile_of_the_configuration_passes_over_the_environment),
        cmocka_unit_test(test_a_profile_of_the_environment_does_not),
        cmocka_unit_test(test_a_profile_that_is_asked_for_must_be_there),
        cmocka_unit_test(test_what_no_key_can_be_is_not_put_into_a_header),
        cmocka_unit_test(test_a_long_story_is_cut_and_stays_an_error),
        cmocka_unit_test(test_a_search_without_memory_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
