/* SPDX-License-Identifier: Apache-2.0 */
/* Machines at the command line: create, list, show, terminate, and being interrupted meanwhile. */
#include "cli_run.h"
#include "cli_server.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define CREATE "create", "--arch", "arm64", "--gpu", "GH200", "--name", "trial"
#define REPLAY(name) "--replay", FIXTURE(name)
#define PRIVATE_KEY "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"

static void test_a_machine_is_created_listed_and_terminated(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--wait", REPLAY("demo/create.http"));
    assert_code(0);
    assert_contains(run.err, "creating trial: lambda gpu_1x_gh200 in us-east-3, arm64, 64 vCPUs, "
                             "432GB, 1x GH200 96GB, 1.49 USD an hour");
    assert_contains(run.err, "created " MACHINE_REF);
    assert_contains(run.out, "id        " MACHINE_REF "\nstate     running");
    assert_contains(run.out, "login     ssh ubuntu@192.0.2.44\n");
    archway("list", "-o", "name", REPLAY("demo/list.http"));
    assert_code(0);
    assert_string_equal(run.out, MACHINE_REF "\n");
    archway("terminate", MACHINE_REF, "--wait", REPLAY("demo/terminate.http"));
    assert_code(0);
    assert_contains(run.out, "terminated  " MACHINE_REF "\n");
}

static void test_a_created_machine_is_json_when_asked(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--wait", "--json", REPLAY("demo/create.http"));
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "schema"), "1");
    assert_string_equal(cli_json_at(root, "instance.ref"), MACHINE_REF);
    assert_string_equal(cli_json_at(root, "instance.state"), "running");
    assert_string_equal(cli_json_at(root, "instance.arch"), "arm64");
    assert_string_equal(cli_json_at(root, "instance.public_ip"), "192.0.2.44");
    assert_string_equal(cli_json_at(root, "instance.created_at"), "null");
    json_decref(root);
}

static void test_a_dry_run_asks_for_offers_and_creates_nothing(void **state)
{
    (void)state;
    cli_write("boot.yaml", "#cloud-config\n");
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--user-data", "boot.yaml", "--root-disk", "1TB",
            "--dry-run", "--json", REPLAY("offers.http"));
    assert_code(0);
    assert_contains(run.err, "would create trial: lambda gpu_1x_gh200");
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "plan.offer.instance_type"), "gpu_1x_gh200");
    assert_string_equal(cli_json_at(root, "plan.name"), "trial");
    assert_string_equal(cli_json_at(root, "plan.user_data_bytes"), "14");
    assert_string_equal(cli_json_at(root, "plan.root_disk_mib"), "1048576");
    json_decref(root);
}

static void test_only_the_public_key_is_ever_read(void **state)
{
    (void)state;
    cli_write("id", PRIVATE_KEY);
    cli_write("id.pub", "# mine\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@home\n");
    archway(CREATE, "--ssh-key", "id", "--dry-run", "--json", REPLAY("offers.http"));
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "plan.ssh_keys"),
                        "[\"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA me@home\"]");
    json_decref(root);
    cli_write("alone", PRIVATE_KEY);
    archway(CREATE, "--ssh-key", "alone", REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "alone is a private key, and there is no alone.pub beside it");
    assert_lacks(run.err, "b3BlbnNzaC1rZXkt");
}

static void test_a_create_that_lacks_something_says_what(void **state)
{
    (void)state;
    cli_write("two.pub", "ssh-ed25519 AAAAC3Nz a\nssh-ed25519 AAAAC3Nz b\n");
    cli_write("none.pub", "hello\n");
    archway("create", "--ssh-key", PUBLIC_KEY, REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "create needs --name NAME");
    archway(CREATE, REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "create needs --ssh-key FILE");
    archway(CREATE, "--ssh-key", "two.pub", REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "two.pub holds 2 keys");
    cli_write("accounts", "root:x:0:0\nada:x:1:1\n");
    archway(CREATE, "--ssh-key", "accounts", REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "accounts holds no public key such as");
    archway(CREATE, "--ssh-key", "", REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "--ssh-key: \"\" names no file");
    archway(CREATE, "--ssh-key", "none.pub", REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "none.pub holds no public key");
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--option", "reservation", REPLAY("offers.http"));
    assert_code(2);
    assert_contains(run.err, "--option: write NAME=VALUE, and not `reservation`");
}

