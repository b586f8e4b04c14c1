/* SPDX-License-Identifier: Apache-2.0 */
/* What was asked of one account is not known not to exist because another one does not list it. */
#include "tests/journal_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define NONE MACHINES SAY("200", "m8 r1 running their-own-token -")
#define LOOKS_OF_A_MINUTE NONE NONE NONE NONE NONE NONE NONE
#define TOKEN "my-own-token-1"
#define STATE "SELECT state || ' ' || coalesce(account_id, '-') FROM entry"

static void open_as(const char *account, const char *recording)
{
    stage_open(recording);
    engine_cloud.account = account;
}

/* Its request is under way, and no answer comes in its life. */
static void launch_as_ada_and_stop(void)
{
    open_as("account ada", WHOLE NONE POST("/machines", TOKEN) "<<< 200 after 3600s\n\nm9\n\n");
    begin_create("whole", TOKEN, NULL);
    stage_pass(1000);
}

static void order_end_as_ada_and_stop(void)
{
    open_as("account ada", WHOLE NONE POST("/machines", TOKEN) SAY("200", "m9")
                               ASK("DELETE", "/machines/m9") "<<< 200 after 3600s\n\n");
    must_succeed(begin_create("whole", TOKEN, NULL));
    begin_terminate("whole", "m9", NULL);
    stage_pass(1000);
}

/* Which the small cloud's token is. */
static void launch_by_key_and_stop(void)
{
    open_as("key", WHOLE NONE POST("/machines", TOKEN) "<<< 200 after 3600s\n\nm9\n\n");
    begin_create("whole", TOKEN, NULL);
    stage_pass(1000);
}

static void must_recover(uint32_t how, enum archway_fate fate, const char *reason)
{
    archway_outcome outcome = {.size = sizeof outcome};
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    assert_int_equal(archway_recover(stage.aw, how, NULL, &job, &error), 0);
    stage_run(job);
    assert_int_equal(archway_job_outcome_count(job), 1);
    assert_int_equal(archway_job_outcome(job, 0, &outcome), 0);
    assert_string_equal(archway_fate_name(outcome.fate), archway_fate_name(fate));
    assert_contains(outcome.reason, reason);
    archway_job_destroy(job);
}

static void test_the_account_is_written_down_before_anything_is_asked_of_it(void **state)
{
    (void)state;
    must_crash(launch_as_ada_and_stop);
    assert_string_equal(journal_ask(STATE), "1 account ada");
}

/* `printf key | sha256sum` begins so. */
static void test_where_only_the_key_tells_its_digest_is_written_down(void **state)
{
    (void)state;
    must_crash(launch_by_key_and_stop);
    assert_string_equal(journal_ask(STATE), "1 key 2c70e12b");
}

static void test_what_another_account_does_not_list_stays_open(void **state)
{
    (void)state;
    must_crash(launch_as_ada_and_stop);
    open_as("account bob", WHOLE LOOKS_OF_A_MINUTE);
    must_recover(0, ARCHWAY_FATE_OPEN,
                 "asked of account ada, and the credentials of `whole` are of account bob now");
    assert_string_equal(journal_ask(STATE), "1 account ada");
    stage_close();
    open_as("account ada", WHOLE LOOKS_OF_A_MINUTE);
    must_recover(0, ARCHWAY_FATE_ABSENT, "does not list it");
    stage_close();
}

static void test_the_user_may_say_that_it_is_the_same_account(void **state)
{
    (void)state;
    must_crash(launch_as_ada_and_stop);
    open_as("key 5d41402a", WHOLE LOOKS_OF_A_MINUTE);
    must_recover(ARCHWAY_RECOVER_SAME_ACCOUNT, ARCHWAY_FATE_ABSENT, "does not list it");
    stage_close();
}

static void test_what_is_listed_is_of_the_same_account(void **state)
{
    (void)state;
    must_crash(launch_as_ada_and_stop);
    open_as("key 5d41402a", WHOLE MACHINES SAY("200", "m9 r1 running " TOKEN " my-server"));
    must_recover(0, ARCHWAY_FATE_ADOPTED, "lists it");
    assert_string_equal(journal_ask(STATE), "2 key 5d41402a");
    stage_close();
}

static void test_a_create_is_not_repeated_in_another_account(void **state)
{
    (void)state;
    must_crash(launch_as_ada_and_stop);
    open_as("account bob", WHOLE LOOKS_OF_A_MINUTE);
    must_fail(begin_create("whole", TOKEN, NULL), AW_E_CONFLICT);
    assert_string_equal(journal_ask(STATE), "1 account ada");
    /* Now the account is known from the beginning. */
    must_fail(begin_create("whole", TOKEN, NULL), AW_E_CONFLICT);
    stage_close();
}

static void test_an_end_that_was_ordered_in_another_account_stays_ordered(void **state)
{
    (void)state;
    must_crash(order_end_as_ada_and_stop);
    open_as("account bob", WHOLE LOOKS_OF_A_MINUTE);
    must_recover(0, ARCHWAY_FATE_OPEN, "asked of account ada");
    assert_string_equal(journal_ask(STATE), "3 account ada");
    stage_close();
}

static void create_as_ada(void)
{
    open_as("account ada", WHOLE NONE POST("/machines", TOKEN) SAY("200", "m9"));
    must_succeed(begin_create("whole", TOKEN, NULL));
}

static void test_a_machine_of_another_account_is_not_gone(void **state)
{
    (void)state;
    must_crash(create_as_ada);
    journal_spoil("UPDATE entry SET sent_ms = 0, sent_mono_ms = 0, boot = 'another'");
    open_as("account bob",
            WHOLE ASK("DELETE", "/machines/m9") SAY("404", "there is none") NONE NONE);
    must_fail(begin_terminate("whole", "m9", NULL), AW_E_CONFLICT);
    assert_string_equal(journal_ask(STATE), "3 account ada");
    journal_spoil("UPDATE entry SET state = 2, writer = 0");
    must_succeed(begin_list("my-server", NULL));
    stage_pass(3600000);
    must_succeed(begin_list("my-server", NULL));
    assert_string_equal(journal_ask("SELECT state || ' ' || missing_ms FROM entry"), "2 0");
    stage_close();
}

static void test_a_journal_from_before_accounts_goes_on(void **state)
{
    (void)state;
    must_crash(launch_as_ada_and_stop);
    journal_spoil("ALTER TABLE entry DROP COLUMN account_id; PRAGMA user_version = 1");
    open_as("account bob", WHOLE LOOKS_OF_A_MINUTE);
    must_recover(0, ARCHWAY_FATE_ABSENT, "does not list it");
    assert_string_equal(journal_ask("PRAGMA user_version"), "2");
    assert_string_equal(journal_ask(STATE), "4 -");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_the_account_is_written_down_before_anything_is_asked_of_it),
        JOURNAL_TEST(test_where_only_the_key_tells_its_digest_is_written_down),
        JOURNAL_TEST(test_what_another_account_does_not_list_stays_open),
        JOURNAL_TEST(test_the_user_may_say_that_it_is_the_same_account),
        JOURNAL_TEST(test_what_is_listed_is_of_the_same_account),
        JOURNAL_TEST(test_a_create_is_not_repeated_in_another_account),
        JOURNAL_TEST(test_an_end_that_was_ordered_in_another_account_stays_ordered),
        JOURNAL_TEST(test_a_machine_of_another_account_is_not_gone),
        JOURNAL_TEST(test_a_journal_from_before_accounts_goes_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
