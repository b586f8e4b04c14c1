/* SPDX-License-Identifier: Apache-2.0 */
/* Requests at the pace that a provider allows: held back, and not failed. */
#include "tests/engine_stage.h"

#include "kit/buf.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define PERIOD_MS 12000u
#define MOST 200u
#define MACHINES ASK("GET", "/machines")
#define LIST MACHINES SAY("200", "m1 r1 running")

static archway_job *jobs[MOST];

/* A recording of so many launches, each told by its own token. */
static void record_launches(kit_buf *recording, unsigned count)
{
    kit_buf_init(recording, mem_kit(), (size_t)1024 * 1024);
    kit_buf_add_text(recording, PACED);
    for (unsigned i = 1; i <= count; i++)
        kit_buf_addf(recording, POST("/machines", "{{token:%u}}") SAY("200", "m%u"), i, i);
}

static void begin_creates(unsigned count, const archway_call *call)
{
    for (unsigned i = 0; i < count; i++)
        jobs[i] = begin_create("paced", NULL, call);
}

static void test_a_burst_of_creates_is_paced_and_none_fails(void **state)
{
    enum {
        COUNT = 61
    }; /* the last one leaves after its own limit of ten minutes */
    KIT_CLEANUP(kit_buf_finish) kit_buf recording;
    (void)state;
    record_launches(&recording, COUNT);
    stage_open(kit_buf_text(&recording));
    begin_creates(COUNT, NULL);
    for (unsigned i = 0; i < COUNT; i++) {
        must_succeed(jobs[i]);
        assert_int_equal(stage_now_ms(), i * PERIOD_MS);
    }
    stage_close();
}

static void test_a_limit_of_the_callers_counts_the_pacing_too(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 20000};
    KIT_CLEANUP(kit_buf_finish) kit_buf recording;
    (void)state;
    record_launches(&recording, 2);
    stage_open(kit_buf_text(&recording));
    begin_creates(3, &brief);
    must_succeed(jobs[0]);
    must_succeed(jobs[1]);
    stage_run(jobs[2]);
    assert_int_equal(stage_now_ms(), 20000);
    assert_false(archway_job_sent(jobs[2]));
    assert_int_equal(archway_job_error(jobs[2])->retry, AW_RETRY_SAFE);
    must_fail(jobs[2], AW_E_TIMEOUT);
    stage_close();
}

static void test_pacing_may_be_turned_off(void **state)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf recording;
    (void)state;
    record_launches(&recording, 50);
    stage_open_with("backends:\n  - type: paced\n    rate_limit: false\n",
                    kit_buf_text(&recording));
    begin_creates(50, NULL);
    for (unsigned i = 0; i < 50; i++)
        must_succeed(jobs[i]);
    assert_int_equal(stage_now_ms(), 0);
    stage_close();
}

static void test_one_who_gives_up_leaves_its_place(void **state)
{
    (void)state;
    stage_open(PACED POST("/machines", "{{token:1}}") SAY("200", "m1")
                   POST("/machines", "{{token:3}}") SAY("200", "m3"));
    begin_creates(4, NULL);
    must_succeed(jobs[0]);
    archway_cancel(jobs[1]);
    must_fail(jobs[1], AW_E_CANCELLED);
    must_succeed(jobs[2]);
    assert_int_equal(stage_now_ms(), PERIOD_MS);
    archway_job_destroy(jobs[3]);
    stage_close();
}

static void test_a_provider_that_is_asked_too_often_holds_all_back(void **state)
{
    (void)state;
    stage_open(PACED POST("/machines", "{{token:1}}") SAY_WITH("429", "retry-after: 30", "slowly")
                   POST("/machines", "{{token:2}}") SAY("200", "m2")
                       POST("/machines", "{{token:1}}") SAY("200", "m1"));
    begin_creates(2, NULL);
    must_succeed(jobs[1]);
    assert_int_equal(stage_now_ms(), 30000);
    must_succeed(jobs[0]);
    assert_int_equal(stage_now_ms(), 30000 + PERIOD_MS);
    stage_close();
}

