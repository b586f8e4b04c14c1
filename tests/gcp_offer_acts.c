/* SPDX-License-Identifier: Apache-2.0 */
/* The sweeps' one act on the listings of Google Cloud. */
#include "tests/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/gcp/"

const char *const launch_url = "no machine is made";

const struct play plays[] = {
    {.recording = FIXTURES "offers.http", .acts = {OFFERS}},
    {.recording = FIXTURES "offers-billing-disabled.http", .acts = {OFFERS}},
    {.recording = FIXTURES "offers-expired-token.http", .acts = {OFFERS}},
    {.recording = FIXTURES "offers-partial.http", .acts = {OFFERS}},
    {.recording = FIXTURES "offers-hostile.http", .acts = {OFFERS}},
    {.recording = FIXTURES "offers-reserved.http", .acts = {OFFERS}},
    {.recording = NULL},
};

static const char *recording;

bool play_open(struct session *session, const struct play *play)
{
    const struct session_options options = {.recording = play->recording, .plugin_dir = PLUGIN_DIR};
    recording = play->recording;
    return session_open(session, &options);
}

int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    assert_int_equal(act, OFFERS);
    if (strstr(recording, "reserved") &&
        archway_query_set((archway_query *)query, "option",
                          "reservation=projects/shared-1/reservations/grace", ret_error))
        return -1;
    return archway_offers(session->aw, query, 0, call, ret_job, ret_error);
}

void act_check_result(enum act act, const archway_job *job)
{
    assert_int_equal(act, OFFERS);
    if (archway_job_problem_count(job) == 0)
        assert_true(archway_job_offer_count(job) > 0);
}
