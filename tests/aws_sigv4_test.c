/* SPDX-License-Identifier: Apache-2.0 */
/* What is signed, what is refused, and how keys are kept. */
#include "header_collector.h"

#include "backends/aws/sigv4.h"
#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NEW_YEAR_2026_MS UINT64_C(1767225600000)
#define DAY_MS UINT64_C(86400000)
#define FORM "application/x-www-form-urlencoded; charset=utf-8"

/* A request that can be signed; a test changes one thing. */
struct stage {
    struct sigv4_keys keys;
    struct sigv4_scope scope;
    aw_credentials credentials;
    aw_header headers[80];
    aw_request request;
    uint64_t now_ms;
    struct header_collector found;
    aw_error error;
};

static int stage_up(void **state)
{
    struct stage *stage = mem_alloc(sizeof *stage);
    assert_non_null(stage);
    stage->scope = (struct sigv4_scope){.region = "us-east-1", .service = "ec2"};
    stage->credentials = (aw_credentials){.size = sizeof stage->credentials,
                                          .key_id = "AKIDEXAMPLE",
                                          .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"};
    stage->headers[0] = (aw_header){"content-type", FORM};
    stage->request = (aw_request){.size = sizeof stage->request,
                                  .name = "test",
                                  .method = "POST",
                                  .url = "https://ec2.us-east-1.amazonaws.com/",
                                  .headers = stage->headers,
                                  .header_count = 1,
                                  .body = {"Action=DescribeRegions", 22}};
    stage->now_ms = NEW_YEAR_2026_MS;
    *state = stage;
    return 0;
}

static int stage_down(void **state)
{
    struct stage *stage = *state;
    sigv4_keys_finish(&stage->keys);
    mem_free(stage);
    return 0;
}

static int try_sign(struct stage *stage)
{
    collector_init(&stage->found);
    stage->error = (aw_error){.size = sizeof stage->error};
    return sigv4_sign(&stage->keys, &stage->scope, &stage->request, &stage->credentials,
                      stage->now_ms, &stage->found.face, &stage->error);
}

static void sign(struct stage *stage)
{
    if (try_sign(stage))
        fail_msg("%s", stage->error.message);
}

static void assert_refused(struct stage *stage, uint32_t code, const char *part)
{
    assert_int_equal(try_sign(stage), -1);
    assert_int_equal(stage->found.count, 0);
    assert_int_equal(stage->error.code, code);
    if (!strstr(stage->error.message, part))
        fail_msg("\"%s\" is not in \"%s\"", part, stage->error.message);
}

static void add_header(struct stage *stage, const char *name, const char *value)
{
    stage->headers[stage->request.header_count++] = (aw_header){name, value};
}

static const char *authorization(const struct stage *stage)
{
    return collected_value(&stage->found, "authorization");
}

/* What stands behind SignedHeaders=, up to the next comma. */
static void assert_signed_headers(const struct stage *stage, const char *expected)
{
    char wanted[512];
    snprintf(wanted, sizeof wanted, ", SignedHeaders=%s, Signature=", expected);
    if (!strstr(authorization(stage), wanted))
        fail_msg("\"%s\" is not in \"%s\"", wanted, authorization(stage));
}

/* The signatures of the stage as it is and with these two URLs are the same, or not. */
static bool are_signed_alike(struct stage *stage, const char *first_url, const char *second_url)
{
    char first[1024];
    stage->request.url = first_url;
    sign(stage);
    snprintf(first, sizeof first, "%s", authorization(stage));
    stage->request.url = second_url;
    sign(stage);
    return strcmp(first, authorization(stage)) == 0;
}

static void test_a_request_gets_a_date_and_an_authorization(void **state)
{
    struct stage *stage = *state;
    sign(stage);
    assert_int_equal(stage->found.count, 2);
    assert_string_equal(collected_value(&stage->found, "x-amz-date"), "20260101T000000Z");
    assert_signed_headers(stage, "content-type;host;x-amz-date");
    const char *start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/ec2/"
                        "aws4_request, SignedHeaders=";
    assert_memory_equal(authorization(stage), start, strlen(start));
}

static void test_the_session_token_is_signed_and_the_only_secret(void **state)
{
    struct stage *stage = *state;
    stage->credentials.token = "IQoJb3JpZ2luX2VjEXAMPLE//token+with/slash==";
    sign(stage);
    assert_signed_headers(stage, "content-type;host;x-amz-date;x-amz-security-token");
    assert_string_equal(collected_value(&stage->found, "x-amz-security-token"),
                        stage->credentials.token);
    for (size_t i = 0; i < stage->found.count; i++)
        assert_int_equal(stage->found.items[i].secret,
                         strcmp(stage->found.items[i].name, "x-amz-security-token") == 0);
}

static void test_white_space_around_credentials_is_no_part_of_them(void **state)
{
    struct stage *stage = *state;
    char expected[1024];
    stage->credentials.token = "token";
    sign(stage);
    snprintf(expected, sizeof expected, "%s", authorization(stage));
    stage->credentials.key_id = " AKIDEXAMPLE\r\n";
    stage->credentials.secret = "\twJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n";
    stage->credentials.token = "\n token \n";
    sign(stage);
    assert_string_equal(authorization(stage), expected);
    assert_string_equal(collected_value(&stage->found, "x-amz-security-token"), "token");
    stage->credentials.token = " \n";
    sign(stage);
    assert_null(collected(&stage->found, "x-amz-security-token"));
}

static void test_credentials_that_cannot_be_right_are_refused(void **state)
{
    struct stage *stage = *state;
    char longest[130];
    memset(longest, 'A', sizeof longest - 1);
    longest[129] = '\0';
    const char *const ids[] = {NULL, "", " ", "AKID EXAMPLE", "AKID/EXAMPLE", "AKID\nX", longest};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        stage->credentials.key_id = ids[i];
        assert_refused(stage, AW_E_UNAUTHENTICATED, "access key id");
    }
    stage->credentials.key_id = longest + 1;
    sign(stage);
    const char *const secrets[] = {NULL, "\n", "a b", "a\x01", longest};
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        stage->credentials.secret = secrets[i];
        assert_refused(stage, AW_E_UNAUTHENTICATED, "secret access key");
    }
    stage->credentials.secret = longest + 1;
    stage->credentials.token = "to\nken";
    assert_refused(stage, AW_E_UNAUTHENTICATED, "session token");
}

