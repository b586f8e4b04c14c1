/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of the sweeps, and the recordings that answer them. */
#include "tests/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MACHINE_ID "0920582c7ff041399e34823a0be62549"
#define FIXTURES SOURCE_DIR "/fixtures/lambda/"
#define RECORDINGS SOURCE_DIR "/tests/recordings/"
#define KEY                                                                                        \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d "            \
    "ada@example.org"

const char *const launch_url = "/instance-operations/launch";

const struct play plays[] = {
    {.recording = FIXTURES "life.http",
     .acts = {OFFERS, CREATE, WAIT_RUNNING, LIST, TERMINATE, WAIT_GONE}},
    {.recording = FIXTURES "rate-limited.http", .acts = {OFFERS}},
    {.recording = FIXTURES "html-error-then-fine.http", .acts = {OFFERS}},
    {.recording = FIXTURES "bad-key.http", .acts = {OFFERS}},
    {.recording = FIXTURES "wrong-types.http", .acts = {OFFERS}},
    {.recording = FIXTURES "create-known-key.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "key-race.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "rate-limited-launch.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "launch-refused.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "launch-lost.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "launch-cut.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "launch-unreadable.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "launch-error-made.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "launch-lost-not-made.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "no-capacity.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "quota.http", .acts = {OFFERS, CREATE}},
    {.recording = FIXTURES "unhealthy.http", .acts = {OFFERS, CREATE, WAIT_RUNNING}},
    {.recording = FIXTURES "list.http", .acts = {LIST}},
    {.recording = FIXTURES "terminate-gone.http", .acts = {TERMINATE}},
    {.recording = RECORDINGS "lambda-get.http", .acts = {GET}},
    {.recording = RECORDINGS "lambda-check.http", .acts = {CHECK, SIGN}},
    {.recording = NULL},
};

static const archway_machine machine = {
    .size = sizeof machine, .backend = "lambda", .region = "us-east-3", .id = MACHINE_ID};

static const aw_offer gh200 = {
    .size = sizeof gh200,
    .arch = AW_ARCH_ARM64,
    .instance_type = "gpu_1x_gh200",
    .region = "us-east-3",
};

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
    const archway_wish wish = {
        .size = sizeof wish,
        .ssh_key_count = 1,
        .backend = "lambda",
        .offer = &gh200,
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

static void check_machine(const archway_job *job)
{
    const char *backend = NULL;
    const aw_instance *instance = archway_job_instance(job, 0, &backend);
    assert_non_null(instance);
    assert_string_equal(backend, "lambda");
    assert_string_equal(instance->id, MACHINE_ID);
}

static void check_created(const archway_job *job)
{
    check_machine(job);
    const aw_instance *made = archway_job_instance(job, 0, NULL);
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->owner, "my-server");
    assert_string_equal(made->region, "us-east-3");
    assert_true(archway_job_sent(job));
}

static void check_signed(const archway_job *job)
{
    aw_header header;
    assert_int_equal(archway_job_header_count(job), 1);
    assert_int_equal(archway_job_header(job, 0, &header), 0);
    assert_string_equal(header.name, "authorization");
    assert_string_equal(header.value, "Bearer <secret>");
}

/* Every problem is an error too, and tells why something is missing. */
void act_check_result(enum act act, const archway_job *job)
{
    bool whole = archway_job_problem_count(job) == 0;
    if (act == CREATE)
        check_created(job);
    if (act == GET || act == WAIT_RUNNING || (act == LIST && whole))
        check_machine(job);
    if (act == OFFERS && whole)
        assert_int_equal(archway_job_offer_count(job) > 0, 1);
    if (act == SIGN)
        check_signed(job);
    if (act == CHECK)
        assert_int_equal(archway_job_finding_count(job), 6);
}
