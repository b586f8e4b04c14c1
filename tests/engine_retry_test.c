/* SPDX-License-Identifier: Apache-2.0 */
/* When a request is sent again, and when never. */
#include "tests/engine_stage.h"

#include "core/backend.h"
#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define FINE MACHINES SAY("200", "m1 r1 running")
#define BUSY MACHINES SAY("503", "busy")
#define END_M1 ASK("DELETE", "/machines/m1")

static void must_list(archway_job *job)
{
    stage_run(job);
    if (archway_job_problem_count(job))
        fail_msg("%s", archway_job_problem(job, 0)->message);
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, "m1");
    archway_job_destroy(job);
}

static const aw_error *must_not_list(archway_job *job, uint32_t code)
{
    static aw_error problem;
    stage_run(job);
    assert_int_equal(archway_job_problem_count(job), 1);
    problem = *archway_job_problem(job, 0);
    assert_int_equal(problem.code, code);
    archway_job_destroy(job);
    return &problem;
}

static void test_an_outage_is_ridden_out(void **state)
{
    (void)state;
    stage_open(WHOLE BUSY BUSY FINE);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.signatures, 3);
    stage_close();
}

static void test_an_outage_that_lasts_is_told_after_six_attempts(void **state)
{
    (void)state;
    stage_open(WHOLE BUSY BUSY BUSY BUSY BUSY BUSY);
    const aw_error *problem = must_not_list(begin_list(NULL, NULL), AW_E_UNAVAILABLE);
    assert_int_equal(problem->http_status, 503);
    assert_int_equal(problem->retry, AW_RETRY_SAFE);
    assert_string_equal(problem->message, "busy");
    assert_string_equal(problem->backend, "whole");
    assert_string_equal(problem->request, "machines: GET " ENGINE_URL "/machines");
    stage_close();
}

static void test_a_read_may_be_lost_late_or_not_sent(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES LOST MACHINES REFUSED MACHINES "<<< timeout\n\n" FINE);
    must_list(begin_list(NULL, NULL));
    assert_in_range(stage_now_ms(), 60000, 65000);
    stage_close();
}

static void test_what_would_be_the_same_again_is_not_repeated(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("403", "not for you") MACHINES "<<< too-large\n\n");
    must_not_list(begin_list(NULL, NULL), AW_E_DENIED);
    must_not_list(begin_list(NULL, NULL), AW_E_PROTOCOL);
    stage_close();
}

static void list_by_post(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_send(op, "machines", "POST", "/list", AW_REQUEST_SHARED | AW_REQUEST_REPEATABLE, "all",
                engine_on_machines, NULL, NULL);
}

static void test_a_flood_is_not_asked_for_again(void **state)
{
    (void)state;
    engine_script.list = list_by_post;
    stage_open(WHOLE POST("/list", "all") "<<< too-large\n\n");
    must_not_list(begin_list(NULL, NULL), AW_E_PROTOCOL);
    stage_close();
}

static void test_the_provider_says_when_to_come_back(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY_WITH("503", "retry-after: 40", "busy") FINE);
    must_list(begin_list(NULL, NULL));
    assert_in_range(stage_now_ms(), 40000, 40250);
    stage_close();
}

static void test_coming_back_later_than_the_limit_is_not_tried(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 39000};
    (void)state;
    stage_open(WHOLE MACHINES SAY_WITH("503", "retry-after: 40", "busy"));
    const aw_error *problem = must_not_list(begin_list(NULL, &brief), AW_E_UNAVAILABLE);
    assert_int_equal(problem->retry_after_ms, 40000);
    assert_int_equal(stage_now_ms(), 0);
    stage_close();
}

static void test_a_time_limit_tells_what_went_wrong_before(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 5000};
    (void)state;
    stage_open(WHOLE BUSY MACHINES "<<< 200 after 60s\n\nm1 r1 running\n\n");
    const aw_error *problem = must_not_list(begin_list(NULL, &brief), AW_E_TIMEOUT);
    assert_string_equal(problem->message,
                        "not finished within 5000 ms: machines did not answer; before that: busy");
    stage_close();
    stage_open(WHOLE BUSY FINE MACHINES "<<< 200 after 60s\n\nm1 r1 running\n\n");
    must_list(begin_list(NULL, NULL));
    problem = must_not_list(begin_list(NULL, &brief), AW_E_TIMEOUT);
    assert_string_equal(problem->message, "not finished within 5000 ms: machines did not answer");
    stage_close();
}

