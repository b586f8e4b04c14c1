/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials of Lambda Cloud, and what its answers mean. */
#include "lambda_world.h"

#include "backends/lambda/lambda.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void authenticate(struct backend_host *host, const char *secret, const char *variable,
                         const char *file)
{
    const aw_header secrets[] = {{"api_key", secret}, {NULL, NULL}};
    const aw_header variables[] = {{"LAMBDA_API_KEY", variable}, {NULL, NULL}};
    const aw_header files[] = {{"~/.lambda_cloud/lambda_keys", file}, {NULL, NULL}};
    host_begin(host);
    host->world.secrets = secrets;
    host->world.variables = variables;
    host->world.files = files;
    vtable()->authenticate(&host->op);
}

static void test_the_key_is_looked_for_in_three_places(void **state)
{
    struct backend_host *host = *state;
    authenticate(host, " abc ", "def", "api_key = ghi\n");
    assert_string_equal(host_results(host), "key abc from option api_key of the configuration\n");
    authenticate(host, NULL, "def\n", "api_key = ghi\n");
    assert_string_equal(host_results(host), "key def from environment LAMBDA_API_KEY\n");
    authenticate(host, NULL, "  ", "# mine\nother = 1\n  api_key=ghi \r\n");
    assert_string_equal(host_results(host), "key ghi from file ~/.lambda_cloud/lambda_keys\n");
}

static void test_without_a_key_the_error_names_the_places(void **state)
{
    struct backend_host *host = *state;
    authenticate(host, NULL, NULL, NULL);
    assert_failed(host, AW_E_UNAUTHENTICATED, "`api_key`");
    assert_contains(host->error.message, "LAMBDA_API_KEY");
    assert_contains(host->error.message, "~/.lambda_cloud/lambda_keys (there is none)");
    authenticate(host, NULL, NULL, "api_keys = x\napi_key\n");
    assert_failed(host, AW_E_UNAUTHENTICATED, "it has no such line");
    host->world.file_code = AW_E_DENIED;
    authenticate(host, NULL, NULL, NULL);
    assert_failed(host, AW_E_UNAUTHENTICATED, "(~/.lambda_cloud/lambda_keys cannot be read)");
}

static void test_a_key_that_would_break_the_header_is_refused_and_not_shown(void **state)
{
    struct backend_host *host = *state;
    authenticate(host, NULL, "abc\r\nx-evil: 1", NULL);
    assert_failed(host, AW_E_UNAUTHENTICATED, "environment LAMBDA_API_KEY");
    assert_lacks(host->error.message, "evil");
    assert_string_equal(host_results(host), "");
}

static void sink_add(aw_header_sink *sink, const char *name, const char *value, size_t value_size,
                     int32_t secret)
{
    (void)sink;
    assert_string_equal(name, "authorization");
    assert_int_equal(value_size, strlen("Bearer abc"));
    assert_memory_equal(value, "Bearer abc", value_size);
    assert_int_equal(secret, 1);
}

static void test_requests_carry_the_key_as_a_secret(void **state)
{
    struct backend_host *host = *state;
    aw_header_sink sink = {.size = sizeof sink, .add = sink_add};
    aw_request request = {.size = sizeof request, .name = "x", .method = "GET", .url = "https://x"};
    aw_credentials credentials = {.size = sizeof credentials, .token = "abc"};
    aw_error error = {.size = sizeof error};
    assert_int_equal(vtable()->sign(host->op.state, &request, &credentials, 0, &sink, &error), 0);
    credentials.token = "";
    assert_int_equal(vtable()->sign(host->op.state, &request, &credentials, 0, &sink, &error), -1);
    assert_int_equal(error.code, AW_E_UNAUTHENTICATED);
}

static aw_error classified(const char *name, uint32_t status, const char *body,
                           const aw_header *headers, uint64_t header_count)
{
    aw_request request = {
        .size = sizeof request, .name = name, .method = "POST", .url = "https://x"};
    aw_response answer = {.size = sizeof answer,
                          .status = status,
                          .headers = headers,
                          .header_count = header_count,
                          .body = {body, strlen(body)}};
    aw_error error = {.size = sizeof error};
    vtable()->classify(NULL, &request, &answer, &error);
    return error;
}

