/* SPDX-License-Identifier: Apache-2.0 */
/* Offers that are fresh enough, refreshed, shared between jobs, and measured against quotas. */
#include "tests/engine_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define CLOCK "clock 2026-05-01T12:00:00Z\n"
#define NOON_MS 1777636800000u
#define OFFERS ASK("GET", "/offers")
#define A SAY("200", "a arm64 1 r1")
#define A_AND_B SAY("200", "a arm64 1 r1\nb arm64 2 r1")
#define DENIED SAY("403", "no")
#define MINUTE_MS 60000u

static archway_query *query;

static int setup(void **state)
{
    query = archway_query_create();
    return stage_setup(state);
}

static int teardown(void **state)
{
    archway_query_destroy(query);
    return stage_teardown(state);
}

/* Looks at the offers and destroys the job; returns how the backend did. */
static archway_backend_result look(archway_job *job, uint64_t offers, uint64_t problems)
{
    static aw_error error;
    archway_backend_result result = {.size = sizeof result};
    stage_run(job);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_offer_count(job), offers);
    assert_int_equal(archway_job_problem_count(job), problems);
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    error = *result.error;
    result.error = &error;
    archway_job_destroy(job);
    return result;
}

static void test_what_is_fresh_enough_is_not_asked_again(void **state)
{
    (void)state;
    stage_open(CLOCK WHOLE OFFERS A OFFERS A_AND_B);
    look(begin_offers(query, MINUTE_MS, NULL), 1, 0);
    stage_pass(MINUTE_MS - 1);
    archway_backend_result result = look(begin_offers(query, MINUTE_MS, NULL), 1, 0);
    assert_int_equal(result.fetched_at_ms, NOON_MS);
    assert_int_equal(result.complete, 1);
    stage_pass(1);
    result = look(begin_offers(query, MINUTE_MS, NULL), 2, 0);
    assert_int_equal(result.fetched_at_ms, NOON_MS + MINUTE_MS);
    stage_close();
}

static void test_at_age_zero_it_is_always_asked(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS A OFFERS A);
    look(begin_offers(query, 0, NULL), 1, 0);
    look(begin_offers(query, 0, NULL), 1, 0);
    stage_close();
}

static void test_what_is_not_sold_any_more_is_gone_after_a_refresh(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS A_AND_B OFFERS A OFFERS SAY("200", ""));
    look(begin_offers(query, 0, NULL), 2, 0);
    look(begin_offers(query, 0, NULL), 1, 0);
    look(begin_offers(query, 0, NULL), 0, 0);
    stage_close();
}

static void test_a_refresh_that_fails_leaves_the_older_offers_and_their_age(void **state)
{
    (void)state;
    stage_open(CLOCK WHOLE OFFERS A_AND_B OFFERS DENIED);
    look(begin_offers(query, 0, NULL), 2, 0);
    stage_pass(MINUTE_MS);
    archway_backend_result result = look(begin_offers(query, 0, NULL), 2, 1);
    assert_int_equal(result.error->code, AW_E_DENIED);
    assert_int_equal(result.fetched_at_ms, NOON_MS);
    assert_int_equal(result.complete, 0);
    stage_close();
}

static void test_a_refresh_that_failed_is_no_problem_of_offers_that_are_fresh_enough(void **state)
{
    (void)state;
    stage_open(CLOCK WHOLE OFFERS A_AND_B OFFERS DENIED);
    look(begin_offers(query, 0, NULL), 2, 0);
    look(begin_offers(query, 0, NULL), 2, 1);
    archway_backend_result result = look(begin_offers(query, MINUTE_MS, NULL), 2, 0);
    assert_int_equal(result.error->code, AW_OK);
    assert_int_equal(result.complete, 1);
    stage_close();
}

static void report(aw_op *op, const aw_offer_query *wish)
{
    const aw_offer offer = {.size = sizeof offer, .arch = AW_ARCH_ARM64, .instance_type = "a"};
    (void)wish;
    aw_emit_offer(op, &offer);
    kit_report(op, AW_E_PROTOCOL, "the type `odd` is left out");
}

static void report_and_fail(aw_op *op, const aw_offer_query *wish)
{
    (void)wish;
    kit_report(op, AW_E_PROTOCOL, "another type is left out");
    kit_fail(op, AW_E_DENIED, "no");
}

static void test_what_is_missing_is_missing_as_long_as_it_is_fresh(void **state)
{
    (void)state;
    engine_script.list_offers = report;
    stage_open(WHOLE);
    assert_int_equal(look(begin_offers(query, 0, NULL), 1, 1).complete, 0);
    assert_int_equal(look(begin_offers(query, MINUTE_MS, NULL), 1, 1).complete, 0);
    engine_script.list_offers = report_and_fail;
    archway_backend_result result = look(begin_offers(query, 0, NULL), 1, 2);
    assert_int_equal(result.error->code, AW_E_DENIED);
    result = look(begin_offers(query, MINUTE_MS, NULL), 1, 1);
    assert_int_equal(result.error->code, AW_OK);
    assert_int_equal(result.complete, 0);
    stage_close();
}

