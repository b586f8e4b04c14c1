/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that end otherwise than they wanted, and that nothing of them stays. */
#include "core/mem.h"
#include "tests/descriptors.h"
#include "tests/program_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <unistd.h>

/* The process ends within a while. */
static void assert_gone(pid_t pid)
{
    for (int i = 0; i < 1000 && kill(pid, 0) == 0; i++)
        usleep(10000);
    assert_int_equal(kill(pid, 0), -1);
    assert_int_equal(errno, ESRCH);
}

static void test_output_without_end_kills_the_program(void **state)
{
    (void)state;
    run.program.max_output = 1000;
    RUN("yes");
    assert_true(run.call.too_large);
    assert_string_equal(run.call.problem, "`test` said more than it may and was killed");
}

static void test_output_of_just_the_limit_is_fine(void **state)
{
    (void)state;
    run.program.max_output = 5;
    RUN("printf", "12345");
    assert_false(run.call.too_large);
    assert_string_equal(run.output, "12345");
}

/* Starts a program whose child writes its number into a file, and waits for that. */
static pid_t start_parent(const char *rest)
{
    char path[] = "/tmp/archway-program-XXXXXX";
    char script[128];
    char text[32] = {0};
    int file = mkstemp(path);
    assert_true(file >= 0);
    snprintf(script, sizeof script, "sleep 1000 & echo $! > $0; %s", rest);
    program_start_it((const char *const[]){"sh", "-c", script, path, NULL});
    for (int i = 0; i < 1000 && !strchr(text, '\n'); i++) {
        pass_time(5);
        assert_true(pread(file, text, sizeof text - 1, 0) >= 0);
    }
    close(file);
    unlink(path);
    pid_t pid = (pid_t)strtol(text, NULL, 10);
    assert_true(pid > 1);
    return pid;
}

static void test_time_that_runs_out_kills_the_program_and_its_children(void **state)
{
    (void)state;
    run.program.timeout_ms = 500;
    pid_t child = start_parent("wait");
    wait_until(&run.done);
    assert_true(run.call.started && run.call.timed_out);
    assert_string_equal(run.call.problem, "`test` did not end in time and was killed");
    assert_gone(child);
}

static void test_a_child_left_behind_does_not_hold_up_the_answer(void **state)
{
    (void)state;
    pid_t child = start_parent("echo done");
    wait_until(&run.done);
    kill(child, SIGKILL);
    assert_int_equal(run.call.result.status, 0);
    assert_false(run.call.timed_out);
    assert_string_equal(run.output, "done\n");
}

static void test_cancelling_kills_and_calls_nobody_back(void **state)
{
    (void)state;
    size_t before = descriptor_count();
    pid_t child = start_parent("wait");
    world->ops->cancel_run(world, &run.call);
    assert_gone(child);
    pass_time(20);
    assert_false(run.done);
    assert_int_equal(descriptor_count(), before);
}

static void test_cancelling_what_was_not_started_calls_nobody_back(void **state)
{
    (void)state;
    program_start_it((const char *const[]){"archway-no-such-program", NULL});
    world->ops->cancel_run(world, &run.call);
    pass_time(1);
    assert_false(run.done);
}

static void test_a_host_that_ignores_its_children_is_not_told_of_success(void **state)
{
    (void)state;
    signal(SIGCHLD, SIG_IGN);
    RUN("sh", "-c", "exit 1");
    signal(SIGCHLD, SIG_DFL);
    assert_true(run.call.started);
    assert_int_not_equal(run.call.result.status, 0);
}

static int fail_one(void *arg)
{
    int *left = arg;
    return (*left)-- == 0;
}

static void test_every_allocation_may_fail_and_nothing_stays_open(void **state)
{
    (void)state;
    size_t before = descriptor_count();
    bool failed = true;
    for (int nth = 0; failed; nth++) {
        int left = nth;
        program_run_begin(state);
        mem_set_fault(fail_one, &left);
        RUN("echo", "hello");
        mem_set_fault(NULL, NULL);
        failed = left < 0;
        if (run_is_whole(&run.call))
            assert_string_equal(run.output, "hello\n");
        assert_int_equal(descriptor_count(), before);
    }
    assert_true(run.call.started);
}

#define TEST(test) cmocka_unit_test_setup(test, program_run_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_output_without_end_kills_the_program),
        TEST(test_output_of_just_the_limit_is_fine),
        TEST(test_time_that_runs_out_kills_the_program_and_its_children),
        TEST(test_a_child_left_behind_does_not_hold_up_the_answer),
        TEST(test_cancelling_kills_and_calls_nobody_back),
        TEST(test_cancelling_what_was_not_started_calls_nobody_back),
        TEST(test_a_host_that_ignores_its_children_is_not_told_of_success),
        TEST(test_every_allocation_may_fail_and_nothing_stays_open),
    };
    return cmocka_run_group_tests(tests, program_world_open, program_world_close);
}
