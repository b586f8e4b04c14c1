/* SPDX-License-Identifier: Apache-2.0 */
/* AWS credentials that somebody has to be asked for: the token service, a single sign-on, a program. */
#include "aws_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ARN "arn:aws:iam::123456789012:role/pod"
#define WEB_IDENTITY "AssumeRoleWithWebIdentity"
#define STS_ERROR(code, message)                                                                   \
    "<ErrorResponse "                                                                              \
    "xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"               \
    "<Code>" code "</Code><Message>" message                                                       \
    "</Message></Error><RequestId>b48f</RequestId></ErrorResponse>"

/* ---- roles ---- */

static void begin_role(struct backend_host *host)
{
    static const aw_header variables[] = {{"AWS_PROFILE", "work"}, {0}};
    static const aw_header files[] = {
        {CONFIG, "[profile work]\nrole_arn = " ARN "\nsource_profile = base\n"},
        {CREDENTIALS, "[base]\n" PAIR("AKIDBASE", "base-secret")},
        {0}};
    chain_begin(host, &(struct host_world){.variables = variables, .files = files});
}

static void test_a_role_that_is_refused_says_why(void **state)
{
    static const struct {
        uint32_t status;
        const char *body;
        uint32_t code;
        const char *problem;
    } cases[] = {
        {403, STS_ERROR("AccessDenied", "User: me is not authorized to perform: sts:AssumeRole"),
         AW_E_DENIED, "role " ARN ": User: me is not authorized"},
        {403, STS_ERROR("InvalidClientTokenId", "The security token included is invalid."),
         AW_E_UNAUTHENTICATED, "The security token included is invalid."},
        {503, STS_ERROR("ServiceUnavailable", "Later."), AW_E_UNAVAILABLE, "Later"},
        {400, STS_ERROR("Throttling", "Rate exceeded"), AW_E_THROTTLED, "Rate exceeded"},
        {200, "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>", AW_E_UNAUTHENTICATED,
         "AssumeRoleResult.Credentials: expected an element"},
        {200, "{}", AW_E_UNAUTHENTICATED, "expected XML, found JSON"},
        {200, "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>", AW_E_UNAUTHENTICATED, "role " ARN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        begin_role(&host);
        host_answer(&host, cases[i].status, cases[i].body);
        assert_failed(&host, cases[i].code, cases[i].problem);
        assert_failed(&host, cases[i].code, "environment: AWS_ACCESS_KEY_ID is not set");
        assert_lacks(host.error.message, "base-secret");
        assert_int_not_equal(host.error.retry, AW_RETRY_UNKNOWN);
        host_finish(&host);
    }
}

static void test_a_role_whose_answer_is_lost_made_nothing(void **state)
{
    struct backend_host host;
    (void)state;
    begin_role(&host);
    assert_int_equal(host_last(&host)->flags, AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED);
    host_lose(&host);
    assert_failed(&host, AW_E_UNAVAILABLE, "the connection broke");
    assert_int_equal(host.error.retry, AW_RETRY_SAFE);
    host_finish(&host);
}

static void test_when_role_keys_end_must_be_said(void **state)
{
    struct backend_host host;
    (void)state;
    begin_role(&host);
    host_answer(&host, 200,
                "<R><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId><SecretAccessKey>"
                "a-secret</SecretAccessKey><SessionToken>t</SessionToken><Expiration>later"
                "</Expiration></Credentials></AssumeRoleResult></R>");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "when the keys end is no time: \"later\"");
    assert_lacks(host.error.message, "a-secret");
    host_finish(&host);
}

/* ---- web identity ---- */

static void test_a_web_identity_becomes_a_role_without_a_signature(void **state)
{
    static const aw_header variables[] = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/token"},
                                          {"AWS_ROLE_ARN", ARN},
                                          {"AWS_ROLE_SESSION_NAME", "pod-1"},
                                          {"AWS_REGION", "eu-west-1"},
                                          {0}};
    static const aw_header files[] = {{"/var/run/token", "ey.J+.x\n"}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables, .files = files});
    assert_string_equal(host_last(&host)->line, "POST https://sts.eu-west-1.amazonaws.com/");
    assert_string_equal(host_last(&host)->body,
                        "Action=" WEB_IDENTITY "&Version=2011-06-15"
                        "&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fpod"
                        "&RoleSessionName=pod-1&WebIdentityToken=ey.J%2B.x");
    assert_true(host_last(&host)->flags & AW_REQUEST_UNSIGNED);
    host_answer(&host, 200, ROLE_KEYS(WEB_IDENTITY, "ASIAPOD"));
    assert_keys(&host, "key ASIAPOD role-secret role-token from role " ARN " by /var/run/token");
    assert_keys(&host, "container, instance metadata not asked");
    host_finish(&host);
}

