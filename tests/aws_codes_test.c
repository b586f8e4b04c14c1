/* SPDX-License-Identifier: Apache-2.0 */
/* What AWS's errors mean: EC2's, STS's, the JSON services', and pages that are none of theirs. */
#include "backend_host.h"

#include "backends/aws/codes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define EC2_ERROR(code, message)                                                                   \
    XML "<Response><Errors><Error><Code>" code "</Code><Message>" message                          \
        "</Message></Error></Errors><RequestID>59dbff89-35bd-4eac-99ed-be587ed81825</RequestID>"   \
        "</Response>"

static aw_error classify(const char *action, uint32_t status, const char *body,
                         const aw_header *headers, uint64_t header_count)
{
    aw_request request = {.size = sizeof request, .name = action, .method = "POST", .url = ""};
    aw_response answer = {.size = sizeof answer,
                          .status = status,
                          .headers = headers,
                          .header_count = header_count,
                          .body = {body, strlen(body)}};
    aw_error error = {.size = sizeof error};
    vtable()->classify(NULL, &request, &answer, &error);
    return error;
}

static aw_error classify_body(const char *action, uint32_t status, const char *body)
{
    return classify(action, status, body, NULL, 0);
}

static aw_error classify_code(uint32_t status, const char *code)
{
    char body[512];
    snprintf(body, sizeof body, EC2_ERROR("%s", "What EC2 says of it."), code);
    return classify_body("RunInstances", status, body);
}

struct expected {
    const char *code;
    uint32_t status;
    uint32_t meaning;
    uint32_t retry;
    uint32_t remedy;
    uint32_t scope;
};

static void assert_meanings(const struct expected *all, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        aw_error error = classify_code(all[i].status, all[i].code);
        if (error.code != all[i].meaning || error.retry != all[i].retry ||
            error.remedy != all[i].remedy || error.scope != all[i].scope)
            fail_msg("%s: code %u, retry %u, remedy %u, scope %u", all[i].code, error.code,
                     error.retry, error.remedy, error.scope);
        assert_string_equal(error.provider_code, all[i].code);
        assert_int_equal(error.http_status, all[i].status);
        assert_string_equal(error.request_id, "59dbff89-35bd-4eac-99ed-be587ed81825");
        assert_contains(error.message, "What EC2 says of it.");
    }
}

#define ASSERT_MEANINGS(...)                                                                       \
    do {                                                                                           \
        static const struct expected all[] = {__VA_ARGS__};                                        \
        assert_meanings(all, sizeof all / sizeof all[0]);                                          \
    } while (0)

#define NO_CAPACITY(code, status)                                                                  \
    {                                                                                              \
        code, status, AW_E_NO_CAPACITY, AW_RETRY_NEVER, AW_REMEDY_NONE, AW_SCOPE_ZONE              \
    }
#define QUOTA(code)                                                                                \
    {                                                                                              \
        code, 400, AW_E_QUOTA, AW_RETRY_NEVER, AW_REMEDY_NONE, AW_SCOPE_REGION                     \
    }
#define THROTTLED(code, status)                                                                    \
    {                                                                                              \
        code, status, AW_E_THROTTLED, AW_RETRY_SAFE, AW_REMEDY_NONE, AW_SCOPE_REGION               \
    }
#define UNAVAILABLE(code, status)                                                                  \
    {                                                                                              \
        code, status, AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN, AW_REMEDY_NONE, AW_SCOPE_REGION          \
    }
#define UNAUTHENTICATED(code, status, remedy, scope)                                               \
    {                                                                                              \
        code, status, AW_E_UNAUTHENTICATED, AW_RETRY_NEVER, remedy, scope                          \
    }
#define FINAL(code, status, meaning, scope)                                                        \
    {                                                                                              \
        code, status, meaning, AW_RETRY_NEVER, AW_REMEDY_NONE, scope                               \
    }

