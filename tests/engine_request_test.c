/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin asks of core: requests, timers, programs, results; and what it may not ask. */
#include "tests/engine_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void ask_for_two(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_send(op, "first", "GET", "/first", 0, NULL, engine_on_machines, NULL, NULL);
    engine_send(op, "second", "GET", "/second", 0, NULL, engine_on_machines, NULL, NULL);
}

static void test_requests_of_one_operation_are_under_way_together(void **state)
{
    (void)state;
    engine_script.list = ask_for_two;
    stage_open(WHOLE ANY_ORDER ASK("GET", "/first") SAY("200 after 5s", "a r1 running")
                   ASK("GET", "/second") SAY("200 after 3s", "b r1 running"));
    archway_job *job = begin_list(NULL, NULL);
    must_succeed(job);
    assert_int_equal(stage_now_ms(), 5000);
    stage_close();
}

static unsigned ticks;

static void on_tick(aw_op *op, void *arg)
{
    const unsigned *most = arg;
    if (++ticks < *most)
        aw_after(op, 1000, on_tick, arg);
    else
        engine_emit(op, "late");
}

static void tick_five_times(aw_op *op, const aw_list *wish)
{
    static unsigned most = 5;
    (void)wish;
    ticks = 0;
    aw_after(op, 1000, on_tick, &most);
}

static void test_timers_follow_one_another(void **state)
{
    (void)state;
    engine_script.list = tick_five_times;
    stage_open(WHOLE);
    archway_job *job = stage_run(begin_list(NULL, NULL));
    assert_int_equal(ticks, 5);
    assert_int_equal(stage_now_ms(), 5000);
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, "late");
    must_succeed(job);
    stage_close();
}

static void on_exit(aw_op *op, const aw_exit *result, void *arg)
{
    (void)arg;
    assert_int_equal(result->status, 0);
    engine_emit(op, result->output.data);
}

static void run_program(aw_op *op, const aw_list *wish)
{
    static const char *const argv[] = {"uname", "-m", NULL};
    const aw_program program = {.size = sizeof program, .name = "probe", .argv = argv};
    (void)wish;
    aw_run(op, &program, on_exit, NULL, NULL);
}

static void test_a_program_answers_the_operation(void **state)
{
    (void)state;
    engine_script.list = run_program;
    stage_open(WHOLE ">>> run [\"uname\",\"-m\"]\n\n<<< exit 0\n\naarch64\n");
    archway_job *job = stage_run(begin_list(NULL, NULL));
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, "aarch64");
    must_succeed(job);
    stage_close();
}

static void test_a_program_that_cannot_be_started_fails_the_operation(void **state)
{
    (void)state;
    engine_script.list = run_program;
    stage_open(WHOLE ">>> run [\"uname\",\"-m\"]\n\n<<< refused\n");
    archway_job *job = stage_run(begin_list(NULL, NULL));
    const aw_error *problem = archway_job_problem(job, 0);
    assert_int_equal(problem->code, AW_E_UNAVAILABLE);
    assert_int_equal(problem->retry, AW_RETRY_SAFE);
    assert_string_equal(problem->request, "probe");
    must_succeed(job);
    stage_close();
}

static void test_a_program_that_does_not_end_is_late_and_may_have_worked(void **state)
{
    (void)state;
    engine_script.list = run_program;
    stage_open(WHOLE ">>> run [\"uname\",\"-m\"]\n\n<<< timeout\n");
    archway_job *job = stage_run(begin_list(NULL, NULL));
    assert_int_equal(archway_job_problem(job, 0)->code, AW_E_TIMEOUT);
    assert_int_equal(archway_job_problem(job, 0)->retry, AW_RETRY_UNKNOWN);
    assert_int_equal(stage_now_ms(), 60000);
    must_succeed(job);
    stage_close();
}

static void report_one(aw_op *op, const aw_offer_query *query)
{
    const aw_offer offer = {.size = sizeof offer, .arch = AW_ARCH_AMD64, .instance_type = "known"};
    (void)query;
    aw_emit_offer(op, &offer);
    kit_report(op, AW_E_PROTOCOL, "the type `odd` is left out");
}

