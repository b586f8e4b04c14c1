/* SPDX-License-Identifier: Apache-2.0 */
/* Placements: where the next try goes after a failure, and where there is none. */
#include "tests/place_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TWO "small arm64 10 r1\nbig arm64 20 r1\n"
#define FOUR "a arm64 10 r1\nb arm64 20 r1\nc arm64 30 r2\nd arm64 40 r2\n"
#define NOBODY ASK("GET", "/whole/machines") SAY("200", "")

static void test_the_best_offer_is_taken(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", TWO) TRY("whole", "small r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/small made\n");
    stage_close();
}

static void test_where_there_is_no_capacity_the_next_offer_is_tried(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", TWO) TRY("whole", "small r1 - -") FAIL("no_capacity")
                   TRY("whole", "big r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/small no_capacity\nwhole/r1/big made\n");
    stage_close();
}

static void test_no_capacity_in_a_region_is_that_of_its_type_in_all_its_zones(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", "a arm64 10 r1 - r1a\na arm64 11 r1 - r1b\n"
                                     "a arm64 12 r1 - r1c spot\nb arm64 13 r1\n")
                   TRY("whole", "a r1 r1a -") FAIL_IN("no_capacity", "region")
                       TRY("whole", "a r1 r1c spot") FAIL_IN("no_capacity", "zone")
                           TRY("whole", "b r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/a no_capacity -1\nwhole/r1/a+spot no_capacity\n"
                                 "whole/r1/b made\n");
    stage_close();
}

static void test_a_quota_leaves_out_its_region(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", FOUR) TRY("whole", "a r1 - -") FAIL("quota")
                   TRY("whole", "c r2 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/a quota -1\nwhole/r2/c made\n");
    stage_close();
}

static void test_a_quota_of_the_account_leaves_out_the_backend(void **state)
{
    (void)state;
    stage_open(ANY_ORDER WHOLE KEYED OFFERS("whole", FOUR) OFFERS("keyed", "z arm64 90 r9\n") TRY(
        "whole", "a r1 - -") FAIL_IN("quota", "account") TRY("keyed", "z r9 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/a quota -3\nkeyed/r9/z made\n");
    stage_close();
}

static void test_another_family_and_a_smaller_machine_may_fit_into_a_quota(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", "a8 arm64 10 r1 A:8\na16 arm64 20 r1 A:16\n"
                                     "g1 arm64 30 r1 A:4,G:1\ng2 arm64 40 r1 A:8,G:1\n"
                                     "b8 arm64 50 r1 B:8\n") TRY("whole", "a8 r1 - -") FAIL("quota")
                   TRY("whole", "g1 r1 - -") FAIL("quota") TRY("whole", "b8 r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/a8 quota -2\nwhole/r1/g1 quota\nwhole/r1/b8 made\n");
    stage_close();
}

static void test_what_would_fail_for_everybody_ends_it(void **state)
{
    static const struct {
        uint32_t code;
        const char *recording;
        const char *tries;
    } cases[] = {
        {AW_E_DENIED, FAIL("denied"), "whole/r1/small denied\n"},
        {AW_E_INVALID, FAIL("invalid"), "whole/r1/small invalid\n"},
        {AW_E_NOT_FOUND, FAIL("not_found"), "whole/r1/small not_found\n"},
        {AW_E_CONFLICT, FAIL("conflict"), "whole/r1/small conflict\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char recording[1024];
        snprintf(recording, sizeof recording, "%s%s",
                 WHOLE OFFERS("whole", TWO) TRY("whole", "small r1 - -"), cases[i].recording);
        stage_open(recording);
        must_end(begin_place(NULL), cases[i].code, cases[i].tries);
        stage_close();
    }
}

static void test_nothing_is_tried_while_a_machine_may_exist(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", TWO) TRY("whole", "small r1 - -") FAIL_DARK("no_capacity")
                   NOBODY NOBODY NOBODY NOBODY NOBODY NOBODY);
    archway_job *job = stage_run(begin_place(NULL));
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    assert_contains(archway_job_error(job)->message, archway_job_token(job));
    assert_true(archway_job_sent(job));
    must_end(job, AW_E_NO_CAPACITY, "whole/r1/small no_capacity\n");
    stage_close();
}

