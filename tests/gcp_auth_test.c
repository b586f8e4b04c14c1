/* SPDX-License-Identifier: Apache-2.0 */
/* Application Default Credentials: where they are looked for, and how accounts and users ask for a token. */
#include "gcp_auth.h"
#include "gcp_key.h"
#include "header_collector.h"

#define NOW_S 1767225600

/* ---- where ---- */

static void test_the_variable_comes_before_the_well_known_file(void **state)
{
    static const aw_header variables[] = {{"GOOGLE_APPLICATION_CREDENTIALS", "/etc/key.json"}, {0}};
    static const aw_header files[] = {{"/etc/key.json", USER}, {WELL_KNOWN, "{}"}, {0}};
    (void)state;
    begin(&(struct host_world){.variables = variables, .files = files});
    assert_asked(TO_GOOGLE);
    host_answer(&host, 200, TOKEN_ANSWER);
    assert_contains(host_results(&host),
                    "a-token from /etc/key.json, from GOOGLE_APPLICATION_CREDENTIALS");
}

static void test_a_file_that_is_named_must_be_there(void **state)
{
    static const aw_header variables[] = {{"GOOGLE_APPLICATION_CREDENTIALS", "/etc/key.json"}, {0}};
    static const aw_header files[] = {{WELL_KNOWN, USER}, {0}};
    (void)state;
    begin(&(struct host_world){.variables = variables, .files = files});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "/etc/key.json");
    assert_int_equal(host.request_count, 0);
}

static void test_gcloud_may_keep_its_files_elsewhere(void **state)
{
    static const aw_header variables[] = {{"CLOUDSDK_CONFIG", "/work/gcloud"}, {0}};
    static const aw_header files[] = {{"/work/gcloud/application_default_credentials.json", USER},
                                      {0}};
    (void)state;
    begin(&(struct host_world){.variables = variables, .files = files});
    assert_asked(TO_GOOGLE);
}

static void test_off_cloud_nobody_is_asked(void **state)
{
    static const aw_header elsewhere[] = {{"/sys/class/dmi/id/product_name", "Standard PC\n"}, {0}};
    (void)state;
    begin(&(struct host_world){.files = elsewhere});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "gcloud auth application-default login");
    assert_contains(host.error.message, WELL_KNOWN);
    assert_int_equal(host.request_count, 0);
}

static void test_on_a_machine_of_googles_its_metadata_server_is_asked_once(void **state)
{
    static const aw_header google[] = {
        {"/sys/class/dmi/id/product_name", "Google Compute Engine\n"}, {0}};
    static const aw_header flavor[] = {{"metadata-flavor", "Google"}};
    const aw_response answer = {.size = sizeof answer,
                                .status = 200,
                                .headers = flavor,
                                .header_count = 1,
                                .body = {TOKEN_ANSWER, strlen(TOKEN_ANSWER)}};
    (void)state;
    begin(&(struct host_world){.files = google});
    assert_asked("GET http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/"
                 "token");
    assert_contains(host_last(&host)->headers, "metadata-flavor: Google\n");
    assert_int_equal(host_last(&host)->max_attempts, 1);
    host_answer_with(&host, &answer);
    assert_contains(host_results(&host), "a-token from the metadata server until");
}

static void test_not_everything_is_a_metadata_server(void **state)
{
    static const aw_header variables[] = {{"GCE_METADATA_HOST", "127.0.0.1:8080"}, {0}};
    (void)state;
    begin(&(struct host_world){.variables = variables});
    assert_asked("GET http://127.0.0.1:8080/computeMetadata/v1/instance/service-accounts/default/"
                 "token");
    host_answer(&host, 200, TOKEN_ANSWER);
    assert_failed(&host, AW_E_UNAUTHENTICATED, "no metadata server of Google's");
}

/* ---- service accounts ---- */

static void assert_claims(const struct gcp_key *key, int issued_s)
{
    json_t *claims = gcp_key_claims(key, host_last(&host)->body);
    json_t *expected =
        json_pack("{s:s,s:s,s:s,s:i,s:i}", "iss", ACCOUNT_EMAIL, "scope",
                  "https://www.googleapis.com/auth/cloud-platform", "aud",
                  "https://oauth2.googleapis.com/token", "iat", issued_s, "exp", issued_s + 3600);
    assert_non_null(claims);
    assert_true(json_equal(claims, expected));
    json_decref(claims);
    json_decref(expected);
}

static void test_a_service_account_signs_an_assertion(void **state)
{
    struct gcp_key *key = gcp_key_create("RSA");
    char file[KEY_FILE_SIZE];
    (void)state;
    gcp_key_file(key, NULL, file);
    begin_file(file);
    assert_asked(TO_GOOGLE);
    assert_int_equal(host_last(&host)->flags, AW_REQUEST_UNSIGNED | AW_REQUEST_REPEATABLE);
    assert_claims(key, NOW_S);
    host_answer(&host, 200, "{\"access_token\":\"a-token\",\"expires_in\":\"3599\"}");
    assert_contains(host_results(&host), "a-token from " WELL_KNOWN " until 1767229199000");
    gcp_key_destroy(key);
}