static void test_regions_and_services_are_names(void **state)
{
    struct stage *stage = *state;
    char longest[66];
    memset(longest, 'a', sizeof longest - 1);
    longest[65] = '\0';
    const char *const names[] = {NULL, "", "us east 1", "us-east-1/ec2", "us-east-1\n", longest};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        stage->scope = (struct sigv4_scope){.region = names[i], .service = "ec2"};
        assert_refused(stage, AW_E_INVALID, "region");
        stage->scope = (struct sigv4_scope){.region = "us-east-1", .service = names[i]};
        assert_refused(stage, AW_E_INVALID, "service");
    }
    stage->scope.service = longest + 1;
    sign(stage);
}

static void test_every_header_is_signed_but_those_that_change_on_the_way(void **state)
{
    struct stage *stage = *state;
    const char *const skipped[] = {
        "Connection", "expect",  "Keep-Alive", "proxy-x",           "TE",
        "trailer",    "upgrade", "User-Agent", "transfer-encoding", "X-Amzn-Trace-Id"};
    for (size_t i = 0; i < sizeof skipped / sizeof *skipped; i++)
        add_header(stage, skipped[i], "x");
    add_header(stage, "X-Amz-Target", "AWSPriceListService.GetProducts");
    add_header(stage, "Accept", "*/*");
    add_header(stage, "proxy", "x");
    sign(stage);
    assert_signed_headers(stage, "accept;content-type;host;proxy;x-amz-date;x-amz-target");
}

