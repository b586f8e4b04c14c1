/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens of other identity providers, and of other accounts, exchanged for Google's. */
#include "gcp_auth.h"

static void test_a_token_from_a_file_is_exchanged(void **state)
{
    static const aw_header files[] = {
        {WELL_KNOWN, EXTERNAL("{\"file\":\"/run/token\"}")}, {"/run/token", "subject+1\n"}, {0}};
    (void)state;
    begin(&(struct host_world){.files = files});
    assert_asked("POST https://sts.googleapis.com/v1/token");
    assert_string_equal(
        host_last(&host)->body,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange"
        "&audience=%2F%2Fiam.googleapis.com%2Fpool"
        "&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform"
        "&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
        "&subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
        "&subject_token=subject%2B1");
    host_answer(&host, 200, TOKEN_ANSWER);
    assert_contains(host_results(&host), "a-token from " WELL_KNOWN);
}

static void test_a_token_from_a_url_is_exchanged_and_that_for_an_accounts(void **state)
{
    static const char file[] =
        "{\"type\":\"external_account\",\"audience\":\"a\",\"subject_token_type\":\"t\","
        "\"service_account_impersonation_url\":\"" ACCOUNT_URL "\",\"credential_source\":"
        "{\"url\":\"http://127.0.0.1/identity\",\"headers\":{\"Metadata\":\"True\"},"
        "\"format\":{\"type\":\"json\",\"subject_token_field_name\":\"access_token\"}}}";
    (void)state;
    begin_file(file);
    assert_asked("GET http://127.0.0.1/identity");
    assert_contains(host_last(&host)->headers, "Metadata: True\n");
    host_answer(&host, 200, "{\"access_token\":\"subject\"}");
    assert_asked("POST https://sts.googleapis.com/v1/token");
    host_answer(&host, 200, TOKEN_ANSWER);
    assert_asked("POST " ACCOUNT_URL);
    assert_contains(host_last(&host)->headers, "authorization: Bearer a-token\n");
    assert_string_equal(host_last(&host)->body,
                        "{\"scope\":[\"https://www.googleapis.com/auth/cloud-platform\"],"
                        "\"lifetime\":\"3600s\"}");
    host_answer(&host, 200, "{\"accessToken\":\"theirs\",\"expireTime\":\"2026-01-01T01:00:00Z\"}");
    assert_contains(host_results(&host), "theirs from " WELL_KNOWN " until 1767229200000");
}

static void begin_program(const char *opt_in)
{
    const aw_header variables[] = {{"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", opt_in}, {0}};
    static const aw_header files[] = {
        {WELL_KNOWN, EXTERNAL("{\"executable\":{\"command\":\"/opt/identity --for  google\"}}")},
        {0}};
    begin(&(struct host_world){.variables = opt_in ? variables : NULL, .files = files});
}

static void test_a_program_is_run_only_when_that_is_wanted(void **state)
{
    static const char *const answers[] = {NULL, "", "0", "true"};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        begin_program(answers[i]);
        assert_failed(&host, AW_E_UNAUTHENTICATED, "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES");
        assert_int_equal(host.program_count, 0);
        host_finish(&host);
    }
    begin_program("1");
    assert_int_equal(host.program_count, 1);
    assert_string_equal(host.programs[0].line, "/opt/identity --for google");
    host_exit(&host, 0, "{\"version\":1,\"success\":true,\"id_token\":\"subject\"}", "");
    assert_asked("POST https://sts.googleapis.com/v1/token");
    assert_contains(host_last(&host)->body, "&subject_token=subject");
}

static void test_a_program_that_gives_no_token_says_why(void **state)
{
    static const struct {
        int32_t status;
        const char *output;
        const char *part;
    } cases[] = {
        {0, "{\"version\":1,\"success\":false,\"code\":\"401\",\"message\":\"log in\"}", "log in"},
        {1, "", "ended with status 1"},
        {0, "not JSON", "cannot be read"},
        {0, "{\"success\":true}", "gave no token"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_program("1");
        host_exit(&host, cases[i].status, cases[i].output, "");
        assert_failed(&host, AW_E_UNAUTHENTICATED, cases[i].part);
        host_finish(&host);
    }
    begin(NULL);
}

static void test_an_account_may_be_impersonated(void **state)
{
    static const char file[] =
        "{\"type\":\"impersonated_service_account\",\"service_account_impersonation_url\":"
        "\"" ACCOUNT_URL "\",\"source_credentials\":" USER "}";
    (void)state;
    begin_file(file);
    assert_asked(TO_GOOGLE);
    host_answer(&host, 200, TOKEN_ANSWER);
    assert_asked("POST " ACCOUNT_URL);
    host_answer(&host, 403,
                "{\"error\":{\"code\":403,\"message\":\"Permission "
                "'iam.serviceAccounts.getAccessToken' denied\",\"status\":\"PERMISSION_DENIED\"}}");
    assert_failed(&host, AW_E_DENIED, "'iam.serviceAccounts.getAccessToken' denied");
    assert_lacks(host.error.message, "a-token");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FINISHED(test_a_token_from_a_file_is_exchanged),
        FINISHED(test_a_token_from_a_url_is_exchanged_and_that_for_an_accounts),
        FINISHED(test_a_program_is_run_only_when_that_is_wanted),
        FINISHED(test_a_program_that_gives_no_token_says_why),
        FINISHED(test_an_account_may_be_impersonated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
