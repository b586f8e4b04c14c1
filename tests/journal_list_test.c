/* SPDX-License-Identifier: Apache-2.0 */
/* What the providers list beside what the journal knows. */
#include "tests/journal_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define MINE " r1 running {{token}} my-server"
#define CREATED WHOLE LAUNCH SAY("200", "m1")
#define STATE "SELECT state || coalesce(ending, '') FROM entry"

/* The presence of each instance in turn, as digits. */
static void must_list(const char *ids, const char *presences)
{
    archway_job *job = stage_run(begin_list("my-server", NULL));
    char found_ids[64] = "";
    char found[16] = "";
    for (uint64_t i = 0; i < archway_job_instance_count(job); i++) {
        found[i] = (char)('0' + archway_job_presence(job, i));
        found_ids[i] = archway_job_instance(job, i, NULL)->id[1];
    }
    assert_string_equal(found_ids, ids);
    assert_string_equal(found, presences);
    archway_job_destroy(job);
}

static void test_what_both_know_and_what_only_the_provider_knows(void **state)
{
    (void)state;
    stage_open(CREATED MACHINES SAY("200", "m1" MINE "\nm2 r1 running t2 my-server"));
    must_succeed(begin_create("whole", NULL, NULL));
    must_list("12", "10");
    stage_close();
}

static void test_without_a_journal_nothing_is_known(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("200", "m1 r1 running t1 my-server"));
    must_list("1", "0");
    stage_close();
}

static void test_what_is_not_listed_yet_is_shown_and_later_is_missing(void **state)
{
    (void)state;
    stage_open(CREATED MACHINES SAY("200", "") MACHINES SAY("200", "") MACHINES SAY(
        "200", "m1" MINE) MACHINES SAY("200", "") MACHINES SAY("200", "") MACHINES SAY("200", ""));
    must_succeed(begin_create("whole", NULL, NULL));
    must_list("1", "3");
    stage_pass(66000);
    must_list("1", "2");
    must_list("1", "1"); /* it is back */
    must_list("1", "2");
    assert_string_equal(journal_ask(STATE), "2");
    stage_pass(66000);
    must_list("1", "2"); /* for so long that it is given up */
    assert_string_equal(journal_ask(STATE), "4missing");
    must_list("", "");
    stage_close();
}

static void test_what_was_given_up_and_comes_back_is_known(void **state)
{
    (void)state;
    stage_open(CREATED MACHINES SAY("200", "m1" MINE));
    must_succeed(begin_create("whole", NULL, NULL));
    journal_spoil("UPDATE entry SET state = 4, ending = 'missing'");
    must_list("1", "1");
    assert_string_equal(journal_ask(STATE), "2");
    stage_close();
}

static void test_what_was_ended_and_is_listed_no_more_is_gone(void **state)
{
    (void)state;
    stage_open(CREATED ASK("DELETE", "/machines/m1") SAY("200", "") MACHINES SAY(
        "200", "m1 r1 terminating {{token}} my-server") MACHINES SAY("200", ""));
    must_succeed(begin_create("whole", NULL, NULL));
    must_succeed(begin_terminate("whole", "m1", NULL));
    stage_pass(66000);
    must_list("1", "1");
    assert_string_equal(journal_ask(STATE), "3");
    must_list("", "");
    assert_string_equal(journal_ask(STATE), "4terminated");
    stage_close();
}

static void test_a_region_that_does_not_answer_makes_nothing_missing(void **state)
{
    (void)state;
    stage_open(ENGINE ANY_ORDER LAUNCH SAY("200", "m1") ASK("GET", "/regions") SAY("200", "r1\nr2")
                   ASK("GET", "/machines?region=r1") SAY("403", "not you")
                       ASK("GET", "/machines?region=r2") SAY("200", ""));
    must_succeed(begin_create("engine", NULL, NULL));
    stage_pass(66000);
    must_list("1", "3");
    assert_string_equal(journal_ask("SELECT missing_ms FROM entry"), "0");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_what_both_know_and_what_only_the_provider_knows),
        JOURNAL_TEST(test_without_a_journal_nothing_is_known),
        JOURNAL_TEST(test_what_is_not_listed_yet_is_shown_and_later_is_missing),
        JOURNAL_TEST(test_what_was_given_up_and_comes_back_is_known),
        JOURNAL_TEST(test_what_was_ended_and_is_listed_no_more_is_gone),
        JOURNAL_TEST(test_a_region_that_does_not_answer_makes_nothing_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
