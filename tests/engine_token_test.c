/* SPDX-License-Identifier: Apache-2.0 */
/* Creates with a token of the caller's, and creates by a program. */
#include "tests/engine_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define NONE MACHINES SAY("200", "m8 r1 running their-own-token -")
#define FOUND MACHINES SAY("200", "m9 r1 pending {{token}} me")
#define TOKEN "my-own-token-1"

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

static void test_a_token_of_the_callers_is_looked_for_first(void **state)
{
    (void)state;
    stage_open(WHOLE FOUND);
    must_create(begin_create("whole", TOKEN, NULL), "m9");
    stage_close();
    stage_open(WHOLE NONE LAUNCH SAY("200", "m1"));
    must_create(begin_create("whole", TOKEN, NULL), "m1");
    stage_close();
    stage_open(WHOLE NONE LAUNCH LOST FOUND);
    must_create(begin_create("whole", TOKEN, NULL), "m9");
    assert_int_equal(stage_now_ms(), 0);
    stage_close();
    stage_open(WHOLE MACHINES SAY("403", "not for you"));
    must_refuse(begin_create("whole", TOKEN, NULL), AW_E_DENIED);
    stage_close();
}

static int try_token(const char *token, aw_error *ret_error)
{
    static const aw_offer offer = {.size = sizeof offer, .instance_type = "small", .region = "r1"};
    const archway_wish wish = {
        .size = sizeof wish, .backend = "whole", .offer = &offer, .name = "n", .token = token};
    archway_job *job = NULL;
    int status = archway_create(stage.aw, &wish, NULL, &job, ret_error);
    archway_job_destroy(job);
    return status;
}

static void test_a_token_must_name_one_create(void **state)
{
    static const char *const bad[] = {
        "",
        "seven77",
        "with a blank",
        "12345678901234567890123456789012345678901234567890123456789012345",
    };
    aw_error error = {.code = AW_OK};
    (void)state;
    stage_open(WHOLE);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(try_token(bad[i], &error), -1);
        assert_int_equal(error.code, AW_E_INVALID);
        assert_contains(error.message, "8 to 64");
    }
    assert_int_equal(try_token(TOKEN, &error), 0);
    stage_close();
}

static void test_a_token_names_one_create_at_a_time(void **state)
{
    static const aw_offer offer = {.size = sizeof offer, .instance_type = "small", .region = "r1"};
    const archway_wish wish = {
        .size = sizeof wish, .backend = "whole", .offer = &offer, .name = "n", .token = TOKEN};
    archway_job *second = NULL;
    aw_error error = {.code = AW_OK};
    (void)state;
    stage_open(WHOLE KEYED NONE LAUNCH SAY("200", "m1") FOUND);
    archway_job *first = begin_create("whole", TOKEN, NULL);
    assert_int_equal(archway_create(stage.aw, &wish, NULL, &second, &error), -1);
    assert_int_equal(error.code, AW_E_CONFLICT);
    assert_contains(error.message, TOKEN);
    must_create(first, "m1");
    must_create(begin_create("whole", TOKEN, NULL), "m9");
    stage_close();
}

static void on_claimed(aw_op *op, const aw_exit *result, void *arg)
{
    (void)arg;
    if (result->status)
        kit_fail(op, AW_E_NO_CAPACITY, "it is taken");
    else
        engine_emit(op, "m1");
}

static void claim(aw_op *op, const aw_create *wish)
{
    static const char *const argv[] = {"claim", NULL};
    const aw_program program = {.size = sizeof program, .name = "claim", .argv = argv};
    (void)wish;
    aw_run(op, &program, on_claimed, NULL, NULL);
}

#define CLAIM WHOLE ">>> run [\"claim\"]\n\n"

static void test_a_program_may_have_made_the_machine_while_it_runs(void **state)
{
    (void)state;
    engine_script.create = claim;
    stage_open(CLAIM "<<< exit 0 after 5s\n\n");
    archway_job *job = begin_create("whole", NULL, NULL);
    stage_pass(1000);
    archway_cancel(job);
    stage_run(job);
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    assert_true(archway_job_sent(job));
    must_fail(job, AW_E_CANCELLED);
    stage_close();
    stage_open(CLAIM "<<< exit 1\n\n");
    must_refuse(begin_create("whole", NULL, NULL), AW_E_NO_CAPACITY);
    stage_close();
    stage_open(CLAIM "<<< refused\n\n");
    must_refuse(begin_create("whole", NULL, NULL), AW_E_UNAVAILABLE);
    stage_close();
    stage_open(CLAIM "<<< timeout\n\n" FOUND);
    must_create(begin_create("whole", NULL, NULL), "m9");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_token_of_the_callers_is_looked_for_first),
        STAGE_TEST(test_a_token_must_name_one_create),
        STAGE_TEST(test_a_token_names_one_create_at_a_time),
        STAGE_TEST(test_a_program_may_have_made_the_machine_while_it_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
