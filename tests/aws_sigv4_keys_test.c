/* SPDX-License-Identifier: Apache-2.0 */
/* How derived keys are kept. */
#include "sigv4_stage.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DAY_MS UINT64_C(86400000)

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
        stage_sign(stage);
    }
    assert_int_equal(kept(stage), 1);
    stage->scope.region = "us-east-2";
    stage_sign(stage);
    stage->scope.service = "sts";
    stage_sign(stage);
    stage->credentials.key_id = "AKIAIOSFODNN7EXAMPLE";
    stage_sign(stage);
    stage->credentials.secret = "another";
    stage_sign(stage);
    assert_int_equal(kept(stage), 5);
    stage->now_ms += DAY_MS;
    stage_sign(stage);
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
    snprintf(out, size, "%s", stage_authorization(stage));
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
        stage_sign(stage);
        assert_string_equal(stage_authorization(stage), expected[i % 2]);
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
        stage_sign(stage);
        assert_string_equal(stage_authorization(stage), expected);
    }
    assert_int_equal(kept(stage), SIGV4_KEYS);
}

static void test_the_key_used_longest_ago_makes_room(void **state)
{
    struct stage *stage = *state;
    char region[32] = "first";
    stage->scope.region = region;
    stage_sign(stage);
    for (unsigned i = 0; i < 2 * SIGV4_KEYS; i++) {
        snprintf(region, sizeof region, "region-%u", i);
        stage_sign(stage);
        snprintf(region, sizeof region, "first");
        stage_sign(stage);
    }
    assert_non_null(strstr(stage->keys.slots[0].credential, "/first/"));
}

/* As it is now, with the keys that there are. */
static void assert_signed_as_anew(struct stage *stage)
{
    char expected[1024];
    sign_anew(stage, expected, sizeof expected);
    stage_sign(stage);
    assert_string_equal(stage_authorization(stage), expected);
}

static void test_a_request_that_comes_again_is_signed_for_its_body_and_time(void **state)
{
    struct stage *stage = *state;
    static char body[64];
    stage->request.body.data = body;
    for (unsigned i = 0; i < 20; i++) {
        snprintf(body, sizeof body, "Action=DescribeRegions&NextToken=%u", i);
        stage->request.body.size = i % 5 ? strlen(body) : 0;
        stage->now_ms += 777;
        assert_signed_as_anew(stage);
    }
    assert_true(stage->keys.slots[0].last.input_size > 0);
}

/* Makes this request the last one, whatever came before. */
static void make_last(struct stage *stage)
{
    const struct sigv4_last *last = &stage->keys.slots[0].last;
    unsigned i = 0;
    do {
        stage_sign(stage);
    } while ((last->input_size == 0 || last->misses > 0) && ++i < 100);
    assert_true(i < 100);
}

/* The stage's request is the last one, and then comes this one. */
static void assert_is_another(struct stage *stage, const aw_request *request)
{
    const aw_request base = stage->request;
    make_last(stage);
    stage->request = *request;
    assert_signed_as_anew(stage);
    stage->request = base;
}

static void test_a_request_that_is_nearly_the_last_one_is_another(void **state)
{
    struct stage *stage = *state;
    static const aw_header base[] = {{"content-type", "a"}, {"x-a", "b"}};
    static const aw_header nearly[][3] = {
        {{"content-type", "a"}, {"x-a", "c"}},  {{"content-type", "a"}, {"x-b", "b"}},
        {{"content-type", "ax"}, {"-a", "b"}},  {{"Content-Type", "a"}, {"x-a", "b"}},
        {{"x-a", "b"}, {"content-type", "a"}},  {{"content-type", "a"}, {"x-a", "b "}},
        {{"content-type", "a"}, {"x-a", "bc"}}, {{"content-type", "a"}, {"x-a", ""}}};
    static const aw_header longer[] = {{"content-type", "a"}, {"x-a", "b"}, {"x-c", ""}};
    stage->request.headers = base;
    stage->request.header_count = 2;
    aw_request other = stage->request;
    for (size_t i = 0; i < sizeof nearly / sizeof *nearly; i++) {
        other.headers = nearly[i];
        assert_is_another(stage, &other);
    }
    other.headers = longer;
    for (other.header_count = 0; other.header_count <= 3; other.header_count++)
        assert_is_another(stage, &other);
}

