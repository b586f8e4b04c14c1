/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts with a loop of their own, and what they may do when a job is done. */
#include "tests/engine_stage.h"

#include "tests/recording_files.h"

#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FINE ASK("GET", "/machines") SAY("200 after 1s", "m1 r1 running")

/* A loop as a host has it: it knows the descriptor and the time, and nothing else. */
static void host_until_done(archway *aw, const archway_job *job)
{
    int fd = archway_fd(aw);
    while (!archway_job_done(job)) {
        struct pollfd watched = {.fd = archway_fd(aw), .events = POLLIN};
        int64_t timeout_ms = archway_timeout_ms(aw);
        assert_int_equal(watched.fd, fd);
        assert_in_range(timeout_ms, 0, 60000);
        poll(&watched, 1, (int)timeout_ms);
        archway_step(aw);
    }
}

static void test_a_host_polls_a_descriptor_and_steps(void **state)
{
    (void)state;
    stage_open(WHOLE FINE);
    archway_step(stage.aw);
    assert_int_equal(archway_timeout_ms(stage.aw), -1);
    archway_job *job = begin_list(NULL, NULL);
    assert_int_equal(archway_timeout_ms(stage.aw), 0);
    host_until_done(stage.aw, job);
    must_succeed(job);
    stage_close();
}

static void on_soon(aw_op *op, void *arg)
{
    const aw_credentials found = {.size = sizeof found, .token = "key", .source = "a while"};
    (void)arg;
    aw_emit_credentials(op, &found);
}

static void find_after_a_while(aw_op *op)
{
    aw_after(op, 50, on_soon, NULL);
}

/* The real world, with the clock of the machine; nothing is sent. */
static archway *open_real(void)
{
    archway *aw = NULL;
    aw_error error = {.code = AW_OK};
    put("config.yaml", "backends:\n  - type: whole\n");
    const archway_options options = {.size = sizeof options,
                                     .config_path = in_folder("config.yaml"),
                                     .default_plugin_dir = ENGINE_PLUGINS};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s", error.message);
    return aw;
}

static archway_job *begin_sign(archway *aw)
{
    const aw_request request = {
        .size = sizeof request, .name = "any", .method = "GET", .url = ENGINE_URL};
    archway_job *job = NULL;
    assert_int_equal(archway_sign(aw, "whole", &request, 0, NULL, &job, NULL), 0);
    return job;
}

static void test_the_machines_clock_serves_as_well(void **state)
{
    aw_header header;
    (void)state;
    engine_script.authenticate = find_after_a_while;
    archway *aw = open_real();
    archway_job *job = begin_sign(aw);
    archway_step(aw);
    assert_in_range(archway_timeout_ms(aw), 1, 50);
    host_until_done(aw, job);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_header(job, 0, &header), 0);
    assert_string_equal(header.value, "<secret>");
    archway_job_destroy(job);
    assert_int_equal(archway_close(aw, NULL), 0);
}

static void *wake_later(void *aw)
{
    poll(NULL, 0, 20);
    archway_wake(aw);
    return NULL;
}

static void find_in_an_hour(aw_op *op)
{
    aw_after(op, 3600000, on_soon, NULL);
}

static void test_another_thread_may_wake_it(void **state)
{
    pthread_t thread;
    (void)state;
    engine_script.authenticate = find_in_an_hour;
    archway *aw = open_real();
    archway_job *job = begin_sign(aw);
    assert_int_equal(pthread_create(&thread, NULL, wake_later, aw), 0);
    assert_int_equal(archway_run(aw, job), -1);
    assert_false(archway_job_done(job));
    pthread_join(thread, NULL);
    archway_wake(aw);
    assert_int_equal(archway_run(aw, job), -1);
    archway_close(aw, NULL);
}

static void destroy_it(archway_job *job, void *arg)
{
    unsigned *count = arg;
    (*count)++;
    archway_job_destroy(job);
}

static void run_until(const unsigned *count, unsigned wanted)
{
    for (unsigned i = 0; i < MOST_STEPS && *count < wanted; i++)
        archway_step(stage.aw);
    assert_int_equal(*count, wanted);
    session_drain(&stage);
}

