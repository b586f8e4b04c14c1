/* SPDX-License-Identifier: Apache-2.0 */
/* The shared files of the AWS tools: how they are written, and where their profiles lead. */
#include "aws_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ARN(name) "arn:aws:iam::123456789012:role/" name

/* Begins with these files and AWS_PROFILE. NULL: no such file. */
static void begin(struct backend_host *host, const char *profile, const char *config,
                  const char *credentials)
{
    static aw_header variables[2], files[3];
    size_t count = 0;
    memset(files, 0, sizeof files);
    variables[0] = (aw_header){"AWS_PROFILE", profile};
    if (config)
        files[count++] = (aw_header){CONFIG, config};
    if (credentials)
        files[count++] = (aw_header){CREDENTIALS, credentials};
    chain_begin(host, &(struct host_world){.variables = variables, .files = files});
}

static void test_a_file_is_read_as_the_sdks_read_it(void **state)
{
    static const char *const files[] = {
        "[default]\r\naws_access_key_id=AKIDEXAMPLE\r\naws_secret_access_key=s\r\n",
        "\xef\xbb\xbf[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = s",
        "# mine\n; too\n\n [ default ] ; here\nAWS_ACCESS_KEY_ID\t=\tAKIDEXAMPLE # old\n"
        "aws_Secret_Access_Key = s ; a comment\n",
        "[default]\n  aws_access_key_id = AKIDEXAMPLE\n  aws_secret_access_key = s\n",
        "[default]\n" PAIR("AKIDEXAMPLE", "s") "s3 =\n  aws_access_key_id = AKIDNESTED\n",
        "aws_access_key_id = AKIDNOWHERE\n[default]\n" PAIR("AKIDFIRST", "t")
            PAIR("AKIDEXAMPLE", "s"),
        "[default]\n" PAIR("AKIDFIRST", "t") "[other]\n" PAIR("AKIDOTHER", "o") "[default]\n" PAIR(
            "AKIDEXAMPLE", "s"),
        "[default\naws_access_key_id = AKIDBROKEN\n[default]\nno equals sign\n" PAIR("AKIDEXAMPLE",
                                                                                     "s"),
        "[profile default]\n" PAIR("AKIDWRONG", "w") "[default]\n" PAIR("AKIDEXAMPLE", "s"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct backend_host host;
        begin(&host, NULL, NULL, files[i]);
        assert_keys(&host, "key AKIDEXAMPLE s - from ~/.aws/credentials, profile default");
        host_finish(&host);
    }
}

static void test_a_secret_may_have_any_sign_of_its_own(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, NULL, NULL,
          "[default]\naws_access_key_id = A\naws_secret_access_key = a=b#c;d/+\n");
    assert_keys(&host, "key A a=b#c;d/+ - from");
    host_finish(&host);
}

static void test_the_config_file_has_its_own_way_to_name_profiles(void **state)
{
    static const char config[] = "[default]\n" PAIR("AKIDDEFAULT", "d") "[profile work]\n" PAIR(
        "AKIDWORK", "w") "[profile 'my own']\n" PAIR("AKIDOWN", "o") "[bare]\n" PAIR("AKIDBARE",
                                                                                     "b");
    static const struct {
        const char *profile;
        const char *keys;
    } cases[] = {
        {"default", "key AKIDDEFAULT d - from ~/.aws/config, profile default"},
        {"work", "key AKIDWORK w"},
        {"my own", "key AKIDOWN o - from ~/.aws/config, profile my own"},
    };
    struct backend_host host;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&host, cases[i].profile, config, NULL);
        assert_keys(&host, cases[i].keys);
        host_finish(&host);
    }
    begin(&host, "bare", config, NULL);
    assert_failed(&host, AW_E_UNAUTHENTICATED, "there is no profile `bare`");
    host_finish(&host);
}

static void test_profile_default_counts_for_default(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, NULL,
          "[profile default]\n" PAIR("AKIDLONG", "l") "[default]\n" PAIR("AKIDSHORT", "s"), NULL);
    assert_keys(&host, "key AKIDLONG l");
    host_finish(&host);
}

static void test_the_credentials_file_comes_before_the_config_file(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, "work", "[profile work]\n" PAIR("AKIDCONFIG", "c"),
          "[work]\n" PAIR("AKIDCRED", "d"));
    assert_keys(&host, "key AKIDCRED d");
    host_finish(&host);
}

static void test_half_a_pair_in_a_profile_is_a_mistake(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, "work", "[profile work]\n" PAIR("AKIDCONFIG", "c"),
          "[work]\naws_secret_access_key = half-secret\n");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "profile `work` has only one of aws_access_key_id");
    assert_lacks(host.error.message, "half-secret");
    host_finish(&host);
}

