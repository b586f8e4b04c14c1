/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of the sweeps on Hetzner Cloud. */
#include "tests/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/hetzner/"
#define KEY                                                                                        \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d "            \
    "ada@example.org"

const char *const launch_url = "/v1/servers";

/* A request that is made anew takes from the randomness, of which the token is made, and of that the name. */
const struct play plays[] = {
    {.recording = FIXTURES "life.http",
     .acts = {OFFERS, CREATE, WAIT_RUNNING, LIST, TERMINATE, WAIT_GONE},
     .goes_other_ways = true},
    {.recording = FIXTURES "offers.http", .acts = {OFFERS}},
    {.recording = FIXTURES "no-rate.http", .acts = {OFFERS}, .goes_other_ways = true},
    {.recording = FIXTURES "wrong-types.http", .acts = {OFFERS}, .goes_other_ways = true},
    {.recording = FIXTURES "truncated.http", .acts = {OFFERS}, .goes_other_ways = true},
    {.recording = FIXTURES "html.http", .acts = {OFFERS}, .goes_other_ways = true},
    {.recording = FIXTURES "bad-key.http", .acts = {OFFERS}, .goes_other_ways = true},
    {.recording = FIXTURES "create-lost.http", .acts = {OFFERS, CREATE}, .goes_other_ways = true},
    {.recording = FIXTURES "create-unreadable.http",
     .acts = {OFFERS, CREATE},
     .goes_other_ways = true},
    {.recording = FIXTURES "name-taken.http", .acts = {OFFERS, CREATE}, .goes_other_ways = true},
    {.recording = FIXTURES "key-race.http", .acts = {OFFERS, CREATE}, .goes_other_ways = true},
    {.recording = FIXTURES "no-capacity.http", .acts = {OFFERS, CREATE}, .goes_other_ways = true},
    {.recording = FIXTURES "quota.http", .acts = {OFFERS, CREATE}, .goes_other_ways = true},
    {.recording = FIXTURES "terminate-gone.http", .acts = {TERMINATE}},
    {.recording = FIXTURES "terminate-locked.http", .acts = {TERMINATE}},
    {.recording = NULL},
};

static const archway_machine machine = {
    .size = sizeof machine, .backend = "hetzner", .region = "fsn1", .id = "42"};

bool play_open(struct session *session, const struct play *play)
{
    const struct session_options options = {.recording = play->recording, .plugin_dir = PLUGIN_DIR};
    return session_open(session, &options);
}

static int begin_create(struct session *session, const archway_query *query,
                        const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    (void)query;
    static const char *const keys[] = {KEY};
    const aw_offer cax11 = {
        .size = sizeof cax11, .arch = AW_ARCH_ARM64, .instance_type = "cax11", .region = "fsn1"};
    const archway_wish wish = {.size = sizeof wish,
                               .ssh_key_count = 1,
                               .backend = "hetzner",
                               .offer = &cax11,
                               .name = "trial",
                               .ssh_keys = keys};
    return archway_create(session->aw, &wish, call, ret_job, ret_error);
}

int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    static const struct actor actor = {
        .machine = &machine, .owner = "my-server", .create = begin_create};
    return actor_begin(&actor, session, act, query, call, ret_job, ret_error);
}

void act_check_result(enum act act, const archway_job *job)
{
    if (act != CREATE)
        return;
    const aw_instance *made = archway_job_instance(job, 0, NULL);
    assert_non_null(made);
    assert_string_equal(made->id, "42");
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->owner, "my-server");
}
