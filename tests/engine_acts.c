/* SPDX-License-Identifier: Apache-2.0 */
/* The acts of the sweeps on the small cloud: several regions, quotas, a key that is asked for, retries. */
#include "tests/acts.h"
#include "tests/engine_cloud.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define RECORDINGS SOURCE_DIR "/tests/recordings/"
#define TOKEN "the-token-of-a-caller"

const char *const launch_url = "/machines";

const struct play plays[] = {
    {.recording = RECORDINGS "engine-offers.http", .acts = {OFFERS, OFFERS}},
    {.recording = RECORDINGS "engine-life.http",
     .acts = {CREATE, WAIT_RUNNING, LIST, GET, TERMINATE, WAIT_GONE}},
    {.recording = RECORDINGS "engine-place.http", .acts = {PLACE}},
    {.recording = RECORDINGS "engine-denied.http", .acts = {LIST}},
    {.recording = RECORDINGS "engine-check.http", .acts = {CHECK, SIGN}},
    {.recording = RECORDINGS "engine-configured.http",
     .acts = {OFFERS, LIST},
     .config = RECORDINGS "engine-configured.yaml"},
    {.recording = NULL},
};

static void on_key(aw_op *op, const aw_response *answer, void *arg)
{
    const aw_credentials found = {.size = sizeof found,
                                  .key_id = "id",
                                  .secret = "secret",
                                  .token = answer->body.data,
                                  .source = "a request",
                                  .expires_at_ms = aw_now_ms(op) + 3600000};
    (void)arg;
    aw_emit_credentials(op, &found);
}

static void authenticate(aw_op *op)
{
    aw_bytes content;
    aw_error error;
    const char *variable = aw_env(op, "KEY");
    if (!variable || aw_read_file(op, "~/.key", 100, &content, &error))
        return kit_fail(op, AW_E_UNAUTHENTICATED, "there is no key");
    engine_send(op, "key", "POST", "/key", AW_REQUEST_REPEATABLE, variable, on_key, NULL, NULL);
}

static void on_quotas(aw_op *op, const aw_response *answer, void *arg)
{
    const aw_quota quota = {.size = sizeof quota, .name = "vcpus", .limit = answer->body.size};
    (void)arg;
    aw_emit_quota(op, &quota);
}

static void list_quotas(aw_op *op, const aw_offer_query *query)
{
    (void)query;
    engine_send(op, "quotas", "GET", "/quotas", AW_REQUEST_SHARED, NULL, on_quotas, NULL, NULL);
}

static const void *extension(void *state, const char *id)
{
    static const aw_quotas quotas = {.size = sizeof quotas, .list_quotas = list_quotas};
    (void)state;
    return strcmp(id, AW_QUOTAS) == 0 ? &quotas : NULL;
}

static void on_probed(aw_op *op, const aw_exit *result, void *arg)
{
    (void)arg;
    if (result->status)
        return kit_fail(op, AW_E_UNAVAILABLE, "the probe failed");
    engine_send(op, "machine", "GET", "/machines/m9", 0, NULL, engine_on_machines, NULL, NULL);
}

static void on_time(aw_op *op, void *arg)
{
    static const char *const argv[] = {"probe", NULL};
    static const char *const environment[] = {"LC_ALL=C", NULL};
    const aw_program program = {.size = sizeof program,
                                .name = "probe",
                                .argv = argv,
                                .environment = environment,
                                .input = {"hello", 5}};
    (void)arg;
    aw_run(op, &program, on_probed, NULL, NULL);
}

/* A timer, a program and a request, one behind the other. */
static void get(aw_op *op, const aw_ref *ref)
{
    (void)ref;
    aw_after(op, 100, on_time, NULL);
}

bool play_open(struct session *session, const struct play *play)
{
    const struct session_options options = {
        .recording = play->recording, .plugin_dir = ENGINE_PLUGINS, .config = play->config};
    engine_cloud_reset();
    engine_cloud.list_flags = AW_REQUEST_SHARED;
    engine_script.authenticate = authenticate;
    engine_script.extension = extension;
    engine_script.get = get;
    return session_open(session, &options);
}

static int begin_create(struct session *session, const archway_query *query,
                        const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    (void)query;
    static const aw_offer offer = {
        .size = sizeof offer, .arch = AW_ARCH_ARM64, .instance_type = "small", .region = "r1"};
    static const char *const keys[] = {"ssh-ed25519 AAAA one", "ssh-ed25519 AAAA two"};
    static const aw_header option = {"subnet", "s1"};
    const archway_wish wish = {
        .size = sizeof wish,
        .ssh_key_count = 2,
        .backend = "engine",
        .offer = &offer,
        .name = "trainer",
        .token = TOKEN,
        .ssh_keys = keys,
        .options = &option,
        .option_count = 1,
    };
    return archway_create(session->aw, &wish, call, ret_job, ret_error);
}

static int begin_place(struct session *session, const archway_query *query,
                       const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    static const archway_wish wish = {.size = sizeof wish, .name = "trainer", .token = TOKEN};
    const archway_placement placement = {.size = sizeof placement, .query = query, .wish = &wish};
    return archway_place(session->aw, &placement, call, ret_job, ret_error);
}

static int begin_sign(struct session *session, const archway_query *query, const archway_call *call,
                      archway_job **ret_job, aw_error *ret_error)
{
    (void)query;
    static const aw_header header = {"accept", "text/plain"};
    const aw_request request = {.size = sizeof request,
                                .name = "any",
                                .method = "GET",
                                .url = ENGINE_URL,
                                .headers = &header,
                                .header_count = 1};
    return archway_sign(session->aw, "engine", &request, 0, call, ret_job, ret_error);
}

int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    static const archway_machine machine = {
        .size = sizeof machine, .backend = "engine", .region = "r1", .id = "m9"};
    static const struct actor actor = {.machine = &machine,
                                       .owner = "me",
                                       .create = begin_create,
                                       .place = begin_place,
                                       .sign = begin_sign};
    return actor_begin(&actor, session, act, query, call, ret_job, ret_error);
}

void act_check_result(enum act act, const archway_job *job)
{
    const aw_instance *instance = archway_job_instance(job, 0, NULL);
    bool whole = archway_job_problem_count(job) == 0;
    if (act_creates(act) || act == WAIT_RUNNING || act == GET || (act == LIST && whole))
        assert_string_equal(instance->id, "m9");
    if (act == OFFERS && whole)
        assert_in_range(archway_job_offer_count(job), 1, 3);
    if (act == SIGN)
        assert_int_equal(archway_job_header_count(job), 1);
    if (act == CHECK)
        assert_int_equal(archway_job_finding_count(job), 6);
}
