/* SPDX-License-Identifier: Apache-2.0 */
/* What is refused, and how large a request may be. */
#include "sigv4_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

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
    stage_sign(stage);
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
    stage_sign(stage);
}

static void test_what_signing_adds_must_not_be_there(void **state)
{
    struct stage *stage = *state;
    const char *const names[] = {"Authorization", "X-Amz-Date", "x-amz-security-token"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        stage->request.header_count = 1;
        stage_add_header(stage, names[i], "x");
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
        stage_add_header(stage, "x-header", values[i]);
        assert_refused(stage, AW_E_INVALID, "x-header");
    }
    const char *const names[] = {"", "a b", "a:b", "a\n", "\xc3\xa9", "A("};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        stage->request.header_count = 1;
        stage_add_header(stage, names[i], "x");
        assert_refused(stage, AW_E_INVALID, "HTTP does not allow");
    }
    stage->request.header_count = 1;
    stage->request.url = "https://ec2.us-east-1.amazonaws.com/\n";
    assert_refused(stage, AW_E_INVALID, "control character");
    stage->request.url = "https://ec2.us-east-1.amazonaws.com/?a=\x7f";
    assert_refused(stage, AW_E_INVALID, "control character");
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
    stage_sign(stage);
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

static void test_a_url_has_at_most_8192_bytes(void **state)
{
    struct stage *stage = *state;
    static char url[8194];
    memset(url, 'a', sizeof url - 1);
    memcpy(url, "https://host/", 13);
    url[8192] = '\0';
    stage->request.url = url;
    stage_sign(stage);
    memset(url + 13, '%', 8192 - 13);
    stage_sign(stage);
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
    stage_sign(stage);
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
    stage_sign(stage);
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
    stage_add_header(stage, name, "x");
    stage_sign(stage);
    name[strlen(name)] = 'A';
    assert_refused(stage, AW_E_INVALID, "at most 4096 bytes");
    memset(name, 'a', strlen(name));
    assert_refused(stage, AW_E_INVALID, "at most 4096 bytes");
}

static void test_values_and_token_have_at_most_16384_bytes(void **state)
{
    struct stage *stage = *state;
    static char value[16385];
    memset(value, 'v', sizeof value - 1);
    stage->request.header_count = 0;
    stage_add_header(stage, "a", value);
    stage_sign(stage);
    stage->credentials.token = "token";
    stage_sign(stage);
    stage->credentials.token = value + 16384 - 400;
    assert_refused(stage, AW_E_INVALID, "at most 16384 bytes");
    stage->credentials.token = value + 1;
    stage->request.headers = NULL;
    stage->request.header_count = 0;
    stage_sign(stage);
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
    stage_sign(stage);
    const char *signature = strstr(stage_authorization(stage), ", Signature=");
    assert_non_null(signature);
    assert_int_equal(strspn(signature + 12, "0123456789abcdef"), 64);
    assert_int_equal(strlen(signature + 12), 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_credentials_that_cannot_be_right_are_refused),
        STAGED(test_regions_and_services_are_names),
        STAGED(test_what_signing_adds_must_not_be_there),
        STAGED(test_control_characters_are_refused),
        STAGED(test_a_url_must_name_a_host),
        STAGED(test_a_broken_escape_is_refused_where_it_would_be_decoded),
        STAGED(test_a_method_is_a_word),
        STAGED(test_a_url_has_at_most_8192_bytes),
        STAGED(test_a_query_has_at_most_512_parameters),
        STAGED(test_a_request_has_at_most_64_headers),
        STAGED(test_the_names_of_headers_have_at_most_4096_bytes),
        STAGED(test_values_and_token_have_at_most_16384_bytes),
        STAGED(test_the_longest_of_everything_fits_the_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
