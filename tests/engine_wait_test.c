/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for machines: one poll for all who wait, and what ends a wait. */
#include "tests/engine_stage.h"

#include "core/mem.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define NONE MACHINES SAY("200", "")
#define PENDING MACHINES SAY("200", "m1 r1 pending")
#define RUNNING MACHINES SAY("200", "m1 r1 running")
#define ENDING MACHINES SAY("200", "m1 r1 terminating")
#define GONE MACHINES SAY("200", "m1 r1 terminated")
#define TEN_PENDING PENDING PENDING PENDING PENDING PENDING PENDING PENDING PENDING PENDING PENDING

static archway_job *running(const archway_call *call)
{
    return begin_wait("whole", "m1", AW_STATE_RUNNING, call);
}

static archway_job *gone(void)
{
    return begin_wait("whole", "m1", AW_STATE_TERMINATED, NULL);
}

static void must_end_at(archway_job *job, uint64_t at_ms)
{
    must_succeed(job);
    assert_int_equal(stage_now_ms(), at_ms);
    stage_close();
}

static void test_a_wait_ends_with_the_machine_as_it_is_then(void **state)
{
    (void)state;
    stage_open(WHOLE PENDING PENDING RUNNING);
    archway_job *job = stage_run(running(NULL));
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_string_equal(archway_job_instance(job, 0, NULL)->public_ip, "192.0.2.1");
    assert_int_equal(archway_job_instance(job, 0, NULL)->state, AW_STATE_RUNNING);
    must_end_at(job, 5000);
}

static void test_polls_come_at_growing_intervals(void **state)
{
    (void)state;
    /* 2, 3, 4 ... 10, and 10 again. */
    stage_open(WHOLE TEN_PENDING PENDING RUNNING);
    must_end_at(running(NULL), 54000 + 10000 + 10000);
}

static void test_who_joins_makes_the_polls_frequent_again(void **state)
{
    (void)state;
    stage_open(WHOLE TEN_PENDING PENDING PENDING PENDING RUNNING);
    archway_job *first = running(NULL);
    stage_pass(65000);
    archway_job *second = running(NULL);
    must_succeed(second);
    must_end_at(first, 74000 + 2000 + 3000);
}

static void test_a_hundred_waits_share_each_poll(void **state)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf recording;
    archway_job *jobs[100];
    char id[16];
    (void)state;
    kit_buf_init(&recording, mem_kit(), (size_t)64 * 1024);
    kit_buf_add_text(&recording, WHOLE);
    for (unsigned round = 0; round < 2; round++) {
        kit_buf_add_text(&recording, MACHINES "<<< 200\n\n");
        for (unsigned i = 0; i < 100; i++)
            kit_buf_addf(&recording, "m%u r1 %s\n", i, round || i % 2 ? "running" : "pending");
        kit_buf_add_text(&recording, "\n");
    }
    stage_open(kit_buf_text(&recording));
    for (unsigned i = 0; i < 100; i++) {
        snprintf(id, sizeof id, "m%u", i);
        jobs[i] = begin_wait("whole", id, AW_STATE_RUNNING, NULL);
    }
    for (unsigned i = 1; i < 100; i += 2)
        must_succeed(jobs[i]);
    assert_int_equal(stage_now_ms(), 0);
    for (unsigned i = 0; i < 100; i += 2)
        must_succeed(jobs[i]);
    assert_int_equal(stage_now_ms(), 2000);
    stage_close();
}

static void test_each_region_has_its_own_poll(void **state)
{
    const archway_machine far = {
        .size = sizeof far, .backend = "engine", .region = "r2", .id = "m2"};
    archway_job *second = NULL;
    (void)state;
    stage_open(ENGINE ANY_ORDER ASK("GET", "/machines?region=r1") SAY("200", "m1 r1 running")
                   ASK("GET", "/machines?region=r2") SAY("200", "m2 r2 running"));
    archway_job *first = begin_wait("engine", "m1", AW_STATE_RUNNING, NULL);
    assert_int_equal(archway_wait(stage.aw, &far, AW_STATE_RUNNING, NULL, &second, NULL), 0);
    must_succeed(first);
    must_succeed(second);
    stage_close();
}

/* Such a listing may be older than what is waited for. */
static void test_a_listing_that_was_under_way_does_not_count_for_who_comes_later(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("200 after 5s", "m2 r1 pending")
                   MACHINES SAY("200", "m2 r1 running") NONE);
    archway_job *first = begin_wait("whole", "m2", AW_STATE_RUNNING, NULL);
    stage_pass(1000);
    archway_job *second = gone();
    must_succeed(first);
    assert_int_equal(stage_now_ms(), 7000);
    must_succeed(second);
    stage_close();
}

static void test_one_who_gives_up_leaves_the_others_theirs(void **state)
{
    (void)state;
    stage_open(WHOLE PENDING RUNNING);
    archway_job *first = running(NULL);
    archway_job *second = running(NULL);
    stage_pass(1000);
    archway_job_destroy(first);
    must_end_at(second, 2000);
}

static void test_polling_stops_when_nobody_waits(void **state)
{
    (void)state;
    stage_open(WHOLE PENDING);
    archway_job *job = running(NULL);
    stage_pass(1000);
    archway_job_destroy(job);
    stage_pass(100000);
    stage_close();
}

static void test_a_machine_that_is_not_listed_yet_has_a_minute(void **state)
{
    (void)state;
    stage_open(WHOLE NONE NONE NONE NONE NONE NONE NONE NONE NONE NONE RUNNING);
    must_end_at(running(NULL), 64000);
    stage_open(WHOLE NONE NONE NONE NONE NONE NONE NONE NONE NONE NONE NONE);
    must_fail(running(NULL), AW_E_NOT_FOUND);
    assert_int_equal(stage_now_ms(), 64000);
    stage_close();
}

