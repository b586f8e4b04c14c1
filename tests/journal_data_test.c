/* SPDX-License-Identifier: Apache-2.0 */
/* Who asks for a machine by its id alone is helped by what the journal has of it. */
#include "tests/journal_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char told[64]; /* the data that came with the last reference */

static void create(aw_op *op, const aw_create *wish)
{
    const aw_instance instance = {.size = sizeof instance,
                                  .state = AW_STATE_PENDING,
                                  .id = wish->name,
                                  .region = "r1",
                                  .token = wish->token,
                                  .data = "made=12"};
    aw_emit_instance(op, &instance);
}

static void answer_with_data(aw_op *op, const aw_ref *ref)
{
    snprintf(told, sizeof told, "%s", ref->data ? ref->data : "nothing");
    engine_emit(op, ref->id);
}

static int setup(void **state)
{
    int failed = journal_setup(state);
    engine_script.create = create;
    engine_script.get = answer_with_data;
    engine_script.terminate = answer_with_data;
    return failed;
}

static void make_one(void)
{
    stage_open(WHOLE);
    must_succeed(begin_create("whole", NULL, NULL));
    stage_close();
}

static void test_another_process_is_told_what_was_said_when_it_was_made(void **state)
{
    (void)state;
    make_one();
    stage_open(WHOLE);
    must_succeed(begin_get("whole", "trainer", NULL));
    assert_string_equal(told, "made=12");
    must_succeed(begin_terminate("whole", "trainer", NULL));
    assert_string_equal(told, "made=12");
    stage_close();
}

static void test_of_others_nothing_is_known(void **state)
{
    (void)state;
    stage_open(WHOLE KEYED);
    must_succeed(begin_get("whole", "trainer", NULL)); /* there is no journal so far */
    assert_string_equal(told, "nothing");
    stage_close();
    make_one();
    stage_open(WHOLE KEYED);
    must_succeed(begin_get("whole", "other", NULL));
    assert_string_equal(told, "nothing");
    must_succeed(begin_get("keyed", "trainer", NULL));
    assert_string_equal(told, "nothing");
    stage_close();
}

static void test_the_callers_own_word_counts(void **state)
{
    const archway_machine machine = {.size = sizeof machine,
                                     .backend = "whole",
                                     .region = "r1",
                                     .id = "trainer",
                                     .data = "mine"};
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    (void)state;
    make_one();
    stage_open(WHOLE);
    assert_int_equal(archway_get(stage.aw, &machine, NULL, &job, &error), 0);
    must_succeed(job);
    assert_string_equal(told, "mine");
    stage_close();
}

static void test_a_journal_that_cannot_be_used_keeps_nobody_from_asking(void **state)
{
    (void)state;
    make_one();
    journal_spoil("DROP TABLE entry");
    stage_open(WHOLE);
    must_succeed(begin_get("whole", "trainer", NULL));
    assert_string_equal(told, "nothing");
    stage_close();
}

#define DATA_TEST(test) cmocka_unit_test_setup_teardown(test, setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DATA_TEST(test_another_process_is_told_what_was_said_when_it_was_made),
        DATA_TEST(test_of_others_nothing_is_known),
        DATA_TEST(test_the_callers_own_word_counts),
        DATA_TEST(test_a_journal_that_cannot_be_used_keeps_nobody_from_asking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
