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
        STAGED(test_finished_keys_are_zeroes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