static void test_what_is_reported_stands_beside_the_results(void **state)
{
    archway_query *query = archway_query_create();
    archway_backend_result result = {.size = sizeof result};
    (void)state;
    engine_script.list_offers = report_one;
    stage_open(WHOLE);
    archway_job *job = stage_run(begin_offers(query, 0, NULL));
    assert_int_equal(archway_job_offer_count(job), 1);
    assert_string_equal(archway_job_problem(job, 0)->message, "the type `odd` is left out");
    assert_string_equal(archway_job_problem(job, 0)->backend, "whole");
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    assert_int_equal(result.error->code, AW_OK);
    assert_int_equal(result.complete, 0);
    must_succeed(job);
    stage_close();
    archway_query_destroy(query);
}

/* The list's operation does one thing that is wrong, and is failed for it. */
static void must_refuse(void (*act)(aw_op *op, const aw_list *wish), uint32_t code,
                        const char *part)
{
    engine_script.list = act;
    stage_open(WHOLE);
    archway_job *job = stage_run(begin_list(NULL, NULL));
    assert_int_equal(archway_job_instance_count(job), 0);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(archway_job_problem(job, 0)->code, code);
    assert_contains(archway_job_problem(job, 0)->message, part);
    must_succeed(job);
    stage_close();
}

static void emit_an_offer(aw_op *op, const aw_list *wish)
{
    const aw_offer offer = {.size = sizeof offer, .arch = AW_ARCH_AMD64, .instance_type = "small"};
    (void)wish;
    aw_emit_offer(op, &offer);
    engine_emit(op, "behind it");
}

static void emit_credentials(aw_op *op, const aw_list *wish)
{
    const aw_credentials credentials = {.size = sizeof credentials, .token = "key"};
    (void)wish;
    aw_emit_credentials(op, &credentials);
}

static void emit_a_resource(aw_op *op, const aw_list *wish)
{
    const aw_resource resource = {.size = sizeof resource, .kind = "disk", .id = "d1"};
    (void)wish;
    aw_emit_resource(op, &resource);
}

static void emit_a_quota(aw_op *op, const aw_list *wish)
{
    const aw_quota quota = {.size = sizeof quota, .name = "vcpus", .limit = 1};
    (void)wish;
    aw_emit_quota(op, &quota);
}

static void emit_no_id(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_emit(op, "");
}

static void emit_an_odd_state(aw_op *op, const aw_list *wish)
{
    const aw_instance instance = {
        .size = sizeof instance, .state = 99, .id = "odd", .region = "r1"};
    (void)wish;
    aw_emit_instance(op, &instance);
}

static void test_a_result_of_the_wrong_kind_is_a_mistake_of_the_plugin(void **state)
{
    (void)state;
    must_refuse(emit_an_offer, AW_E_INTERNAL, "emitted an offer where none was asked for");
    must_refuse(emit_credentials, AW_E_INTERNAL, "emitted credentials outside of authenticate");
    must_refuse(emit_a_resource, AW_E_INTERNAL, "emitted a resource where none was asked for");
    must_refuse(emit_a_quota, AW_E_INTERNAL, "emitted a quota where none was asked for");
    must_refuse(emit_no_id, AW_E_INTERNAL, "without an id");
    must_refuse(emit_an_odd_state, AW_E_INTERNAL, "in no known state");
}

static void fail_twice(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_send(op, "never", "GET", "/never", 0, NULL, engine_on_machines, NULL, NULL);
    kit_fail(op, AW_E_QUOTA, "the first");
    kit_fail(op, AW_E_DENIED, "the second");
    engine_send(op, "never", "GET", "/never", 0, NULL, engine_on_machines, NULL, NULL);
    engine_emit(op, "behind it");
}

static void fail_silently(aw_op *op, const aw_list *wish)
{
    const aw_error nothing = {.size = sizeof nothing};
    (void)wish;
    aw_fail(op, &nothing);
}

static void test_the_first_failure_stands_and_nothing_comes_behind_it(void **state)
{
    (void)state;
    must_refuse(fail_twice, AW_E_QUOTA, "the first");
    must_refuse(fail_silently, AW_E_INTERNAL, "without saying why");
}

static void ask(aw_op *op, const char *method, const char *url, const char *name, const char *value)
{
    const aw_header header = {name, value};
    const aw_request request = {.size = sizeof request,
                                .name = "odd",
                                .method = method,
                                .url = url,
                                .headers = &header,
                                .header_count = 1};
    aw_send(op, &request, engine_on_machines, NULL, NULL);
}