static void test_options_of_a_provider_reach_it(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--option", "rack=7", REPLAY("offers.http"));
    assert_code(1);
    assert_contains(run.err, "Lambda Cloud has no option `rack`: it has none.");
}

static void test_names_that_some_cloud_refuses_are_refused_at_once(void **state)
{
    static const char *const names[] = {
        "",
        "9lives",
        "Trial",
        "a_b",
        "end-",
        "-start",
        "a123456789b123456789c123456789d123456789e123456789f123456789abcd"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        archway("create", "--name", names[i], "--ssh-key", PUBLIC_KEY, REPLAY("offers.http"));
        assert_code(2);
        assert_contains(run.err, "is no name for a machine");
    }
}

static void test_sold_out_and_quota_end_with_5(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, REPLAY("no-capacity.http"));
    assert_code(5);
    assert_contains(run.err, "lambda/us-east-3: Not enough capacity");
    assert_contains(run.err, "nothing was created");
    assert_string_equal(run.out, "");
    archway(CREATE, "--ssh-key", PUBLIC_KEY, REPLAY("quota.http"));
    assert_code(5);
    assert_contains(run.err, "Quota exceeded");
}

static void test_a_lost_launch_tells_the_token(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--token", "my-own-token-1",
            REPLAY("launch-lost-not-made.http"));
    assert_int_not_equal(run.code, 0);
    archway(CREATE, "--ssh-key", PUBLIC_KEY, REPLAY("launch-lost-not-made.http"));
    assert_code(1);
    assert_contains(run.err, "it is not known whether the machine was made");
    assert_contains(run.err, "the token ");
    assert_lacks(run.err, "nothing was created");
}

static void test_a_create_that_is_repeated_takes_up_its_machine_whatever_is_sold_out(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--token", "00112233445566778899aabbccddeeff",
            REPLAY("list.http"));
    assert_code(0);
    assert_contains(run.err, "exists already: " MACHINE_REF);
    assert_contains(run.out, MACHINE_REF);
}

static void test_where_it_is_not_known_what_there_is_nothing_is_created(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--token", "my-own-token-1",
            REPLAY("wrong-types-list.http"));
    assert_code(1);
    assert_contains(run.err, "nothing was created: where it is not known");
}

static void test_a_machine_that_will_not_run_is_told_as_left_running(void **state)
{
    (void)state;
    archway(CREATE, "--ssh-key", PUBLIC_KEY, "--wait", REPLAY("unhealthy.http"));
    assert_code(1);
    assert_contains(run.err, "will not run");
    assert_contains(run.err,
                    "left running: " MACHINE_REF "; end it with: archway terminate " MACHINE_REF);
    assert_contains(run.out, MACHINE_REF);
}

static void test_list_shows_ones_own_machines_and_all_when_asked(void **state)
{
    (void)state;
    archway("list", "--all", "-o", "name", REPLAY("list.http"));
    assert_code(0);
    assert_string_equal(run.out,
                        MACHINE_REF "\nlambda/us-east-1/a098b0c7ff041399e34823a0be62549f\n");
    archway("list", "-o", "name", REPLAY("list.http"));
    assert_code(0);
    assert_string_equal(run.out, MACHINE_REF "\n");
    archway("list", REPLAY("empty-account.http"));
    assert_code(0);
    assert_string_equal(run.out, "");
    assert_contains(run.err, "there are no machines of owner ");
}

static void test_a_bare_id_is_looked_for(void **state)
{
    (void)state;
    archway("terminate", "trainer", REPLAY("list.http"));
    assert_code(3);
    assert_contains(run.err, "nothing was terminated");
    assert_contains(run.err,
                    "no machine has the id \"trainer\"; the one of that name is " MACHINE_REF);
    archway("show", "nowhere", REPLAY("list.http"));
    assert_code(3);
    assert_contains(run.err, "no machine has the id \"nowhere\"");
    archway("terminate", "nope/us-east-3/x", REPLAY("list.http"));
    assert_code(2);
    assert_contains(run.err, "no backend is called \"nope\"; there is: lambda");
}

