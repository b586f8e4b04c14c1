/* SPDX-License-Identifier: Apache-2.0 */
/* Recovery of what processes left in the journal that ended in the middle of their work. */
#include "tests/journal_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define NONE MACHINES SAY("200", "m8 r1 running their-own-token -")
#define TOKEN "my-own-token-1"
#define FOUND MACHINES SAY("200", "m9 r1 running " TOKEN " my-server")
#define STATE                                                                                      \
    "SELECT state || ' ' || coalesce(instance_id, '-') || ' ' || coalesce(ending, '-') FROM entry"
#define LOOKS_OF_A_MINUTE NONE NONE NONE NONE NONE NONE NONE

static uint64_t recoverable(void)
{
    uint64_t count = 99;
    aw_error error = {.code = AW_OK};
    if (archway_recoverable(stage.aw, &count, &error))
        fail_msg("%s", error.message);
    return count;
}

/* Its request is under way, and no answer comes in its life. */
static void launch_and_stop(void)
{
    stage_open(WHOLE NONE POST("/machines", TOKEN) "<<< 200 after 3600s\n\nm9\n\n");
    begin_create("whole", TOKEN, NULL);
    stage_pass(1000);
}

static void order_end_and_stop(void)
{
    stage_open(WHOLE NONE POST("/machines", TOKEN) SAY("200", "m9")
                   ASK("DELETE", "/machines/m9") "<<< 200 after 3600s\n\n");
    must_succeed(begin_create("whole", TOKEN, NULL));
    begin_terminate("whole", "m9", NULL);
    stage_pass(1000);
}

/* One outcome, of that fate. */
static void must_recover(bool once, enum archway_fate fate, const char *id)
{
    archway_outcome outcome = {.size = sizeof outcome};
    archway_job *job = stage_run(begin_recover(once));
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_outcome_count(job), 1);
    assert_int_equal(archway_job_outcome(job, 0, &outcome), 0);
    if (outcome.fate != fate)
        fail_msg("%s, not %s: %s", archway_fate_name(outcome.fate), archway_fate_name(fate),
                 outcome.reason);
    assert_string_equal(outcome.id ? outcome.id : "-", id);
    assert_string_equal(outcome.token, TOKEN);
    assert_string_equal(outcome.backend, "whole");
    assert_non_null(outcome.reason);
    archway_job_destroy(job);
}

static void test_a_machine_that_exists_is_adopted(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    assert_string_equal(journal_ask(STATE), "1 - -");
    stage_open(WHOLE FOUND);
    assert_int_equal(recoverable(), 1);
    must_recover(false, ARCHWAY_FATE_ADOPTED, "m9");
    assert_int_equal(stage_now_ms(), 0);
    assert_string_equal(journal_ask(STATE), "2 m9 -");
    assert_int_equal(recoverable(), 0);
    stage_close();
}

static void test_one_that_is_listed_late_is_adopted(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    stage_open(WHOLE NONE NONE NONE FOUND);
    must_recover(false, ARCHWAY_FATE_ADOPTED, "m9");
    assert_int_equal(stage_now_ms(), 14000);
    stage_close();
}

static void test_one_that_is_not_listed_in_a_minute_does_not_exist(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    stage_open(WHOLE LOOKS_OF_A_MINUTE);
    must_recover(false, ARCHWAY_FATE_ABSENT, "-");
    assert_in_range(stage_now_ms(), 60000, 70000);
    assert_string_equal(journal_ask(STATE), "4 - absent");
    stage_close();
}

static void test_one_look_settles_what_is_old(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    journal_spoil("UPDATE entry SET sent_ms = sent_ms - 3600000");
    stage_open(WHOLE NONE);
    must_recover(true, ARCHWAY_FATE_ABSENT, "-");
    stage_close();
}

static void test_a_short_look_leaves_open_what_is_new(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    stage_open(WHOLE NONE FOUND);
    must_recover(true, ARCHWAY_FATE_OPEN, "-");
    assert_string_equal(journal_ask(STATE), "1 - -");
    must_recover(true, ARCHWAY_FATE_ADOPTED, "m9");
    stage_close();
}

static void test_a_clock_that_was_set_back_proves_nothing(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    journal_spoil("UPDATE entry SET sent_ms = sent_ms + 3600000");
    stage_open(WHOLE LOOKS_OF_A_MINUTE);
    must_recover(false, ARCHWAY_FATE_ABSENT, "-");
    assert_in_range(stage_now_ms(), 60000, 70000);
    stage_close();
}

static void test_what_cannot_be_asked_stays_open(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    stage_open(WHOLE MACHINES SAY("403", "not for you"));
    must_recover(false, ARCHWAY_FATE_OPEN, "-");
    stage_close();
    stage_open(ENGINE);
    must_recover(false, ARCHWAY_FATE_OPEN, "-");
    assert_string_equal(journal_ask(STATE), "1 - -");
    stage_close();
    stage_open(WHOLE FOUND);
    must_recover(false, ARCHWAY_FATE_ADOPTED, "m9");
    stage_close();
}

static void report_a_gap(aw_op *op, const aw_list *wish)
{
    const aw_error gap = {
        .size = sizeof gap, .code = AW_E_UNAVAILABLE, .message = "a zone is down"};
    (void)wish;
    aw_report(op, &gap);
    engine_send(op, "machines", "GET", "/machines", 0, NULL, engine_on_machines, NULL, NULL);
}

