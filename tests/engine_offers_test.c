/* SPDX-License-Identifier: Apache-2.0 */
/* Offers of several regions and backends at once, and what is missing. */
#include "tests/engine_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define REGIONS ASK("GET", "/regions") SAY("200", "r1\nr2\nr3")
#define OFFERS(region) ASK("GET", "/offers?region=" region)
#define ALL_OFFERS ASK("GET", "/offers")

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

static void ask_for(const char *filter, const char *text)
{
    assert_int_equal(archway_query_set(query, filter, text, NULL), 0);
}

/* "a b c": the types, in the order of their prices. */
static void must_offer(archway_job *job, const char *types)
{
    char found[256] = "";
    const aw_error *error = archway_job_error(stage_run(job));
    if (error->code)
        fail_msg("%s", error->message);
    for (uint64_t i = 0; i < archway_job_offer_count(job); i++) {
        const char *backend = NULL;
        aw_offer offer = {.size = sizeof offer};
        size_t size = strlen(found);
        assert_int_equal(archway_job_offer(job, i, &offer, &backend), 0);
        snprintf(found + size, sizeof found - size, "%s%s", i ? " " : "", offer.instance_type);
    }
    assert_string_equal(found, types);
}

static void must_be_whole(archway_job *job)
{
    archway_backend_result result = {.size = sizeof result};
    if (archway_job_problem_count(job))
        fail_msg("%s", archway_job_problem(job, 0)->message);
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    assert_int_equal(result.error->code, AW_OK);
    assert_int_equal(result.complete, 1);
    archway_job_destroy(job);
}

/* One problem, in that region; the backend has answered, or not at all. */
static void must_lack(archway_job *job, uint32_t code, const char *region, bool answered)
{
    archway_backend_result result = {.size = sizeof result};
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(archway_job_problem(job, 0)->code, code);
    assert_string_equal(archway_job_problem(job, 0)->region, region);
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    assert_int_equal(result.error->code, answered ? AW_OK : code);
    assert_int_equal(result.complete, 0);
    archway_job_destroy(job);
}

static void test_all_regions_are_asked_at_once(void **state)
{
    (void)state;
    stage_open(ENGINE ANY_ORDER REGIONS OFFERS("r1") SAY("200 after 3s", "a arm64 1 r1") OFFERS(
        "r2") SAY("200 after 2s", "b arm64 2 r2") OFFERS("r3") SAY("200 after 1s", "c arm64 3 r3"));
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "a b c");
    must_be_whole(job);
    assert_int_equal(stage_now_ms(), 3000);
    stage_close();
}

static void test_a_region_that_fails_is_a_problem_beside_the_others_offers(void **state)
{
    (void)state;
    stage_open(ENGINE ANY_ORDER REGIONS OFFERS("r1") SAY("200", "a arm64 1 r1") OFFERS("r2")
                   SAY("403", "not for you") OFFERS("r3") SAY("200", "c arm64 3 r3"));
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "a c");
    must_lack(job, AW_E_DENIED, "r2", true);
    stage_close();
}

static void test_a_backend_whose_regions_all_fail_has_failed(void **state)
{
    (void)state;
    stage_open(ENGINE ASK("GET", "/regions") SAY("200", "r1") OFFERS("r1") SAY("403", "no"));
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "");
    must_lack(job, AW_E_DENIED, "r1", false);
    stage_close();
}

static void test_a_backend_that_cannot_name_its_regions_has_failed(void **state)
{
    (void)state;
    stage_open(ENGINE ASK("GET", "/regions") SAY("403", "no") REGIONS OFFERS("r3")
                   SAY("200", "c arm64 3 r3"));
    ask_for("region", "r3");
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "");
    must_lack(job, AW_E_DENIED, "", false);
    /* The next one asks again. */
    job = begin_offers(query, 0, NULL);
    must_offer(job, "c");
    must_be_whole(job);
    stage_close();
}

static void test_a_region_that_is_named_twice_is_asked_once(void **state)
{
    (void)state;
    stage_open(ENGINE ASK("GET", "/regions") SAY("200", "r1\nr1") OFFERS("r1")
                   SAY("200", "a arm64 1 r1"));
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "a");
    must_be_whole(job);
    stage_close();
}

static void test_only_configured_regions_are_asked(void **state)
{
    (void)state;
    stage_open_with("backends:\n  - type: engine\n    regions: [r2]\n",
                    OFFERS("r2") SAY("200", "b arm64 2 r2"));
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "b");
    must_be_whole(job);
    stage_close();

    stage_open_with("backends:\n  - type: whole\n    regions: [r2]\n",
                    ALL_OFFERS SAY("200", "a arm64 1 r1\nb arm64 2 r2\nsold-out arm64 3"));
    job = begin_offers(query, 0, NULL);
    must_offer(job, "b");
    must_be_whole(job);
    stage_close();
}

static void test_only_the_regions_of_the_query_are_asked(void **state)
{
    (void)state;
    stage_open(ENGINE ANY_ORDER REGIONS OFFERS("r1") SAY("200", "a arm64 1 r1") OFFERS("r3")
                   SAY("200", "c arm64 3 r3"));
    ask_for("region", "r1,r3");
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "a c");
    must_be_whole(job);
    stage_close();
}

static void test_only_the_backends_of_the_query_are_asked(void **state)
{
    (void)state;
    stage_open(KEYED WHOLE ALL_OFFERS SAY("200", "a arm64 1 r1"));
    ask_for("backend", "whole");
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "a");
    assert_int_equal(archway_job_backend_count(job), 1);
    must_be_whole(job);
    stage_close();
}

