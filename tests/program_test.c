/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: what they are given, what they answer. */
#include "tests/emulated.h"
#include "tests/program_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static void test_a_programs_output_errors_and_status_are_told(void **state)
{
    (void)state;
    RUN("sh", "-c", "echo out; echo err >&2; exit 3");
    assert_true(run.call.started);
    assert_string_equal(run.output, "out\n");
    assert_string_equal(run.errors, "err\n");
    assert_int_equal(run.call.result.status, 3);
    assert_int_equal(run.call.result.size, sizeof(aw_exit));
}

static void test_a_signal_is_told_as_a_shell_would(void **state)
{
    (void)state;
    RUN("sh", "-c", "kill -TERM $$");
    assert_int_equal(run.call.result.status, 128 + SIGTERM);
}

static void test_arguments_reach_no_shell(void **state)
{
    (void)state;
    RUN("/bin/echo", "$HOME;", "`id`", "a  b", "");
    assert_string_equal(run.output, "$HOME; `id` a  b \n");
}

static void test_large_input_goes_in_while_output_comes_out(void **state)
{
    (void)state;
    size_t size = (size_t)1024 * 1024;
    char *input = malloc(size);
    memset(input, 'i', size);
    run.program.input = (aw_bytes){input, size};
    RUN("sh", "-c", "tee /dev/stderr");
    assert_int_equal(run.call.result.output.size, size);
    assert_int_equal(run.call.result.errors.size, size);
    assert_int_equal(run.call.result.status, 0);
    free(input);
}

static void test_without_input_there_is_an_end_at_once(void **state)
{
    (void)state;
    RUN("cat");
    assert_string_equal(run.output, "");
    assert_int_equal(run.call.result.status, 0);
}

static void test_a_program_need_not_read_its_input(void **state)
{
    (void)state;
    static char input[500000];
    run.program.input = (aw_bytes){input, sizeof input};
    RUN("sh", "-c", "exec 0<&-; sleep 0.1; echo done");
    assert_string_equal(run.output, "done\n");
    assert_int_equal(run.call.result.status, 0);
}

static void test_a_program_that_is_not_there_fails_from_the_loop(void **state)
{
    (void)state;
    NOT_EMULATED(SPAWN_REASON);
    RUN("archway-no-such-program");
    assert_false(run.call.started);
    assert_string_equal(run.call.problem,
                        "`archway-no-such-program` cannot be started: No such file or directory");
}

static void test_what_is_no_program_fails_likewise(void **state)
{
    (void)state;
    NOT_EMULATED(SPAWN_REASON);
    RUN("/etc/passwd");
    assert_false(run.call.started);
    assert_non_null(strstr(run.call.problem, "Permission denied"));
}

static void test_the_environment_is_ours_with_additions(void **state)
{
    (void)state;
    setenv("ARCHWAY_KEPT", "kept", 1);
    setenv("ARCHWAY_REPLACED", "old", 1);
    run.program.environment =
        (const char *const[]){"ARCHWAY_REPLACED=new", "ARCHWAY_NEW=a=b", "ARCHWAY=", NULL};
    RUN("sh", "-c", "env | grep ^ARCHWAY | sort");
    assert_string_equal(run.output,
                        "ARCHWAY=\nARCHWAY_KEPT=kept\nARCHWAY_NEW=a=b\nARCHWAY_REPLACED=new\n");
}

static void test_a_program_gets_none_of_our_descriptors_and_a_clean_slate_of_signals(void **state)
{
    (void)state;
    sigset_t blocked, before;
    int open_to_all = fcntl(0, F_DUPFD, 50);
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    signal(SIGINT, SIG_IGN);
    RUN("sh", "-c", "echo /proc/$$/fd/*; exec sed -n 's/Sig\\(Blk\\|Ign\\)://p' /proc/self/status");
    signal(SIGINT, SIG_DFL);
    sigprocmask(SIG_SETMASK, &before, NULL);
    close(open_to_all);
    char *signals = strchr(run.output, '\n');
    assert_non_null(signals);
    unsigned long long block = strtoull(signals, &signals, 16);
    unsigned long long ignore = strtoull(signals, &signals, 16);
    assert_int_equal(block, 0);
    assert_int_equal(ignore & 0x7fffffff, 0); /* what is above is libc's own affair */
    assert_null(strstr(run.output, "/fd/5"));
}

#define TEST(test) cmocka_unit_test_setup(test, program_run_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_programs_output_errors_and_status_are_told),
        TEST(test_a_signal_is_told_as_a_shell_would),
        TEST(test_arguments_reach_no_shell),
        TEST(test_large_input_goes_in_while_output_comes_out),
        TEST(test_without_input_there_is_an_end_at_once),
        TEST(test_a_program_need_not_read_its_input),
        TEST(test_a_program_that_is_not_there_fails_from_the_loop),
        TEST(test_what_is_no_program_fails_likewise),
        TEST(test_the_environment_is_ours_with_additions),
        TEST(test_a_program_gets_none_of_our_descriptors_and_a_clean_slate_of_signals),
    };
    return cmocka_run_group_tests(tests, program_world_open, program_world_close);
}