static void test_jobs_at_once_share_one_listing(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS SAY("200 after 5s", "a arm64 1 r1"));
    archway_job *first = begin_offers(query, 0, NULL);
    stage_pass(1000);
    archway_job *second = begin_offers(query, 0, NULL);
    archway_job *third = begin_offers(query, MINUTE_MS, NULL);
    stage_pass(1000);
    archway_cancel(first);
    must_fail(first, AW_E_CANCELLED);
    look(second, 1, 0);
    look(third, 1, 0);
    stage_close();
}

static void test_a_listing_that_nobody_wants_any_more_stops(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS SAY("200 after 5s", "a arm64 1 r1") OFFERS A_AND_B);
    archway_job *first = begin_offers(query, 0, NULL);
    archway_job *second = begin_offers(query, 0, NULL);
    stage_pass(1000);
    archway_job_destroy(first);
    archway_cancel(second);
    must_fail(second, AW_E_CANCELLED);
    look(begin_offers(query, MINUTE_MS, NULL), 2, 0);
    assert_int_equal(stage_now_ms(), 1000);
    stage_close();
}

static void emit_offers_with_quotas(aw_op *op, const aw_offer_query *wish)
{
    static const char *const needs[] = {"vcpus:4", "vcpus:8", "unknown:99", "vcpus:4,gpus:1", NULL};
    static const char *const types[] = {"fits", "too-large", "not-told", "one-lacks", "none"};
    (void)wish;
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        const aw_offer offer = {.size = sizeof offer,
                                .arch = AW_ARCH_ARM64,
                                .availability = AW_AVAILABLE,
                                .instance_type = types[i],
                                .quota = needs[i]};
        aw_emit_offer(op, &offer);
    }
}

static void on_quotas(aw_op *op, const aw_response *answer, void *arg)
{
    const aw_quota vcpus = {.size = sizeof vcpus, .name = "vcpus", .limit = 10, .used = 5};
    const aw_quota gpus = {.size = sizeof gpus, .name = "gpus", .limit = 0, .used = 3};
    (void)answer;
    (void)arg;
    aw_emit_quota(op, &vcpus);
    aw_emit_quota(op, &gpus);
}

static void list_quotas(aw_op *op, const aw_offer_query *wish)
{
    (void)wish;
    engine_send(op, "quotas", "GET", "/quotas", 0, NULL, on_quotas, NULL, NULL);
}

static const void *quotas_extension(void *state, const char *id)
{
    static const aw_quotas quotas = {.size = sizeof quotas, .list_quotas = list_quotas};
    (void)state;
    return strcmp(id, AW_QUOTAS) == 0 ? &quotas : NULL;
}

static void open_with_quotas(const char *recording)
{
    engine_script.list_offers = emit_offers_with_quotas;
    engine_script.extension = quotas_extension;
    stage_open(recording);
}

static uint64_t count_without_quota(void)
{
    uint64_t count = 0;
    archway_job *job = stage_run(begin_offers(query, 0, NULL));
    assert_int_equal(archway_job_offer_count(job), 5);
    assert_int_equal(archway_job_problem_count(job), 0);
    for (uint64_t i = 0; i < 5; i++) {
        const char *backend = NULL;
        aw_offer offer = {.size = sizeof offer};
        assert_int_equal(archway_job_offer(job, i, &offer, &backend), 0);
        count += offer.availability == AW_NO_QUOTA;
    }
    archway_job_destroy(job);
    return count;
}

static void test_offers_beyond_the_quota_say_so(void **state)
{
    (void)state;
    open_with_quotas(WHOLE ASK("GET", "/quotas") SAY("200 after 2s", ""));
    assert_int_equal(count_without_quota(), 2);
    stage_close();
}

static void test_quotas_that_cannot_be_read_do_no_harm(void **state)
{
    (void)state;
    open_with_quotas(WHOLE ASK("GET", "/quotas") SAY("403", "not for you"));
    assert_int_equal(count_without_quota(), 0);
    stage_close();
}

static void test_quotas_that_do_not_come_do_not_hold_the_offers_up(void **state)
{
    (void)state;
    open_with_quotas(WHOLE ASK("GET", "/quotas") "<<< timeout\n\n");
    assert_int_equal(count_without_quota(), 0);
    assert_in_range(stage_now_ms(), 0, 30000);
    stage_close();
}

#define FRESH_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FRESH_TEST(test_what_is_fresh_enough_is_not_asked_again),
        FRESH_TEST(test_at_age_zero_it_is_always_asked),
        FRESH_TEST(test_what_is_not_sold_any_more_is_gone_after_a_refresh),
        FRESH_TEST(test_a_refresh_that_fails_leaves_the_older_offers_and_their_age),
        FRESH_TEST(test_a_refresh_that_failed_is_no_problem_of_offers_that_are_fresh_enough),
        FRESH_TEST(test_what_is_missing_is_missing_as_long_as_it_is_fresh),
        FRESH_TEST(test_jobs_at_once_share_one_listing),
        FRESH_TEST(test_a_listing_that_nobody_wants_any_more_stops),
        FRESH_TEST(test_offers_beyond_the_quota_say_so),
        FRESH_TEST(test_quotas_that_cannot_be_read_do_no_harm),
        FRESH_TEST(test_quotas_that_do_not_come_do_not_hold_the_offers_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