static void test_sold_out_is_another_zone_whatever_the_status(void **state)
{
    (void)state;
    ASSERT_MEANINGS(NO_CAPACITY("InsufficientInstanceCapacity", 500),
                    NO_CAPACITY("InsufficientInstanceCapacity", 400),
                    NO_CAPACITY("Unsupported", 400), NO_CAPACITY("SpotMaxPriceTooLow", 400),
                    NO_CAPACITY("InsufficientFreeAddressesInSubnet", 400),
                    NO_CAPACITY("ReservationCapacityExceeded", 400),
                    NO_CAPACITY("UnfulfillableCapacity", 400),
                    NO_CAPACITY("InsufficientHostCapacity", 400));
}

static void test_limits_of_the_account_are_quotas(void **state)
{
    (void)state;
    ASSERT_MEANINGS(QUOTA("VcpuLimitExceeded"), QUOTA("InstanceLimitExceeded"),
                    QUOTA("MaxSpotInstanceCountExceeded"), QUOTA("MaxFleetCountExceeded"),
                    QUOTA("VolumeLimitExceeded"), QUOTA("SecurityGroupLimitExceeded"),
                    QUOTA("ANewKindOfLimitExceeded"));
}

static void test_throttling_and_outages_are_repeated(void **state)
{
    (void)state;
    ASSERT_MEANINGS(THROTTLED("RequestLimitExceeded", 503), THROTTLED("Throttling", 400),
                    THROTTLED("ThrottlingException", 400), THROTTLED("EC2ThrottledException", 503),
                    UNAVAILABLE("InternalError", 500), UNAVAILABLE("InternalFailure", 500),
                    UNAVAILABLE("Unavailable", 503), UNAVAILABLE("ServiceUnavailable", 503),
                    {"NeverHeardOf", 500, AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN, AW_REMEDY_NONE,
                     AW_SCOPE_UNKNOWN});
}

static void test_credentials_and_clocks_have_their_remedies(void **state)
{
    (void)state;
    ASSERT_MEANINGS(
        UNAUTHENTICATED("ExpiredToken", 400, AW_REMEDY_CREDENTIALS, AW_SCOPE_ACCOUNT),
        UNAUTHENTICATED("InvalidClientTokenId", 403, AW_REMEDY_CREDENTIALS, AW_SCOPE_REGION),
        UNAUTHENTICATED("AuthFailure", 401, AW_REMEDY_CLOCK, AW_SCOPE_REGION),
        UNAUTHENTICATED("SignatureDoesNotMatch", 403, AW_REMEDY_CLOCK, AW_SCOPE_ACCOUNT),
        UNAUTHENTICATED("RequestExpired", 400, AW_REMEDY_CLOCK, AW_SCOPE_ACCOUNT),
        UNAUTHENTICATED("RequestInTheFuture", 400, AW_REMEDY_CLOCK, AW_SCOPE_ACCOUNT),
        UNAUTHENTICATED("RequestTimeTooSkewed", 403, AW_REMEDY_CLOCK, AW_SCOPE_ACCOUNT));
}

static void test_the_rest_is_final(void **state)
{
    (void)state;
    ASSERT_MEANINGS(FINAL("UnauthorizedOperation", 403, AW_E_DENIED, AW_SCOPE_REGION),
                    FINAL("OptInRequired", 401, AW_E_DENIED, AW_SCOPE_REGION),
                    FINAL("PendingVerification", 400, AW_E_DENIED, AW_SCOPE_REGION),
                    FINAL("Blocked", 400, AW_E_DENIED, AW_SCOPE_ACCOUNT),
                    FINAL("OperationNotPermitted", 400, AW_E_DENIED, AW_SCOPE_UNKNOWN),
                    FINAL("IdempotentParameterMismatch", 400, AW_E_CONFLICT, AW_SCOPE_UNKNOWN),
                    FINAL("InvalidKeyPair.Duplicate", 400, AW_E_CONFLICT, AW_SCOPE_UNKNOWN),
                    FINAL("InvalidParameterValue", 400, AW_E_INVALID, AW_SCOPE_UNKNOWN),
                    FINAL("InvalidParameterCombination", 400, AW_E_INVALID, AW_SCOPE_UNKNOWN),
                    FINAL("MissingParameter", 400, AW_E_INVALID, AW_SCOPE_UNKNOWN),
                    FINAL("InvalidAction", 400, AW_E_INVALID, AW_SCOPE_UNKNOWN),
                    FINAL("InvalidInstanceType", 400, AW_E_INVALID, AW_SCOPE_REGION),
                    FINAL("InvalidAMIID.Malformed", 400, AW_E_INVALID, AW_SCOPE_UNKNOWN),
                    FINAL("InvalidAMIID.NotFound", 400, AW_E_INVALID, AW_SCOPE_REGION),
                    FINAL("InvalidSubnetID.NotFound", 400, AW_E_INVALID, AW_SCOPE_REGION));
}

