/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of the sweeps on machines of one's own. */
#include "tests/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/onprem/"
#define GH1 FIXTURES "gh1.yaml"
#define ID "8668ec683ed929f6f0556a3664776d84"
#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d"

/* In the command of the program that claims. */
const char *const launch_url = "run=' 'claim' '";

const struct play plays[] = {
    {FIXTURES "claim.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "release.http", {WAIT_RUNNING, LIST, TERMINATE, WAIT_GONE}, GH1, false},
    {FIXTURES "offers.http", {OFFERS}, FIXTURES "lab.yaml", false},
    {FIXTURES "claim-taken.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "claim-no-sudo.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "claim-lost.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "claim-hangs.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "claim-silent.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "claim-lost-not-made.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "claim-lost-vanished.http", {OFFERS, CREATE}, GH1, false},
    {FIXTURES "list-vanished.http", {LIST}, FIXTURES "two.yaml", false},
    {FIXTURES "list-hostile.http", {LIST}, GH1, false},
    {FIXTURES "list-vanished.http", {CHECK}, FIXTURES "two.yaml", false},
    {FIXTURES "images.http", {BOOT_IMAGES}, FIXTURES "images.yaml", false},
    {FIXTURES "show.http", {GET}, GH1, false},
    {FIXTURES "terminate-gone.http", {TERMINATE}, GH1, false},
    {FIXTURES "terminate-undo-fails.http", {TERMINATE}, GH1, false},
    {NULL, {NO_ACT}, NULL, false},
};

static const archway_machine machine = {
    .size = sizeof machine, .backend = "onprem", .region = "gh1.lab", .id = ID};

bool play_open(struct session *session, const struct play *play)
{
    const struct session_options options = {
        .recording = play->recording, .plugin_dir = PLUGIN_DIR, .config = play->config};
    return session_open(session, &options);
}

static int begin_create(struct session *session, const archway_query *query,
                        const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    (void)query;
    static const char *const keys[] = {KEY};
    static const aw_offer offer = {
        .size = sizeof offer,
        .arch = AW_ARCH_ARM64,
        .instance_type = "host",
        .region = "gh1.lab",
        .data = "aarch64 1",
    };
    const archway_wish wish = {
        .size = sizeof wish,
        .ssh_key_count = 1,
        .backend = "onprem",
        .offer = &offer,
        .name = "trainer",
        .ssh_keys = keys,
    };
    return archway_create(session->aw, &wish, call, ret_job, ret_error);
}

int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    static const struct actor actor = {
        .machine = &machine, .owner = "my-server", .create = begin_create};
    return actor_begin(&actor, session, act, query, call, ret_job, ret_error);
}

static void check_created(const archway_job *job)
{
    const aw_instance *made = archway_job_instance(job, 0, NULL);
    assert_non_null(made);
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->owner, "my-server");
    assert_true(archway_job_sent(job));
}

void act_check_result(enum act act, const archway_job *job)
{
    bool whole = archway_job_problem_count(job) == 0;
    if (act == CREATE)
        check_created(job);
    if (act == GET || act == WAIT_RUNNING || (act == LIST && whole))
        assert_int_equal(archway_job_instance_count(job), 1);
    if (act == BOOT_IMAGES)
        assert_true(archway_job_boot_image_count(job) + archway_job_problem_count(job) > 0);
    if (act == OFFERS && whole)
        assert_int_equal(archway_job_offer_count(job), 1);
}
