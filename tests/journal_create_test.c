/* SPDX-License-Identifier: Apache-2.0 */
/* What creates and ends write into the journal, and when. */
#include "tests/journal_stage.h"

#include "tests/recording_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#undef MACHINES
#define MACHINES ASK("GET", "/machines")
#define STATE                                                                                      \
    "SELECT state || ' ' || coalesce(instance_id, '-') || ' ' || coalesce(ending, '-') FROM entry"

static char at_signing[64];

/* Called just before a request leaves. */
static int32_t note_and_sign(void *state, const aw_request *request,
                             const aw_credentials *credentials, uint64_t now_ms,
                             aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)credentials;
    (void)now_ms;
    (void)ret_headers;
    (void)ret_error;
    if (strcmp(request->method, "GET") != 0)
        snprintf(at_signing + strlen(at_signing), sizeof at_signing - strlen(at_signing), "%s",
                 journal_ask(STATE));
    return 0;
}

static void test_a_create_is_on_the_disk_before_it_leaves(void **state)
{
    (void)state;
    at_signing[0] = '\0';
    engine_script.sign = note_and_sign;
    stage_open(WHOLE LAUNCH SAY("200", "m1"));
    must_succeed(begin_create("whole", NULL, NULL));
    assert_string_equal(at_signing, "1 - -");
    assert_string_equal(journal_ask(STATE), "2 m1 -");
    assert_string_equal(
        journal_ask("SELECT backend || owner || name || region || instance_type FROM entry"),
        "wholemy-servertrainerr1small");
    stage_close();
}

static void test_a_create_that_is_refused_is_done(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("507", "sold out"));
    must_fail(begin_create("whole", NULL, NULL), AW_E_NO_CAPACITY);
    assert_string_equal(journal_ask(STATE), "4 - absent");
    stage_close();
}

static void test_what_is_not_known_stays_open_for_anybody(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH LOST MACHINES SAY("200", "") MACHINES SAY("200", "") MACHINES SAY(
        "200", "") MACHINES SAY("200", "") MACHINES SAY("200", "") MACHINES SAY("200", ""));
    must_fail(begin_create("whole", NULL, NULL), AW_E_UNAVAILABLE);
    assert_string_equal(journal_ask(STATE), "1 - -");
    assert_string_equal(journal_ask("SELECT writer FROM entry"), "0");
    stage_close();
}

static void test_an_end_is_on_the_disk_before_its_order_leaves(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1") ASK("DELETE", "/machines/m1") SAY("200", ""));
    must_succeed(begin_create("whole", NULL, NULL));
    at_signing[0] = '\0';
    engine_script.sign = note_and_sign;
    must_succeed(begin_terminate("whole", "m1", NULL));
    assert_string_equal(at_signing, "3 m1 -");
    assert_string_equal(journal_ask(STATE), "3 m1 -");
    stage_close();
}

static void test_an_end_that_is_refused_leaves_the_machine_known(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1") ASK("DELETE", "/machines/m1") SAY("403", "not you"));
    must_succeed(begin_create("whole", NULL, NULL));
    must_fail(begin_terminate("whole", "m1", NULL), AW_E_DENIED);
    assert_string_equal(journal_ask(STATE), "2 m1 -");
    stage_close();
}

static void test_a_new_machine_that_is_not_known_yet_is_ended_all_the_same(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1") ASK("DELETE", "/machines/m1") SAY("404", "what?") ASK(
        "DELETE", "/machines/m1") SAY("404", "what?") ASK("DELETE", "/machines/m1") SAY("200", ""));
    must_succeed(begin_create("whole", NULL, NULL));
    must_succeed(begin_terminate("whole", "m1", NULL));
    assert_int_equal(stage_now_ms(), 6000);
    stage_close();
}

static void test_an_end_of_a_machine_from_elsewhere_is_written_down_too(void **state)
{
    (void)state;
    stage_open(WHOLE ASK("DELETE", "/machines/m7") SAY("404", "gone"));
    must_succeed(begin_terminate("whole", "m7", NULL));
    assert_string_equal(journal_ask(STATE), "4 m7 terminated");
    stage_close();
}

static void refuse(const char *words)
{
    aw_error error = {.code = AW_OK};
    stage_open(WHOLE LAUNCH SAY("200", "m1"));
    archway_job *job = stage_run(begin_create("whole", NULL, NULL));
    error = *archway_job_error(job);
    assert_int_not_equal(error.code, AW_OK);
    assert_contains(error.message, words);
    assert_contains(error.message, "journal.db");
    assert_false(archway_job_sent(job));
    archway_job_destroy(job);
    stage_close_unlike();
}