static void test_what_does_not_exist_is_wrong_in_a_launch_and_gone_elsewhere(void **state)
{
    (void)state;
    static const char body[] =
        EC2_ERROR("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist");
    assert_int_equal(classify_body("RunInstances", 400, body).code, AW_E_INVALID);
    assert_int_equal(classify_body("DescribeInstances", 400, body).code, AW_E_NOT_FOUND);
    assert_int_equal(classify_body("TerminateInstances", 400, body).code, AW_E_NOT_FOUND);
}

static void test_two_architectures_are_a_wrong_wish_under_any_code(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        EC2_ERROR("InvalidParameterValue",
                  "The architecture 'arm64' of the specified instance type "
                  "does not match the architecture 'x86_64' of the AMI."),
        EC2_ERROR("InvalidParameterValue",
                  "The requested instance type's architecture (x86_64) does "
                  "not match the architecture in the manifest (arm64)"),
        EC2_ERROR("Unsupported", "The architecture of the type does not match that of the image."),
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        aw_error error = classify_body("RunInstances", 400, bodies[i]);
        assert_int_equal(error.code, AW_E_INVALID);
        assert_int_equal(error.retry, AW_RETRY_NEVER);
        assert_contains(error.message, "Name an image of the machine's own architecture");
    }
}