static void test_what_signing_adds_must_not_be_there(void **state)
{
    struct stage *stage = *state;
    const char *const names[] = {"Authorization", "X-Amz-Date", "x-amz-security-token"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        stage->request.header_count = 1;
        add_header(stage, names[i], "x");
        assert_refused(stage, AW_E_INVALID, "already has the header");
    }
    stage->request.header_count = 1;
    stage->request.url = "https://ec2.us-east-1.amazonaws.com/?a=1&X%2DAmz-Signature=1";
    assert_refused(stage, AW_E_INVALID, "signed already");
}

static void test_control_characters_are_refused(void **state)
{
    struct stage *stage = *state;
    const char *const values[] = {"a\r\nb: c", "12345678\x01", "\x7f", "a\x1f\tb", "1234567 \n"};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        stage->request.header_count = 1;
        add_header(stage, "x-header", values[i]);
        assert_refused(stage, AW_E_INVALID, "x-header");
    }
    const char *const names[] = {"", "a b", "a:b", "a\n", "\xc3\xa9", "A("};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        stage->request.header_count = 1;
        add_header(stage, names[i], "x");
        assert_refused(stage, AW_E_INVALID, "HTTP does not allow");
    }
    stage->request.header_count = 1;
    stage->request.url = "https://ec2.us-east-1.amazonaws.com/\n";
    assert_refused(stage, AW_E_INVALID, "control character");
    stage->request.url = "https://ec2.us-east-1.amazonaws.com/?a=\x7f";
    assert_refused(stage, AW_E_INVALID, "control character");
}

static void test_the_host_is_signed_as_it_is_sent(void **state)
{
    struct stage *stage = *state;
    assert_true(are_signed_alike(stage, "https://a.example/", "https://a.example:443/"));
    assert_true(are_signed_alike(stage, "http://a.example/", "http://a.example:80"));
    assert_true(are_signed_alike(stage, "https://a.example:80/", "https://a.example:0080/"));
    assert_false(are_signed_alike(stage, "https://a.example/", "https://a.example:80/"));
    assert_false(are_signed_alike(stage, "http://[::1]:4566/", "http://[::1]/"));
    add_header(stage, "Host", "a.example:8443");
    assert_true(are_signed_alike(stage, "https://a.example:8443/", "https://127.0.0.1/"));
    assert_signed_headers(stage, "content-type;host;x-amz-date");
}

static void test_a_url_must_name_a_host(void **state)
{
    struct stage *stage = *state;
    const char *const urls[] = {"https://",          "https:///path",       "https://user@host/",
                                "https://host:/",    "https://host:0/",     "https://host:65536/",
                                "https://host:1a/",  "https://[::1/",       "https://[]/",
                                "https://[::1]x/",   "https://a b/",        "https://ho%73t/",
                                "https://host#frag", "https://host:999999", "https://\xc3\xa9.de/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        stage->request.url = urls[i];
        assert_refused(stage, AW_E_INVALID, "host after //");
    }
    const char *const others[] = {NULL, "", "http:/", "ftp://host/", "HTTPS://host/", "host/"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        stage->request.url = others[i];
        assert_refused(stage, AW_E_INVALID, "start with https://");
    }
    stage->request.url = "https://host/path#fragment";
    assert_refused(stage, AW_E_INVALID, "has a #");
}

static void test_a_broken_escape_is_refused_where_it_would_be_decoded(void **state)
{
    struct stage *stage = *state;
    const char *const urls[] = {"https://host/?a=%", "https://host/?a=%4", "https://host/?%zz=1",
                                "https://host/?a=%4&b"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        stage->request.url = urls[i];
        assert_refused(stage, AW_E_INVALID, "hexadecimal");
    }
    stage->request.url = "https://host/100%";
    sign(stage);
    stage->scope.service = "s3";
    assert_refused(stage, AW_E_INVALID, "hexadecimal");
}