static void test_a_wrong_clock_makes_another_assertion_once(void **state)
{
    static const char skewed[] =
        "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid JWT: Token must be a "
        "short-lived token (60 minutes) and in a reasonable timeframe.\"}";
    struct gcp_key *key = gcp_key_create("RSA");
    char file[KEY_FILE_SIZE];
    (void)state;
    gcp_key_file(key, NULL, file);
    begin_file(file);
    host.now_ms += 86400000; /* core has learnt it */
    host_answer(&host, 400, skewed);
    assert_asked(TO_GOOGLE);
    assert_claims(key, NOW_S + 86400);
    host_answer(&host, 400, skewed);
    assert_failed(&host, AW_E_UNAUTHENTICATED, "reasonable timeframe");
    gcp_key_destroy(key);
}

static void test_a_key_that_is_none_is_named_and_not_shown(void **state)
{
    struct gcp_key *key = gcp_key_create("EC");
    char file[KEY_FILE_SIZE];
    (void)state;
    gcp_key_file(key, NULL, file);
    begin_file(file);
    assert_failed(&host, AW_E_UNAUTHENTICATED, "its private_key is no RSA key in PEM");
    assert_lacks(host.error.message, gcp_key_secret(key));
    gcp_key_destroy(key);
}

/* ---- users ---- */

static void test_a_user_has_a_refresh_token_and_a_quota_project(void **state)
{
    struct header_collector headers;
    aw_error error = {0};
    const aw_request request = {.size = sizeof request, .method = "GET", .url = "https://x/"};
    const aw_credentials credentials = {
        .size = sizeof credentials, .token = "a-token", .key_id = "pays-1"};
    (void)state;
    begin_file(USER);
    assert_asked(TO_GOOGLE);
    assert_string_equal(host_last(&host)->body,
                        "grant_type=refresh_token&client_id=an-id&client_secret=d-secret"
                        "&refresh_token=1%2F%2Frefresh");
    host_answer(&host, 200, TOKEN_ANSWER);
    assert_contains(host_results(&host), "pays-1");
    collector_init(&headers);
    assert_int_equal(
        vtable()->sign(host.op.state, &request, &credentials, 0, &headers.face, &error), 0);
    assert_string_equal(collected_value(&headers, "authorization"), "Bearer a-token");
    assert_string_equal(collected_value(&headers, "x-goog-user-project"), "pays-1");
}

static void test_what_the_token_endpoint_says_is_told(void **state)
{
    static const struct {
        uint32_t status;
        const char *body;
        uint32_t code;
        const char *part;
    } cases[] = {
        {400, "{\"error\":\"invalid_grant\",\"error_description\":\"expired or revoked\"}",
         AW_E_UNAUTHENTICATED,
         "expired or revoked Log in again with `gcloud auth application-default login`."},
        {401, "{\"error\":\"invalid_client\"}", AW_E_UNAUTHENTICATED, "invalid_client"},
        {503, "<html><title>busy</title></html>", AW_E_UNAVAILABLE, "busy"},
        {200, "[]", AW_E_UNAUTHENTICATED, "cannot be read"},
        {200, "{\"access_token\":\"a\\nb\",\"expires_in\":1}", AW_E_UNAUTHENTICATED,
         "characters in it"},
        {200, "{\"access_token\":\"\",\"expires_in\":1}", AW_E_UNAUTHENTICATED, "characters in it"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_file(USER);
        host_answer(&host, cases[i].status, cases[i].body);
        assert_failed(&host, cases[i].code, cases[i].part);
        assert_contains(host.error.message, "No token from " WELL_KNOWN ": ");
        assert_lacks(host.error.message, "d-secret");
        host_finish(&host);
    }
    begin(NULL);
}

static void test_files_of_no_known_kind_are_refused(void **state)
{
    static const struct {
        const char *file;
        const char *part;
    } cases[] = {
        {"{", "cannot be read"},
        {"[1]", "found an array"},
        {"{\"type\":\"gdch_service_account\"}", "`gdch_service_account` are not known"},
        {"{\"type\":\"service_account\"}", "client_email"},
        {"{\"type\":\"authorized_user\",\"quota_project_id\":\"a\\nb\"}", "its quota_project_id"},
        {"{\"type\":\"authorized_user\",\"client_id\":7}", "client_id"},
        {EXTERNAL("{}"), "names no file, url or executable"},
        {EXTERNAL("{\"environment_id\":\"aws1\"}"),
         "not supported: name a file, url or executable there"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_file(cases[i].file);
        assert_failed(&host, AW_E_UNAUTHENTICATED, cases[i].part);
        host_finish(&host);
    }
    begin(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FINISHED(test_the_variable_comes_before_the_well_known_file),
        FINISHED(test_a_file_that_is_named_must_be_there),
        FINISHED(test_gcloud_may_keep_its_files_elsewhere),
        FINISHED(test_off_cloud_nobody_is_asked),
        FINISHED(test_on_a_machine_of_googles_its_metadata_server_is_asked_once),
        FINISHED(test_not_everything_is_a_metadata_server),
        FINISHED(test_a_service_account_signs_an_assertion),
        FINISHED(test_a_wrong_clock_makes_another_assertion_once),
        FINISHED(test_a_key_that_is_none_is_named_and_not_shown),
        FINISHED(test_a_user_has_a_refresh_token_and_a_quota_project),
        FINISHED(test_what_the_token_endpoint_says_is_told),
        FINISHED(test_files_of_no_known_kind_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