static void test_a_dry_run_that_would_have_worked_is_good(void **state)
{
    (void)state;
    static const char body[] =
        EC2_ERROR("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    assert_int_equal(classify_body("RunInstances", 412, body).code, AW_OK);
    assert_int_equal(classify_body("RunInstances", 200, "anything").code, AW_OK);
}

static void test_the_undecodable_part_of_a_denial_is_left_out(void **state)
{
    (void)state;
    aw_error error = classify_body(
        "RunInstances", 403,
        EC2_ERROR("UnauthorizedOperation", "You are not authorized to perform this operation. "
                                           "Encoded authorization failure message: 4y0Zb2c3d4e5"));
    assert_string_equal(error.message, "You are not authorized to perform this operation.");
}

static void test_errors_of_sts_are_read(void **state)
{
    (void)state;
    aw_error error = classify_body(
        "AssumeRole", 403,
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender"
        "</Type><Code>ExpiredToken</Code><Message>The security token included in the request is "
        "expired</Message></Error><RequestId>c6104cbe-af31-11e0</RequestId></ErrorResponse>");
    assert_int_equal(error.code, AW_E_UNAUTHENTICATED);
    assert_int_equal(error.remedy, AW_REMEDY_CREDENTIALS);
    assert_string_equal(error.request_id, "c6104cbe-af31-11e0");
    assert_string_equal(error.message, "The security token included in the request is expired.");
}

static void test_errors_of_the_json_services_are_read(void **state)
{
    (void)state;
    static const aw_header id[] = {{"x-amzn-requestid", "7f2a"}};
    aw_error error = classify("GetProducts", 400,
                              "{\"__type\":\"com.amazonaws.pricing#ThrottlingException\","
                              "\"message\":\"Rate exceeded\"}",
                              id, 1);
    assert_int_equal(error.code, AW_E_THROTTLED);
    assert_string_equal(error.provider_code, "ThrottlingException");
    assert_string_equal(error.request_id, "7f2a");
    error = classify_body("GetParameter", 400, "{\"__type\":\"ParameterNotFound\"}");
    assert_int_equal(error.code, AW_E_NOT_FOUND);
    assert_string_equal(error.message, "ParameterNotFound.");
    error = classify_body("ListServiceQuotas", 400,
                          "{\"__type\":\"AccessDeniedException\",\"Message\":\"User is not "
                          "authorized to perform: servicequotas:ListServiceQuotas\"}");
    assert_int_equal(error.code, AW_E_DENIED);
    assert_contains(error.message, "servicequotas:ListServiceQuotas");
}

static void test_a_code_may_stand_in_a_header(void **state)
{
    (void)state;
    static const aw_header type[] = {
        {"x-amzn-errortype", "UnauthorizedException:http://internal.example.com/coral/"}};
    aw_error error = classify("GetRoleCredentials", 401,
                              "{\"message\":\"Session token not found or invalid\"}", type, 1);
    assert_string_equal(error.provider_code, "UnauthorizedException");
    assert_int_equal(error.code, AW_E_UNAUTHENTICATED);
    assert_string_equal(error.message, "Session token not found or invalid.");
}

static void test_pages_that_are_not_awss_go_by_their_status(void **state)
{
    (void)state;
    static const char page[] = "<html><head><title>502 Bad Gateway</title></head></html>";
    aw_error error = classify_body("RunInstances", 502, page);
    assert_int_equal(error.code, AW_E_UNAVAILABLE);
    assert_int_equal(error.retry, AW_RETRY_UNKNOWN);
    assert_contains(error.message, "an HTML page with the title \"502 Bad Gateway\"");
    assert_int_equal(classify_body("DescribeInstances", 503, "").code, AW_E_UNAVAILABLE);
    assert_int_equal(classify_body("DescribeInstances", 404, "gone").code, AW_E_PROTOCOL);
    assert_int_equal(classify_body("DescribeInstances", 403, "{\"x\":1}").code, AW_E_DENIED);
    assert_int_equal(classify_body("DescribeInstances", 500, "<Response><Errors>").code,
                     AW_E_UNAVAILABLE);
    assert_int_equal(classify_body("DescribeInstances", 400, "<Response/>").code, AW_E_INVALID);
    assert_int_equal(classify_body("x", 429, "[]").code, AW_E_THROTTLED);
    assert_int_equal(classify_body("x", 400, EC2_ERROR("", "")).code, AW_E_INVALID);
}

static void test_the_wait_that_is_asked_for_is_kept(void **state)
{
    (void)state;
    static const aw_header headers[] = {{"retry-after", "7"}};
    aw_error error =
        classify("DescribeInstanceTypes", 503,
                 EC2_ERROR("RequestLimitExceeded", "Request limit exceeded."), headers, 1);
    assert_int_equal(error.retry_after_ms, 7000);
}

static void test_a_message_that_is_far_too_long_is_cut(void **state)
{
    char body[4096];
    char words[2048];
    (void)state;
    memset(words, 'a', sizeof words - 1);
    words[sizeof words - 1] = '\0';
    snprintf(body, sizeof body, EC2_ERROR("OptInRequired", "%s"), words);
    aw_error error = classify_body("DescribeInstances", 401, body);
    assert_int_equal(error.code, AW_E_DENIED);
    assert_contains(error.message, "aaa. Is the region enabled");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sold_out_is_another_zone_whatever_the_status),
        cmocka_unit_test(test_limits_of_the_account_are_quotas),
        cmocka_unit_test(test_throttling_and_outages_are_repeated),
        cmocka_unit_test(test_credentials_and_clocks_have_their_remedies),
        cmocka_unit_test(test_the_rest_is_final),
        cmocka_unit_test(test_what_does_not_exist_is_wrong_in_a_launch_and_gone_elsewhere),
        cmocka_unit_test(test_two_architectures_are_a_wrong_wish_under_any_code),
        cmocka_unit_test(test_a_dry_run_that_would_have_worked_is_good),
        cmocka_unit_test(test_the_undecodable_part_of_a_denial_is_left_out),
        cmocka_unit_test(test_errors_of_sts_are_read),
        cmocka_unit_test(test_errors_of_the_json_services_are_read),
        cmocka_unit_test(test_a_code_may_stand_in_a_header),
        cmocka_unit_test(test_pages_that_are_not_awss_go_by_their_status),
        cmocka_unit_test(test_the_wait_that_is_asked_for_is_kept),
        cmocka_unit_test(test_a_message_that_is_far_too_long_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
