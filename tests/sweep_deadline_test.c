/* SPDX-License-Identifier: Apache-2.0 */
/* Every job on every recording, with a time limit that ends at any instant of its conversation. */
#include "tests/acts.h"
#include "tests/emulated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define MOST_INSTANTS 4096u

static char place[512];

static int print_place(void **state)
{
    (void)state;
    if (place[0])
        print_message("the sweep was at %s\n", place);
    place[0] = '\0';
    return 0;
}

/* An act under way, the ones before it done. */
struct scene {
    struct session session;
    archway_query *query;
    archway_job *job;
    enum act act;
    uint64_t started_ms;
};

static archway_job *begin(struct scene *scene, enum act act, uint64_t timeout_ms)
{
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    archway_call call = session_call(&scene->session, timeout_ms);
    if (act_begin(&scene->session, act, scene->query, &call, &job, &error))
        fail_msg("%s: %s", place, error.message);
    return job;
}

static void scene_begin(struct scene *scene, const struct play *play, size_t at,
                        uint64_t timeout_ms)
{
    snprintf(place, sizeof place, "%s, %s, a limit of %llu ms", play->recording,
             act_name(play->acts[at]), (unsigned long long)timeout_ms);
    scene->query = archway_query_create();
    assert_true(play_open(&scene->session, play));
    for (size_t i = 0; i < at; i++) {
        archway_job *job = begin(scene, play->acts[i], 0);
        session_run(&scene->session, job);
        archway_job_destroy(job);
    }
    scene->act = play->acts[at];
    scene->started_ms = session_now_ms(&scene->session);
    scene->session.dones = 0;
    scene->job = begin(scene, scene->act, timeout_ms);
}

static void scene_end(struct scene *scene)
{
    assert_int_equal(scene->session.dones, 1);
    archway_job_destroy(scene->job);
    session_drain(&scene->session);
    archway_close(scene->session.aw, NULL);
    archway_query_destroy(scene->query);
}

/* Runs the act without a limit. Returns at how many instants something happened, and how it ended. */
static size_t look(const struct play *play, size_t at, uint64_t instants[MOST_INSTANTS],
                   uint32_t *ret_code)
{
    struct scene scene;
    size_t count = 0;
    scene_begin(&scene, play, at, 0);
    while (!archway_job_done(scene.job)) {
        archway_step(scene.session.aw);
        uint64_t took_ms = session_now_ms(&scene.session) - scene.started_ms;
        if (count == 0 || instants[count - 1] != took_ms)
            instants[count++] = took_ms;
        assert_true(count < MOST_INSTANTS);
    }
    *ret_code = archway_job_error(scene.job)->code;
    scene_end(&scene);
    return count;
}

static void check_create(const struct scene *scene)
{
    const aw_error *error = archway_job_error(scene->job);
    bool sent = archway_job_sent(scene->job);
    if (!session_asked(&scene->session, launch_url))
        assert_false(sent);
    if (!session_may_have_made(&scene->session, launch_url))
        return;
    assert_true(sent);
    if (error->code)
        assert_int_equal(error->retry, AW_RETRY_UNKNOWN);
}

/* Late, or not repeated since that would be. */
static bool is_of_a_limit(uint32_t code)
{
    return code == AW_E_TIMEOUT || code == AW_E_THROTTLED || code == AW_E_UNAVAILABLE;
}

static void check_problems(const struct scene *scene)
{
    bool late = false;
    for (uint64_t i = 0; i < archway_job_problem_count(scene->job); i++)
        late = late || is_of_a_limit(archway_job_problem(scene->job, i)->code);
    if (!late)
        act_check_result(scene->act, scene->job);
}

static void try_limit(const struct play *play, size_t at, uint64_t timeout_ms, uint32_t code)
{
    struct scene scene;
    scene_begin(&scene, play, at, timeout_ms);
    session_run(&scene.session, scene.job);
    assert_in_range(session_now_ms(&scene.session) - scene.started_ms, 0, timeout_ms);
    const aw_error *error = archway_job_error(scene.job);
    if (error->code == AW_OK)
        check_problems(&scene);
    else if (error->code != code)
        assert_true(is_of_a_limit(error->code));
    if (act_creates(scene.act))
        check_create(&scene);
    scene_end(&scene);
}

static void try_limits(const struct play *play, size_t at)
{
    static uint64_t instants[MOST_INSTANTS];
    uint32_t code = AW_OK;
    size_t count = look(play, at, instants, &code);
    for (uint64_t limit_ms = 1; limit_ms <= 5; limit_ms++)
        try_limit(play, at, limit_ms, code);
    for (size_t i = 0; i < count; i += SWEEP_STEP)
        for (uint64_t limit_ms = instants[i] > 6 ? instants[i] - 1 : 6; limit_ms <= instants[i] + 1;
             limit_ms++)
            try_limit(play, at, limit_ms, code);
}

static void test_a_limit_of_the_callers_is_kept_whenever_it_ends(void **state)
{
    (void)state;
    for (const struct play *play = plays; play->recording; play++)
        for (size_t at = 0; play->acts[at] != NO_ACT; at++)
            try_limits(play, at);
    place[0] = '\0';
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_a_limit_of_the_callers_is_kept_whenever_it_ends,
                                  print_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
