/* SPDX-License-Identifier: Apache-2.0 */
/* Google Cloud at the command line. */
#include "cli_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define REPLAY(name) "--replay", SOURCE_DIR "/fixtures/gcp/" name ".http"
#define CREATE "create", "--name", "runner", "--ssh-key", PUBLIC_KEY
#define RUNNER "gcp/us-central1/runner-aa96e68e2387"
#define GRACE "reservation=projects/shared-1/reservations/grace"

static void test_an_axion_is_chosen_created_and_ended(void **state)
{
    (void)state;
    archway(CREATE, "--type", "c4a-standard-4", "--on-demand", "--wait", REPLAY("create"));
    assert_code(0);
    assert_contains(run.err, "creating runner: gcp c4a-standard-4 in us-central1, arm64, 4 vCPUs, "
                             "16GB, 0.1796 USD an hour");
    assert_contains(run.err, "created " RUNNER);
    assert_contains(run.out, "state     running (\"RUNNING\")\n");
    assert_contains(run.out, "login     ssh ubuntu@34.1.2.3\n");
    archway("terminate", RUNNER, "--wait", REPLAY("terminate"));
    assert_code(0);
    assert_contains(run.out, "terminated  " RUNNER "\n");
}

static void test_offers_are_those_of_a_reservation_when_one_is_named(void **state)
{
    (void)state;
    archway("offers", "--backend", "gcp", "--option", GRACE, "--json", REPLAY("offers-reserved"));
    assert_code(0);
    json_t *root = cli_json();
    assert_int_equal(json_array_size(json_object_get(root, "offers")), 1);
    assert_string_equal(cli_json_at(root, "offers.0.instance_type"), "a4x-highgpu-4g");
    assert_string_equal(cli_json_at(root, "offers.0.availability"), "available");
    assert_string_equal(cli_json_at(root, "offers.0.zone"), "us-central1-b");
    json_decref(root);
}

static void test_options_of_offers_are_written_like_those_of_create(void **state)
{
    (void)state;
    archway("offers", "--option", "grace", REPLAY("offers-reserved"));
    assert_code(2);
    assert_contains(run.err, "--option: write NAME=VALUE, and not \"grace\"");
    cli_write("two.yaml", "backends:\n  - type: gcp\n  - type: lambda\n");
    archway("offers", "--option", GRACE, "--config", "two.yaml", REPLAY("offers-reserved"));
    assert_code(2);
    assert_contains(run.err, "--option needs --backend NAME: an option is one provider's own");
}

static void test_regions_that_leave_nothing_are_told(void **state)
{
    (void)state;
    cli_write("nowhere.yaml", "backends:\n  - type: gcp\n    project: farm-proj-1\n"
                              "    regions: [us-central9]\n");
    archway("offers", "--config", "nowhere.yaml", REPLAY("offers"));
    assert_contains(run.err, "gcp: all 32 offers are in other regions than `regions:` of the "
                             "configuration names");
}

static void test_a_reserved_machine_has_its_networks(void **state)
{
    (void)state;
    cli_write("networks.yaml", "owner: my-server\nbackends:\n  - type: gcp\n"
                               "    project: farm-proj-1\n    extra_networks: [gvnic-1]\n"
                               "    rdma_network: roce\n");
    archway(CREATE, "--type", "a4x-highgpu-4g", "--option", GRACE, "--config", "networks.yaml",
            "--json", REPLAY("create-grace"));
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "instance.zone"), "us-central1-b");
    assert_string_equal(cli_json_at(root, "instance.arch"), "arm64");
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_axion_is_chosen_created_and_ended),
        cmocka_unit_test(test_offers_are_those_of_a_reservation_when_one_is_named),
        cmocka_unit_test(test_options_of_offers_are_written_like_those_of_create),
        cmocka_unit_test(test_regions_that_leave_nothing_are_told),
        cmocka_unit_test(test_a_reserved_machine_has_its_networks),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