static void test_a_profile_may_have_a_web_identity(void **state)
{
    static const aw_header variables[] = {{"AWS_PROFILE", "pod"}, {0}};
    static const aw_header files[] = {
        {CONFIG, "[profile pod]\nrole_arn = " ARN "\nweb_identity_token_file = /t\n"},
        {"/t", "token"},
        {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables, .files = files});
    assert_contains(host_last(&host)->body, "&RoleSessionName=archway&WebIdentityToken=token");
    host_answer(&host, 400, STS_ERROR("ExpiredTokenException", "Token expired: 1 must be later"));
    assert_failed(&host, AW_E_UNAUTHENTICATED, "role " ARN ": Token expired");
    host_finish(&host);
}

static void test_a_web_identity_that_is_not_whole(void **state)
{
    static const aw_header alone[] = {{"AWS_WEB_IDENTITY_TOKEN_FILE", "/gone"}, {0}};
    static const aw_header gone[] = {
        {"AWS_WEB_IDENTITY_TOKEN_FILE", "/gone"}, {"AWS_ROLE_ARN", ARN}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = alone});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "web identity: AWS_ROLE_ARN is not set");
    host_finish(&host);
    chain_begin(&host, &(struct host_world){.variables = gone});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "role " ARN ": /gone cannot be read.");
    host_finish(&host);
}

/* ---- single sign-on ---- */

#define SESSION                                                                                    \
    "[sso-session corp]\nsso_region = eu-central-1\nsso_start_url = https://corp/start\n"
#define SSO "sso_account_id = 123456789012\nsso_role_name = Power User\n"
/* SHA-1 of "corp", and of the URL. */
#define SESSION_FILE "~/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json"
#define TOKEN(expires) "{\"accessToken\":\"sso-secret\",\"expiresAt\":\"" expires "\",\"x\":{}}"

static void begin_sso(struct backend_host *host, const char *config, const char *path,
                      const char *cache)
{
    static aw_header files[3];
    static const aw_header variables[] = {{"AWS_PROFILE", "work"}, {0}};
    memset(files, 0, sizeof files);
    files[0] = (aw_header){CONFIG, config};
    if (cache)
        files[1] = (aw_header){path, cache};
    chain_begin(host, &(struct host_world){.variables = variables, .files = files});
}

static void assert_asks_sso(struct backend_host *host)
{
    if (host->error.code)
        assert_string_equal(host->error.message, "");
    assert_string_equal(host_last(host)->line,
                        "GET https://portal.sso.eu-central-1.amazonaws.com/federation/credentials"
                        "?role_name=Power%20User&account_id=123456789012");
    assert_contains(host_last(host)->headers, "x-amz-sso_bearer_token: sso-secret\n");
    assert_true(host_last(host)->flags & AW_REQUEST_UNSIGNED);
}

static void test_a_single_sign_on_gives_keys(void **state)
{
    struct backend_host host;
    (void)state;
    begin_sso(&host, "[profile work]\nsso_session = corp\n" SSO SESSION, SESSION_FILE,
              TOKEN("2026-01-01T08:00:00Z"));
    assert_asks_sso(&host);
    host_answer(&host, 200,
                "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"s\","
                "\"sessionToken\":\"t\",\"expiration\":1767229200000}}");
    assert_keys(&host, "key ASIASSO s t from single sign-on");
    assert_keys(&host, ONE_HOUR_ON);
    host_finish(&host);
}

static void test_a_single_sign_on_may_be_written_as_it_once_was(void **state)
{
    struct backend_host host;
    (void)state;
    begin_sso(&host,
              "[profile work]\nsso_region = eu-central-1\nsso_start_url = https://corp/start\n" SSO,
              "~/.aws/sso/cache/717f6b50ccf65f10839b090b78b6ff0786091a96.json",
              TOKEN("2026-01-01T08:00:00UTC"));
    assert_asks_sso(&host);
    host_answer(&host, 401,
                "{\"message\":\"Session token not found or invalid\","
                "\"__type\":\"com.amazonaws.switchboard.portal#UnauthorizedException\"}");
    assert_failed(&host, AW_E_UNAUTHENTICATED,
                  "single sign-on: Session token not found or invalid. Run `aws sso login`.");
    assert_lacks(host.error.message, "sso-secret");
    host_finish(&host);
}

