/* SPDX-License-Identifier: Apache-2.0 */
/* Creating a machine, and finding out whether there is one when nobody said. */
#include "tests/engine_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define NONE MACHINES SAY("200", "m8 r1 running their-own-token -")
#define OURS "m9 r1 pending {{token}} me"
#define FOUND MACHINES SAY("200", "m8 r1 running their-own-token -\n" OURS)

static void must_create(archway_job *job, const char *id)
{
    const aw_error *error = archway_job_error(stage_run(job));
    if (error->code)
        fail_msg("%s", error->message);
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, id);
    assert_true(archway_job_sent(job));
    archway_job_destroy(job);
}

/* Known not to have made a machine. */
static void must_refuse(archway_job *job, uint32_t code)
{
    stage_run(job);
    assert_int_equal(archway_job_error(job)->code, code);
    assert_int_not_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    assert_false(archway_job_sent(job));
    archway_job_destroy(job);
}

static void must_stay_unknown(archway_job *job, uint32_t code)
{
    stage_run(job);
    assert_int_equal(archway_job_error(job)->code, code);
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    assert_int_equal(archway_job_instance_count(job), 0);
    assert_contains(archway_job_error(job)->message, archway_job_token(job));
    assert_true(archway_job_sent(job));
    archway_job_destroy(job);
}

static void test_a_machine_is_made(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1"));
    must_create(begin_create("whole", NULL, NULL), "m1");
    stage_close();
}

static void test_a_refusal_is_final(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("507", "sold out"));
    must_refuse(begin_create("whole", NULL, NULL), AW_E_NO_CAPACITY);
    stage_close();
}

static void test_a_launch_that_was_lost_is_looked_for_by_its_token(void **state)
{
    static const struct {
        const char *recording;
        uint64_t at_ms;
    } cases[] = {
        {WHOLE LAUNCH LOST FOUND, 0},
        {WHOLE LAUNCH SAY("503", "busy") NONE FOUND, 2000},
        {WHOLE LAUNCH "<<< 200 cut after 1\n\nm1\n\n" NONE NONE FOUND, 6000},
        {WHOLE LAUNCH "<<< timeout\n\n" NONE NONE NONE FOUND, 60000 + 14000},
        {WHOLE LAUNCH LOST NONE NONE NONE NONE FOUND, 30000},
        {WHOLE LAUNCH LOST NONE NONE NONE NONE NONE FOUND, 60000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        stage_open(cases[i].recording);
        must_create(begin_create("whole", NULL, NULL), "m9");
        assert_int_equal(stage_now_ms(), cases[i].at_ms);
        stage_close();
    }
}

static void test_what_is_not_found_in_a_minute_stays_unknown(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH LOST NONE NONE NONE NONE NONE NONE);
    must_stay_unknown(begin_create("whole", NULL, NULL), AW_E_UNAVAILABLE);
    assert_int_equal(stage_now_ms(), 60000);
    stage_close();
}

static void test_looks_that_fail_are_followed_by_others(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH LOST MACHINES SAY("403", "not now") NONE FOUND);
    must_create(begin_create("whole", NULL, NULL), "m9");
    assert_int_equal(stage_now_ms(), 6000);
    stage_close();
}

static void test_a_machine_that_is_gone_is_not_found(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH LOST MACHINES SAY("200", "m7 r1 terminated {{token}} me") FOUND);
    must_create(begin_create("whole", NULL, NULL), "m9");
    stage_close();
}

static void test_looking_is_in_the_machines_region(void **state)
{
    (void)state;
    stage_open(ENGINE LAUNCH LOST ASK("GET", "/machines?region=r1") SAY("200", OURS));
    must_create(begin_create("engine", NULL, NULL), "m9");
    stage_close();
}

static void on_unreadable(aw_op *op, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    kit_fail(op, AW_E_PROTOCOL, "what is this?");
}