static void test_a_job_may_be_destroyed_when_it_is_done(void **state)
{
    unsigned count = 0;
    const archway_call call = {.size = sizeof call, .on_done = destroy_it, .arg = &count};
    (void)state;
    stage_open(WHOLE FINE FINE FINE);
    for (unsigned i = 0; i < 3; i++)
        begin_list(NULL, &call);
    run_until(&count, 3);
    stage_close();
}

static unsigned rounds;

static void begin_the_next(archway_job *job, void *arg)
{
    const archway_call call = {.size = sizeof call, .on_done = begin_the_next, .arg = arg};
    archway_job_destroy(job);
    if (++rounds < 4)
        begin_list(NULL, &call);
}

static void test_a_job_may_be_started_when_another_is_done(void **state)
{
    const archway_call call = {.size = sizeof call, .on_done = begin_the_next};
    (void)state;
    rounds = 0;
    stage_open(WHOLE FINE FINE FINE FINE);
    begin_list(NULL, &call);
    run_until(&rounds, 4);
    assert_int_equal(stage_now_ms(), 4000);
    stage_close();
}

static archway_job *others[2];

static void end_the_others(archway_job *job, void *arg)
{
    unsigned *count = arg;
    (*count)++;
    archway_cancel(others[0]);
    archway_job_destroy(others[1]);
    archway_job_destroy(job);
}

/* The others' answers are due in the same step. */
static void test_other_jobs_may_be_ended_when_one_is_done(void **state)
{
    unsigned count = 0;
    const archway_call call = {.size = sizeof call, .on_done = end_the_others, .arg = &count};
    (void)state;
    stage_open(WHOLE FINE FINE FINE);
    begin_list(NULL, &call);
    others[0] = begin_list(NULL, NULL);
    others[1] = begin_list(NULL, NULL);
    run_until(&count, 1);
    stage_run(others[0]);
    archway_cancel(others[0]);
    archway_job_destroy(others[0]);
    stage_close();
}

static void test_what_is_done_cannot_be_cancelled(void **state)
{
    (void)state;
    stage_open(WHOLE FINE);
    archway_job *job = stage_run(begin_list(NULL, NULL));
    archway_cancel(job);
    session_drain(&stage);
    must_succeed(job);
    stage_close();
}

static void test_a_job_that_is_running_has_no_error_yet(void **state)
{
    (void)state;
    stage_open(WHOLE FINE);
    archway_job *job = begin_list(NULL, NULL);
    assert_null(archway_job_error(job));
    assert_false(archway_job_done(job));
    assert_null(archway_job_problem(job, 0));
    assert_null(archway_job_instance(job, 0, NULL));
    must_succeed(job);
    stage_close();
}

/* Recorded from a replay, which serves as well as any provider. */
static void test_what_is_under_way_at_the_end_is_recorded_as_cancelled(void **state)
{
    aw_error error = {.code = AW_OK};
    size_t size = 0;
    (void)state;
    put("stage.http", FIRST_LINE WHOLE FINE);
    char *recording = strdup(in_folder("stage.http"));
    char *folder = strdup(in_folder("recorded"));
    const archway_options options = {.size = sizeof options,
                                     .default_plugin_dir = ENGINE_PLUGINS,
                                     .replay_path = recording,
                                     .record_dir = folder};
    assert_int_equal(archway_open(&options, &stage.aw, &error), 0);
    begin_list(NULL, NULL);
    stage_pass(500);
    stage_close();
    char *text = get(folder, only_file(folder, ".http"), &size);
    assert_contains(text, "/machines\n");
    assert_contains(text, "<<< timeout after 500ms");
    free(text);
    free(folder);
    free(recording);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_host_polls_a_descriptor_and_steps),
        STAGE_TEST(test_the_machines_clock_serves_as_well),
        STAGE_TEST(test_another_thread_may_wake_it),
        STAGE_TEST(test_a_job_may_be_destroyed_when_it_is_done),
        STAGE_TEST(test_a_job_may_be_started_when_another_is_done),
        STAGE_TEST(test_other_jobs_may_be_ended_when_one_is_done),
        STAGE_TEST(test_what_is_done_cannot_be_cancelled),
        STAGE_TEST(test_a_job_that_is_running_has_no_error_yet),
        STAGE_TEST(test_what_is_under_way_at_the_end_is_recorded_as_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
