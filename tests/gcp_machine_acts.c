/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of the sweeps on Google Cloud: machines created, listed and ended. */
#include "tests/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/gcp/"
#define MACHINE "runner-9c4cac0e6139"
#define GRACE "projects/shared-1/reservations/grace"
#define KEY                                                                                        \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d "            \
    "ada@example.org"

const char *const launch_url = "/instances?requestId=";

const struct play plays[] = {
    {.recording = FIXTURES "life.http", .acts = {CREATE, WAIT_RUNNING, LIST, TERMINATE, WAIT_GONE}},
    {.recording = FIXTURES "stockout-next-zone.http", .acts = {CREATE}},
    {.recording = FIXTURES "exists-in-operation.http", .acts = {CREATE}},
    {.recording = FIXTURES "insert-lost.http", .acts = {CREATE}},
    {.recording = FIXTURES "insert-unreadable.http", .acts = {CREATE}},
    {.recording = FIXTURES "operation-forbidden.http", .acts = {CREATE}},
    {.recording = FIXTURES "operation-unreadable.http", .acts = {CREATE}},
    {.recording = FIXTURES "firewall-race.http", .acts = {CREATE}},
    {.recording = FIXTURES "create-reserved.http",
     .acts = {CREATE},
     .config = FIXTURES "networks.yaml"},
    {.recording = FIXTURES "denied.http", .acts = {CREATE}},
    {.recording = FIXTURES "exists-ours.http", .acts = {CREATE}},
    {.recording = FIXTURES "exists-others.http", .acts = {CREATE}},
    {.recording = FIXTURES "list-pages.http", .acts = {LIST}},
    {.recording = FIXTURES "list-expired-token.http", .acts = {LIST}},
    {.recording = FIXTURES "list-partial.http", .acts = {LIST}},
    {.recording = FIXTURES "list-hostile.http", .acts = {LIST}},
    {.recording = FIXTURES "terminate-gone.http", .acts = {TERMINATE}},
    {.recording = FIXTURES "terminate-by-name.http", .acts = {TERMINATE}},
    {.recording = FIXTURES "invalid-grant.http", .acts = {LIST}},
    {.recording = FIXTURES "gc-disks.http", .acts = {COLLECT}},
    {.recording = FIXTURES "gc-disks-meanwhile.http", .acts = {COLLECT}},
    {.recording = FIXTURES "gc-disks-partial.http", .acts = {COLLECT}},
    {.recording = NULL},
};

/* The play that is on, and the machine that it is about. */
static const char *recording;
static archway_machine machine;

static bool is_on(const char *name)
{
    return strstr(recording, name) != NULL;
}

bool play_open(struct session *session, const struct play *play)
{
    const struct session_options options = {
        .recording = play->recording, .plugin_dir = PLUGIN_DIR, .config = play->config};
    recording = play->recording;
    machine = (archway_machine){.size = sizeof machine,
                                .backend = "gcp",
                                .region = "us-central1",
                                .zone = "us-central1-a",
                                .id = is_on("life") ? MACHINE : "one"};
    if (is_on("by-name"))
        machine.zone = NULL;
    return session_open(session, &options);
}

static int begin_create(struct session *session, const archway_query *query,
                        const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    (void)query;
    static const char *const keys[] = {KEY};
    const aw_offer axion = {.size = sizeof axion,
                            .arch = AW_ARCH_ARM64,
                            .instance_type = "c4a-standard-4",
                            .region = "us-central1",
                            .zone = "us-central1-a,us-central1-b"};
    static const aw_header reserved = {"reservation", GRACE};
    const aw_offer grace = {.size = sizeof grace,
                            .arch = AW_ARCH_ARM64,
                            .instance_type = "a4x-highgpu-4g",
                            .region = "us-central1",
                            .zone = "us-central1-b",
                            .data = "gpu=nvidia"};
    const archway_wish wish = {.size = sizeof wish,
                               .ssh_key_count = 1,
                               .backend = "gcp",
                               .offer = is_on("reserved") ? &grace : &axion,
                               .options = &reserved,
                               .option_count = is_on("reserved"),
                               .name = "runner",
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

static void check_created(const archway_job *job)
{
    const aw_instance *made = archway_job_instance(job, 0, NULL);
    assert_non_null(made);
    assert_string_equal(made->id, is_on("reserved") ? "runner-335482a6b7a7" : MACHINE);
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->owner, "my-server");
    assert_true(archway_job_sent(job));
}

void act_check_result(enum act act, const archway_job *job)
{
    bool whole = archway_job_problem_count(job) == 0;
    if (act == CREATE)
        check_created(job);
    if (act == LIST && whole && is_on("list-pages"))
        assert_int_equal(archway_job_instance_count(job), 2);
    if (act == COLLECT && whole)
        assert_int_equal(archway_job_outcome_count(job), is_on("meanwhile") ? 3 : 4);
}
