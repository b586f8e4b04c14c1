/* SPDX-License-Identifier: Apache-2.0 */
/* Equal requests that may share one answer, and do. */
#include "tests/engine_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")

static void open_sharing(const char *recording)
{
    engine_cloud.list_flags = AW_REQUEST_SHARED;
    stage_open(recording);
}

static void must_list(archway_job *job, const char *id)
{
    stage_run(job);
    assert_int_equal(archway_job_problem_count(job), 0);
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, id);
    archway_job_destroy(job);
}

static void must_not_list(archway_job *job, uint32_t code)
{
    stage_run(job);
    assert_int_equal(archway_job_instance_count(job), 0);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(archway_job_problem(job, 0)->code, code);
    archway_job_destroy(job);
}

static void test_many_who_ask_the_same_share_one_answer(void **state)
{
    archway_job *jobs[20];
    (void)state;
    open_sharing(WHOLE MACHINES SAY("200 after 2s", "m1 r1 running"));
    for (size_t i = 0; i < 20; i++)
        jobs[i] = begin_list(NULL, NULL);
    for (size_t i = 0; i < 20; i++)
        must_list(jobs[i], "m1");
    assert_int_equal(stage_now_ms(), 2000);
    stage_close();
}

static void test_one_who_asks_later_joins_the_request_under_way(void **state)
{
    (void)state;
    open_sharing(WHOLE MACHINES SAY("503", "busy") MACHINES SAY("200 after 2s", "m1 r1 running"));
    archway_job *first = begin_list(NULL, NULL);
    while (stage_now_ms() == 0)
        archway_step(stage.aw);
    archway_job *second = begin_list(NULL, NULL);
    must_list(second, "m1");
    must_list(first, "m1");
    stage_close();
}

static void test_an_answer_that_came_is_not_shared_any_more(void **state)
{
    (void)state;
    open_sharing(WHOLE MACHINES SAY("200", "m1 r1 running") MACHINES SAY("200", "m2 r1 running"));
    must_list(begin_list(NULL, NULL), "m1");
    must_list(begin_list(NULL, NULL), "m2");
    stage_close();
}

static void ask_again(aw_op *op, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    engine_send(op, "machines", "GET", "/machines", AW_REQUEST_SHARED, NULL, engine_on_machines,
                NULL, NULL);
}

static void ask_twice(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_send(op, "machines", "GET", "/machines", AW_REQUEST_SHARED, NULL, ask_again, NULL, NULL);
}

static void test_who_asks_again_on_an_answer_gets_a_new_one(void **state)
{
    (void)state;
    engine_script.list = ask_twice;
    open_sharing(WHOLE MACHINES SAY("200", "m1 r1 running") MACHINES SAY("200", "m2 r1 running"));
    archway_job *first = begin_list(NULL, NULL);
    archway_job *second = begin_list(NULL, NULL);
    must_list(first, "m2");
    must_list(second, "m2");
    stage_close();
}

static void ask_own(aw_op *op, const aw_list *wish)
{
    static char path[2][32] = {"/a", "/b"};
    static unsigned asked;
    (void)wish;
    engine_send(op, "own", "GET", path[asked++ % 2], AW_REQUEST_SHARED, NULL, engine_on_machines,
                NULL, NULL);
}

static void test_what_differs_is_not_shared(void **state)
{
    (void)state;
    engine_script.list = ask_own;
    open_sharing(WHOLE ANY_ORDER ASK("GET", "/a") SAY("200", "a r1 running") ASK("GET", "/b")
                     SAY("200", "b r1 running"));
    archway_job *first = begin_list(NULL, NULL);
    archway_job *second = begin_list(NULL, NULL);
    must_list(first, "a");
    must_list(second, "b");
    stage_close();
}

static void ask_for_region(aw_op *op, const aw_list *wish)
{
    static const char *const regions[2] = {"r1", "r2"};
    static unsigned asked;
    (void)wish;
    const aw_request request = {
        .size = sizeof request,
        .flags = AW_REQUEST_SHARED,
        .name = "machines",
        .method = "GET",
        .url = ENGINE_URL "/machines",
        .region = regions[asked++ % 2],
    };
    aw_send(op, &request, engine_on_machines, NULL, NULL);
}

static void test_what_is_signed_for_two_regions_is_not_shared(void **state)
{
    (void)state;
    engine_script.list = ask_for_region;
    open_sharing(WHOLE MACHINES SAY("200", "m1 r1 running") MACHINES SAY("200", "m2 r2 running"));
    archway_job *first = begin_list(NULL, NULL);
    archway_job *second = begin_list(NULL, NULL);
    must_list(first, "m1");
    must_list(second, "m2");
    stage_close();
}

static void test_a_failure_is_everybodys(void **state)
{
    (void)state;
    open_sharing(WHOLE MACHINES SAY("403", "not for you"));
    archway_job *first = begin_list(NULL, NULL);
    archway_job *second = begin_list(NULL, NULL);
    must_not_list(first, AW_E_DENIED);
    must_not_list(second, AW_E_DENIED);
    stage_close();
}

#define TWO_ANSWERS                                                                                \
    WHOLE MACHINES SAY("200 after 9s", "m1 r1 running")                                            \
        MACHINES SAY("200 after 2s", "m2 r1 running")

static void test_when_the_first_is_cancelled_the_next_asks_in_its_place(void **state)
{
    (void)state;
    open_sharing(TWO_ANSWERS);
    archway_job *first = begin_list(NULL, NULL);
    archway_job *second = begin_list(NULL, NULL);
    archway_job *third = begin_list(NULL, NULL);
    for (unsigned i = 0; i < 3; i++)
        archway_step(stage.aw);
    archway_cancel(first);
    must_fail(first, AW_E_CANCELLED);
    must_list(second, "m2");
    must_list(third, "m2");
    stage_close();
}