#define ASKS(function, method, url, name, value)                                                   \
    static void function(aw_op *op, const aw_list *wish)                                           \
    {                                                                                              \
        (void)wish;                                                                                \
        ask(op, method, url, name, value);                                                         \
    }

ASKS(with_no_url, "GET", NULL, "accept", "text/plain")
ASKS(with_no_scheme, "GET", "engine.example/", "accept", "text/plain")
ASKS(with_a_blank, "GET", ENGINE_URL "/a b", "accept", "text/plain")
ASKS(with_plain_http, "GET", "http://engine.example/", "accept", "text/plain")
ASKS(with_the_metadata_server, "GET", "http://169.254.169.254/", "accept", "text/plain")
ASKS(with_no_method, NULL, ENGINE_URL, "accept", "text/plain")
ASKS(with_two_methods, "GET POST", ENGINE_URL, "accept", "text/plain")
ASKS(with_a_split_header, "GET", ENGINE_URL, "accept", "text/plain\r\nhost: other")
ASKS(with_an_odd_header, "GET", ENGINE_URL, "acc ept", "text/plain")
ASKS(with_half_a_header, "GET", ENGINE_URL, "accept", NULL)
ASKS(with_a_nameless_header, "GET", ENGINE_URL, NULL, "text/plain")

static void with_no_callback(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_send(op, "deaf", "GET", "/machines", 0, NULL, NULL, NULL, NULL);
}

static void with_no_argv(aw_op *op, const aw_list *wish)
{
    const aw_program program = {.size = sizeof program, .name = "none"};
    (void)wish;
    aw_run(op, &program, on_exit, NULL, NULL);
}

static void test_a_request_that_cannot_be_right_is_refused(void **state)
{
    (void)state;
    must_refuse(with_no_url, AW_E_INTERNAL, "without a URL");
    must_refuse(with_no_method, AW_E_INTERNAL, "without a valid method");
    must_refuse(with_two_methods, AW_E_INTERNAL, "without a valid method");
    must_refuse(with_no_scheme, AW_E_INVALID, "must");
    must_refuse(with_a_blank, AW_E_INVALID, "percent-encoded");
    must_refuse(with_plain_http, AW_E_INVALID, "plain http:// on this machine only");
    must_refuse(with_the_metadata_server, AW_E_INVALID, "plain http:// on this machine only");
    must_refuse(with_a_split_header, AW_E_INVALID, "a character that HTTP forbids");
    must_refuse(with_an_odd_header, AW_E_INVALID, "a character that HTTP forbids");
    must_refuse(with_half_a_header, AW_E_INTERNAL, "header 1");
    must_refuse(with_a_nameless_header, AW_E_INTERNAL, "header 1");
    must_refuse(with_no_callback, AW_E_INTERNAL, "callback");
    must_refuse(with_no_argv, AW_E_INTERNAL, "program");
}

static void ask_in_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    (void)settings;
    (void)ret_state;
    engine_send(op, "early", "GET", "/early", 0, NULL, engine_on_machines, NULL, NULL);
}

static void test_open_may_ask_for_nothing(void **state)
{
    archway_backend_info info = {.size = sizeof info};
    (void)state;
    engine_script.open = ask_in_open;
    stage_open(WHOLE);
    assert_int_equal(archway_backend_at(stage.aw, 0, &info), 0);
    assert_int_equal(info.error->code, AW_E_INTERNAL);
    assert_contains(info.error->message, "in `open`");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_requests_of_one_operation_are_under_way_together),
        STAGE_TEST(test_timers_follow_one_another),
        STAGE_TEST(test_a_program_answers_the_operation),
        STAGE_TEST(test_a_program_that_cannot_be_started_fails_the_operation),
        STAGE_TEST(test_a_program_that_does_not_end_is_late_and_may_have_worked),
        STAGE_TEST(test_what_is_reported_stands_beside_the_results),
        STAGE_TEST(test_a_result_of_the_wrong_kind_is_a_mistake_of_the_plugin),
        STAGE_TEST(test_the_first_failure_stands_and_nothing_comes_behind_it),
        STAGE_TEST(test_a_request_that_cannot_be_right_is_refused),
        STAGE_TEST(test_open_may_ask_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