static void test_a_spent_budget_ends_repetitions_and_success_earns_it_back(void **state)
{
    (void)state;
    stage_open(WHOLE BUSY FINE BUSY FINE);
    struct backend *backend = stage.aw->backends[0];
    backend->budget.spent = 500;
    must_not_list(begin_list(NULL, NULL), AW_E_UNAVAILABLE);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(backend->budget.spent, 499);
    backend->budget.spent = 480;
    must_list(begin_list(NULL, NULL));
    assert_int_equal(backend->budget.spent, 480);
    stage_close();
}

static void ask_at_most_twice(aw_op *op, const aw_list *wish)
{
    const aw_request request = {.size = sizeof request,
                                .name = "machines",
                                .method = "GET",
                                .url = ENGINE_URL "/machines",
                                .max_attempts = 2};
    (void)wish;
    aw_send(op, &request, engine_on_machines, NULL, NULL);
}

static void test_a_plugin_may_want_fewer_attempts(void **state)
{
    (void)state;
    engine_script.list = ask_at_most_twice;
    stage_open(WHOLE BUSY BUSY);
    must_not_list(begin_list(NULL, NULL), AW_E_UNAVAILABLE);
    stage_close();
}

static void test_a_repeatable_write_is_repeated(void **state)
{
    (void)state;
    stage_open(WHOLE END_M1 LOST END_M1 SAY("503", "busy") END_M1 SAY("200", ""));
    must_succeed(begin_terminate("whole", "m1", NULL));
    stage_close();
}

static void test_what_was_lost_once_stays_unknown_when_it_is_refused_later(void **state)
{
    (void)state;
    stage_open(WHOLE END_M1 LOST END_M1 SAY("403", "not for you"));
    archway_job *job = stage_run(begin_terminate("whole", "m1", NULL));
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    must_fail(job, AW_E_DENIED);
    stage_close();
}

static void test_what_was_never_sent_is_known_to_have_done_nothing(void **state)
{
    (void)state;
    stage_open(WHOLE END_M1 REFUSED END_M1 SAY("403", "not for you"));
    archway_job *job = stage_run(begin_terminate("whole", "m1", NULL));
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_NEVER);
    must_fail(job, AW_E_DENIED);
    stage_close();
}

static void terminate_once(aw_op *op, const aw_ref *ref)
{
    (void)ref;
    engine_send(op, "terminate", "DELETE", "/machines/m1", 0, NULL, engine_on_machines, NULL, NULL);
}

static void test_a_write_that_is_not_repeatable_leaves_once(void **state)
{
    static const char *const lost[] = {
        WHOLE END_M1 LOST,
        WHOLE END_M1 "<<< timeout\n\n",
        WHOLE END_M1 "<<< too-large\n\n",
        WHOLE END_M1 SAY("503", "busy"),
        WHOLE END_M1 "<<< 200 cut after 1\n\nyes\n\n",
        WHOLE END_M1 SAY("503", "busy"),
        /* Even if somebody says that it can be mended. */
        WHOLE END_M1 SAY_WITH("401", "x-retry: unknown", "who are you"),
    };
    (void)state;
    engine_script.terminate = terminate_once;
    for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
        stage_open(lost[i]);
        archway_job *job = stage_run(begin_terminate("whole", "m1", NULL));
        assert_int_not_equal(archway_job_error(job)->code, AW_OK);
        assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
        archway_job_destroy(job);
        stage_close();
    }
}

static void test_a_write_that_did_nothing_is_repeated_whatever_it_is(void **state)
{
    (void)state;
    engine_script.terminate = terminate_once;
    stage_open(WHOLE END_M1 REFUSED END_M1 SAY("401", "old key")
                   END_M1 SAY_WITH("429", "retry-after: 1", "slowly")
                       END_M1 SAY_WITH("503", "x-retry: safe", "busy") END_M1 SAY("200", ""));
    must_succeed(begin_terminate("whole", "m1", NULL));
    stage_close();
}

static void on_lost(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)arg;
    assert_int_equal(error->code, AW_E_UNAVAILABLE);
    assert_int_equal(error->retry, AW_RETRY_UNKNOWN);
    assert_null(answer);
    engine_send(op, "look", "GET", "/machines/m1", 0, NULL, engine_on_machines, NULL, NULL);
}

static void terminate_and_look(aw_op *op, const aw_ref *ref)
{
    (void)ref;
    engine_send(op, "terminate", "DELETE", "/machines/m1", 0, NULL, engine_on_machines, on_lost,
                NULL);
}