static void test_without_its_journal_nothing_is_created(void **state)
{
    (void)state;
    put("journal.db", "this is no database, and longer than the header of one would be: "
                      "one hundred bytes, of which the first sixteen say what it is.");
    assert_int_equal(chmod(in_folder("journal.db"), 0600), 0);
    refuse("damaged");
    assert_int_equal(chmod(in_folder("journal.db"), 0666), 0);
    refuse("others can write to this journal");
    unlink(in_folder("journal.db"));
    assert_int_equal(mkdir(in_folder("journal.db"), 0700), 0);
    refuse("not a regular file");
    rmdir(in_folder("journal.db"));
    assert_int_equal(chmod(root, 0777), 0);
    aw_error error = {.code = AW_OK};
    stage_open(WHOLE);
    archway_job *job = stage_run(begin_create("whole", NULL, NULL));
    error = *archway_job_error(job);
    assert_contains(error.message, "others can write to this folder");
    archway_job_destroy(job);
    assert_int_equal(chmod(root, 0700), 0);
    stage_close();
}

static void test_a_newer_journal_and_a_strangers_database_are_refused(void **state)
{
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1"));
    must_succeed(begin_create("whole", NULL, NULL));
    stage_close();
    journal_spoil("PRAGMA user_version = 99");
    refuse("version 99, written by a newer Archway");
    journal_spoil("PRAGMA user_version = 1; PRAGMA application_id = 5");
    refuse("of another program");
}

static void test_the_journal_is_for_its_user_alone(void **state)
{
    struct stat status;
    (void)state;
    stage_open(WHOLE LAUNCH SAY("200", "m1"));
    must_succeed(begin_create("whole", NULL, NULL));
    static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm",
                                        "journal.db-writers"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(stat(in_folder(names[i]), &status), 0);
        assert_int_equal(status.st_mode & 0777, 0600);
    }
    assert_string_equal(journal_ask("PRAGMA journal_mode"), "wal");
    stage_close();
}

static void test_creates_that_begin_together_are_written_together(void **state)
{
    static const char *const tokens[] = {"token-number-1", "token-number-2", "token-number-3"};
    archway_job *jobs[3];
    (void)state;
    at_signing[0] = '\0';
    stage_open(KEYED ANY_ORDER MACHINES SAY("200", "") MACHINES SAY("200", "")
                   MACHINES SAY("200", "") POST("/machines", "token-number-1") SAY("200", "m1")
                       POST("/machines", "token-number-2") SAY("200", "m2")
                           POST("/machines", "token-number-3") SAY("507", "sold out"));
    engine_script.sign = note_and_sign;
    for (int i = 0; i < 3; i++)
        jobs[i] = begin_create("keyed", tokens[i], NULL);
    must_succeed(jobs[0]);
    must_succeed(jobs[1]);
    must_fail(jobs[2], AW_E_NO_CAPACITY);
    assert_string_equal(
        journal_ask("SELECT group_concat(state || coalesce(instance_id, '')) FROM entry"),
        "2m1,2m2,4");
    stage_close();
}

static void test_what_is_cancelled_outside_of_a_step_is_written_at_once(void **state)
{
    (void)state;
    stage_open(WHOLE POST("/machines", "{{token}}") "<<< 200 after 3600s\n\nm1\n\n");
    archway_job *job = begin_create("whole", NULL, NULL);
    stage_pass(1000);
    assert_string_equal(journal_ask("SELECT state || (writer > 0) FROM entry"), "11");
    archway_cancel(job);
    assert_string_equal(journal_ask("SELECT state || (writer > 0) FROM entry"), "10");
    must_fail(job, AW_E_CANCELLED);
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_a_create_is_on_the_disk_before_it_leaves),
        JOURNAL_TEST(test_a_create_that_is_refused_is_done),
        JOURNAL_TEST(test_what_is_not_known_stays_open_for_anybody),
        JOURNAL_TEST(test_an_end_is_on_the_disk_before_its_order_leaves),
        JOURNAL_TEST(test_an_end_that_is_refused_leaves_the_machine_known),
        JOURNAL_TEST(test_a_new_machine_that_is_not_known_yet_is_ended_all_the_same),
        JOURNAL_TEST(test_an_end_of_a_machine_from_elsewhere_is_written_down_too),
        JOURNAL_TEST(test_without_its_journal_nothing_is_created),
        JOURNAL_TEST(test_a_newer_journal_and_a_strangers_database_are_refused),
        JOURNAL_TEST(test_the_journal_is_for_its_user_alone),
        JOURNAL_TEST(test_creates_that_begin_together_are_written_together),
        JOURNAL_TEST(test_what_is_cancelled_outside_of_a_step_is_written_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