static void test_one_listing_without_a_machine_is_no_proof(void **state)
{
    (void)state;
    stage_open(WHOLE TEN_PENDING NONE RUNNING);
    must_end_at(running(NULL), 74000);
    stage_open(WHOLE TEN_PENDING NONE NONE);
    must_fail(running(NULL), AW_E_NOT_FOUND);
    assert_int_equal(stage_now_ms(), 74000);
    stage_close();
    stage_open(WHOLE NONE ENDING NONE NONE);
    must_end_at(gone(), 9000);
}

static void test_a_machine_is_gone_when_the_provider_says_so_or_lists_it_no_more(void **state)
{
    (void)state;
    stage_open(WHOLE ENDING GONE);
    archway_job *job = stage_run(gone());
    assert_int_equal(archway_job_instance(job, 0, NULL)->state, AW_STATE_TERMINATED);
    must_end_at(job, 2000);
    stage_open(WHOLE ENDING NONE NONE);
    must_end_at(gone(), 5000);
}

static void test_a_machine_that_will_not_run_ends_the_wait_with_its_reason(void **state)
{
    (void)state;
    stage_open(WHOLE PENDING MACHINES SAY("200", "m1 r1 failed"));
    archway_job *job = stage_run(running(NULL));
    assert_contains(archway_job_error(job)->message, "failed: its disk is broken");
    assert_int_equal(archway_job_instance_count(job), 1);
    must_fail(job, AW_E_UNAVAILABLE);
    stage_close();
    stage_open(WHOLE GONE);
    must_fail(running(NULL), AW_E_UNAVAILABLE);
    stage_close();
}

static void list_without_address(aw_op *op, const aw_list *wish)
{
    static unsigned round;
    const aw_instance instance = {.size = sizeof instance,
                                  .state = AW_STATE_RUNNING,
                                  .id = "m1",
                                  .region = "r1",
                                  .private_ip = ++round > 2 ? "10.0.0.1" : NULL};
    (void)wish;
    aw_emit_instance(op, &instance);
}

static void test_a_machine_without_an_address_does_not_run_yet(void **state)
{
    (void)state;
    engine_script.list = list_without_address;
    stage_open(WHOLE);
    must_end_at(running(NULL), 5000);
}

static void test_an_outage_is_ridden_out(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY_WITH("503", "x-retry: never", "busy")
                   PENDING MACHINES SAY_WITH("429", "x-retry: never", "slowly") RUNNING);
    must_end_at(running(NULL), 9000);
}

static void test_what_would_stay_so_ends_all_waits(void **state)
{
    (void)state;
    stage_open(WHOLE PENDING MACHINES SAY("403", "not for you any more"));
    archway_job *first = running(NULL);
    archway_job *second = gone();
    must_fail(first, AW_E_DENIED);
    must_fail(second, AW_E_DENIED);
    stage_close();
}

static void list_a_part(aw_op *op, const aw_list *wish)
{
    static unsigned round;
    (void)wish;
    if (++round <= 5)
        kit_report(op, AW_E_UNAVAILABLE, "one zone did not answer");
}

static void test_a_listing_with_gaps_proves_nothing(void **state)
{
    (void)state;
    engine_script.list = list_a_part;
    stage_open(WHOLE);
    must_end_at(gone(), 20000 + 7000); /* the first two whole ones are the 6th and 7th */
}

static void test_a_wait_has_its_limit(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 4500};
    (void)state;
    stage_open(WHOLE PENDING PENDING);
    archway_job *job = stage_run(running(&brief));
    assert_contains(archway_job_error(job)->message, "not running");
    assert_string_equal(archway_job_error(job)->backend, "whole");
    must_fail(job, AW_E_TIMEOUT);
    assert_int_equal(stage_now_ms(), 4500);
    stage_close();
}

static void test_only_two_ends_can_be_waited_for(void **state)
{
    const archway_machine machine = {.size = sizeof machine, .backend = "whole", .id = "m1"};
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    (void)state;
    stage_open(WHOLE);
    assert_int_equal(archway_wait(stage.aw, &machine, AW_STATE_PENDING, NULL, &job, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_wait_ends_with_the_machine_as_it_is_then),
        STAGE_TEST(test_polls_come_at_growing_intervals),
        STAGE_TEST(test_who_joins_makes_the_polls_frequent_again),
        STAGE_TEST(test_a_hundred_waits_share_each_poll),
        STAGE_TEST(test_each_region_has_its_own_poll),
        STAGE_TEST(test_a_listing_that_was_under_way_does_not_count_for_who_comes_later),
        STAGE_TEST(test_one_who_gives_up_leaves_the_others_theirs),
        STAGE_TEST(test_polling_stops_when_nobody_waits),
        STAGE_TEST(test_a_machine_that_is_not_listed_yet_has_a_minute),
        STAGE_TEST(test_one_listing_without_a_machine_is_no_proof),
        STAGE_TEST(test_a_machine_is_gone_when_the_provider_says_so_or_lists_it_no_more),
        STAGE_TEST(test_a_machine_that_will_not_run_ends_the_wait_with_its_reason),
        STAGE_TEST(test_a_machine_without_an_address_does_not_run_yet),
        STAGE_TEST(test_an_outage_is_ridden_out),
        STAGE_TEST(test_what_would_stay_so_ends_all_waits),
        STAGE_TEST(test_a_listing_with_gaps_proves_nothing),
        STAGE_TEST(test_a_wait_has_its_limit),
        STAGE_TEST(test_only_two_ends_can_be_waited_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