static void test_other_files_may_be_named(void **state)
{
    static const aw_header variables[] = {{"AWS_CONFIG_FILE", "/etc/aws/config"},
                                          {"AWS_SHARED_CREDENTIALS_FILE", "/etc/aws/keys"},
                                          {"AWS_PROFILE", "work"},
                                          {0}};
    static const aw_header files[] = {{CREDENTIALS, "[work]\n" PAIR("AKIDHOME", "h")},
                                      {"/etc/aws/config", "[profile work]\nregion = eu-west-1\n"},
                                      {"/etc/aws/keys", "[work]\n" PAIR("AKIDETC", "e")},
                                      {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables, .files = files});
    assert_keys(&host, "key AKIDETC e - from /etc/aws/keys, profile work");
    host_finish(&host);
}

static void test_a_file_that_cannot_be_read_is_named_when_it_was_needed(void **state)
{
    static const aw_header files[] = {{CONFIG, "[default]\n" PAIR("AKIDCONFIG", "c")}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.file_code = AW_E_DENIED});
    assert_failed(&host, AW_E_UNAUTHENTICATED,
                  "there is no profile `default`; ~/.aws/credentials cannot be read");
    host_finish(&host);
    chain_begin(&host, &(struct host_world){.file_code = AW_E_DENIED, .files = files});
    assert_keys(&host, "key AKIDCONFIG");
    host_finish(&host);
}

/* ---- roles ---- */

#define BASE "[base]\n" PAIR("AKIDBASE", "base-secret")

static void test_a_role_is_assumed_with_the_keys_of_its_source(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, "work",
          "[profile work]\nrole_arn = " ARN(
              "work") "\nsource_profile = base\nexternal_id = 7&8\n"
                      "duration_seconds = 1800\nrole_session_name = me\n",
          BASE);
    assert_string_equal(host_last(&host)->line, "POST https://sts.us-east-1.amazonaws.com/");
    assert_string_equal(host_last(&host)->body,
                        "Action=AssumeRole&Version=2011-06-15"
                        "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fwork"
                        "&RoleSessionName=me&ExternalId=7%268&DurationSeconds=1800");
    host_answer(&host, 200, ROLE_KEYS("AssumeRole", "ASIAWORK"));
    assert_keys(&host, "key ASIAWORK role-secret role-token from role " ARN(
                           "work") " by "
                                   "~/.aws/credentials, profile base");
    assert_keys(&host, ONE_HOUR_ON);
    host_finish(&host);
}

static void test_roles_form_a_chain(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, "outer",
          "[profile outer]\nrole_arn = " ARN("outer") "\nsource_profile = inner\n"
                                                      "[profile inner]\nrole_arn = " ARN(
                                                          "inner") "\nsource_profile = base\n",
          BASE);
    assert_contains(host_last(&host)->body, "role%2Finner&RoleSessionName=archway");
    host_answer(&host, 200, ROLE_KEYS("AssumeRole", "ASIAINNER"));
    assert_contains(host_last(&host)->body, "role%2Fouter");
    host_answer(&host, 200, ROLE_KEYS("AssumeRole", "ASIAOUTER"));
    assert_keys(&host,
                "key ASIAOUTER role-secret role-token from role " ARN("outer") " by role " ARN(
                    "inner") " by ~/.aws/credentials, profile base");
    host_finish(&host);
}

static void test_a_source_with_keys_lends_them_and_not_its_role(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, "work",
          "[profile work]\nrole_arn = " ARN("work") "\nsource_profile = base\n"
                                                    "[profile base]\nrole_arn = " ARN(
                                                        "base") "\nsource_profile = base\n",
          BASE);
    assert_contains(host_last(&host)->body, "role%2Fwork");
    host_answer(&host, 200, ROLE_KEYS("AssumeRole", "ASIAWORK"));
    assert_keys(&host, "key ASIAWORK");
    host_finish(&host);
}

static void test_a_profile_may_be_its_own_source(void **state)
{
    struct backend_host host;
    (void)state;
    begin(&host, "base", "[profile base]\nrole_arn = " ARN("base") "\nsource_profile = base\n",
          BASE);
    assert_contains(host_last(&host)->body, "role%2Fbase");
    host_answer(&host, 200, ROLE_KEYS("AssumeRole", "ASIABASE"));
    assert_keys(&host, "key ASIABASE");
    host_finish(&host);
}