static void launch_and_fail_to_read(aw_op *op, const aw_create *wish)
{
    engine_send(op, "launch", "POST", "/machines", 0, wish->token, on_unreadable, NULL, NULL);
}

static void test_an_answer_that_cannot_be_read_may_have_been_a_yes(void **state)
{
    (void)state;
    engine_script.create = launch_and_fail_to_read;
    stage_open(WHOLE LAUNCH SAY("200", "?") FOUND);
    must_create(begin_create("whole", NULL, NULL), "m9");
    stage_close();
    stage_open(WHOLE LAUNCH SAY("200", "?") NONE NONE NONE NONE NONE NONE);
    must_stay_unknown(begin_create("whole", NULL, NULL), AW_E_PROTOCOL);
    stage_close();
}

static void do_nothing(aw_op *op, const aw_create *wish)
{
    (void)op;
    (void)wish;
}

static void test_a_plugin_that_names_no_machine_may_have_made_one(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "") FOUND);
    must_create(begin_create("whole", NULL, NULL), "m9");
    stage_close();
    stage_open(WHOLE LAUNCH SAY("200", "") NONE NONE NONE NONE NONE NONE);
    must_stay_unknown(begin_create("whole", NULL, NULL), AW_E_INTERNAL);
    stage_close();
    engine_script.create = do_nothing;
    stage_open(WHOLE);
    must_refuse(begin_create("whole", NULL, NULL), AW_E_INTERNAL);
    stage_close();
}

static void emit_a_stray(aw_op *op, void *arg)
{
    const aw_offer stray = {.size = sizeof stray, .instance_type = "stray"};
    (void)arg;
    aw_emit_offer(op, &stray);
}

static void on_made(aw_op *op, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    aw_after(op, 1000, emit_a_stray, NULL);
}

static void make_and_err(aw_op *op, const aw_create *wish)
{
    engine_send(op, "launch", "POST", "/machines", 0, wish->token, on_made, NULL, NULL);
}

static void test_a_mistake_behind_a_launch_leaves_it_unknown(void **state)
{
    (void)state;
    engine_script.create = make_and_err;
    stage_open(WHOLE LAUNCH SAY("200", "m9") FOUND);
    must_create(begin_create("whole", NULL, NULL), "m9");
    stage_close();
}

static void test_a_cancelled_search_says_that_there_may_be_a_machine(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH LOST NONE);
    archway_job *job = begin_create("whole", NULL, NULL);
    stage_pass(1000);
    archway_cancel(job);
    stage_run(job);
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    assert_true(archway_job_sent(job));
    must_fail(job, AW_E_CANCELLED);
    stage_close();
}

static void test_a_limit_of_the_callers_ends_the_search(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 5000};
    (void)state;
    stage_open(WHOLE LAUNCH LOST NONE NONE);
    must_stay_unknown(begin_create("whole", NULL, &brief), AW_E_TIMEOUT);
    assert_int_equal(stage_now_ms(), 5000);
    stage_close();
}

static void test_why_it_is_searched_is_told_when_the_time_is_over(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 5000};
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "") NONE NONE);
    archway_job *job = stage_run(begin_create("whole", NULL, &brief));
    const char *message = archway_job_error(job)->message;
    assert_non_null(strstr(message,
                           "(not finished within 5000 ms; before that: the plugin created a "
                           "machine and did not name it)"));
    assert_non_null(strstr(message, "look again with `archway list`"));
    must_fail(job, AW_E_TIMEOUT);
    stage_close();
}

static void test_a_create_with_a_key_of_its_own_may_be_repeated(void **state)
{
    (void)state;
    engine_cloud.create_flags = AW_REQUEST_REPEATABLE;
    stage_open(KEYED LAUNCH LOST LAUNCH SAY("503", "busy") LAUNCH SAY("200", "m1"));
    must_create(begin_create("keyed", NULL, NULL), "m1");
    stage_close();
    stage_open(KEYED LAUNCH LOST LAUNCH SAY("507", "sold out") FOUND);
    must_create(begin_create("keyed", NULL, NULL), "m9");
    stage_close();
    stage_open(KEYED LAUNCH REFUSED LAUNCH SAY("507", "sold out"));
    must_refuse(begin_create("keyed", NULL, NULL), AW_E_NO_CAPACITY);
    stage_close();
}