static void test_a_region_that_is_down_and_a_backend_without_credentials_are_left_out(void **state)
{
    (void)state;
    stage_open(ANY_ORDER WHOLE KEYED OFFERS("whole", FOUR) OFFERS("keyed", "z arm64 90 r9\n")
                   TRY("whole", "a r1 - -") FAIL("unavailable") TRY("whole", "c r2 - -")
                       FAIL("unauthenticated") TRY("keyed", "z r9 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/a unavailable -1\nwhole/r2/c unauthenticated -1\n"
                                 "keyed/r9/z made\n");
    stage_close();
}

static void test_the_only_backend_allowed_is_not_replaced(void **state)
{
    (void)state;
    assert_int_equal(archway_query_set(query, "backend", "whole", NULL), 0);
    stage_open(WHOLE KEYED OFFERS("whole", FOUR) TRY("whole", "a r1 - -") FAIL("unauthenticated"));
    must_end(begin_place(NULL), AW_E_UNAUTHENTICATED, "whole/r1/a unauthenticated -3\n");
    stage_close();
}

static void test_what_a_backend_cannot_do_is_not_asked_of_it_again(void **state)
{
    (void)state;
    wish.disk_mib = 1024;
    stage_open(WHOLE OFFERS("whole", FOUR));
    must_end(begin_place(NULL), AW_E_UNSUPPORTED, "whole/r1/a unsupported -3\n");
    stage_close();
}

/* There may be an agent for one architecture and not for the other. */
static void test_what_cannot_be_for_one_architecture_may_be_for_the_other(void **state)
{
    (void)state;
    wish.disk_mib = 1024;
    stage_open(
        WHOLE OFFERS("whole", "a arm64 10 r1\nb amd64 20 r1\nc arm64 30 r2\nd amd64 40 r2\n"));
    must_end(begin_place(NULL), AW_E_UNSUPPORTED,
             "whole/r1/a unsupported -1\nwhole/r1/b unsupported -1\n");
    stage_close();
}

static void test_so_many_tries_and_no_more(void **state)
{
    (void)state;
    placement.max_tries = 2;
    stage_open(WHOLE OFFERS("whole", FOUR) TRY("whole", "a r1 - -") FAIL("no_capacity")
                   TRY("whole", "b r1 - -") FAIL("no_capacity"));
    archway_job *job = stage_run(begin_place(NULL));
    assert_contains(archway_job_error(job)->message, "2 no_capacity), and no more tries were");
    must_end(job, AW_E_NO_CAPACITY, "whole/r1/a no_capacity\nwhole/r1/b no_capacity\n");
    stage_close();
}

static void test_ten_tries_unless_others_are_asked_for(void **state)
{
    char recording[8192] = WHOLE;
    char offers[1024] = "";
    char tries[1024] = "";
    (void)state;
    for (unsigned i = 0; i < 11; i++)
        snprintf(offers + strlen(offers), sizeof offers - strlen(offers), "t%02u arm64 %u r1\n", i,
                 10 + i);
    snprintf(recording + strlen(recording), sizeof recording - strlen(recording),
             "%s<<< 200\n\n%s\n", ASK("GET", "/whole/offers"), offers);
    for (unsigned i = 0; i < 10; i++) {
        snprintf(recording + strlen(recording), sizeof recording - strlen(recording),
                 ">>> POST " ENGINE_URL "/whole/machines\n\nt%02u r1 - - {{token}}\n%s", i,
                 FAIL("no_capacity"));
        snprintf(tries + strlen(tries), sizeof tries - strlen(tries),
                 "whole/r1/t%02u no_capacity\n", i);
    }
    stage_open(recording);
    must_end(begin_place(NULL), AW_E_NO_CAPACITY, tries);
    stage_close();
}

static void test_the_whole_tells_what_helps_most(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", "a arm64 1 r1\nb arm64 2 r2\nc arm64 3 r3\n")
                   TRY("whole", "a r1 - -") FAIL("quota") TRY("whole", "b r2 - -")
                       FAIL("no_capacity") TRY("whole", "c r3 - -") FAIL("unavailable"));
    archway_job *job = stage_run(begin_place(NULL));
    assert_contains(archway_job_error(job)->message,
                    "none of the 3 offers that were tried could be had (1 no_capacity, 1 quota, "
                    "1 unavailable)");
    must_end(job, AW_E_NO_CAPACITY,
             "whole/r1/a quota\nwhole/r2/b no_capacity\nwhole/r3/c unavailable\n");
    stage_close();
}