static void test_a_plugin_may_make_the_best_of_a_failure(void **state)
{
    (void)state;
    engine_script.terminate = terminate_and_look;
    stage_open(WHOLE END_M1 LOST ASK("GET", "/machines/m1") SAY("200", "m1 r1 terminating"));
    must_succeed(begin_terminate("whole", "m1", NULL));
    stage_close();
}

static void on_refused(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)arg;
    assert_int_equal(error->code, AW_E_DENIED);
    assert_int_equal(error->retry, AW_RETRY_UNKNOWN);
    assert_int_equal(answer->status, 403);
    aw_fail(op, error);
}

static void terminate_and_listen(aw_op *op, const aw_ref *ref)
{
    (void)ref;
    engine_send(op, "terminate", "DELETE", "/machines/m1", AW_REQUEST_REPEATABLE, NULL,
                engine_on_machines, on_refused, NULL);
}

static void test_a_plugin_hears_that_an_earlier_attempt_may_have_worked(void **state)
{
    (void)state;
    engine_script.terminate = terminate_and_listen;
    stage_open(WHOLE END_M1 LOST END_M1 SAY("403", "not for you"));
    must_fail(begin_terminate("whole", "m1", NULL), AW_E_DENIED);
    stage_close();
}

static void test_a_machine_that_is_gone_is_terminated(void **state)
{
    (void)state;
    stage_open(WHOLE END_M1 SAY("404", "no such machine"));
    must_succeed(begin_terminate("whole", "m1", NULL));
    stage_close();
}

static void classify_badly(void *state, const aw_request *request, const aw_response *answer,
                           aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)answer;
    *ret_error = (aw_error){.code = AW_E_DENIED, .message = "and forgot its size"};
}

static void test_an_error_without_its_size_is_no_success(void **state)
{
    (void)state;
    engine_script.classify = classify_badly;
    stage_open(WHOLE MACHINES SAY("403", ""));
    assert_string_equal(must_not_list(begin_list(NULL, NULL), AW_E_DENIED)->message,
                        "and forgot its size");
    stage_close();
}

static void classify_oddly(void *state, const aw_request *request, const aw_response *answer,
                           aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)answer;
    kit_error_set(ret_error, 99, "numbers of a later version");
    ret_error->retry = 99;
    ret_error->remedy = 99;
    ret_error->scope = 99;
}

static void test_numbers_that_nobody_knows_mean_nothing(void **state)
{
    (void)state;
    engine_script.classify = classify_oddly;
    stage_open(WHOLE MACHINES SAY("403", ""));
    const aw_error *problem = must_not_list(begin_list(NULL, NULL), AW_E_PROTOCOL);
    assert_int_equal(problem->retry, AW_RETRY_NEVER);
    assert_int_equal(problem->remedy, AW_REMEDY_NONE);
    assert_int_equal(problem->scope, AW_SCOPE_UNKNOWN);
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_an_outage_is_ridden_out),
        STAGE_TEST(test_an_outage_that_lasts_is_told_after_six_attempts),
        STAGE_TEST(test_a_read_may_be_lost_late_or_not_sent),
        STAGE_TEST(test_what_would_be_the_same_again_is_not_repeated),
        STAGE_TEST(test_a_flood_is_not_asked_for_again),
        STAGE_TEST(test_the_provider_says_when_to_come_back),
        STAGE_TEST(test_coming_back_later_than_the_limit_is_not_tried),
        STAGE_TEST(test_a_time_limit_tells_what_went_wrong_before),
        STAGE_TEST(test_a_spent_budget_ends_repetitions_and_success_earns_it_back),
        STAGE_TEST(test_a_plugin_may_want_fewer_attempts),
        STAGE_TEST(test_a_repeatable_write_is_repeated),
        STAGE_TEST(test_what_was_lost_once_stays_unknown_when_it_is_refused_later),
        STAGE_TEST(test_what_was_never_sent_is_known_to_have_done_nothing),
        STAGE_TEST(test_a_write_that_is_not_repeatable_leaves_once),
        STAGE_TEST(test_a_write_that_did_nothing_is_repeated_whatever_it_is),
        STAGE_TEST(test_a_plugin_may_make_the_best_of_a_failure),
        STAGE_TEST(test_a_plugin_hears_that_an_earlier_attempt_may_have_worked),
        STAGE_TEST(test_a_machine_that_is_gone_is_terminated),
        STAGE_TEST(test_an_error_without_its_size_is_no_success),
        STAGE_TEST(test_numbers_that_nobody_knows_mean_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
