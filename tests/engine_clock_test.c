/* SPDX-License-Identifier: Apache-2.0 */
/* A clock that is wrong, which the provider says and the signature takes into account. */
#include "tests/engine_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define FINE MACHINES SAY("200", "m1 r1 running")
#define CLOCK "clock 2026-05-01T12:00:00Z\n"
#define NOON_MS 1777636800000u

static void must_list(archway_job *job)
{
    stage_run(job);
    if (archway_job_problem_count(job))
        fail_msg("%s", archway_job_problem(job, 0)->message);
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, "m1");
    archway_job_destroy(job);
}

static void must_not_list(archway_job *job, uint32_t code, const char *part)
{
    stage_run(job);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(archway_job_problem(job, 0)->code, code);
    assert_contains(archway_job_problem(job, 0)->message, part);
    archway_job_destroy(job);
}

#define TEN_MINUTES_AHEAD SAY_WITH("412", "date: Fri, 01 May 2026 12:10:00 GMT", "your clock")

static void test_a_wrong_clock_is_learnt_from_the_answer_and_signed_again(void **state)
{
    (void)state;
    stage_open(CLOCK WHOLE MACHINES TEN_MINUTES_AHEAD FINE FINE);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.signatures, 2);
    assert_int_equal(engine_cloud.signed_at_ms, NOON_MS + 600000);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.signatures, 3);
    assert_int_equal(engine_cloud.signed_at_ms, NOON_MS + 600000);
    stage_close();
}

static void test_many_with_a_wrong_clock_learn_it_once_and_keep_their_key(void **state)
{
    archway_job *jobs[3];
    (void)state;
    stage_open(CLOCK WHOLE MACHINES TEN_MINUTES_AHEAD MACHINES TEN_MINUTES_AHEAD MACHINES
                   TEN_MINUTES_AHEAD FINE FINE FINE);
    for (size_t i = 0; i < 3; i++)
        jobs[i] = begin_list(NULL, NULL);
    for (size_t i = 0; i < 3; i++)
        must_list(jobs[i]);
    assert_int_equal(engine_cloud.authenticated, 1);
    stage_close();
}

static void test_a_clock_is_set_right_once(void **state)
{
    (void)state;
    stage_open(CLOCK WHOLE MACHINES TEN_MINUTES_AHEAD MACHINES TEN_MINUTES_AHEAD);
    must_not_list(begin_list(NULL, NULL), AW_E_INVALID, "your clock");
    stage_close();
}

static void test_without_a_date_that_can_be_read_there_is_nothing_to_learn(void **state)
{
    static const char *const recordings[] = {
        CLOCK WHOLE MACHINES SAY("412", "your clock"),
        CLOCK WHOLE MACHINES SAY_WITH("412", "date: 2026-05-01T12:10:00Z", "your clock"),
        CLOCK WHOLE MACHINES SAY_WITH("412", "date: Fri, 01 Mai 2026 12:10:00 GMT", "your clock"),
        CLOCK WHOLE MACHINES SAY_WITH("412", "date: Fri, 01 anF 2026 12:10:00 GMT", "your clock"),
        CLOCK WHOLE MACHINES SAY_WITH("412", "date: Mon, 01 May 0026 12:10:00 GMT", "your clock"),
        CLOCK WHOLE MACHINES SAY_WITH("412", "date: Fri, 01 May 2026 12:10:00 CET", "your clock"),
    };
    (void)state;
    for (size_t i = 0; i < sizeof recordings / sizeof recordings[0]; i++) {
        stage_open(recordings[i]);
        must_not_list(begin_list(NULL, NULL), AW_E_INVALID, "your clock");
        stage_close();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_wrong_clock_is_learnt_from_the_answer_and_signed_again),
        STAGE_TEST(test_many_with_a_wrong_clock_learn_it_once_and_keep_their_key),
        STAGE_TEST(test_a_clock_is_set_right_once),
        STAGE_TEST(test_without_a_date_that_can_be_read_there_is_nothing_to_learn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