static void test_when_the_first_runs_out_of_time_the_next_asks_in_its_place(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 1000};
    (void)state;
    open_sharing(TWO_ANSWERS);
    archway_job *first = begin_list(NULL, &brief);
    archway_job *second = begin_list(NULL, NULL);
    must_not_list(first, AW_E_TIMEOUT);
    must_list(second, "m2");
    assert_int_equal(stage_now_ms(), 3000);
    stage_close();
}

static void test_those_who_wait_may_go(void **state)
{
    (void)state;
    open_sharing(WHOLE MACHINES SAY("200 after 2s", "m1 r1 running"));
    archway_job *first = begin_list(NULL, NULL);
    archway_job *second = begin_list(NULL, NULL);
    archway_job *third = begin_list(NULL, NULL);
    for (unsigned i = 0; i < 3; i++)
        archway_step(stage.aw);
    archway_job_destroy(second);
    archway_cancel(third);
    must_fail(third, AW_E_CANCELLED);
    must_list(first, "m1");
    stage_close();
}

/* It cannot wait for so long; the other can. */
static void test_a_repetition_that_is_too_late_for_one_is_made_for_the_next(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 2000};
    (void)state;
    open_sharing(WHOLE MACHINES SAY_WITH("503", "retry-after: 5", "busy")
                     MACHINES SAY("200", "m1 r1 running"));
    archway_job *first = begin_list(NULL, &brief);
    archway_job *second = begin_list(NULL, &brief);
    archway_job *third = begin_list(NULL, NULL);
    must_not_list(first, AW_E_UNAVAILABLE);
    must_not_list(second, AW_E_UNAVAILABLE);
    assert_int_equal(stage_now_ms(), 0);
    must_list(third, "m1");
    stage_close();
}

static void on_same(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    if (answer->body.size)
        engine_on_machines(op, answer, NULL);
    else
        engine_send(op, "machines", "GET", "/machines", 0, NULL, engine_on_machines, NULL, NULL);
}

static void ask_the_same(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_send(op, "same", "GET", "/same", AW_REQUEST_SHARED | AW_REQUEST_UNSIGNED, NULL, on_same,
                NULL, NULL);
}

static void on_key(aw_op *op, const aw_response *answer, void *arg)
{
    const aw_credentials found = {.size = sizeof found, .token = answer->body.data};
    (void)arg;
    aw_emit_credentials(op, &found);
}

static void ask_for_the_key(aw_op *op)
{
    engine_send(op, "same", "GET", "/same", AW_REQUEST_SHARED | AW_REQUEST_UNSIGNED, NULL, on_key,
                NULL, NULL);
}

static void test_what_authenticate_asks_is_shared_with_nobody(void **state)
{
    (void)state;
    engine_script.list = ask_the_same;
    engine_script.authenticate = ask_for_the_key;
    open_sharing(WHOLE ASK("GET", "/same") SAY("200", "") ASK("GET", "/same")
                     SAY("200 after 5s", "key") ASK("GET", "/same") SAY("200", "m2 r1 running")
                         MACHINES SAY("200", "m1 r1 running"));
    archway_job *first = begin_list(NULL, NULL);
    while (!session_asked(&stage, "/same"))
        archway_step(stage.aw);
    for (unsigned i = 0; i < 3; i++)
        archway_step(stage.aw);
    archway_job *second = begin_list(NULL, NULL);
    must_list(second, "m2");
    must_list(first, "m1");
    stage_close();
}

/* What comes first of a create's is shared, and is not what makes the machine. */
static void ask_for_a_key_first(aw_op *op, const aw_create *wish)
{
    (void)wish;
    engine_send(op, "key", "POST", "/keys", AW_REQUEST_SHARED | AW_REQUEST_REPEATABLE, "mine",
                engine_on_machines, NULL, NULL);
}

static void test_a_shared_write_that_is_lost_has_made_no_machine(void **state)
{
    (void)state;
    engine_script.create = ask_for_a_key_first;
    open_sharing(WHOLE POST("/keys", "mine") LOST POST("/keys", "mine") LOST POST("/keys", "mine")
                     LOST POST("/keys", "mine") LOST POST("/keys", "mine")
                         LOST POST("/keys", "mine") LOST);
    archway_job *first = begin_create("whole", NULL, NULL);
    archway_job *second = begin_create("whole", NULL, NULL);
    stage_run(first);
    assert_int_equal(archway_job_error(first)->retry, AW_RETRY_SAFE);
    assert_false(archway_job_sent(first));
    must_fail(first, AW_E_UNAVAILABLE);
    must_fail(second, AW_E_UNAVAILABLE);
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_many_who_ask_the_same_share_one_answer),
        STAGE_TEST(test_one_who_asks_later_joins_the_request_under_way),
        STAGE_TEST(test_an_answer_that_came_is_not_shared_any_more),
        STAGE_TEST(test_who_asks_again_on_an_answer_gets_a_new_one),
        STAGE_TEST(test_what_differs_is_not_shared),
        STAGE_TEST(test_what_is_signed_for_two_regions_is_not_shared),
        STAGE_TEST(test_a_failure_is_everybodys),
        STAGE_TEST(test_when_the_first_is_cancelled_the_next_asks_in_its_place),
        STAGE_TEST(test_when_the_first_runs_out_of_time_the_next_asks_in_its_place),
        STAGE_TEST(test_those_who_wait_may_go),
        STAGE_TEST(test_a_repetition_that_is_too_late_for_one_is_made_for_the_next),
        STAGE_TEST(test_what_authenticate_asks_is_shared_with_nobody),
        STAGE_TEST(test_a_shared_write_that_is_lost_has_made_no_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
