/* SPDX-License-Identifier: Apache-2.0 */
/* create at the command line when the best offer cannot be had. */
#include "cli_run.h"
#include "cli_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define CREATE_ANY "create", "--name", "trial", "--ssh-key", PUBLIC_KEY
#define CREATE CREATE_ANY, "--gpu", "1"
#define THIRD "--replay", FIXTURE("place-third.http")
#define TYPES                                                                                      \
    "{\"data\":{\"gpu_1x_a10\":{\"instance_type\":{\"name\":\"gpu_1x_a10\",\"descripti"            \
    "on\":\"1x A10 (24 GB PCIe)\",\"gpu_description\":\"A10 (24 GB PCIe)\",\"price_"               \
    "cents_per_hour\":75,\"specs\":{\"vcpus\":30,\"memory_gib\":200,\"storage_gib\":"              \
    "512,\"gpus\":1}},\"regions_with_capacity_available\":[{\"name\":\"us-east-1\","               \
    "\"description\":\"x\"},{\"name\":\"us-west-1\",\"description\":\"x\"}]},\"gpu_1x_a1"          \
    "00_sxm4\":{\"instance_type\":{\"name\":\"gpu_1x_a100_sxm4\",\"description\":\"1x"             \
    " A100 (40 GB SXM4)\",\"gpu_description\":\"A100 (40 GB SXM4)\",\"price_cents"                 \
    "_per_hour\":129,\"specs\":{\"vcpus\":30,\"memory_gib\":200,\"storage_gib\":512,"              \
    "\"gpus\":1}},\"regions_with_capacity_available\":[{\"name\":\"us-west-2\",\"des"              \
    "cription\":\"x\"}]}}}"
#define KEYS                                                                                       \
    "{\"data\":[{\"id\":\"1\",\"name\":\"laptop\",\"public_key\":\"ssh-ed25519 AAAAC3Nza"          \
    "C1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d ada@laptop"                       \
    "\"}]}"
#define SOLD_OUT                                                                                   \
    "{\"error\":{\"code\":\"instance-operations/launch/insufficient-capacity\","                   \
    "\"message\":\"Not enough capacity.\"}}"

static void test_what_was_tried_and_why_it_failed_is_told(void **state)
{
    (void)state;
    archway(CREATE, THIRD);
    assert_code(0);
    assert_contains(run.err, "archway: creating trial: lambda gpu_1x_a10 in us-east-1");
    assert_contains(run.err, "archway: lambda/us-east-1: Not enough capacity");
    assert_contains(run.err, "archway: instead, creating trial: lambda gpu_1x_a10 in us-west-1");
    assert_contains(run.err, "TRIED");
    assert_contains(run.err, "gpu_1x_a10       us-east-1 amd64   0.75 no capacity Not enough cap");
    assert_contains(run.err, "gpu_1x_a100_sxm4 us-west-2 amd64   1.29 made");
    assert_contains(run.err, "created lambda/us-west-2/" MACHINE);
    assert_contains(run.out, "lambda/us-west-2/" MACHINE);
}

static void test_the_tries_are_json_when_asked(void **state)
{
    (void)state;
    archway(CREATE, "--json", THIRD);
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "instance.ref"), "lambda/us-west-2/" MACHINE);
    assert_string_equal(cli_json_at(root, "tries.0.outcome"), "failed");
    assert_string_equal(cli_json_at(root, "tries.0.offer.region"), "us-east-1");
    assert_string_equal(cli_json_at(root, "tries.0.error.code"), "no_capacity");
    assert_string_equal(cli_json_at(root, "tries.1.offer.region"), "us-west-1");
    assert_string_equal(cli_json_at(root, "tries.2.outcome"), "made");
    assert_string_equal(cli_json_at(root, "tries.2.error"), "null");
    json_decref(root);
    archway(CREATE, "--json", "--max-tries", "1", "--replay", FIXTURE("no-capacity.http"));
    assert_code(5);
    root = cli_json();
    assert_string_equal(cli_json_at(root, "instance"), "null");
    assert_string_equal(cli_json_at(root, "tries.0.error.code"), "no_capacity");
    json_decref(root);
}

static void test_no_more_is_tried_than_allowed(void **state)
{
    (void)state;
    archway(CREATE, "--max-tries", "2", THIRD);
    assert_code(5);
    assert_contains(run.err, "none of the 2 offers that were tried could be had (2 no_capacity), "
                             "and no more tries were allowed");
    assert_contains(run.err, "nothing was created");
    archway(CREATE, "--max-tries", "0", THIRD);
    assert_code(2);
    assert_contains(run.err, "--max-tries: \"0\" is no count; write 1 to 1000");
}