static void test_a_list_with_a_gap_proves_no_absence(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    journal_spoil("UPDATE entry SET sent_ms = sent_ms - 3600000");
    engine_script.list = report_a_gap;
    stage_open(WHOLE NONE FOUND);
    must_recover(false, ARCHWAY_FATE_OPEN, "-");
    must_recover(false, ARCHWAY_FATE_ADOPTED, "m9");
    stage_close();
}

static void test_what_a_living_process_has_under_way_is_its_own(void **state)
{
    (void)state;
    pid_t child = begin_living(launch_and_stop);
    stage_open(WHOLE FOUND);
    assert_int_equal(recoverable(), 0);
    archway_job *none = stage_run(begin_recover(false));
    assert_int_equal(archway_job_outcome_count(none), 0);
    archway_job_destroy(none);
    end_living(child);
    assert_int_equal(recoverable(), 1);
    must_recover(false, ARCHWAY_FATE_ADOPTED, "m9");
    stage_close();
}

static void test_a_token_is_created_by_one_process_at_a_time(void **state)
{
    (void)state;
    pid_t child = begin_living(launch_and_stop);
    stage_open(WHOLE);
    must_fail(begin_create("whole", TOKEN, NULL), AW_E_CONFLICT);
    stage_close();
    end_living(child);
    stage_open(WHOLE FOUND);
    must_succeed(begin_create("whole", TOKEN, NULL));
    assert_string_equal(journal_ask(STATE), "2 m9 -");
    stage_close();
}

/* Else recovery would close the entry under the machine that is being made. */
static void test_a_token_that_is_being_recovered_is_not_created(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    stage_open(WHOLE NONE FOUND);
    archway_job *recovery = begin_recover(false);
    while (archway_job_outcome_count(recovery) == 0 && stage_now_ms() == 0)
        archway_step(stage.aw);
    must_fail(begin_create("whole", TOKEN, NULL), AW_E_CONFLICT);
    archway_job_destroy(stage_run(recovery));
    assert_string_equal(journal_ask(STATE), "2 m9 -");
    stage_close();
}

/* It is known here, and not listed yet there. */
static void test_a_repetition_of_what_is_known_is_no_second_create(void **state)
{
    (void)state;
    stage_open(WHOLE NONE POST("/machines", TOKEN) SAY("200", "m9") NONE NONE FOUND);
    must_succeed(begin_create("whole", TOKEN, NULL));
    must_succeed(begin_create("whole", TOKEN, NULL));
    assert_string_equal(journal_ask(STATE), "2 m9 -");
    stage_close();
}

static void test_a_repetition_after_a_crash_waits_until_the_first_is_known(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    stage_open(WHOLE NONE NONE FOUND);
    must_succeed(begin_create("whole", TOKEN, NULL));
    assert_string_equal(journal_ask(STATE), "2 m9 -");
    stage_close();
}

static void test_a_repetition_of_what_came_to_nothing_is_a_new_create(void **state)
{
    (void)state;
    must_crash(launch_and_stop);
    stage_open(WHOLE LOOKS_OF_A_MINUTE POST("/machines", TOKEN) SAY("200", "m3"));
    must_succeed(begin_create("whole", TOKEN, NULL));
    assert_in_range(stage_now_ms(), 60000, 70000);
    assert_string_equal(journal_ask(STATE), "2 m3 -");
    stage_close();
}

static void test_an_end_that_was_ordered_is_seen_to(void **state)
{
    (void)state;
    must_crash(order_end_and_stop);
    assert_string_equal(journal_ask(STATE), "3 m9 -");
    stage_open(WHOLE FOUND ASK("DELETE", "/machines/m9") SAY("200", "")
                   MACHINES SAY("200", "m9 r1 terminating " TOKEN " my-server")
                       MACHINES SAY("200", "m9 r1 terminated " TOKEN " my-server"));
    must_recover(false, ARCHWAY_FATE_ENDING, "m9");
    must_recover(false, ARCHWAY_FATE_ENDING, "m9");
    must_recover(false, ARCHWAY_FATE_GONE, "m9");
    assert_string_equal(journal_ask(STATE), "4 m9 terminated");
    assert_int_equal(recoverable(), 0);
    stage_close();
}

static void test_where_there_is_no_journal_there_is_nothing_to_recover(void **state)
{
    (void)state;
    stage_open(WHOLE);
    assert_int_equal(recoverable(), 0);
    must_succeed(begin_recover(false));
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_a_machine_that_exists_is_adopted),
        JOURNAL_TEST(test_one_that_is_listed_late_is_adopted),
        JOURNAL_TEST(test_one_that_is_not_listed_in_a_minute_does_not_exist),
        JOURNAL_TEST(test_one_look_settles_what_is_old),
        JOURNAL_TEST(test_a_short_look_leaves_open_what_is_new),
        JOURNAL_TEST(test_a_clock_that_was_set_back_proves_nothing),
        JOURNAL_TEST(test_what_cannot_be_asked_stays_open),
        JOURNAL_TEST(test_a_list_with_a_gap_proves_no_absence),
        JOURNAL_TEST(test_what_a_living_process_has_under_way_is_its_own),
        JOURNAL_TEST(test_a_token_is_created_by_one_process_at_a_time),
        JOURNAL_TEST(test_a_token_that_is_being_recovered_is_not_created),
        JOURNAL_TEST(test_a_repetition_of_what_is_known_is_no_second_create),
        JOURNAL_TEST(test_a_repetition_after_a_crash_waits_until_the_first_is_known),
        JOURNAL_TEST(test_a_repetition_of_what_came_to_nothing_is_a_new_create),
        JOURNAL_TEST(test_an_end_that_was_ordered_is_seen_to),
        JOURNAL_TEST(test_where_there_is_no_journal_there_is_nothing_to_recover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
