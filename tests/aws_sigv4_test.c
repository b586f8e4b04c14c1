/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed of a request. */
#include "sigv4_stage.h"

#include "backends/aws/sigv4_parts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The signatures of the stage as it is and with these two URLs are the same, or not. */
static bool are_signed_alike(struct stage *stage, const char *first_url, const char *second_url)
{
    char first[1024];
    stage->request.url = first_url;
    stage_sign(stage);
    snprintf(first, sizeof first, "%s", stage_authorization(stage));
    stage->request.url = second_url;
    stage_sign(stage);
    return strcmp(first, stage_authorization(stage)) == 0;
}

static void test_a_request_gets_a_date_and_an_authorization(void **state)
{
    struct stage *stage = *state;
    stage_sign(stage);
    assert_int_equal(stage->found.count, 2);
    assert_string_equal(collected_value(&stage->found, "x-amz-date"), "20260101T000000Z");
    assert_signed_headers(stage, "content-type;host;x-amz-date");
    const char *start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/ec2/"
                        "aws4_request, SignedHeaders=";
    assert_memory_equal(stage_authorization(stage), start, strlen(start));
}

/* It is of no use without the key, and the request is of none without it. */
static void test_the_session_token_is_signed_and_the_only_secret(void **state)
{
    struct stage *stage = *state;
    stage->credentials.token = "IQoJb3JpZ2luX2VjEXAMPLE//token+with/slash==";
    stage_sign(stage);
    assert_signed_headers(stage, "content-type;host;x-amz-date;x-amz-security-token");
    assert_string_equal(collected_value(&stage->found, "x-amz-security-token"),
                        stage->credentials.token);
    for (size_t i = 0; i < stage->found.count; i++)
        assert_int_equal(stage->found.items[i].secret,
                         strcmp(stage->found.items[i].name, "x-amz-security-token") == 0
                             ? AW_SECRECY_UNLESS_ASKED
                             : AW_SECRECY_NONE);
}

static void test_white_space_around_credentials_is_no_part_of_them(void **state)
{
    struct stage *stage = *state;
    char expected[1024];
    stage->credentials.token = "token";
    stage_sign(stage);
    snprintf(expected, sizeof expected, "%s", stage_authorization(stage));
    stage->credentials.key_id = " AKIDEXAMPLE\r\n";
    stage->credentials.secret = "\twJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n";
    stage->credentials.token = "\n token \n";
    stage_sign(stage);
    assert_string_equal(stage_authorization(stage), expected);
    assert_string_equal(collected_value(&stage->found, "x-amz-security-token"), "token");
    stage->credentials.token = " \n";
    stage_sign(stage);
    assert_null(collected(&stage->found, "x-amz-security-token"));
}

static void test_every_header_is_signed_but_those_that_change_on_the_way(void **state)
{
    struct stage *stage = *state;
    const char *const skipped[] = {
        "Connection", "expect",  "Keep-Alive", "proxy-x",           "TE",
        "trailer",    "upgrade", "User-Agent", "transfer-encoding", "X-Amzn-Trace-Id"};
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        stage_add_header(stage, skipped[i], "x");
    stage_add_header(stage, "X-Amz-Target", "AWSPriceListService.GetProducts");
    stage_add_header(stage, "Accept", "*/*");
    stage_add_header(stage, "proxy", "x");
    stage_sign(stage);
    assert_signed_headers(stage, "accept;content-type;host;proxy;x-amz-date;x-amz-target");
}

static void test_the_host_is_signed_as_it_is_sent(void **state)
{
    struct stage *stage = *state;
    assert_true(are_signed_alike(stage, "https://a.example/", "https://a.example:443/"));
    assert_true(are_signed_alike(stage, "http://a.example/", "http://a.example:80"));
    assert_true(are_signed_alike(stage, "https://a.example:80/", "https://a.example:0080/"));
    assert_false(are_signed_alike(stage, "https://a.example/", "https://a.example:80/"));
    assert_false(are_signed_alike(stage, "http://[::1]:4566/", "http://[::1]/"));
    stage_add_header(stage, "Host", "a.example:8443");
    assert_true(are_signed_alike(stage, "https://a.example:8443/", "https://127.0.0.1/"));
    assert_signed_headers(stage, "content-type;host;x-amz-date");
}