static void test_a_bare_id_that_two_backends_have_is_ambiguous(void **state)
{
    static const char recording[] =
        "archway-recording 1\n"
        ">>> GET https://cloud.lambda.ai/api/v1/instances\naccept: application/json\n<<< 200\n"
        "content-type: application/json\n\n@list.json\n"
        ">>> GET https://cloud.lambda.ai/api/v1/instances\naccept: application/json\n<<< 200\n"
        "content-type: application/json\n\n@list.json\n";
    (void)state;
    cli_write("twice.http", recording);
    cli_write("list.json", "{\"data\":[{\"id\":\"twin\",\"status\":\"active\",\"region\":{\"name\":"
                           "\"us-east-3\"},\"instance_type\":{\"name\":\"gpu_1x_gh200\"}}]}");
    cli_write("two.yaml", "backends:\n  - {type: lambda, name: one, api_key: a}\n"
                          "  - {type: lambda, name: two, api_key: b}\n");
    archway("terminate", "twin", "--config", "two.yaml", "--replay", "twice.http");
    assert_code(2);
    assert_contains(run.err, "one/us-east-3/twin");
    assert_contains(run.err, "two/us-east-3/twin");
}

static void test_a_machine_that_is_gone_is_terminated_already(void **state)
{
    (void)state;
    archway("terminate", MACHINE_REF, "--json", REPLAY("terminate-gone.http"));
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "instances.0.ref"), MACHINE_REF);
    assert_string_equal(cli_json_at(root, "instances.0.ok"), "true");
    assert_string_equal(cli_json_at(root, "instances.0.state"), "terminated");
    json_decref(root);
}

static void test_a_machine_that_is_listed_twice_is_one(void **state)
{
    (void)state;
    cli_write("twice.json",
              "{\"data\":[{\"id\":\"x1\",\"status\":\"active\",\"region\":{\"name\":\"r\"},"
              "\"instance_type\":{\"name\":\"t\"}},{\"id\":\"x1\",\"status\":\"active\","
              "\"region\":{\"name\":\"r\"},\"instance_type\":{\"name\":\"t\"}}]}");
    cli_write(
        "twice.http",
        "archway-recording 1\nenv LAMBDA_API_KEY <secret>\n"
        ">>> GET https://cloud.lambda.ai/api/v1/instances\naccept: application/json\n<<< 200\n"
        "content-type: application/json\n\n@twice.json\n\n"
        ">>> GET https://cloud.lambda.ai/api/v1/instances/x1\naccept: application/json\n"
        "<<< 404\ncontent-type: application/json\n\n"
        "{\"error\": {\"code\": \"global/object-does-not-exist\", \"message\": \"No.\"}}\n");
    archway("show", "x1", "--replay", "twice.http");
    assert_code(3);
    assert_contains(run.err, "lambda/r: No.");
}

static void test_nothing_of_a_provider_drives_the_terminal(void **state)
{
    (void)state;
    cli_write(
        "list.json",
        "{\"data\":[{\"id\":\"x1\",\"name\":\"\\u001b[2J\\u009b31mevil\",\"status\":\"active\","
        "\"region\":{\"name\":\"us-east-3\"},\"instance_type\":{\"name\":\"gpu_1x_gh200\"}}]}");
    cli_write(
        "evil.http",
        "archway-recording 1\nenv LAMBDA_API_KEY <secret>\n"
        ">>> GET https://cloud.lambda.ai/api/v1/instances\naccept: application/json\n<<< 200\n"
        "content-type: application/json\n\n@list.json\n");
    static const char *const formats[] = {"table", "wide", "json", "csv"};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        archway("list", "--all", "-o", formats[i], "--replay", "evil.http");
        assert_code(0);
        assert_contains(run.out, "evil");
        assert_lacks(run.out, "\033");
        assert_lacks(run.out, "\302\233");
    }
}

/* A provider of the test's own, as the only backend. */
static int provide(void)
{
    char config[256];
    unsigned port;
    int listener = cli_listen(&port);
    snprintf(config, sizeof config,
             "owner: me\nbackends:\n  - type: lambda\n    endpoint: http://127.0.0.1:%u/api/v1\n"
             "    rate_limit: false\n    api_key: none\n",
             port);
    cli_write("here.yaml", config);
    return listener;
}

/* Starts the command, interrupts it when the provider is stuck, and sees to it that it ends soon. */
static void interrupt(const char *const *argv, int number, const struct cli_answer *answers)
{
    struct timespec before;
    struct timespec after;
    int listener = provide();
    pid_t child = cli_start(argv, -1);
    cli_serve_until_stuck(listener, answers);
    clock_gettime(CLOCK_MONOTONIC, &before);
    kill(child, number);
    kill(child, number);
    cli_finish(child);
    clock_gettime(CLOCK_MONOTONIC, &after);
    assert_true(after.tv_sec - before.tv_sec <= 2);
    close(listener);
}