static void test_another_url_or_method_is_another_request(void **state)
{
    struct stage *stage = *state;
    static const char *const urls[] = {"https://host/a", "https://host", "https://host:8443/",
                                       "https://host/?a=1", "http://host/"};
    static const char *const methods[] = {"POS", "POSTS", "GET"};
    stage->request.url = "https://host/";
    aw_request other = stage->request;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        other.url = urls[i];
        assert_is_another(stage, &other);
    }
    other.url = "https://host/";
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        other.method = methods[i];
        assert_is_another(stage, &other);
    }
}

static void test_the_last_request_is_of_no_use_with_a_token_or_another_path(void **state)
{
    struct stage *stage = *state;
    stage->request.url = "https://host//a/..";
    make_last(stage);
    stage->credentials.token = "token";
    assert_signed_as_anew(stage);
    stage->credentials.token = "another";
    assert_signed_as_anew(stage);
    stage->credentials.token = NULL;
    assert_signed_as_anew(stage);
    stage->scope.path = SIGV4_PATH_UNNORMALIZED;
    assert_signed_as_anew(stage);
    stage->scope.path = SIGV4_PATH_OF_SERVICE;
    assert_signed_as_anew(stage);
}

static void test_a_hash_that_is_given_is_compared_each_time(void **state)
{
    struct stage *stage = *state;
    stage->request.body = (aw_bytes){"", 0};
    stage_add_header(stage, "x-amz-content-sha256",
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (unsigned i = 0; i < 3; i++)
        stage_sign(stage);
    stage->request.body = (aw_bytes){"x", 1};
    assert_refused(stage, AW_E_INVALID, "x-amz-content-sha256");
}

static void test_only_a_small_request_without_a_query_is_kept(void **state)
{
    struct stage *stage = *state;
    static char value[600];
    const struct sigv4_last *last = &stage->keys.slots[0].last;
    stage->request.url = "https://host/?a=1";
    stage_sign(stage);
    assert_int_equal(last->input_size, 0);
    memset(value, 'v', sizeof value - 1);
    stage_add_header(stage, "x", value);
    stage->request.url = "https://host/";
    for (unsigned i = 0; i < 3; i++) {
        assert_signed_as_anew(stage);
        assert_int_equal(last->input_size, 0);
    }
    stage->request.header_count = 1;
    for (unsigned i = 0; i < 4; i++)
        assert_signed_as_anew(stage);
    assert_true(last->input_size > 0);
}

static void test_two_requests_by_turns_are_signed_rightly(void **state)
{
    struct stage *stage = *state;
    for (unsigned i = 0; i < 70; i++) {
        stage->request.url = i % 2 ? "https://first/" : "https://other/";
        assert_signed_as_anew(stage);
    }
    for (unsigned i = 0; i < 70; i++)
        assert_signed_as_anew(stage);
    assert_int_equal(stage->keys.slots[0].last.misses, 0);
}

static void test_finished_keys_are_zeroes(void **state)
{
    struct stage *stage = *state;
    static const struct sigv4_keys zeroes;
    stage->credentials.token = "token";
    stage_sign(stage);
    sigv4_keys_finish(&stage->keys);
    assert_memory_equal(&stage->keys, &zeroes, sizeof zeroes);
    sigv4_keys_finish(NULL);
    stage_sign(stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_a_key_is_derived_once_for_a_day_and_scope),
        STAGED(test_around_midnight_both_days_keys_are_kept),
        STAGED(test_more_scopes_than_are_kept_are_signed_rightly),
        STAGED(test_the_key_used_longest_ago_makes_room),
        STAGED(test_a_request_that_comes_again_is_signed_for_its_body_and_time),
        STAGED(test_a_request_that_is_nearly_the_last_one_is_another),
        STAGED(test_another_url_or_method_is_another_request),
        STAGED(test_the_last_request_is_of_no_use_with_a_token_or_another_path),
        STAGED(test_a_hash_that_is_given_is_compared_each_time),
        STAGED(test_only_a_small_request_without_a_query_is_kept),
        STAGED(test_two_requests_by_turns_are_signed_rightly),
        STAGED(test_finished_keys_are_zeroes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