static void test_a_role_may_name_another_source(void **state)
{
    static const aw_header variables[] = {
        {"AWS_PROFILE", "work"}, {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/1"}, {0}};
    static const struct {
        const char *source;
        const char *line;
    } cases[] = {
        {"EcsContainer", "GET http://169.254.170.2/v2/1"},
        {"Ec2InstanceMetadata", "PUT http://169.254.169.254/latest/api/token"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char config[256];
        struct backend_host host;
        snprintf(config, sizeof config, "[profile work]\nrole_arn = r\ncredential_source = %s\n",
                 cases[i].source);
        const aw_header files[] = {{CONFIG, config}, {0}};
        chain_begin(&host, &(struct host_world){.variables = variables, .files = files});
        assert_string_equal(host_last(&host)->line, cases[i].line);
        host_finish(&host);
    }
}

static void test_the_environment_can_be_the_source_of_a_role(void **state)
{
    static const char *const name[] = {"work"};
    static const aw_setting items[] = {{"profile", name, 1}};
    static const aw_settings settings = {.size = sizeof settings, .count = 1, .items = items};
    static const aw_header variables[] = {
        {"AWS_ACCESS_KEY_ID", KEY_ID}, {"AWS_SECRET_ACCESS_KEY", SECRET}, {0}};
    static const aw_header files[] = {
        {CONFIG, "[profile work]\nrole_arn = " ARN("work") "\ncredential_source = Environment\n"},
        {0}};
    struct backend_host host;
    (void)state;
    chain_begin(
        &host, &(struct host_world){.variables = variables, .files = files, .settings = &settings});
    host_answer(&host, 200, ROLE_KEYS("AssumeRole", "ASIAWORK"));
    assert_keys(&host, "by environment AWS_ACCESS_KEY_ID");
    host_finish(&host);
}

static void test_a_profile_that_leads_nowhere_says_where_it_ends(void **state)
{
#define ROLE(name, rest) "[profile " name "]\nrole_arn = r\n" rest "\n"
    static const struct {
        const char *config;
        const char *problem;
    } cases[] = {
        {ROLE("a", "source_profile = b"), "there is no profile `b`"},
        {ROLE("a", "source_profile = b") ROLE("b", "source_profile = a"),
         "profile `a` leads back to itself"},
        {ROLE("a", "source_profile = b") ROLE("b", "source_profile = c")
             ROLE("c", "source_profile = b"),
         "profile `b` leads back to itself"},
        {ROLE("a", "source_profile = a"), "there are no credentials in profile `a`"},
        {ROLE("a", ""), "must have one of source_profile and credential_source"},
        {ROLE("a", "source_profile = b\ncredential_source = Environment"),
         "must have one of source_profile and credential_source"},
        {ROLE("a", "credential_source = Moon"),
         "`Moon` is none of Environment, Ec2InstanceMetadata"},
        {ROLE("a", "credential_source = Environment"), "AWS_ACCESS_KEY_ID is not set"},
        {ROLE("a", "credential_source = EcsContainer"),
         "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is not set"},
        {ROLE("a", "source_profile = b\nmfa_serial = m"), "wants a code of an MFA device"},
        {ROLE("a", "source_profile = b") ROLE("b", "source_profile = c")
             ROLE("c", "source_profile = d") ROLE("d", "source_profile = e")
                 ROLE("e", "source_profile = f") ROLE("f", "source_profile = g"),
         "profile `a` leads to more than 5 roles"},
        {"[profile a]\nregion = eu-west-1\n", "there are no credentials in profile `a`"},
        {"[profile a]\nweb_identity_token_file = /t\n",
         "has a web_identity_token_file and no role_arn"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        begin(&host, "a", cases[i].config, NULL);
        assert_failed(&host, AW_E_UNAUTHENTICATED, cases[i].problem);
        assert_int_equal(host_waiting(&host), 0);
        host_finish(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_is_read_as_the_sdks_read_it),
        cmocka_unit_test(test_a_secret_may_have_any_sign_of_its_own),
        cmocka_unit_test(test_the_config_file_has_its_own_way_to_name_profiles),
        cmocka_unit_test(test_profile_default_counts_for_default),
        cmocka_unit_test(test_the_credentials_file_comes_before_the_config_file),
        cmocka_unit_test(test_half_a_pair_in_a_profile_is_a_mistake),
        cmocka_unit_test(test_other_files_may_be_named),
        cmocka_unit_test(test_a_file_that_cannot_be_read_is_named_when_it_was_needed),
        cmocka_unit_test(test_a_role_is_assumed_with_the_keys_of_its_source),
        cmocka_unit_test(test_roles_form_a_chain),
        cmocka_unit_test(test_a_source_with_keys_lends_them_and_not_its_role),
        cmocka_unit_test(test_a_profile_may_be_its_own_source),
        cmocka_unit_test(test_a_role_may_name_another_source),
        cmocka_unit_test(test_the_environment_can_be_the_source_of_a_role),
        cmocka_unit_test(test_a_profile_that_leads_nowhere_says_where_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