static void test_who_is_not_signed_on_is_told_how(void **state)
{
    static const struct {
        const char *config;
        const char *cache;
        const char *problem;
    } cases[] = {
        {"[profile work]\nsso_session = corp\n" SSO SESSION, NULL,
         "nobody is signed on: run `aws sso login --profile work`"},
        {"[profile work]\nsso_session = corp\n" SSO SESSION, TOKEN("2025-12-31T23:59:59Z"),
         "it has expired: run `aws sso login --profile work`"},
        {"[profile work]\nsso_session = corp\n" SSO SESSION, "{\"accessToken\":\"sso-secret\"",
         "the file of its token cannot be read: expected JSON"},
        {"[profile work]\nsso_session = corp\nsso_role_name = r\n" SESSION, NULL,
         "profile `work` or its sso-session lacks one of"},
        {"[profile work]\nsso_session = corpse\n" SSO SESSION, NULL,
         "profile `work` or its sso-session lacks one of"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        begin_sso(&host, cases[i].config, SESSION_FILE, cases[i].cache);
        assert_failed(&host, AW_E_UNAUTHENTICATED, cases[i].problem);
        assert_lacks(host.error.message, "sso-secret");
        host_finish(&host);
    }
}

/* ---- a single sign-on that has ended ---- */

#define ENDED(more)                                                                                \
    "{\"accessToken\":\"old-secret\",\"expiresAt\":\"2025-12-31T23:59:59Z\"" more "}"
#define REGISTERED ",\"clientId\":\"c\",\"clientSecret\":\"client-secret\""
#define REFRESHABLE REGISTERED ",\"refreshToken\":\"refresh-secret\""

static void begin_ended(struct backend_host *host, const char *cache)
{
    begin_sso(host, "[profile work]\nsso_session = corp\n" SSO SESSION, SESSION_FILE, cache);
}

static void test_a_single_sign_on_that_has_ended_is_renewed(void **state)
{
    struct backend_host host;
    (void)state;
    begin_ended(&host, ENDED(REFRESHABLE ",\"registrationExpiresAt\":\"2026-02-01T00:00:00Z\""));
    assert_string_equal(host_last(&host)->line,
                        "POST https://oidc.eu-central-1.amazonaws.com/token");
    assert_string_equal(host_last(&host)->body,
                        "{\"clientId\":\"c\",\"clientSecret\":\"client-secret\",\"grantType\":"
                        "\"refresh_token\",\"refreshToken\":\"refresh-secret\"}");
    assert_true(host_last(&host)->flags & AW_REQUEST_UNSIGNED);
    host_answer(&host, 200,
                "{\"accessToken\":\"sso-secret\",\"expiresIn\":28800,\"tokenType\":\"Bearer\"}");
    assert_asks_sso(&host);
    host_answer(&host, 200,
                "{\"roleCredentials\":{\"accessKeyId\":\"ASIASSO\",\"secretAccessKey\":\"s\","
                "\"sessionToken\":\"t\",\"expiration\":1767229200000}}");
    assert_keys(&host, "key ASIASSO s t from single sign-on");
    host_finish(&host);
}

static void test_what_cannot_be_renewed_wants_a_new_sign_on(void **state)
{
    static const char *const caches[] = {
        ENDED(""), ENDED(REGISTERED), ENDED(",\"refreshToken\":\"refresh-secret\""),
        ENDED(REFRESHABLE ",\"registrationExpiresAt\":\"2025-12-31T00:00:00Z\"")};
    struct backend_host host;
    (void)state;
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
        begin_ended(&host, caches[i]);
        assert_failed(&host, AW_E_UNAUTHENTICATED,
                      "it has expired: run `aws sso login --profile work`");
        host_finish(&host);
    }
    begin_ended(&host, ENDED(REFRESHABLE));
    const aw_header type = {"x-amzn-errortype", "InvalidGrantException"};
    static const char body[] =
        "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid refresh token\"}";
    host_answer_with(&host, &(aw_response){.size = sizeof(aw_response),
                                           .status = 400,
                                           .headers = &type,
                                           .header_count = 1,
                                           .body = {body, sizeof body - 1}});
    assert_failed(&host, AW_E_UNAUTHENTICATED,
                  "single sign-on: Invalid refresh token. Run `aws sso login`.");
    host_finish(&host);
    begin_ended(&host, ENDED(REFRESHABLE));
    host_answer(&host, 200, "<html>");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "single sign-on: expected JSON");
    assert_lacks(host.error.message, "secret");
    host_finish(&host);
}

static void test_an_outage_of_the_token_service_is_no_fault_of_the_sign_on(void **state)
{
    struct backend_host host;
    (void)state;
    begin_ended(&host, ENDED(REFRESHABLE));
    host_refuse(&host);
    assert_failed(&host, AW_E_UNAVAILABLE, "the connection broke");
    assert_lacks(host.error.message, "aws sso login");
    host_finish(&host);
}

static void test_a_session_that_is_for_other_tools_is_passed_over(void **state)
{
    struct backend_host host;
    (void)state;
    begin_sso(&host, "[profile work]\nsso_session = corp\n" PAIR("AKIDWORK", "w") SESSION, NULL,
              NULL);
    assert_keys(&host, "key AKIDWORK w");
    host_finish(&host);
}

