/* SPDX-License-Identifier: Apache-2.0 */
/* Whole sessions on every recording, with each allocation failing in turn: alone, and with all after it. */
#include "tests/acts.h"
#include "tests/emulated.h"

#include "core/mem.h"
#include "kit/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define TRACE_MAX ((size_t)1024 * 1024)

/* Which allocations fail. */
static struct {
    unsigned long count; /* so far */
    unsigned long first; /* 0: none */
    bool all_after;
} faults;

static int should_fail(void *arg)
{
    (void)arg;
    faults.count++;
    return faults.first &&
           (faults.all_after ? faults.count >= faults.first : faults.count == faults.first);
}

/* What a session said, as far as it may not differ; in memory that does not fail. */
static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    if (new_size)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

struct trace {
    kit_buf text;
    bool no_memory; /* somebody said so */
};

static void trace_init(struct trace *trace)
{
    kit_buf_init(&trace->text, (kit_memory){.resize = resize}, TRACE_MAX);
    trace->no_memory = false;
}

/* What could not leave for want of memory is unavailable, and a place without credentials is passed over: both
 * say in words why. */
static void note_error(struct trace *trace, const char *whose, const aw_error *error)
{
    trace->no_memory = trace->no_memory || error->code == AW_E_NO_MEMORY ||
                       strstr(error->message, "out of memory");
    kit_buf_addf(&trace->text, "%s: %s\n", whose, archway_code_name(error->code));
}

static void note_backends(struct trace *trace, const struct session *session)
{
    kit_buf_addf(&trace->text, "%d backends\n", (int)archway_backend_count(session->aw));
    for (uint64_t i = 0; i < archway_backend_count(session->aw); i++) {
        archway_backend_info info = {.size = sizeof info};
        assert_int_equal(archway_backend_at(session->aw, i, &info), 0);
        note_error(trace, info.name, info.error);
    }
    for (uint64_t i = 0; i < archway_plugin_count(session->aw); i++) {
        archway_plugin_info info = {.size = sizeof info};
        assert_int_equal(archway_plugin_at(session->aw, i, &info), 0);
        note_error(trace, "plugin", info.error);
    }
}

static void note_offers(struct trace *trace, const archway_job *job)
{
    for (uint64_t i = 0; i < archway_job_offer_count(job); i++) {
        const char *backend = NULL;
        aw_offer offer = {.size = sizeof offer};
        assert_int_equal(archway_job_offer(job, i, &offer, &backend), 0);
        kit_buf_addf(&trace->text, "%s %s %s %llu %s\n", backend, offer.instance_type,
                     offer.region ? offer.region : "",
                     (unsigned long long)offer.price_nusd_per_hour,
                     archway_availability_name(offer.availability));
    }
}

static void note_results(struct trace *trace, const archway_job *job)
{
    for (uint64_t i = 0; i < archway_job_problem_count(job); i++)
        note_error(trace, "problem", archway_job_problem(job, i));
    for (uint64_t i = 0; i < archway_job_instance_count(job); i++) {
        const aw_instance *instance = archway_job_instance(job, i, NULL);
        kit_buf_addf(&trace->text, "%s %s\n", instance->id, archway_state_name(instance->state));
    }
    note_offers(trace, job);
    kit_buf_addf(&trace->text, "%d resources, %d headers, %d findings, sent %d\n",
                 (int)archway_job_resource_count(job), (int)archway_job_header_count(job),
                 (int)archway_job_finding_count(job), archway_job_sent(job));
}

/* A machine that may exist is never denied. */
static void check_create(const struct session *session, const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    if (!session_may_have_made(session, launch_url) || error->code == AW_OK)
        return;
    assert_int_equal(error->retry, AW_RETRY_UNKNOWN);
    assert_true(archway_job_sent(job));
}

/* False: the next act has nothing to begin with. */
static bool perform(struct session *session, enum act act, const archway_query *query,
                    struct trace *trace)
{
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    archway_call call = session_call(session, 0);
    session->dones = 0;
    if (act_begin(session, act, query, &call, &job, &error)) {
        note_error(trace, act_name(act), &error);
        return false;
    }
    session_run(session, job);
    assert_int_equal(session->dones, 1);
    error = *archway_job_error(job);
    note_error(trace, act_name(act), &error);
    note_results(trace, job);
    if (error.code == AW_OK)
        act_check_result(act, job);
    if (act_creates(act))
        check_create(session, job);
    archway_job_destroy(job);
    return error.code == AW_OK;
}

static void perform_all(const struct play *play, const archway_query *query, struct trace *trace)
{
    struct session session;
    aw_error error = {.size = sizeof error};
    if (!play_open(&session, play)) {
        note_error(trace, "open", &session.error);
        return;
    }
    note_backends(trace, &session);
    for (size_t i = 0; play->acts[i] != NO_ACT; i++)
        if (!perform(&session, play->acts[i], query, trace))
            break;
    if (archway_close(session.aw, &error))
        note_error(trace, "close", &error);
}

/* Returns how many allocations there were. */
static unsigned long run(const struct play *play, unsigned long first, bool all_after,
                         struct trace *trace)
{
    archway_query *query = archway_query_create();
    faults.count = 0;
    faults.first = first;
    faults.all_after = all_after;
    mem_set_fault(should_fail, NULL);
    perform_all(play, query, trace);
    mem_set_fault(NULL, NULL);
    archway_query_destroy(query);
    return faults.count;
}

/* The recording was left, as is told when it is closed. What was done without it has been checked by act. */
static bool may_differ(const struct play *play, const struct trace *found)
{
    return play->goes_other_ways && strstr(kit_buf_text(&found->text), "close: ");
}

static void compare(const struct play *play, unsigned long first, const struct trace *expected,
                    const struct trace *found)
{
    if (found->no_memory || may_differ(play, found) ||
        !strcmp(kit_buf_text(&expected->text), kit_buf_text(&found->text)))
        return;
    fputs(kit_buf_text(&found->text), stderr); /* more than a message holds */
    fail_msg("%s: allocation %lu fails and nobody says so", play->recording, first);
}

static char place[512];

static int print_place(void **state)
{
    (void)state;
    mem_set_fault(NULL, NULL);
    if (place[0])
        print_message("the sweep was at %s\n", place);
    place[0] = '\0';
    return 0;
}

static void sweep(bool all_after)
{
    for (const struct play *play = plays; play->recording; play++) {
        struct trace clean;
        trace_init(&clean);
        unsigned long count = run(play, 0, false, &clean);
        assert_true(count > 20);
        assert_null(strstr(kit_buf_text(&clean.text), "close: ")); /* all was asked for */
        for (unsigned long first = 1; first <= count; first += SWEEP_STEP) {
            struct trace found;
            snprintf(place, sizeof place, "%s, allocation %lu of %lu", play->recording, first,
                     count);
            trace_init(&found);
            run(play, first, all_after, &found);
            compare(play, first, &clean, &found);
            kit_buf_finish(&found.text);
        }
        kit_buf_finish(&clean.text);
    }
    place[0] = '\0';
}

static void test_an_allocation_that_fails_is_told_or_changes_nothing(void **state)
{
    (void)state;
    sweep(false);
}

static void test_memory_that_runs_out_for_good_is_told_or_changes_nothing(void **state)
{
    (void)state;
    sweep(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_an_allocation_that_fails_is_told_or_changes_nothing,
                                  print_place),
        cmocka_unit_test_teardown(test_memory_that_runs_out_for_good_is_told_or_changes_nothing,
                                  print_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