static void test_a_method_is_a_word(void **state)
{
    struct stage *stage = *state;
    const char *const methods[] = {NULL, "", "PO ST", "GET\n", "ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFG"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        stage->request.method = methods[i];
        assert_refused(stage, AW_E_INVALID, "method");
    }
}

static void test_s3_gets_the_hash_of_the_body(void **state)
{
    struct stage *stage = *state;
    stage->request.body = (aw_bytes){"", 0};
    stage->scope.service = "s3-outposts";
    sign(stage);
    assert_string_equal(collected_value(&stage->found, "x-amz-content-sha256"),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_signed_headers(stage, "content-type;host;x-amz-content-sha256;x-amz-date");
}

static void test_an_unsigned_payload_is_for_s3_over_https(void **state)
{
    struct stage *stage = *state;
    add_header(stage, "X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD");
    assert_refused(stage, AW_E_INVALID, "x-amz-content-sha256");
    stage->scope.service = "s3";
    sign(stage);
    assert_null(collected(&stage->found, "x-amz-content-sha256"));
    assert_signed_headers(stage, "content-type;host;x-amz-content-sha256;x-amz-date");
    stage->request.url = "http://localhost/";
    assert_refused(stage, AW_E_INVALID, "over https");
}

static void test_a_given_hash_must_be_that_of_the_body(void **state)
{
    struct stage *stage = *state;
    add_header(stage, "x-amz-content-sha256",
               "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_refused(stage, AW_E_INVALID, "x-amz-content-sha256");
    stage->request.body = (aw_bytes){NULL, 0};
    sign(stage);
    assert_signed_headers(stage, "content-type;host;x-amz-content-sha256;x-amz-date");
}

static void test_a_url_has_at_most_8192_bytes(void **state)
{
    struct stage *stage = *state;
    static char url[8194];
    memset(url, 'a', sizeof url - 1);
    memcpy(url, "https://host/", 13);
    url[8192] = '\0';
    stage->request.url = url;
    sign(stage);
    memset(url + 13, '%', 8192 - 13);
    sign(stage);
    url[8192] = 'a';
    assert_refused(stage, AW_E_INVALID, "at most 8192 bytes");
}

static void test_a_query_has_at_most_512_parameters(void **state)
{
    struct stage *stage = *state;
    static char url[2048] = "https://host/?";
    size_t start = strlen(url);
    for (size_t i = 0; i < 512; i++)
        memcpy(url + start + 2 * i, "a&", 3);
    stage->request.url = url;
    sign(stage);
    memcpy(url + start + 1024, "a", 2);
    assert_refused(stage, AW_E_INVALID, "at most 512 parameters");
}

static void test_a_request_has_at_most_64_headers(void **state)
{
    struct stage *stage = *state;
    static char names[65][8];
    for (size_t i = 1; i < 65; i++) {
        snprintf(names[i], sizeof names[i], "X-%zu", 100 - i);
        stage->headers[i] = (aw_header){names[i], "x"};
    }
    stage->request.header_count = 64;
    stage->scope.service = "s3";
    stage->credentials.token = "token";
    sign(stage);
    stage->request.header_count = 65;
    assert_refused(stage, AW_E_INVALID, "at most 64 headers");
    stage->request.header_count = UINT64_MAX;
    assert_refused(stage, AW_E_INVALID, "at most 64 headers");
}

static void test_the_names_of_headers_have_at_most_4096_bytes(void **state)
{
    struct stage *stage = *state;
    static char name[4097];
    memset(name, 'A', 4096 - strlen("content-type"));
    add_header(stage, name, "x");
    sign(stage);
    name[strlen(name)] = 'A';
    assert_refused(stage, AW_E_INVALID, "at most 4096 bytes");
    memset(name, 'a', strlen(name));
    assert_refused(stage, AW_E_INVALID, "at most 4096 bytes");
}

static void test_path_query_and_headers_have_at_most_48_kib(void **state)
{
    struct stage *stage = *state;
    static char value[50000];
    memset(value, 'v', sizeof value - 1);
    add_header(stage, "a", value);
    assert_refused(stage, AW_E_INVALID, "at most 49152 bytes");
    value[49152 - 400] = '\0';
    sign(stage);
    stage->credentials.token = value;
    assert_refused(stage, AW_E_INVALID, "at most 49152 bytes");
}

static void test_the_longest_of_everything_fits_the_header(void **state)
{
    struct stage *stage = *state;
    static char names[64][68];
    char longest[129];
    memset(longest, 'a', sizeof longest);
    longest[128] = '\0';
    for (size_t i = 0; i < 64; i++) {
        memset(names[i], 'a', 64);
        memcpy(names[i], i % 2 ? "X-" : "x-", 2);
        names[i][10] = (char)('0' + i / 10);
        names[i][11] = (char)('0' + i % 10);
        stage->headers[i] = (aw_header){names[i], ""};
    }
    stage->request.header_count = 64;
    stage->credentials.key_id = longest;
    stage->credentials.secret = longest;
    stage->credentials.token = "token";
    stage->scope.region = longest + 64;
    stage->scope.service = longest + 64;
    sign(stage);
    const char *signature = strstr(authorization(stage), ", Signature=");
    assert_non_null(signature);
    assert_int_equal(strspn(signature + 12, "0123456789abcdef"), 64);
    assert_int_equal(strlen(signature + 12), 64);
}

static size_t kept(const struct stage *stage)
{
    size_t count = 0;
    for (size_t i = 0; i < SIGV4_KEYS; i++)
        count += stage->keys.slots[i].credential_size > 0;
    return count;
}

static void test_a_key_is_derived_once_for_a_day_and_scope(void **state)
{
    struct stage *stage = *state;
    for (unsigned i = 0; i < 5; i++) {
        stage->now_ms += 3600000;
        sign(stage);
    }
    assert_int_equal(kept(stage), 1);
    stage->scope.region = "us-east-2";
    sign(stage);
    stage->scope.service = "sts";
    sign(stage);
    stage->credentials.key_id = "AKIAIOSFODNN7EXAMPLE";
    sign(stage);
    stage->credentials.secret = "another";
    sign(stage);
    assert_int_equal(kept(stage), 5);
    stage->now_ms += DAY_MS;
    sign(stage);
    assert_int_equal(kept(stage), 6);
}

/* With keys of its own. */
static void sign_anew(struct stage *stage, char *out, size_t size)
{
    struct sigv4_keys *keys = mem_alloc(sizeof *keys);
    assert_non_null(keys);
    collector_init(&stage->found);
    assert_int_equal(sigv4_sign(keys, &stage->scope, &stage->request, &stage->credentials,
                                stage->now_ms, &stage->found.face, &stage->error),
                     0);
    snprintf(out, size, "%s", authorization(stage));
    sigv4_keys_finish(keys);
    mem_free(keys);
}

static void test_around_midnight_both_days_keys_are_kept(void **state)
{
    struct stage *stage = *state;
    const uint64_t times[] = {NEW_YEAR_2026_MS - 1, NEW_YEAR_2026_MS};
    const char *const dates[] = {"20251231T235959Z", "20260101T000000Z"};
    char expected[2][1024];
    for (unsigned i = 0; i < 2; i++) {
        stage->now_ms = times[i];
        sign_anew(stage, expected[i], sizeof expected[i]);
    }
    for (unsigned i = 0; i < 10; i++) {
        stage->now_ms = times[i % 2];
        sign(stage);
        assert_string_equal(authorization(stage), expected[i % 2]);
        assert_string_equal(collected_value(&stage->found, "x-amz-date"), dates[i % 2]);
        assert_int_equal(kept(stage), i ? 2 : 1);
    }
}

static void test_more_scopes_than_are_kept_are_signed_rightly(void **state)
{
    struct stage *stage = *state;
    char region[32];
    char expected[1024];
    stage->scope.region = region;
    for (unsigned i = 0; i < 3 * SIGV4_KEYS; i++) {
        snprintf(region, sizeof region, "region-%u", i % (SIGV4_KEYS + 7));
        sign_anew(stage, expected, sizeof expected);
        sign(stage);
        assert_string_equal(authorization(stage), expected);
    }
    assert_int_equal(kept(stage), SIGV4_KEYS);
}

static void test_the_key_used_longest_ago_makes_room(void **state)
{
    struct stage *stage = *state;
    char region[32] = "first";
    stage->scope.region = region;
    sign(stage);
    for (unsigned i = 0; i < 2 * SIGV4_KEYS; i++) {
        snprintf(region, sizeof region, "region-%u", i);
        sign(stage);
        snprintf(region, sizeof region, "first");
        sign(stage);
    }
    assert_non_null(strstr(stage->keys.slots[0].credential, "/first/"));
}

static void test_finished_keys_are_zeroes(void **state)
{
    struct stage *stage = *state;
    static const struct sigv4_keys zeroes;
    stage->credentials.token = "token";
    sign(stage);
    sigv4_keys_finish(&stage->keys);
    assert_memory_equal(&stage->keys, &zeroes, sizeof zeroes);
    sigv4_keys_finish(NULL);
    sign(stage);
}

static void test_every_day_until_the_year_10000_has_its_date(void **state)
{
    struct stage *stage = *state;
    for (uint64_t day = 0; day < 2932897; day += 1 + day % 7 * 13) {
        time_t second = (time_t)(day * 86400 + day % 86400);
        struct tm tm;
        char expected[20];
        assert_non_null(gmtime_r(&second, &tm));
        strftime(expected, sizeof expected, "%Y%m%dT%H%M%SZ", &tm);
        stage->now_ms = (uint64_t)second * 1000;
        sign(stage);
        assert_string_equal(collected_value(&stage->found, "x-amz-date"), expected);
    }
    const uint64_t too_late[] = {UINT64_C(253402300800000), UINT64_MAX};
    for (size_t i = 0; i < 2; i++) {
        stage->now_ms = too_late[i];
        assert_refused(stage, AW_E_INVALID, "year 10000");
    }
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_up, stage_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_a_request_gets_a_date_and_an_authorization),
        STAGED(test_the_session_token_is_signed_and_the_only_secret),
        STAGED(test_white_space_around_credentials_is_no_part_of_them),
        STAGED(test_credentials_that_cannot_be_right_are_refused),
        STAGED(test_regions_and_services_are_names),
        STAGED(test_every_header_is_signed_but_those_that_change_on_the_way),
        STAGED(test_what_signing_adds_must_not_be_there),
        STAGED(test_control_characters_are_refused),
        STAGED(test_the_host_is_signed_as_it_is_sent),
        STAGED(test_a_url_must_name_a_host),
        STAGED(test_a_broken_escape_is_refused_where_it_would_be_decoded),
        STAGED(test_a_method_is_a_word),
        STAGED(test_s3_gets_the_hash_of_the_body),
        STAGED(test_an_unsigned_payload_is_for_s3_over_https),
        STAGED(test_a_given_hash_must_be_that_of_the_body),
        STAGED(test_a_url_has_at_most_8192_bytes),
        STAGED(test_a_query_has_at_most_512_parameters),
        STAGED(test_a_request_has_at_most_64_headers),
        STAGED(test_the_names_of_headers_have_at_most_4096_bytes),
        STAGED(test_path_query_and_headers_have_at_most_48_kib),
        STAGED(test_the_longest_of_everything_fits_the_header),
        STAGED(test_a_key_is_derived_once_for_a_day_and_scope),
        STAGED(test_around_midnight_both_days_keys_are_kept),
        STAGED(test_more_scopes_than_are_kept_are_signed_rightly),
        STAGED(test_the_key_used_longest_ago_makes_room),
        STAGED(test_finished_keys_are_zeroes),
        STAGED(test_every_day_until_the_year_10000_has_its_date),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
