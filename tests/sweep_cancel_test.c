/* SPDX-License-Identifier: Apache-2.0 */
/* Every job on every recording, stopped after its 1st, 2nd, 3rd ... step. */
#include "tests/acts.h"
#include "tests/emulated.h"

#include "core/job.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

/* Where a sweep is, for whoever reads of its failure. */
static char place[512];

static int print_place(void **state)
{
    (void)state;
    if (place[0])
        print_message("the sweep was at %s\n", place);
    place[0] = '\0';
    return 0;
}

static archway_job *begin(struct session *session, enum act act, const archway_query *query)
{
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    archway_call call = session_call(session, 0);
    if (act_begin(session, act, query, &call, &job, &error))
        fail_msg("%s: %s", place, error.message);
    return job;
}

/* Opens the play, goes through its first acts and begins the next. */
static archway_job *begin_at(struct session *session, const struct play *play, size_t at,
                             const archway_query *query)
{
    assert_true(play_open(session, play));
    for (size_t i = 0; i < at; i++) {
        archway_job *job = begin(session, play->acts[i], query);
        session_run(session, job);
        archway_job_destroy(job);
    }
    session->dones = 0;
    return begin(session, play->acts[at], query);
}

/* What is said of a create must be true: has a launch left that may have made a machine? */
static void check_sent(const struct session *session, const archway_job *job, bool cancelled)
{
    bool sent = archway_job_sent(job);
    if (session_may_have_made(session, launch_url))
        assert_true(sent);
    if (!session_asked(session, launch_url))
        assert_false(sent);
    if (cancelled)
        assert_int_equal(archway_job_error(job)->retry, sent ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE);
}

static void stop_by_cancelling(struct session *session, archway_job *job, enum act act)
{
    bool ended = job->ended; /* then its own end is on its way, and stands */
    archway_cancel(job);
    archway_cancel(job);
    archway_step(session->aw);
    assert_true(archway_job_done(job));
    assert_int_equal(session->dones, 1);
    if (!ended)
        assert_int_equal(archway_job_error(job)->code, AW_E_CANCELLED);
    if (act_creates(act))
        check_sent(session, job, !ended);
    session_drain(session);
    archway_job_destroy(job);
    archway_close(session->aw, NULL);
}

static void stop_by_destroying(struct session *session, archway_job *job, enum act act)
{
    (void)act;
    archway_job_destroy(job);
    session_drain(session);
    assert_int_equal(session->dones, 0);
    archway_close(session->aw, NULL);
}

static void stop_by_closing(struct session *session, archway_job *job, enum act act)
{
    (void)job;
    (void)act;
    archway_close(session->aw, NULL);
    assert_int_equal(session->dones, 0);
}

typedef void (*stop_fn)(struct session *session, archway_job *job, enum act act);

/* Stops the act after so many steps. False: it was done before. */
static bool stop_after(const struct play *play, size_t at, unsigned steps, stop_fn stop)
{
    struct session session;
    archway_query *query = archway_query_create();
    snprintf(place, sizeof place, "%s, %s, step %u", play->recording, act_name(play->acts[at]),
             steps);
    archway_job *job = begin_at(&session, play, at, query);
    for (unsigned i = 0; i < steps && !archway_job_done(job); i++)
        archway_step(session.aw);
    bool stopped = !archway_job_done(job);
    if (stopped)
        stop(&session, job, play->acts[at]);
    else {
        if (act_creates(play->acts[at]))
            check_sent(&session, job, false);
        assert_int_equal(session.dones, 1);
        archway_close(session.aw, NULL);
    }
    archway_query_destroy(query);
    return stopped;
}

static void sweep(stop_fn stop)
{
    for (const struct play *play = plays; play->recording; play++)
        for (size_t at = 0; play->acts[at] != NO_ACT; at++) {
            unsigned steps = 0;
            while (stop_after(play, at, steps, stop))
                assert_true((steps += SWEEP_STEP) < MOST_STEPS);
            assert_true(steps > 1);
        }
    place[0] = '\0';
}

static void test_a_job_may_be_cancelled_after_any_step(void **state)
{
    (void)state;
    sweep(stop_by_cancelling);
}

static void test_a_job_may_be_destroyed_after_any_step(void **state)
{
    (void)state;
    sweep(stop_by_destroying);
}

static void test_a_context_may_be_closed_after_any_step_of_a_job(void **state)
{
    (void)state;
    sweep(stop_by_closing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_job_may_be_cancelled_after_any_step, print_place),
        cmocka_unit_test_teardown(test_a_job_may_be_destroyed_after_any_step, print_place),
        cmocka_unit_test_teardown(test_a_context_may_be_closed_after_any_step_of_a_job,
                                  print_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
