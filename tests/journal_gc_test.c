/* SPDX-License-Identifier: Apache-2.0 */
/* Cleaning: what is found, what is left alone, and what is ended. */
#include "tests/journal_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define OLD "2025-12-31T12:00:00Z"
#define NEW "2025-12-31T23:59:30Z" /* half a minute before a replay starts */
#define LEFT "m1 r1 running lost-token my-server " OLD
#define GONE(id) ASK("DELETE", "/machines/" id) SAY("200", "")
#define ONCE .size = sizeof(archway_gc_options), .act = 1, .passes = 1, .most = 20

static archway_gc_counts counts;

static archway_job *clean(const archway_gc_options *how)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    if (archway_gc(stage.aw, how, NULL, &job, &error))
        fail_msg("%s", error.message);
    stage_run(job);
    if (archway_job_error(job)->code)
        fail_msg("%s", archway_job_error(job)->message);
    counts = (archway_gc_counts){.size = sizeof counts};
    assert_int_equal(archway_job_gc(job, &counts), 0);
    return job;
}

/* "m1 ending, m2 kept" */
static const char *fates(const archway_job *job)
{
    static char text[512];
    archway_outcome outcome = {.size = sizeof outcome};
    text[0] = '\0';
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++) {
        size_t size = strlen(text);
        snprintf(text + size, sizeof text - size, "%s%s %s", size ? ", " : "", outcome.id,
                 archway_fate_name(outcome.fate));
        assert_non_null(outcome.reason);
    }
    return text;
}

static void must_clean(const archway_gc_options *how, const char *expected)
{
    archway_job *job = clean(how);
    assert_string_equal(fates(job), expected);
    archway_job_destroy(job);
}

static const archway_gc_options once = {ONCE, .grace_ms = 60000};

static void test_what_is_forgotten_is_ended(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("200", LEFT) GONE("m1"));
    must_clean(&once, "m1 ending");
    assert_int_equal(counts.garbage, 1);
    assert_int_equal(counts.ended, 1);
    assert_string_equal(journal_ask("SELECT state || instance_id FROM entry"), "3m1");
    stage_close();
}

static void test_without_an_order_nothing_is_ended(void **state)
{
    (void)state;
    const archway_gc_options dry = {.size = sizeof dry, .passes = 1, .most = 20, .grace_ms = 60000};
    stage_open(WHOLE MACHINES SAY("200", LEFT) MACHINES SAY("200", LEFT));
    must_clean(&dry, "m1 found");
    must_clean(NULL, "m1 waiting");
    stage_close();
}

static void test_what_is_in_the_journal_is_left_alone(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1")
                   MACHINES SAY("200", "m1 r1 running {{token}} my-server " OLD));
    must_succeed(begin_create("whole", NULL, NULL));
    must_clean(&once, "");
    assert_int_equal(counts.listed, 1);
    stage_close();
}

/* Of one create: the first one is the machine, and who made it is told of the other. */
static void test_a_second_machine_of_one_create_is_told_and_forgotten(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1\nm2")
                   MACHINES SAY("200", "m1 r1 running {{token}} my-server " OLD
                                       "\nm2 r1 running {{token}} my-server " OLD) GONE("m2"));
    archway_job *job = begin_create("whole", NULL, NULL);
    stage_run(job);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_problem_count(job), 1);
    const aw_error *problem = archway_job_problem(job, 0);
    assert_int_equal(problem->code, AW_E_PROTOCOL);
    assert_non_null(strstr(problem->message, "m2 was made too, beside m1"));
    archway_job_destroy(job);
    must_clean(&once, "m2 ending");
    assert_string_equal(journal_ask("SELECT group_concat(state || instance_id) FROM entry"),
                        "2m1,3m2");
    stage_close();
}

static void test_a_second_machine_that_is_found_by_its_token_is_told_too(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH LOST MACHINES SAY("200", "m1 r1 running {{token}} my-server " NEW
                                                     "\nm2 r1 running {{token}} my-server " NEW));
    archway_job *job = begin_create("whole", NULL, NULL);
    stage_run(job);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_non_null(strstr(archway_job_problem(job, 0)->message, "m2 was made too, beside m1"));
    archway_job_destroy(job);
    stage_close();
}

static void launch_and_stop(void)
{
    stage_open(WHOLE MACHINES SAY("200", "")
                   POST("/machines", "lost-token") "<<< 200 after 3600s\n\nm1\n\n");
    begin_create("whole", "lost-token", NULL);
    stage_pass(1000);
}

static void test_a_create_under_way_elsewhere_is_left_alone(void **state)
{
    (void)state;
    pid_t child = begin_living(launch_and_stop);
    stage_open(WHOLE MACHINES SAY("200", LEFT));
    must_clean(&once, "");
    stage_close();
    end_living(child);
}

static void test_what_is_not_ours_is_left_alone(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("200", "m1 r1 running t - " OLD "\n"
                                         "m2 r1 running t my-server-2 " OLD "\n"
                                         "m3 r1 terminated t my-server " OLD "\n"
                                         "m4 r1 terminating t my-server " OLD));
    must_clean(&once, "");
    assert_int_equal(counts.listed, 4);
    stage_close();
}

