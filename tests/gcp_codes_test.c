/* SPDX-License-Identifier: Apache-2.0 */
/* What Google's errors mean. */
#include "gcp_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DETAILED(code, status, reason)                                                             \
    "{\"error\":{\"code\":" #code ",\"message\":\"m\",\"status\":\"" status                        \
    "\",\"details\":[{\"@type\":\"Help\",\"links\":[]},{\"@type\":\"ErrorInfo\",\"reason\":"       \
    "\"" reason "\"}]}}"

struct meaning {
    uint32_t status;
    const char *body;
    uint32_t code;
    uint32_t retry;
    uint32_t remedy;
    uint32_t scope;
};

static void test_every_error_has_its_meaning(void **state)
{
    static const struct meaning cases[] = {
        {401, GCP_ERROR(401, "authError", "m"), AW_E_UNAUTHENTICATED, AW_RETRY_NEVER,
         AW_REMEDY_CREDENTIALS, AW_SCOPE_ACCOUNT},
        {401, DETAILED(401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED"), AW_E_UNAUTHENTICATED,
         AW_RETRY_NEVER, AW_REMEDY_CREDENTIALS, AW_SCOPE_ACCOUNT},
        {400, DETAILED(400, "INVALID_ARGUMENT", "API_KEY_INVALID"), AW_E_UNAUTHENTICATED,
         AW_RETRY_NEVER, AW_REMEDY_CREDENTIALS, AW_SCOPE_ACCOUNT},
        {403, GCP_ERROR(403, "forbidden", "m"), AW_E_DENIED, AW_RETRY_NEVER, 0, AW_SCOPE_ACCOUNT},
        {403, GCP_ERROR(403, "accessNotConfigured", "m"), AW_E_DENIED, AW_RETRY_NEVER, 0,
         AW_SCOPE_ACCOUNT},
        {403, DETAILED(403, "PERMISSION_DENIED", "SERVICE_DISABLED"), AW_E_DENIED, AW_RETRY_NEVER,
         0, AW_SCOPE_ACCOUNT},
        {403, GCP_ERROR(403, "rateLimitExceeded", "m"), AW_E_THROTTLED, AW_RETRY_SAFE, 0,
         AW_SCOPE_ACCOUNT},
        {429, DETAILED(429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED"), AW_E_THROTTLED,
         AW_RETRY_SAFE, 0, AW_SCOPE_ACCOUNT},
        {403, GCP_ERROR(403, "quotaExceeded", "m"), AW_E_QUOTA, AW_RETRY_NEVER, 0, AW_SCOPE_REGION},
        {403, GCP_ERROR(403, "quotaExceeded", "Quota 'GPUS_ALL_REGIONS' exceeded."), AW_E_QUOTA,
         AW_RETRY_NEVER, 0, AW_SCOPE_ACCOUNT},
        {503, GCP_ERROR(503, "insufficientCapacity", "m"), AW_E_NO_CAPACITY, AW_RETRY_NEVER, 0,
         AW_SCOPE_ZONE},
        {503, GCP_ERROR(503, "backendError", "m"), AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN, 0,
         AW_SCOPE_UNKNOWN},
        {400, GCP_ERROR(400, "resourceNotReady", "m"), AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN, 0,
         AW_SCOPE_UNKNOWN},
        {404, GCP_ERROR(404, "notFound", "m"), AW_E_NOT_FOUND, AW_RETRY_NEVER, 0, AW_SCOPE_UNKNOWN},
        {409, GCP_ERROR(409, "alreadyExists", "m"), AW_E_CONFLICT, AW_RETRY_NEVER, 0,
         AW_SCOPE_UNKNOWN},
        {400, GCP_ERROR(400, "invalid", "m"), AW_E_INVALID, AW_RETRY_NEVER, 0, AW_SCOPE_UNKNOWN},
        {400, GCP_ERROR(400, "somethingNew", "m"), AW_E_INVALID, AW_RETRY_NEVER, 0,
         AW_SCOPE_UNKNOWN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct meaning *meaning = &cases[i];
        aw_error error = {.size = sizeof error};
        const aw_request request = {.size = sizeof request, .name = "any"};
        const aw_response answer = {.size = sizeof answer,
                                    .status = meaning->status,
                                    .body = {meaning->body, strlen(meaning->body)}};
        vtable()->classify(NULL, &request, &answer, &error);
        print_message("%s\n", meaning->body);
        assert_int_equal(error.code, meaning->code);
        assert_int_equal(error.retry, meaning->retry);
        assert_int_equal(error.remedy, meaning->remedy);
        assert_int_equal(error.scope, meaning->scope);
        assert_int_equal(error.http_status, meaning->status);
    }
}

/* Only the API itself can say that a machine is gone. */
static void test_what_is_not_the_apis_own_is_told_by_its_status(void **state)
{
    static const struct {
        uint32_t status;
        const char *body;
        uint32_t code;
    } cases[] = {
        {404, "<html><title>Error 404 (Not Found)!!1</title></html>", AW_E_PROTOCOL},
        {502, "<html><title>502 Server Error</title></html>", AW_E_UNAVAILABLE},
        {500, "", AW_E_UNAVAILABLE},
        {404, "{\"error\":[]}", AW_E_PROTOCOL},
        {404, "{\"error\":{\"message\":7}}", AW_E_PROTOCOL},
        {403, "[[[[", AW_E_DENIED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        aw_error error = {.size = sizeof error};
        const aw_request request = {.size = sizeof request, .name = "any"};
        const aw_response answer = {.size = sizeof answer,
                                    .status = cases[i].status,
                                    .body = {cases[i].body, strlen(cases[i].body)}};
        vtable()->classify(NULL, &request, &answer, &error);
        assert_int_equal(error.code, cases[i].code);
    }
}

/* ---- what an operation ended with ---- */

static void test_an_operation_says_what_became_of_the_insert(void **state)
{
    static const struct {
        const char *answer;
        uint32_t code;
        uint32_t retry;
        const char *part;
    } cases[] = {
        {FAILED("ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS", "no n1 here", 503), AW_E_NO_CAPACITY,
         AW_RETRY_NEVER, "no n1 here"},
        {FAILED("STOCKOUT", "none", 503), AW_E_NO_CAPACITY, AW_RETRY_NEVER, "none"},
        {FAILED("QUOTA_EXCEEDED", "Quota 'CPUS'", 403), AW_E_QUOTA, AW_RETRY_NEVER, "CPUS"},
        {FAILED("PERMISSIONS_ERROR", "may not", 403), AW_E_DENIED, AW_RETRY_NEVER, "may not"},
        {FAILED("INTERNAL_ERROR", "oh", 500), AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN, "oh"},
        {FAILED("SOMETHING_NEW", "what", 400), AW_E_INVALID, AW_RETRY_NEVER, "what"},
        {"{\"name\":\"operation-1\",\"status\":\"DONE\",\"error\":{}}", AW_E_UNAVAILABLE,
         AW_RETRY_UNKNOWN, "the operation failed"},
        /* Nobody knows. */
        {"{\"name\":\"operation-1\",\"status\":\"DONE\",\"error\":{\"errors\":7}}", AW_E_PROTOCOL,
         AW_RETRY_UNKNOWN, "cannot be read"},
        {"{\"name\":\"operation-1\"}", AW_E_PROTOCOL, AW_RETRY_UNKNOWN, "status"},
        {"<html>", AW_E_PROTOCOL, AW_RETRY_UNKNOWN, "cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        aw_create wish = wish_for_axion();
        wish.zone = "us-central1-a";
        launch_until_insert(&host, &wish, NULL);
        host_answer(&host, 200, OPERATION("RUNNING"));
        host_ring(&host);
        print_message("%s\n", cases[i].answer);
        host_answer(&host, 200, cases[i].answer);
        assert_failed(&host, cases[i].code, cases[i].part);
        assert_int_equal(host.error.retry, cases[i].retry);
        host_finish(&host);
    }
}

static void test_an_operation_may_be_done_at_once(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_axion();
    (void)state;
    launch_until_insert(&host, &wish, NULL);
    host_answer(&host, 200, FAILED("STOCKOUT", "none", 503));
    assert_asks(&host, "zones/us-central1-b/instances");
    host_answer(&host, 200, OPERATION("DONE"));
    assert_int_equal(host.timer_count, 1); /* the one that rang */
    assert_contains(host_results(&host), "us-central1-b");
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_error_has_its_meaning),
        cmocka_unit_test(test_what_is_not_the_apis_own_is_told_by_its_status),
        cmocka_unit_test(test_an_operation_says_what_became_of_the_insert),
        cmocka_unit_test(test_an_operation_may_be_done_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