static void test_an_interrupt_ends_it_within_two_seconds(void **state)
{
    static const char *const argv[] = {"archway", "offers", "--config", "here.yaml", NULL};
    static const struct cli_answer answers[] = {{"GET /api/v1/", NULL, NULL}, {NULL, NULL, NULL}};
    (void)state;
    interrupt(argv, SIGINT, answers);
    assert_code(130);
    assert_string_equal(run.err, "archway: interrupted\n");
    interrupt(argv, SIGTERM, answers);
    assert_code(143);
}

static void test_an_interrupted_create_says_what_may_be_running(void **state)
{
    static const char *const argv[] = {"archway",    CREATE,     "--ssh-key", PUBLIC_KEY, "--token",
                                       "token-1234", "--config", "here.yaml", NULL};
    static const struct cli_answer answers[] = {
        {"GET /api/v1/instance-types",
         "{\"data\":{\"gpu_1x_gh200\":{\"instance_type\":{\"name\":\"gpu_1x_gh200\","
         "\"description\":"
         "\"1x GH200 (96 GB)\",\"gpu_description\":\"GH200 (96 GB)\",\"price_cents_per_hour\":149,"
         "\"specs\":{\"vcpus\":64,\"memory_gib\":432,\"storage_gib\":4096,\"gpus\":1}},"
         "\"regions_with_capacity_available\":[{\"name\":\"us-east-3\",\"description\":\"x\"}]}}}",
         NULL},
        {"GET /api/v1/instances", "{\"data\":[]}", NULL},
        {"GET /api/v1/ssh-keys", "{\"data\":[]}", NULL},
        {"POST /api/v1/ssh-keys",
         "{\"data\":{\"id\":\"1\",\"name\":\"archway-b1e9c8a050f42a58\","
         "\"public_key\":\"x\"}}",
         NULL},
        {"POST /api/v1/instance-operations/launch", NULL, NULL},
        {NULL, NULL, NULL}};
    (void)state;
    interrupt(argv, SIGINT, answers);
    assert_code(130);
    assert_contains(run.err, "archway: interrupted\n");
    assert_contains(run.err, "a machine may be running, with the token token-1234");
    assert_lacks(run.err, "nothing was created");
}

static void test_an_interrupted_terminate_names_the_machine(void **state)
{
    static const char *const argv[] = {"archway",  "terminate", MACHINE_REF,
                                       "--config", "here.yaml", NULL};
    static const struct cli_answer answers[] = {{"POST /api/v1/", NULL, NULL}, {NULL, NULL, NULL}};
    (void)state;
    interrupt(argv, SIGINT, answers);
    assert_code(130);
    assert_contains(run.err, MACHINE_REF " may still be running");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_machine_is_created_listed_and_terminated),
        cmocka_unit_test(test_a_created_machine_is_json_when_asked),
        cmocka_unit_test(test_a_dry_run_asks_for_offers_and_creates_nothing),
        cmocka_unit_test(test_only_the_public_key_is_ever_read),
        cmocka_unit_test(test_a_create_that_lacks_something_says_what),
        cmocka_unit_test(test_options_of_a_provider_reach_it),
        cmocka_unit_test(test_names_that_some_cloud_refuses_are_refused_at_once),
        cmocka_unit_test(test_sold_out_and_quota_end_with_5),
        cmocka_unit_test(test_a_lost_launch_tells_the_token),
        cmocka_unit_test(test_a_create_that_is_repeated_takes_up_its_machine_whatever_is_sold_out),
        cmocka_unit_test(test_where_it_is_not_known_what_there_is_nothing_is_created),
        cmocka_unit_test(test_a_machine_that_will_not_run_is_told_as_left_running),
        cmocka_unit_test(test_list_shows_ones_own_machines_and_all_when_asked),
        cmocka_unit_test(test_a_bare_id_is_looked_for),
        cmocka_unit_test(test_a_bare_id_that_two_backends_have_is_ambiguous),
        cmocka_unit_test(test_a_machine_that_is_gone_is_terminated_already),
        cmocka_unit_test(test_a_machine_that_is_listed_twice_is_one),
        cmocka_unit_test(test_nothing_of_a_provider_drives_the_terminal),
        cmocka_unit_test(test_an_interrupt_ends_it_within_two_seconds),
        cmocka_unit_test(test_an_interrupted_create_says_what_may_be_running),
        cmocka_unit_test(test_an_interrupted_terminate_names_the_machine),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