#define SOLD_OUT_THERE                                                                             \
    TRY("whole", "small r1 - -") FAIL("no_capacity") TRY("whole", "big r1 - -") MADE
#define LAST_THERE TRY("whole", "big r1 - -") FAIL("quota") TRY("whole", "small r1 - -")
#define OTHER "big arm64 20 r1 Q:1\nsmall arm64 10 r1\n"

static void test_a_sold_out_place_comes_last_for_a_while(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", OTHER) SOLD_OUT_THERE OFFERS("whole", OTHER)
                   LAST_THERE MADE OFFERS("whole", OTHER) TRY("whole", "small r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/small no_capacity\nwhole/r1/big made\n");
    stage_pass(3 * 60 * 1000 - 1);
    must_make(begin_place(NULL), "whole/r1/big quota\nwhole/r1/small made held\n");
    must_make(begin_place(NULL), "whole/r1/small made\n");
    stage_close();
}

static void test_after_a_while_it_comes_first_again_and_then_waits_twice_as_long(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", OTHER) SOLD_OUT_THERE OFFERS("whole", OTHER)
                   SOLD_OUT_THERE OFFERS("whole", OTHER) OFFERS("whole", OTHER));
    must_make(begin_place(NULL), "whole/r1/small no_capacity\nwhole/r1/big made\n");
    stage_pass(3 * 60 * 1000);
    must_make(begin_place(NULL), "whole/r1/small no_capacity\nwhole/r1/big made\n");
    placement.plan_only = 1;
    stage_pass(6 * 60 * 1000 - 1);
    must_end(begin_place(NULL), AW_OK, "whole/r1/big planned\nwhole/r1/small planned held\n");
    stage_pass(1);
    must_end(begin_place(NULL), AW_OK, "whole/r1/small planned\nwhole/r1/big planned\n");
    stage_close();
}

static void test_where_nothing_matches_nothing_is_tried(void **state)
{
    (void)state;
    assert_int_equal(archway_query_set(query, "arch", "amd64", NULL), 0);
    stage_open(WHOLE OFFERS("whole", TWO));
    must_end(begin_place(NULL), AW_E_NOT_FOUND, "");
    stage_close();
}

static void test_without_any_answer_the_backends_error_is_told(void **state)
{
    (void)state;
    stage_open(WHOLE ASK("GET", "/whole/offers") FAIL("denied"));
    must_end(begin_place(NULL), AW_E_DENIED, "");
    stage_close();
}

static void test_a_plan_names_what_would_be_tried_and_creates_nothing(void **state)
{
    (void)state;
    placement.plan_only = 1;
    placement.max_tries = 3;
    stage_open(WHOLE OFFERS("whole", FOUR));
    archway_job *job = stage_run(begin_place(NULL));
    assert_int_equal(archway_job_offer_count(job), 3);
    must_end(job, AW_OK, "whole/r1/a planned\nwhole/r1/b planned\nwhole/r2/c planned\n");
    stage_close();
}

static void note_try(archway_job *job, uint64_t index, void *arg)
{
    archway_try try = {.size = sizeof try};
    char *told = arg;
    assert_int_equal(archway_job_try(job, index, &try), 0);
    snprintf(told + strlen(told), 64, "%s%u ", try.offer->instance_type, try.outcome);
}