static void test_what_is_new_or_marked_is_kept(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("200", "m1 r1 running t1 my-server " NEW "\n"
                                         "m2 r1 running t2 my-server " OLD " - yes\n"
                                         "m3 r1 running t3 my-server " OLD " 1 yes\n"
                                         "m4 r1 running t4 my-server " OLD " - no") GONE("m4"));
    must_clean(&once, "m1 waiting, m2 kept, m3 kept, m4 ending");
    stage_close();
}

static void test_what_is_not_dated_counts_from_when_it_was_seen(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("200", "m1 r1 running t1 my-server")
                   MACHINES SAY("200", "m1 r1 running t1 my-server") GONE("m1"));
    must_clean(&once, "m1 waiting");
    stage_pass(60000);
    must_clean(&once, "m1 ending");
    stage_close();
}

static void test_two_passes_are_half_a_minute_apart(void **state)
{
    (void)state;
    archway_gc_options twice = {ONCE, .grace_ms = 60000};
    twice.passes = 2;
    stage_open(WHOLE MACHINES SAY("200", LEFT) MACHINES SAY("200", LEFT) GONE("m1"));
    must_clean(&twice, "m1 ending");
    assert_int_equal(counts.passes, 2);
    assert_int_equal(stage_now_ms(), 30000);
    stage_close();
}

static void test_passes_are_counted_from_one_run_to_the_next(void **state)
{
    (void)state;
    archway_gc_options dry = {ONCE, .grace_ms = 60000};
    dry.act = 0;
    dry.passes = 3;
    stage_open(WHOLE MACHINES SAY("200", LEFT) MACHINES SAY("200", LEFT) MACHINES SAY("200", LEFT)
                   MACHINES SAY("200", LEFT));
    must_clean(&dry, "m1 waiting");
    must_clean(&dry, "m1 waiting"); /* too soon to count */
    stage_pass(30000);
    must_clean(&dry, "m1 waiting");
    stage_pass(30000);
    must_clean(&dry, "m1 found");
    stage_close();
}

static void test_a_pass_without_it_starts_anew(void **state)
{
    (void)state;
    archway_gc_options dry = {ONCE, .grace_ms = 60000};
    dry.act = 0;
    dry.passes = 2;
    stage_open(WHOLE MACHINES SAY("200", LEFT) MACHINES SAY("200", "") MACHINES SAY("200", LEFT));
    must_clean(&dry, "m1 waiting");
    stage_pass(30000);
    must_clean(&dry, "");
    stage_pass(30000);
    must_clean(&dry, "m1 waiting");
    stage_close();
}

static void list_with_a_gap(aw_op *op, const aw_list *wish)
{
    (void)wish;
    kit_report(op, AW_E_UNAVAILABLE, "a zone is down");
    engine_send(op, "machines", "GET", "/machines", 0, NULL, engine_on_machines, NULL, NULL);
}

static void test_a_place_that_does_not_answer_whole_is_not_touched(void **state)
{
    (void)state;
    engine_script.list = list_with_a_gap;
    stage_open(WHOLE MACHINES SAY("200", LEFT));
    must_clean(&once, "");
    assert_int_equal(counts.skipped, 1);
    assert_int_equal(counts.places, 0);
    stage_close();
}

static void test_the_other_regions_are_cleaned(void **state)
{
    (void)state;
    stage_open(ENGINE ANY_ORDER ASK("GET", "/regions") SAY("200", "r1\nr2")
                   ASK("GET", "/machines?region=r1") SAY("200", LEFT)
                       ASK("GET", "/machines?region=r2") SAY("403", "not you") GONE("m1"));
    archway_job *job = clean(&once);
    assert_string_equal(fates(job), "m1 ending");
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(counts.skipped, 1);
    archway_job_destroy(job);
    stage_close();
}

/* What one has found the other one does not end at its own provider. */
static void test_two_cleanings_at_once_keep_their_finds_apart(void **state)
{
    archway_gc_options how[] = {{ONCE, .grace_ms = 60000}, {ONCE, .grace_ms = 60000}};
    archway_job *jobs[2];
    aw_error error = {.code = AW_OK};
    (void)state;
    how[0].backend = "whole";
    how[1].backend = "engine";
    /* Both listings end at the same time. */
    stage_open(ENGINE WHOLE ANY_ORDER ASK(
        "GET", "/regions") "<<< 200 after 50ms\n\nr1\n\n" MACHINES "<<< 200 after 100ms\n\n" LEFT
                           "\n\n" ASK("GET", "/machines?region=r1") "<<< 200 after 50ms\n\nm2 r1 "
                                                                    "running t2 my-server " OLD
                                                                    "\n\n" GONE("m1") GONE("m2"));
    for (int i = 0; i < 2; i++)
        assert_int_equal(archway_gc(stage.aw, &how[i], NULL, &jobs[i], &error), 0);
    for (int i = 0; i < 2; i++) {
        stage_run(jobs[i]);
        assert_string_equal(fates(jobs[i]), i ? "m2 ending" : "m1 ending");
        archway_job_destroy(jobs[i]);
    }
    stage_close();
}