/* Ninety-nine wait for longer than the two minutes that a listing has, and that does not count. */
static void test_time_in_the_limiter_is_not_a_reads_time(void **state)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf recording;
    (void)state;
    kit_buf_init(&recording, mem_kit(), (size_t)1024 * 1024);
    kit_buf_add_text(&recording, PACED);
    for (unsigned i = 0; i < MOST; i++)
        kit_buf_add_text(&recording, LIST);
    stage_open(kit_buf_text(&recording));
    for (unsigned i = 0; i < MOST; i++)
        jobs[i] = begin_list(NULL, NULL);
    for (unsigned i = 0; i < MOST; i++) {
        stage_run(jobs[i]);
        assert_int_equal(archway_job_instance_count(jobs[i]), 1);
        assert_int_equal(stage_now_ms(), i < 2 ? 0 : (i - 1) * 1000);
        must_succeed(jobs[i]);
    }
    stage_close();
}

static void on_soon(aw_op *op, void *arg)
{
    const aw_credentials found = {.size = sizeof found, .token = "key"};
    (void)arg;
    aw_emit_credentials(op, &found);
}

static void find_in_ten_seconds(aw_op *op)
{
    aw_after(op, 10000, on_soon, NULL);
}

static void test_those_who_waited_for_a_key_do_not_leave_all_at_once(void **state)
{
    (void)state;
    engine_script.authenticate = find_in_ten_seconds;
    stage_open(PACED LIST LIST LIST LIST LIST LIST);
    for (unsigned i = 0; i < 6; i++)
        jobs[i] = begin_list(NULL, NULL);
    for (unsigned i = 0; i < 6; i++) {
        must_succeed(jobs[i]);
        assert_int_equal(stage_now_ms(), 10000 + (i < 2 ? 0 : (i - 1) * 1000));
    }
    stage_close();
}

static void find_for_a_minute(aw_op *op)
{
    const aw_credentials found = {
        .size = sizeof found, .token = "brief", .expires_at_ms = aw_now_ms(op) + 60000};
    engine_cloud.authenticated++;
    aw_emit_credentials(op, &found);
}

static void test_a_key_that_expires_in_the_limiter_is_looked_for_again(void **state)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf recording;
    (void)state;
    engine_script.authenticate = find_for_a_minute;
    record_launches(&recording, 8);
    stage_open(kit_buf_text(&recording));
    begin_creates(8, NULL);
    for (unsigned i = 0; i < 8; i++) {
        must_succeed(jobs[i]);
        assert_int_equal(stage_now_ms(), i * PERIOD_MS);
    }
    assert_int_equal(engine_cloud.authenticated, 2);
    stage_close();
}

/* The same wait in the limiter, and then an answer that takes too long for what was left. */
static void test_time_with_the_provider_is(void **state)
{
    (void)state;
    stage_open(PACED POST("/machines", "{{token:1}}") SAY("200", "m1")
                   POST("/machines", "{{token:2}}")
                       SAY_WITH("503", "retry-after: 599\nx-retry: safe", "busy")
                           POST("/machines", "{{token:2}}") SAY("200 after 30s", "m2")
                               MACHINES SAY("200", "m2 r1 running {{token:2}} me"));
    begin_creates(2, NULL);
    must_succeed(jobs[0]);
    stage_run(jobs[1]);
    assert_true(archway_job_sent(jobs[1]));
    assert_int_equal(stage_now_ms(), PERIOD_MS + 600000);
    must_succeed(jobs[1]);
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_burst_of_creates_is_paced_and_none_fails),
        STAGE_TEST(test_a_limit_of_the_callers_counts_the_pacing_too),
        STAGE_TEST(test_pacing_may_be_turned_off),
        STAGE_TEST(test_one_who_gives_up_leaves_its_place),
        STAGE_TEST(test_a_provider_that_is_asked_too_often_holds_all_back),
        STAGE_TEST(test_time_in_the_limiter_is_not_a_reads_time),
        STAGE_TEST(test_those_who_waited_for_a_key_do_not_leave_all_at_once),
        STAGE_TEST(test_a_key_that_expires_in_the_limiter_is_looked_for_again),
        STAGE_TEST(test_time_with_the_provider_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