static void test_every_code_of_the_api_has_its_meaning(void **state)
{
    static const struct {
        uint32_t status;
        const char *code;
        uint32_t meaning;
        uint32_t retry;
    } cases[] = {
        {401, "global/invalid-api-key", AW_E_UNAUTHENTICATED, AW_RETRY_NEVER},
        {403, "global/account-inactive", AW_E_DENIED, AW_RETRY_NEVER},
        {403, "global/invalid-address", AW_E_DENIED, AW_RETRY_NEVER},
        {400, "global/invalid-parameters", AW_E_INVALID, AW_RETRY_NEVER},
        {404, "global/object-does-not-exist", AW_E_NOT_FOUND, AW_RETRY_NEVER},
        {400, "global/object-does-not-exist", AW_E_NOT_FOUND, AW_RETRY_NEVER},
        {400, "global/duplicate", AW_E_CONFLICT, AW_RETRY_NEVER},
        {400, "global/quota-exceeded", AW_E_QUOTA, AW_RETRY_NEVER},
        {429, "global/too-many-requests", AW_E_THROTTLED, AW_RETRY_SAFE},
        {409, "global/internal-error", AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN},
        {503, "provider/internal-unavailable", AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN},
        {400, "instance-operations/launch/insufficient-capacity", AW_E_NO_CAPACITY, AW_RETRY_NEVER},
        {400, "instance-operations/launch/file-system-in-wrong-region", AW_E_INVALID,
         AW_RETRY_NEVER},
        {400, "filesystems/filesystem-in-use", AW_E_CONFLICT, AW_RETRY_NEVER},
        {400, "firewall-rulesets/firewall-ruleset-in-use", AW_E_CONFLICT, AW_RETRY_NEVER},
        {400, "global/new-code", AW_E_INVALID, AW_RETRY_NEVER},
        {404, "global/new-code", AW_E_NOT_FOUND, AW_RETRY_NEVER},
        {429, "global/new-code", AW_E_THROTTLED, AW_RETRY_SAFE},
        {500, "global/new-code", AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[256];
        snprintf(body, sizeof body, REFUSAL("%s", "No."), cases[i].code);
        aw_error error = classified("instances", cases[i].status, body, NULL, 0);
        assert_int_equal(error.code, cases[i].meaning);
        assert_int_equal(error.retry, cases[i].retry);
        assert_int_equal(error.http_status, cases[i].status);
        assert_string_equal(error.provider_code, cases[i].code);
        assert_string_equal(error.message, "No.");
    }
}

static void test_answers_that_are_not_the_apis_go_by_their_status(void **state)
{
    static const struct {
        uint32_t status;
        uint32_t meaning;
    } cases[] = {
        {301, AW_E_PROTOCOL},        {308, AW_E_PROTOCOL},    {400, AW_E_INVALID},
        {401, AW_E_UNAUTHENTICATED}, {403, AW_E_DENIED},      {404, AW_E_PROTOCOL},
        {429, AW_E_THROTTLED},       {500, AW_E_UNAVAILABLE}, {502, AW_E_UNAVAILABLE},
        {503, AW_E_UNAVAILABLE},     {522, AW_E_UNAVAILABLE}, {999, AW_E_PROTOCOL},
    };
    static const char *const bodies[] = {"<html><title>Oops</title></html>",
                                         "",
                                         "{}",
                                         "{\"error\":7}",
                                         "{\"error\":{\"code\":[]}}",
                                         "\xff\xfe",
                                         "{\"error\":{\"co"};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t j = 0; j < sizeof bodies / sizeof bodies[0]; j++) {
            aw_error error = classified("launch", cases[i].status, bodies[j], NULL, 0);
            assert_int_equal(error.code, cases[i].meaning);
            assert_true(*error.message);
        }
    }
    assert_int_equal(classified("launch", 200, "<html>", NULL, 0).code, AW_OK);
}

