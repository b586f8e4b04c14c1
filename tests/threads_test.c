/* SPDX-License-Identifier: Apache-2.0 */
/* Contexts are independent: several threads, each with its own, play every recording at once. */
#include "tests/acts.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define THREADS 4
#define ROUNDS 3

static void perform(struct session *session, enum act act, const archway_query *query)
{
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    archway_call call = session_call(session, 0);
    assert_int_equal(act_begin(session, act, query, &call, &job, &error), 0);
    session_run(session, job);
    if (archway_job_error(job)->code == AW_OK)
        act_check_result(act, job);
    archway_job_destroy(job);
}

static void *live(void *arg)
{
    unsigned *played = arg;
    archway_query *query = archway_query_create();
    for (unsigned round = 0; round < ROUNDS; round++)
        for (const struct play *play = plays; play->recording; play++) {
            struct session session;
            assert_true(play_open(&session, play));
            for (size_t i = 0; play->acts[i] != NO_ACT; i++)
                perform(&session, play->acts[i], query);
            archway_close(session.aw, NULL);
            ++*played;
        }
    archway_query_destroy(query);
    return NULL;
}

static void test_contexts_of_several_threads_do_not_meet(void **state)
{
    pthread_t threads[THREADS];
    unsigned played[THREADS] = {0};
    (void)state;
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, live, &played[i]), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(played[i], played[0]);
    assert_true(played[0] >= ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contexts_of_several_threads_do_not_meet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