static void test_a_dry_run_shows_the_order_of_the_tries(void **state)
{
    (void)state;
    archway(CREATE, "--dry-run", "--max-tries", "2", "-o", "name", THIRD);
    assert_string_equal(run.out, "lambda/us-east-1/gpu_1x_a10\nlambda/us-west-1/gpu_1x_a10\n");
    archway(CREATE, "--dry-run", "--json", THIRD);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "plan.offer.region"), "us-east-1");
    assert_string_equal(cli_json_at(root, "plan.tries.2.offer.region"), "us-west-2");
    assert_string_equal(cli_json_at(root, "plan.tries.2.outcome"), "planned");
    assert_string_equal(cli_json_at(root, "plan.tries.2.token"), "null");
    json_decref(root);
}

/* There the spot machine is cheaper, and the account has no quota for the other. */
static void test_a_machine_that_may_be_taken_away_is_only_tried_when_asked_for(void **state)
{
    (void)state;
#define AXION                                                                                      \
    CREATE_ANY, "--replay", SOURCE_DIR "/fixtures/gcp/offers.http", "--type", "c4a-standard-4",    \
        "--region", "us-central1", "--dry-run", "-o", "name"
    archway(AXION);
    assert_string_equal(run.out, "");
    assert_contains(run.err, "interruptible machines were not looked at; --spot-auto takes them");
    archway(AXION, "--on-demand");
    assert_string_equal(run.out, "");
    assert_null(strstr(run.err, "--spot-auto"));
    archway(AXION, "--spot");
    assert_string_equal(run.out, "gcp/us-central1/c4a-standard-4\n");
    archway(AXION, "--spot-auto");
    assert_string_equal(run.out, "gcp/us-central1/c4a-standard-4\n");
    archway(AXION, "--spot-auto", "--spot");
    assert_code(2);
    assert_contains(run.err, "--spot, --on-demand and --spot-auto exclude each other; give one");
#undef AXION
}

/* A provider that has two places on offer and no room in any. */
static pid_t provide(void)
{
    static const struct cli_answer answers[] = {
        {"GET /api/v1/instance-types", TYPES, NULL},
        {"GET /api/v1/ssh-keys", KEYS, NULL},
        {"POST /api/v1/instance-operations/launch", SOLD_OUT, "400 Bad Request"},
        {"GET /stuck", NULL, NULL},
        {NULL, NULL, NULL}};
    char text[512];
    char here[256];
    unsigned port;
    int listener = cli_listen(&port);
    snprintf(text, sizeof text,
             "owner: me\nbackends:\n  - type: lambda\n    endpoint: http://127.0.0.1:%u/api/v1\n"
             "    rate_limit: false\n    api_key: none\n",
             port);
    cli_write("here.yaml", text);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(text, sizeof text, "XDG_CACHE_HOME=%s/cache", here);
    cli_environment(text);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        cli_serve_until_stuck(listener, answers);
        _exit(0);
    }
    close(listener);
    return child;
}

static void test_what_was_sold_out_is_tried_last_by_the_next_command(void **state)
{
    (void)state;
    pid_t provider = provide();
    archway(CREATE, "--config", "here.yaml", "--dry-run", "-o", "name");
    assert_string_equal(run.out, "lambda/us-east-1/gpu_1x_a10\nlambda/us-west-1/gpu_1x_a10\n"
                                 "lambda/us-west-2/gpu_1x_a100_sxm4\n");
    archway(CREATE, "--config", "here.yaml", "--max-tries", "1");
    assert_code(5);
    archway(CREATE, "--config", "here.yaml", "--dry-run", "-o", "name");
    assert_string_equal(run.out, "lambda/us-west-1/gpu_1x_a10\n"
                                 "lambda/us-west-2/gpu_1x_a100_sxm4\n"
                                 "lambda/us-east-1/gpu_1x_a10\n");
    assert_contains(run.err, "lambda gpu_1x_a10 in us-east-1 had no capacity lately: until ");
    kill(provider, SIGKILL);
    waitpid(provider, NULL, 0);
    cli_environment(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_tried_and_why_it_failed_is_told),
        cmocka_unit_test(test_the_tries_are_json_when_asked),
        cmocka_unit_test(test_no_more_is_tried_than_allowed),
        cmocka_unit_test(test_a_dry_run_shows_the_order_of_the_tries),
        cmocka_unit_test(test_what_was_sold_out_is_tried_last_by_the_next_command),
        cmocka_unit_test(test_a_machine_that_may_be_taken_away_is_only_tried_when_asked_for),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