static void test_advice_follows_the_message(void **state)
{
    (void)state;
    aw_error error =
        classified("launch", 400,
                   "{\"error\":{\"code\":\"global/quota-exceeded\",\"message\":\"Quota "
                   "exceeded\",\"suggestion\":\"Contact Support.\"}}",
                   NULL, 0);
    assert_string_equal(error.message, "Quota exceeded. Contact Support.");
}

static void test_a_redirect_says_where_to_and_what_to_set(void **state)
{
    static const aw_header headers[] = {{"location", "https://cloud.lambda.ai/api/v1/instances"}};
    (void)state;
    aw_error error = classified("instances", 301, "", headers, 1);
    assert_contains(error.message, "https://cloud.lambda.ai/api/v1/instances");
    assert_contains(error.message, "`endpoint:`");
}

static void test_throttled_requests_wait_as_long_as_they_are_told(void **state)
{
    static const aw_header seconds[] = {{"retry-after", "17"}, {"cf-ray", "8a1-FRA"}};
    static const aw_header date[] = {{"retry-after", "Fri, 01 May 2026 12:00:00 GMT"}};
    static const aw_header huge[] = {{"retry-after", "99999999999999999999999"},
                                     {"x-request-id", "r-1"}};
    (void)state;
    assert_int_equal(classified("instances", 429, "", seconds, 2).retry_after_ms, 17000);
    assert_string_equal(classified("instances", 429, "", seconds, 2).request_id, "8a1-FRA");
    assert_int_equal(classified("instances", 429, "", date, 1).retry_after_ms, 1000);
    assert_int_equal(classified("launch", 429, "", NULL, 0).retry_after_ms, 12000);
    assert_int_equal(classified("instances", 429, "", huge, 2).retry_after_ms, 86400000);
    assert_string_equal(classified("instances", 429, "", huge, 2).request_id, "r-1");
    assert_int_equal(classified("instances", 503, "", NULL, 0).retry_after_ms, 0);
}

static void test_a_key_that_was_refused_is_looked_for_again(void **state)
{
    (void)state;
    assert_int_equal(classified("instances", 401, "", NULL, 0).remedy, AW_REMEDY_CREDENTIALS);
}

static void test_requests_go_to_the_endpoint_of_the_configuration(void **state)
{
    struct backend_host host;
    (void)state;
    const char *const values[] = {"http://127.0.0.1:8080/api/v1/"};
    const aw_setting items[] = {{"endpoint", values, 1}};
    const aw_settings settings = {.size = sizeof settings, .count = 1, .items = items};
    host_init(&host, &(struct host_world){.settings = &settings});
    aw_list wish = {.size = sizeof wish};
    vtable()->list(&host.op, &wish);
    assert_string_equal(host_last(&host)->line, "GET http://127.0.0.1:8080/api/v1/instances");
    host_finish(&host);
}

static void test_the_entry_declares_what_lambda_has(void **state)
{
    (void)state;
    const aw_backend_entry *entry = &archway_backend_v1;
    assert_string_equal(entry->provider, "lambda");
    assert_int_equal(entry->capabilities, AW_CAP_IMAGE | AW_CAP_USER_DATA | AW_CAP_WHOLE_LISTING);
    assert_string_equal(entry->limits[1].request, "launch");
    assert_int_equal(entry->limits[1].period_ms, 12000);
    assert_null(entry->vtable->extension(NULL, "quotas/1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_the_key_is_looked_for_in_three_places),
        HOSTED(test_without_a_key_the_error_names_the_places),
        HOSTED(test_a_key_that_would_break_the_header_is_refused_and_not_shown),
        HOSTED(test_requests_carry_the_key_as_a_secret),
        cmocka_unit_test(test_every_code_of_the_api_has_its_meaning),
        cmocka_unit_test(test_answers_that_are_not_the_apis_go_by_their_status),
        cmocka_unit_test(test_advice_follows_the_message),
        cmocka_unit_test(test_a_redirect_says_where_to_and_what_to_set),
        cmocka_unit_test(test_throttled_requests_wait_as_long_as_they_are_told),
        cmocka_unit_test(test_a_key_that_was_refused_is_looked_for_again),
        cmocka_unit_test(test_requests_go_to_the_endpoint_of_the_configuration),
        cmocka_unit_test(test_the_entry_declares_what_lambda_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
