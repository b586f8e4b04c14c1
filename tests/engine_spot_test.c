/* SPDX-License-Identifier: Apache-2.0 */
/* Interruptible machines, and the others, are asked for alone while nobody has wanted both. */
#include "tests/engine_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE_MS 60000u
#define ANY ASK("GET", "/offers/any")
#define NO ASK("GET", "/offers/no")
#define ONLY ASK("GET", "/offers/only")
#define OK SAY("200", "")

/* What the query of a listing says, and the offers of that kind. */
static const char *const words[] = {
    [AW_SPOT_ANY] = "any", [AW_SPOT_NO] = "no", [AW_SPOT_ONLY] = "only"};
static const uint32_t kinds[] = {AW_SPOT_ANY, AW_SPOT_NO, AW_SPOT_ONLY};

static void emit(aw_op *op, const char *type, uint32_t spot)
{
    const aw_offer offer = {
        .size = sizeof offer, .arch = AW_ARCH_ARM64, .instance_type = type, .spot = spot};
    aw_emit_offer(op, &offer);
}

static void on_offers(aw_op *op, const aw_response *answer, void *arg)
{
    const uint32_t *kind = arg;
    (void)answer;
    if (*kind != AW_SPOT_ONLY)
        emit(op, "steady", 0);
    if (*kind != AW_SPOT_NO)
        emit(op, "spot", 1);
}

static void list_offers(aw_op *op, const aw_offer_query *query)
{
    char path[32];
    snprintf(path, sizeof path, "/offers/%s", words[query->spot]);
    engine_send(op, "offers", "GET", path, 0, NULL, on_offers, NULL,
                (void *)(uintptr_t)&kinds[query->spot]);
}

static archway_query *queries[3];

static int setup(void **state)
{
    aw_error error = {.size = sizeof error};
    int failed = stage_setup(state);
    for (size_t i = 0; i < 3; i++) {
        queries[i] = archway_query_create();
        failed |= archway_query_set(queries[i], "spot", words[i], &error);
    }
    engine_script.list_offers = list_offers;
    return failed;
}

static int teardown(void **state)
{
    for (size_t i = 0; i < 3; i++)
        archway_query_destroy(queries[i]);
    return stage_teardown(state);
}

static archway_job *begin(uint32_t spot, uint64_t max_age_ms)
{
    return begin_offers(queries[spot], max_age_ms, NULL);
}

static void look(archway_job *job, uint64_t offers)
{
    stage_run(job);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_problem_count(job), 0);
    assert_int_equal(archway_job_offer_count(job), offers);
    archway_job_destroy(job);
}

static void test_only_what_is_wanted_is_asked_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        char recording[256];
        snprintf(recording, sizeof recording, WHOLE ">>> GET " ENGINE_URL "/offers/%s\n\n" OK,
                 words[i]);
        stage_open(recording);
        look(begin((uint32_t)i, 0), i == AW_SPOT_ANY ? 2 : 1);
        stage_close();
    }
}

static void test_what_has_been_asked_for_serves_whoever_wants_no_more(void **state)
{
    (void)state;
    stage_open(WHOLE ANY OK);
    look(begin(AW_SPOT_ANY, 0), 2);
    look(begin(AW_SPOT_NO, MINUTE_MS), 1);
    look(begin(AW_SPOT_ONLY, MINUTE_MS), 1);
    look(begin(AW_SPOT_ANY, MINUTE_MS), 2);
    stage_close();
}

/* And then for whoever wanted less before. */
static void test_whoever_wants_more_than_there_is_gets_all(void **state)
{
    (void)state;
    stage_open(WHOLE NO OK ANY OK);
    look(begin(AW_SPOT_NO, 0), 1);
    look(begin(AW_SPOT_NO, MINUTE_MS), 1);
    look(begin(AW_SPOT_ONLY, MINUTE_MS), 1);
    look(begin(AW_SPOT_NO, MINUTE_MS), 1);
    look(begin(AW_SPOT_ANY, MINUTE_MS), 2);
    stage_close();
}

static void test_who_comes_during_a_listing_of_less_waits_for_the_next_one(void **state)
{
    (void)state;
    stage_open(WHOLE NO SAY("200 after 5s", "") ANY OK);
    archway_job *first = begin(AW_SPOT_NO, 0);
    stage_pass(1000);
    archway_job *second = begin(AW_SPOT_ANY, MINUTE_MS);
    archway_job *third = begin(AW_SPOT_NO, MINUTE_MS);
    look(first, 1);
    look(second, 2);
    look(third, 1);
    stage_close();
}

static void test_a_listing_of_less_that_fails_fails_nobody_else(void **state)
{
    (void)state;
    stage_open(WHOLE ONLY SAY("403 after 5s", "no") NO OK);
    archway_job *first = begin(AW_SPOT_ONLY, 0);
    stage_pass(1000);
    archway_job *second = begin(AW_SPOT_NO, MINUTE_MS);
    stage_run(first);
    assert_int_equal(archway_job_problem_count(first), 1);
    archway_job_destroy(first);
    look(second, 1);
    stage_close();
}

static void test_two_who_want_the_two_halves_get_them_from_one_listing(void **state)
{
    (void)state;
    stage_open(WHOLE NO SAY("200 after 5s", "") ANY OK);
    archway_job *first = begin(AW_SPOT_NO, 0);
    stage_pass(1000);
    archway_job *second = begin(AW_SPOT_ONLY, 0);
    archway_job *third = begin(AW_SPOT_ANY, 0);
    archway_job_destroy(third);
    look(first, 1);
    look(second, 1);
    stage_close();
}

#define SPOT_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SPOT_TEST(test_only_what_is_wanted_is_asked_for),
        SPOT_TEST(test_what_has_been_asked_for_serves_whoever_wants_no_more),
        SPOT_TEST(test_whoever_wants_more_than_there_is_gets_all),
        SPOT_TEST(test_who_comes_during_a_listing_of_less_waits_for_the_next_one),
        SPOT_TEST(test_a_listing_of_less_that_fails_fails_nobody_else),
        SPOT_TEST(test_two_who_want_the_two_halves_get_them_from_one_listing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