static void test_a_backend_that_fails_leaves_the_others_theirs(void **state)
{
    archway_backend_result result = {.size = sizeof result};
    (void)state;
    stage_open(KEYED WHOLE ANY_ORDER ALL_OFFERS SAY("403", "no")
                   ALL_OFFERS SAY("200", "a arm64 1 r1"));
    archway_job *job = begin_offers(query, 0, NULL);
    must_offer(job, "a");
    assert_int_equal(archway_job_backend_count(job), 2);
    assert_int_equal(archway_job_backend(job, 1, &result), 0);
    assert_int_equal(result.error->code, AW_OK);
    assert_int_equal(result.complete, 1);
    must_lack(job, AW_E_DENIED, "", false);
    stage_close();
}

static void test_a_limit_shows_what_has_come_so_far(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 2000};
    (void)state;
    stage_open(ENGINE ANY_ORDER REGIONS OFFERS("r1") SAY("200 after 1s", "a arm64 1 r1") OFFERS(
        "r2") SAY("200 after 5s", "b arm64 2 r2") OFFERS("r3") SAY("200", "c arm64 3 r3"));
    archway_job *job = begin_offers(query, 0, &brief);
    must_offer(job, "a c");
    must_lack(job, AW_E_TIMEOUT, "", true);
    assert_int_equal(stage_now_ms(), 2000);
    stage_close();
}

static void test_how_far_it_is_can_be_seen(void **state)
{
    uint64_t done = 9;
    uint64_t parts = 9;
    (void)state;
    stage_open(ENGINE ANY_ORDER REGIONS OFFERS("r1") SAY("200 after 3s", "a arm64 1 r1") OFFERS(
        "r2") SAY("200 after 1s", "b arm64 2 r2") OFFERS("r3") SAY("200 after 1s", "c arm64 3 r3"));
    archway_job *job = begin_offers(query, 0, NULL);
    stage_pass(2000);
    archway_job_progress(job, &done, &parts);
    assert_int_equal(done, 3);
    assert_int_equal(parts, 4);
    must_offer(job, "a b c");
    archway_job_progress(job, &done, &parts);
    assert_int_equal(done, parts);
    archway_job_destroy(job);
    stage_close();
}

/* ---- options ---- */

/* Sells what it is asked for. */
static void list_by_option(aw_op *op, const aw_offer_query *wish)
{
    const aw_offer offer = {.size = sizeof offer,
                            .arch = AW_ARCH_ARM64,
                            .vcpus = 4,
                            .memory_mib = 4096,
                            .instance_type =
                                wish->option_count ? wish->options[0].value : "for-all",
                            .region = "r1"};
    aw_emit_offer(op, &offer);
}

static void must_offer_and_end(uint64_t max_age_ms, const char *types)
{
    archway_job *job = begin_offers(query, max_age_ms, NULL);
    must_offer(job, types);
    archway_job_destroy(job);
}

static void test_offers_that_options_ask_for_are_nobody_elses(void **state)
{
    (void)state;
    stage_open(WHOLE);
    engine_script.list_offers = list_by_option;
    must_offer_and_end(60000, "for-all");
    archway_query *plain = query;
    query = archway_query_create();
    ask_for("option", "pool=of-mine");
    must_offer_and_end(60000, "of-mine");
    archway_job_destroy(begin_offers(query, 0, NULL));
    archway_query_destroy(query);
    query = plain;
    must_offer_and_end(60000, "for-all");
    stage_close();
}

static void test_a_cancelled_listing_of_ones_own_leaves_nothing(void **state)
{
    (void)state;
    ask_for("option", "pool=mine");
    stage_open(ENGINE ANY_ORDER REGIONS OFFERS("r1") SAY("200", "a arm64 1 r1") OFFERS("r2")
                   SAY("200 after 9s", "b arm64 2 r2") OFFERS("r3") SAY("403", "no"));
    archway_job *job = begin_offers(query, 0, NULL);
    stage_pass(1000);
    archway_job_destroy(job);
    stage_close();
}

static void test_an_option_without_a_value_is_told_how_to_write_one(void **state)
{
    static const char *const texts[] = {"reservation", "=mine", ""};
    aw_error error;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(archway_query_set(query, "option", texts[i], &error), -1);
        assert_non_null(strstr(error.message, "write NAME=VALUE, and not"));
    }
}

#define OFFERS_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OFFERS_TEST(test_all_regions_are_asked_at_once),
        OFFERS_TEST(test_a_region_that_fails_is_a_problem_beside_the_others_offers),
        OFFERS_TEST(test_a_backend_whose_regions_all_fail_has_failed),
        OFFERS_TEST(test_a_backend_that_cannot_name_its_regions_has_failed),
        OFFERS_TEST(test_a_region_that_is_named_twice_is_asked_once),
        OFFERS_TEST(test_only_configured_regions_are_asked),
        OFFERS_TEST(test_only_the_regions_of_the_query_are_asked),
        OFFERS_TEST(test_only_the_backends_of_the_query_are_asked),
        OFFERS_TEST(test_a_backend_that_fails_leaves_the_others_theirs),
        OFFERS_TEST(test_a_limit_shows_what_has_come_so_far),
        OFFERS_TEST(test_how_far_it_is_can_be_seen),
        OFFERS_TEST(test_offers_that_options_ask_for_are_nobody_elses),
        OFFERS_TEST(test_a_cancelled_listing_of_ones_own_leaves_nothing),
        OFFERS_TEST(test_an_option_without_a_value_is_told_how_to_write_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
