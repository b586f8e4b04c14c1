/* SPDX-License-Identifier: Apache-2.0 */
/* A journal whose disk is full, breaks or cannot be opened, or whose memory runs out, at each operation in turn:
 * nothing leaves that is not written down, and nothing is forgotten that has left. */
#include "tests/emulated.h"
#include "tests/faulty_disk.h"
#include "tests/journal_stage.h"

#include "tests/recording_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef MACHINES
#define MACHINES ASK("GET", "/machines")

/* What has left, by what the recording was asked for. */
static bool launches;
static bool ends;

static void check_create(const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    if (launches)
        assert_int_equal(error->code, AW_OK);
    else
        assert_true(error->code != AW_OK && error->retry != AW_RETRY_UNKNOWN);
    assert_int_equal(archway_job_sent(job), launches);
}

static void check_end(const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    if (ends)
        assert_int_equal(error->code, AW_OK);
    else
        assert_contains(error->message, "journal");
}

static void begin_anew(void)
{
    static const char *const names[] = {"journal.db", "journal.db-wal", "journal.db-shm",
                                        "journal.db-writers"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_folder(names[i]));
    launches = ends = false;
}

/* What another process finds behind it, with a disk that works. */
static void check_journal(void)
{
    const char *state = "0";
    if (access(in_folder("journal.db"), F_OK) == 0 &&
        strcmp(journal_ask("SELECT count(*) FROM sqlite_schema WHERE name = 'entry'"), "1") == 0)
        state = journal_ask("SELECT state || coalesce(instance_id, '') FROM entry"
                            " ORDER BY id DESC LIMIT 1");
    if (ends)
        assert_string_equal(state, "3m1");
    else if (launches)
        assert_true(!strcmp(state, "1") || !strcmp(state, "2m1") || !strcmp(state, "3m1"));
}

/* One create and, when it has succeeded, one end. */
static void play(void)
{
    stage_open(WHOLE LAUNCH SAY("200", "m1") ASK("DELETE", "/machines/m1") SAY("200", ""));
    archway_job *job = stage_run(begin_create("whole", NULL, NULL));
    bool created = archway_job_error(job)->code == AW_OK;
    launches = session_asked(&stage, "/machines");
    check_create(job);
    archway_job_destroy(job);
    if (created) {
        job = stage_run(begin_terminate("whole", "m1", NULL));
        ends = session_asked(&stage, "/machines/m1");
        check_end(job);
        archway_job_destroy(job);
    }
    archway_close(stage.aw, NULL);
    stage.aw = NULL;
}

static void sweep(enum fault_kind kind, bool all_after, unsigned long least, unsigned long step)
{
    fault_set(kind, 0, false);
    begin_anew();
    play();
    unsigned long count = fault_count();
    assert_true(launches && ends);
    assert_true(count >= least);
    for (unsigned long first = 1; first <= count; first += step * SWEEP_STEP) {
        begin_anew();
        fault_set(kind, first, all_after);
        play();
        fault_set(kind, 0, false);
        check_journal();
    }
}

static void test_a_full_disk_lets_nothing_leave_that_is_not_written(void **state)
{
    (void)state;
    sweep(FAULT_FULL, true, 20, 1);
    sweep(FAULT_FULL, false, 20, 1);
}

static void test_a_disk_that_breaks_lets_nothing_leave_that_is_not_written(void **state)
{
    (void)state;
    sweep(FAULT_BROKEN, true, 20, 1);
    sweep(FAULT_BROKEN, false, 20, 1);
}

static void test_files_that_cannot_be_opened_let_nothing_leave(void **state)
{
    (void)state;
    sweep(FAULT_LOCKED, true, 2, 1);
    sweep(FAULT_LOCKED, false, 2, 1);
}

static void test_memory_that_sqlite_lacks_lets_nothing_leave_that_is_not_written(void **state)
{
    (void)state;
    sweep(FAULT_MEMORY, false, 100, 1);
    sweep(FAULT_MEMORY, true, 100, 11);
}

/* Called when the answer is there, and before it is read. */
static void fill_the_disk(void *state, const aw_request *request, const aw_response *answer,
                          aw_error *ret_error)
{
    (void)state;
    (void)answer;
    (void)ret_error;
    if (strcmp(request->method, "POST") == 0)
        fault_set(FAULT_FULL, 1, true);
}

static void test_a_machine_that_cannot_be_written_down_is_told_and_adopted(void **state)
{
    (void)state;
    begin_anew();
    stage_open(WHOLE LAUNCH SAY("200", "m1")
                   MACHINES SAY("200", "m1 r1 running {{token}} my-server"));
    engine_script.classify = fill_the_disk;
    archway_job *job = stage_run(begin_create("whole", NULL, NULL));
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, "m1");
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_contains(archway_job_problem(job, 0)->message, "m1");
    assert_contains(archway_job_problem(job, 0)->message, "archway recover");
    archway_job_destroy(job);
    fault_set(FAULT_FULL, 0, false);
    must_succeed(begin_recover(false));
    assert_string_equal(journal_ask("SELECT state || instance_id FROM entry"), "2m1");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_a_full_disk_lets_nothing_leave_that_is_not_written),
        JOURNAL_TEST(test_a_disk_that_breaks_lets_nothing_leave_that_is_not_written),
        JOURNAL_TEST(test_files_that_cannot_be_opened_let_nothing_leave),
        JOURNAL_TEST(test_memory_that_sqlite_lacks_lets_nothing_leave_that_is_not_written),
        JOURNAL_TEST(test_a_machine_that_cannot_be_written_down_is_told_and_adopted),
    };
    fault_install();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