static void on_disk(aw_op *op, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    engine_send(op, "launch", "POST", "/machines", 0, "with it", engine_on_machines, NULL, NULL);
}

static void make_a_disk_first(aw_op *op, const aw_create *wish)
{
    (void)wish;
    engine_send(op, "disk", "POST", "/disks", AW_REQUEST_REPEATABLE, "d1", on_disk, NULL, NULL);
}

static void test_what_was_lost_and_then_answered_is_known(void **state)
{
    (void)state;
    engine_script.create = make_a_disk_first;
    stage_open(WHOLE POST("/disks", "d1") LOST POST("/disks", "d1") SAY("200", "")
                   POST("/machines", "with it") SAY("507", "sold out"));
    must_refuse(begin_create("whole", NULL, NULL), AW_E_NO_CAPACITY);
    stage_close();
}

static void test_a_create_without_one_leaves_once(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH REFUSED LAUNCH SAY("429", "slowly") LAUNCH LOST NONE FOUND);
    must_create(begin_create("whole", NULL, NULL), "m9");
    stage_close();
}

static void on_attached(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    (void)arg;
}

static void make_two_and_attach(aw_op *op, const aw_create *wish)
{
    const aw_resource disk = {.size = sizeof disk, .kind = "disk", .region = "r1", .id = "d1"};
    (void)wish;
    aw_emit_resource(op, &disk);
    engine_emit(op, "m1");
    engine_emit(op, "m2");
    engine_send(op, "attach", "POST", "/disks", 0, "d1", on_attached, NULL, NULL);
}

static void test_a_machine_that_was_named_is_there_whatever_goes_wrong_behind_it(void **state)
{
    (void)state;
    engine_script.create = make_two_and_attach;
    stage_open(WHOLE POST("/disks", "d1") SAY("403", "not for you"));
    archway_job *job = stage_run(begin_create("whole", NULL, NULL));
    assert_int_equal(archway_job_problem(job, 0)->code, AW_E_PROTOCOL);
    assert_non_null(strstr(archway_job_problem(job, 0)->message, "m2 was made too, beside m1"));
    assert_int_equal(archway_job_problem(job, 1)->code, AW_E_DENIED);
    assert_string_equal(archway_job_resource(job, 0)->id, "d1");
    must_create(job, "m1");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_machine_is_made),
        STAGE_TEST(test_a_refusal_is_final),
        STAGE_TEST(test_a_launch_that_was_lost_is_looked_for_by_its_token),
        STAGE_TEST(test_what_is_not_found_in_a_minute_stays_unknown),
        STAGE_TEST(test_looks_that_fail_are_followed_by_others),
        STAGE_TEST(test_a_machine_that_is_gone_is_not_found),
        STAGE_TEST(test_looking_is_in_the_machines_region),
        STAGE_TEST(test_an_answer_that_cannot_be_read_may_have_been_a_yes),
        STAGE_TEST(test_a_plugin_that_names_no_machine_may_have_made_one),
        STAGE_TEST(test_a_mistake_behind_a_launch_leaves_it_unknown),
        STAGE_TEST(test_a_cancelled_search_says_that_there_may_be_a_machine),
        STAGE_TEST(test_a_limit_of_the_callers_ends_the_search),
        STAGE_TEST(test_why_it_is_searched_is_told_when_the_time_is_over),
        STAGE_TEST(test_a_create_with_a_key_of_its_own_may_be_repeated),
        STAGE_TEST(test_what_was_lost_and_then_answered_is_known),
        STAGE_TEST(test_a_create_without_one_leaves_once),
        STAGE_TEST(test_a_machine_that_was_named_is_there_whatever_goes_wrong_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
