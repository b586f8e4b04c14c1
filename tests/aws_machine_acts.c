/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of the sweeps on EC2: machines created, listed and ended, and credentials found. */
#include "tests/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/aws/"
#define MACHINE_ID "i-0a1b2c3d4e5f67890"
#define KEY                                                                                        \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d "            \
    "ada@example.org"
#define SCRIPT "#!/bin/sh\necho \"hello from $(uname -m)\"\n"

const char *const launch_url = "Action=RunInstances";

const struct play plays[] = {
    {.recording = FIXTURES "life-graviton.http",
     .acts = {CREATE, WAIT_RUNNING, LIST, TERMINATE, WAIT_GONE}},
    {.recording = FIXTURES "life-spot.http",
     .acts = {CREATE, WAIT_RUNNING, GET, TERMINATE, WAIT_GONE}},
    {.recording = FIXTURES "capacity-next-zone.http", .acts = {CREATE}},
    {.recording = FIXTURES "capacity-nowhere.http", .acts = {CREATE}},
    {.recording = FIXTURES "launch-denied.http", .acts = {CREATE}},
    {.recording = FIXTURES "launch-lost-once.http", .acts = {CREATE}},
    {.recording = FIXTURES "launch-lost-found.http", .acts = {CREATE}, .goes_other_ways = true},
    {.recording = FIXTURES "launch-lost-not-made.http", .acts = {CREATE}, .goes_other_ways = true},
    {.recording = FIXTURES "credentials-process.http", .acts = {CHECK}},
    {.recording = FIXTURES "credentials-process-fails.http", .acts = {CHECK}},
    {.recording = FIXTURES "credentials-imds.http", .acts = {CHECK, SIGN}},
    {.recording = FIXTURES "credentials-imds-hops.http", .acts = {CHECK}},
    {.recording = FIXTURES "credentials-refresh.http",
     .acts = {LIST, LIST},
     .goes_other_ways = true},
    {.recording = FIXTURES "credentials-outage.http", .acts = {CHECK}, .goes_other_ways = true},
    {.recording = FIXTURES "launch-lost-sold-out.http", .acts = {CREATE}},
    {.recording = FIXTURES "launch-cut.http", .acts = {CREATE}},
    {.recording = FIXTURES "launch-unreadable.http", .acts = {CREATE}},
    {.recording = FIXTURES "launch-throttled.http", .acts = {CREATE}},
    {.recording = FIXTURES "group-race.http", .acts = {CREATE}},
    {.recording = FIXTURES "list-pages.http", .acts = {LIST}},
    {.recording = FIXTURES "list-expired-token.http", .acts = {LIST}},
    {.recording = FIXTURES "list-clock-skew.http", .acts = {LIST}},
    {.recording = FIXTURES "list-hostile.http", .acts = {LIST}},
    {.recording = FIXTURES "terminate-not-yet.http", .acts = {TERMINATE}},
    {.recording = FIXTURES "terminate-gone.http", .acts = {TERMINATE}},
    {.recording = FIXTURES "credentials-role.http", .acts = {CHECK, SIGN}},
    {.recording = FIXTURES "credentials-web-identity.http", .acts = {CHECK}},
    {.recording = FIXTURES "credentials-sso.http", .acts = {CHECK}},
    {.recording = FIXTURES "credentials-sso-renewed.http", .acts = {CHECK}},
    {.recording = FIXTURES "credentials-container.http", .acts = {CHECK}},
    {.recording = FIXTURES "gc-volumes.http", .acts = {COLLECT}},
    {.recording = FIXTURES "gc-volumes-meanwhile.http", .acts = {COLLECT}},
    {.recording = FIXTURES "gc-volumes-denied.http", .acts = {COLLECT}},
    {.recording = NULL},
};

/* The play that is on. */
static const char *recording;

static const archway_machine machine = {
    .size = sizeof machine, .backend = "aws", .region = "us-east-1", .id = MACHINE_ID};

bool play_open(struct session *session, const struct play *play)
{
    const struct session_options options = {.recording = play->recording, .plugin_dir = PLUGIN_DIR};
    recording = play->recording;
    return session_open(session, &options);
}

static bool is_on(const char *name)
{
    return strstr(recording, name) != NULL;
}

static int begin_create(struct session *session, const archway_query *query,
                        const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    (void)query;
    static const char *const keys[] = {KEY};
    const aw_offer graviton = {.size = sizeof graviton,
                               .arch = AW_ARCH_ARM64,
                               .instance_type = "c7g.large",
                               .region = "us-east-1"};
    const aw_offer spot = {.size = sizeof spot,
                           .arch = AW_ARCH_AMD64,
                           .spot = 1,
                           .instance_type = "m7i.large",
                           .region = "us-east-1"};
    archway_wish wish = {.size = sizeof wish,
                         .ssh_key_count = 1,
                         .backend = "aws",
                         .offer = &graviton,
                         .name = "runner",
                         .ssh_keys = keys};
    if (is_on("life-graviton"))
        wish.user_data = (aw_bytes){SCRIPT, strlen(SCRIPT)};
    if (is_on("life-spot")) {
        wish.offer = &spot;
        wish.image = "ami-0e86e20dae9224db8";
        wish.disk_mib = 40 * 1024;
    }
    return archway_create(session->aw, &wish, call, ret_job, ret_error);
}

int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    static const struct actor actor = {
        .machine = &machine, .owner = "my-server", .create = begin_create};
    return actor_begin(&actor, session, act, query, call, ret_job, ret_error);
}

static void check_machine(const archway_job *job)
{
    const aw_instance *instance = archway_job_instance(job, 0, NULL);
    assert_non_null(instance);
    assert_string_equal(instance->id, MACHINE_ID);
    assert_string_equal(instance->region, "us-east-1");
}

static void check_created(const archway_job *job)
{
    check_machine(job);
    const aw_instance *made = archway_job_instance(job, 0, NULL);
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->owner, "my-server");
    assert_true(archway_job_sent(job));
}

static void check_signed(const archway_job *job)
{
    aw_header header;
    uint64_t count = archway_job_header_count(job);
    assert_true(count > 1);
    assert_int_equal(archway_job_header(job, count - 1, &header), 0);
    assert_string_equal(header.name, "authorization");
    assert_non_null(strstr(header.value, "Credential=ASIA"));
}

void act_check_result(enum act act, const archway_job *job)
{
    bool whole = archway_job_problem_count(job) == 0;
    if (act == CREATE)
        check_created(job);
    if (act == GET || act == WAIT_RUNNING)
        check_machine(job);
    if (act == LIST && whole && is_on("list-pages"))
        assert_int_equal(archway_job_instance_count(job), 3);
    if (act == SIGN)
        check_signed(job);
    if (act == CHECK)
        assert_int_equal(archway_job_finding_count(job), 6);
    if (act == COLLECT && whole)
        assert_int_equal(archway_job_outcome_count(job), is_on("meanwhile") ? 2 : 3);
}