/* ---- programs ---- */

static void begin_process(struct backend_host *host, const char *command)
{
    static char config[1024];
    static const aw_header files[] = {{CONFIG, config}, {0}};
    snprintf(config, sizeof config, "[default]\ncredential_process = %s\n", command);
    chain_begin(host, &(struct host_world){.files = files});
}

static void test_a_program_is_run_with_its_arguments(void **state)
{
    static const struct {
        const char *command;
        const char *line;
    } cases[] = {
        {"/opt/get-keys --for archway", "/opt/get-keys --for archway"},
        {"  \"/opt/my tools/get\"   'a  b'c ", "/opt/my tools/get a  bc"},
        {"get \"a \\\"b\\\" \\c\" d\\ e 'f\\'", "get a \"b\" \\c d e f\\"},
        {"get \"\" x", "get  x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        begin_process(&host, cases[i].command);
        assert_int_equal(host.program_count, 1);
        assert_string_equal(host.programs[0].line, cases[i].line);
        host_finish(&host);
    }
}

static void test_what_a_program_prints_are_keys(void **state)
{
    struct backend_host host;
    (void)state;
    begin_process(&host, "get");
    host_exit(&host, 0,
              "{\"Version\":1,\"AccessKeyId\":\"ASIAPROC\",\"SecretAccessKey\":\"s\","
              "\"SessionToken\":\"t\",\"Expiration\":\"2026-01-01T01:00:00Z\"}\n",
              "welcome");
    assert_keys(&host, "key ASIAPROC s t from credential_process");
    assert_keys(&host, ONE_HOUR_ON);
    host_finish(&host);
    begin_process(&host, "get");
    host_exit(&host, 0, "{\"Version\":1,\"AccessKeyId\":\"AKIDPROC\",\"SecretAccessKey\":\"s\"}",
              "");
    assert_keys(&host, "key AKIDPROC s - from credential_process");
    assert_lacks(host_results(&host), "until");
    host_finish(&host);
}

static void test_a_program_that_fails_tells_no_secret(void **state)
{
    static const struct {
        int status;
        const char *output;
        const char *problem;
    } cases[] = {
        {3, "a-secret", "get ended with status 3: run it by hand to see why"},
        {0, "a-secret", "expected JSON, found plain text"},
        {0, "{\"SecretAccessKey\":\"a-secret\"", "expected JSON"},
        {0, "{\"Version\":1,\"AccessKeyId\":{},\"SecretAccessKey\":\"a-secret\"}", "AccessKeyId:"},
        {0, "{\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"a-secret\"}", "Version:"},
        {0, "{\"Version\":2,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"a-secret\"}", "Version:"},
        {0,
         "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"a-secret\","
         "\"Expiration\":\"soon\"}",
         "when the keys end is no time"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        begin_process(&host, "get");
        host_exit(&host, cases[i].status, cases[i].output, "a-secret");
        assert_failed(&host, AW_E_UNAUTHENTICATED, cases[i].problem);
        assert_lacks(host.error.message, "a-secret");
        host_finish(&host);
    }
}

static void test_a_command_that_cannot_be_split_is_not_run(void **state)
{
    static const char *const commands[] = {"get 'a", "get \"a\\\"", "  "};
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        struct backend_host host;
        begin_process(&host, commands[i]);
        assert_int_equal(host.error.code, AW_E_UNAUTHENTICATED);
        assert_int_equal(host.program_count, 0);
        host_finish(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_role_that_is_refused_says_why),
        cmocka_unit_test(test_a_role_whose_answer_is_lost_made_nothing),
        cmocka_unit_test(test_when_role_keys_end_must_be_said),
        cmocka_unit_test(test_a_web_identity_becomes_a_role_without_a_signature),
        cmocka_unit_test(test_a_profile_may_have_a_web_identity),
        cmocka_unit_test(test_a_web_identity_that_is_not_whole),
        cmocka_unit_test(test_a_single_sign_on_gives_keys),
        cmocka_unit_test(test_a_single_sign_on_may_be_written_as_it_once_was),
        cmocka_unit_test(test_who_is_not_signed_on_is_told_how),
        cmocka_unit_test(test_a_single_sign_on_that_has_ended_is_renewed),
        cmocka_unit_test(test_what_cannot_be_renewed_wants_a_new_sign_on),
        cmocka_unit_test(test_an_outage_of_the_token_service_is_no_fault_of_the_sign_on),
        cmocka_unit_test(test_a_session_that_is_for_other_tools_is_passed_over),
        cmocka_unit_test(test_a_program_is_run_with_its_arguments),
        cmocka_unit_test(test_what_a_program_prints_are_keys),
        cmocka_unit_test(test_a_program_that_fails_tells_no_secret),
        cmocka_unit_test(test_a_command_that_cannot_be_split_is_not_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