static void test_tries_are_told_when_they_begin_and_end(void **state)
{
    char told[256] = "";
    (void)state;
    placement.on_try = note_try;
    placement.arg = told;
    stage_open(WHOLE OFFERS("whole", TWO) TRY("whole", "small r1 - -") FAIL("no_capacity")
                   TRY("whole", "big r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/small no_capacity\nwhole/r1/big made\n");
    assert_string_equal(told, "small1 small2 big1 big3 ");
    stage_close();
}

static void cancel_try(archway_job *job, uint64_t index, void *arg)
{
    (void)arg;
    if (index == 1)
        archway_cancel(job);
}

static void test_it_can_be_cancelled_from_within(void **state)
{
    (void)state;
    placement.on_try = cancel_try;
    stage_open(WHOLE OFFERS("whole", TWO) TRY("whole", "small r1 - -") FAIL("no_capacity"));
    archway_job *job = stage_run(begin_place(NULL));
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_SAFE);
    assert_false(archway_job_sent(job));
    must_end(job, AW_E_CANCELLED, "whole/r1/small no_capacity\nwhole/r1/big cancelled\n");
    stage_close();
}

static void test_stopped_while_a_try_is_under_way_it_says_that_there_may_be_a_machine(void **state)
{
    (void)state;
    stage_open(WHOLE OFFERS("whole", TWO)
                   TRY("whole", "small r1 - -") "<<< 200 after 5s\n\nm1\n\n");
    archway_job *job = begin_place(NULL);
    stage_pass(1000);
    archway_cancel(job);
    stage_run(job);
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    assert_true(archway_job_sent(job));
    assert_non_null(archway_job_token(job));
    must_end(job, AW_E_CANCELLED, "whole/r1/small cancelled\n");
    stage_close();
}

static void test_a_limit_of_the_callers_is_for_the_whole(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 5000};
    (void)state;
    stage_open(WHOLE OFFERS("whole", TWO) TRY(
        "whole", "small r1 - -") "<<< 409 after 4s\nx-code: no_capacity\n\nsold "
                                 "out\n\n" TRY("whole", "big r1 - -") "<<< timeout\n\n" NOBODY);
    archway_job *job = stage_run(begin_place(&brief));
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    must_end(job, AW_E_TIMEOUT, "whole/r1/small no_capacity\nwhole/r1/big timeout\n");
    assert_int_equal(stage_now_ms(), 5000);
    stage_close_unlike();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MARKET_TEST(test_the_best_offer_is_taken),
        MARKET_TEST(test_where_there_is_no_capacity_the_next_offer_is_tried),
        MARKET_TEST(test_no_capacity_in_a_region_is_that_of_its_type_in_all_its_zones),
        MARKET_TEST(test_a_quota_leaves_out_its_region),
        MARKET_TEST(test_a_quota_of_the_account_leaves_out_the_backend),
        MARKET_TEST(test_another_family_and_a_smaller_machine_may_fit_into_a_quota),
        MARKET_TEST(test_what_would_fail_for_everybody_ends_it),
        MARKET_TEST(test_nothing_is_tried_while_a_machine_may_exist),
        MARKET_TEST(test_a_region_that_is_down_and_a_backend_without_credentials_are_left_out),
        MARKET_TEST(test_the_only_backend_allowed_is_not_replaced),
        MARKET_TEST(test_what_a_backend_cannot_do_is_not_asked_of_it_again),
        MARKET_TEST(test_what_cannot_be_for_one_architecture_may_be_for_the_other),
        MARKET_TEST(test_so_many_tries_and_no_more),
        MARKET_TEST(test_ten_tries_unless_others_are_asked_for),
        MARKET_TEST(test_the_whole_tells_what_helps_most),
        MARKET_TEST(test_a_sold_out_place_comes_last_for_a_while),
        MARKET_TEST(test_after_a_while_it_comes_first_again_and_then_waits_twice_as_long),
        MARKET_TEST(test_where_nothing_matches_nothing_is_tried),
        MARKET_TEST(test_without_any_answer_the_backends_error_is_told),
        MARKET_TEST(test_a_plan_names_what_would_be_tried_and_creates_nothing),
        MARKET_TEST(test_tries_are_told_when_they_begin_and_end),
        MARKET_TEST(test_it_can_be_cancelled_from_within),
        MARKET_TEST(test_stopped_while_a_try_is_under_way_it_says_that_there_may_be_a_machine),
        MARKET_TEST(test_a_limit_of_the_callers_is_for_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