static void test_s3_gets_the_hash_of_the_body(void **state)
{
    struct stage *stage = *state;
    stage->request.body = (aw_bytes){"", 0};
    stage->scope.service = "s3-outposts";
    stage_sign(stage);
    assert_string_equal(collected_value(&stage->found, "x-amz-content-sha256"),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_signed_headers(stage, "content-type;host;x-amz-content-sha256;x-amz-date");
}

static void test_an_unsigned_payload_is_for_s3_over_https(void **state)
{
    struct stage *stage = *state;
    stage_add_header(stage, "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
    assert_refused(stage, AW_E_INVALID, "x-amz-content-sha256");
    stage->scope.service = "s3";
    stage_sign(stage);
    assert_null(collected(&stage->found, "x-amz-content-sha256"));
    assert_signed_headers(stage, "content-type;host;x-amz-content-sha256;x-amz-date");
    stage->request.url = "http://localhost/";
    assert_refused(stage, AW_E_INVALID, "over https");
}

static void test_a_given_hash_must_be_that_of_the_body(void **state)
{
    struct stage *stage = *state;
    stage_add_header(stage, "x-amz-content-sha256",
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_refused(stage, AW_E_INVALID, "x-amz-content-sha256");
    stage->request.body = (aw_bytes){NULL, 0};
    stage_sign(stage);
    assert_signed_headers(stage, "content-type;host;x-amz-content-sha256;x-amz-date");
}

static unsigned days_of(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap);
}

static void test_every_day_until_the_year_10000_has_its_date(void **state)
{
    (void)state;
    uint64_t number = 0;
    for (unsigned year = 1970; year < 10000; year++) {
        for (unsigned month = 1; month <= 12; month++) {
            for (unsigned day = 1; day <= days_of(year, month); day++, number++) {
                char text[SIGV4_TIME + 1] = "";
                sigv4_time_write(text, number * 86400 + number % 86400);
                unsigned found = (unsigned)strtoul(text, NULL, 10);
                assert_int_equal(found, year * 10000 + month * 100 + day);
            }
        }
    }
    assert_int_equal(number * 86400, UINT64_C(253402300800));
}

static void test_every_second_of_a_day_has_its_time(void **state)
{
    (void)state;
    for (unsigned second = 0; second < 86400; second++) {
        char text[SIGV4_TIME + 1] = "";
        char expected[SIGV4_TIME + 1];
        sigv4_time_write(text, second);
        snprintf(expected, sizeof expected, "19700101T%02u%02u%02uZ", second / 3600 % 24,
                 second / 60 % 60, second % 60);
        assert_string_equal(text, expected);
    }
}

static void test_the_year_10000_is_too_late(void **state)
{
    struct stage *stage = *state;
    const uint64_t too_late[] = {UINT64_C(253402300800000), UINT64_MAX};
    stage->now_ms = UINT64_C(253402300799999);
    stage_sign(stage);
    assert_string_equal(collected_value(&stage->found, "x-amz-date"), "99991231T235959Z");
    for (size_t i = 0; i < 2; i++) {
        stage->now_ms = too_late[i];
        assert_refused(stage, AW_E_INVALID, "year 10000");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_a_request_gets_a_date_and_an_authorization),
        STAGED(test_the_session_token_is_signed_and_the_only_secret),
        STAGED(test_white_space_around_credentials_is_no_part_of_them),
        STAGED(test_every_header_is_signed_but_those_that_change_on_the_way),
        STAGED(test_the_host_is_signed_as_it_is_sent),
        STAGED(test_s3_gets_the_hash_of_the_body),
        STAGED(test_an_unsigned_payload_is_for_s3_over_https),
        STAGED(test_a_given_hash_must_be_that_of_the_body),
        cmocka_unit_test(test_every_day_until_the_year_10000_has_its_date),
        cmocka_unit_test(test_every_second_of_a_day_has_its_time),
        STAGED(test_the_year_10000_is_too_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