static void test_what_has_expired_is_ended_known_or_not(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1") MACHINES SAY(
        "200", "m1 r1 running {{token}} my-server " OLD " 1767225599\n"
               "m2 r1 running t2 my-server " NEW " 1767225599\n"
               "m3 r1 running t3 someone " OLD " 1767225599") GONE("m1") GONE("m2"));
    must_succeed(begin_create("whole", NULL, NULL));
    must_clean(&once, "m1 ending, m2 ending");
    assert_int_equal(counts.expired, 2);
    stage_close();
}

static void test_no_more_are_ended_than_was_said(void **state)
{
    (void)state;
    archway_gc_options few = {ONCE, .grace_ms = 60000};
    few.most = 1;
    stage_open(WHOLE MACHINES SAY("200", LEFT "\nm2 r1 running t2 my-server " OLD) GONE("m1"));
    archway_job *job = clean(&few);
    assert_int_equal(counts.garbage, 2);
    assert_int_equal(counts.ended, 1);
    assert_contains(fates(job), "m2 found");
    archway_job_destroy(job);
    stage_close();
}

static void test_a_provider_whose_clock_is_behind_makes_nothing_older(void **state)
{
    (void)state;
    /* By its own clock the machine is half a minute old, and not yet expired. */
    stage_open(
        WHOLE MACHINES SAY_WITH("200", "Date: Wed, 31 Dec 2025 12:00:30 GMT", LEFT " 1767225599"));
    must_clean(&once, "m1 waiting");
    stage_close();
}

static void test_what_is_not_dated_needs_no_clock_of_the_providers(void **state)
{
    (void)state;
    const archway_gc_options now = {ONCE};
    stage_open(WHOLE MACHINES SAY_WITH("200", "Date: Wed, 31 Dec 2025 12:00:30 GMT",
                                       "m1 r1 running t1 my-server") GONE("m1"));
    must_clean(&now, "m1 ending");
    stage_close();
}

static void test_what_could_not_be_ended_is_told_and_stays_ordered(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("200", LEFT) ASK("DELETE", "/machines/m1") SAY("403", "not you"));
    archway_job *job = clean(&once);
    assert_string_equal(fates(job), "m1 open");
    assert_int_equal(counts.failed, 1);
    archway_job_destroy(job);
    stage_close();
}

static void test_what_was_done_a_month_ago_is_forgotten(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1") LAUNCH SAY("507", "sold out")
                   LAUNCH SAY("507", "sold out") MACHINES SAY("200", ""));
    must_succeed(begin_create("whole", NULL, NULL));
    must_fail(begin_create("whole", NULL, NULL), AW_E_NO_CAPACITY);
    must_fail(begin_create("whole", NULL, NULL), AW_E_NO_CAPACITY);
    journal_spoil("UPDATE entry SET changed_ms = changed_ms - 2678400000 WHERE id < 3");
    must_clean(NULL, "");
    assert_string_equal(journal_ask("SELECT group_concat(id) FROM entry"), "1,3");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_what_is_forgotten_is_ended),
        JOURNAL_TEST(test_without_an_order_nothing_is_ended),
        JOURNAL_TEST(test_what_is_in_the_journal_is_left_alone),
        JOURNAL_TEST(test_a_second_machine_of_one_create_is_told_and_forgotten),
        JOURNAL_TEST(test_a_second_machine_that_is_found_by_its_token_is_told_too),
        JOURNAL_TEST(test_a_create_under_way_elsewhere_is_left_alone),
        JOURNAL_TEST(test_what_is_not_ours_is_left_alone),
        JOURNAL_TEST(test_what_is_new_or_marked_is_kept),
        JOURNAL_TEST(test_what_is_not_dated_counts_from_when_it_was_seen),
        JOURNAL_TEST(test_two_passes_are_half_a_minute_apart),
        JOURNAL_TEST(test_passes_are_counted_from_one_run_to_the_next),
        JOURNAL_TEST(test_a_pass_without_it_starts_anew),
        JOURNAL_TEST(test_a_place_that_does_not_answer_whole_is_not_touched),
        JOURNAL_TEST(test_the_other_regions_are_cleaned),
        JOURNAL_TEST(test_two_cleanings_at_once_keep_their_finds_apart),
        JOURNAL_TEST(test_what_has_expired_is_ended_known_or_not),
        JOURNAL_TEST(test_no_more_are_ended_than_was_said),
        JOURNAL_TEST(test_a_provider_whose_clock_is_behind_makes_nothing_older),
        JOURNAL_TEST(test_what_was_done_a_month_ago_is_forgotten),
        JOURNAL_TEST(test_what_is_not_dated_needs_no_clock_of_the_providers),
        JOURNAL_TEST(test_what_could_not_be_ended_is_told_and_stays_ordered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
