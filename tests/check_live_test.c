/* SPDX-License-Identifier: Apache-2.0 */
/* archway check --live, on the cloud to break things on: what a provider alone can tell, and what is spent on it. */
#include "tests/cli_run.h"
#include "tests/cloud_cli.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define PLUGIN(name) PLUGIN_DIR "/" name ".so"
#define SPEND "--live", "--yes-spend", "--ssh-key", PUBLIC_KEY

static void test_a_machine_is_rented_found_and_ended_on_each_cloud(void **state)
{
    static const struct {
        const char *name;
        const char *plugin;
        const char *rented;
    } clouds[] = {
        {"aws", PLUGIN("aws"), "# renting t4g.small (arm64) in eu-central-1 at 0.0168 USD"},
        {"gcp", PLUGIN("gcp"), "# renting c4a-standard-1 (arm64) in europe-west4 at "},
        {"lambda", PLUGIN("lambda"), "# renting gpu_1x_a10 (amd64) in us-east-3 at 0.7500 USD"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof clouds / sizeof *clouds; i++) {
        archway("check", clouds[i].plugin, SPEND, "--max-price", "1");
        assert_code(0);
        assert_contains(run.out, clouds[i].rented);
        assert_contains(run.out, "\n1..9\n# 9 kept, 0 broken, 0 skipped\n");
        assert_string_equal(run.err, "");
        assert_int_equal(cloud_rig_made(rig, clouds[i].name), 1);
        assert_int_equal(cloud_rig_living(rig, clouds[i].name), 0);
    }
    /* What is known to be gone is no new machine that the provider may not know yet. */
    assert_int_equal(cloud_rig_asked(rig, "lambda", "terminate"), 2);
    archway("list", "-o", "name");
    assert_string_equal(run.out, "");
}

static void test_nothing_is_spent_unless_it_is_said(void **state)
{
    (void)state;
    archway("check", PLUGIN("aws"), "--live", "--arch", "amd64");
    assert_code(0);
    assert_contains(run.out, "#   8 offers of amd64 and 12 of arm64, 0 of them without a price\n");
    assert_contains(run.out, "# SKIP nothing may be spent; it would rent t3.small (amd64) in "
                             "eu-central-1 at 0.0208 USD an hour");
    assert_contains(run.out, "# 4 kept, 0 broken, 5 skipped\n");
    archway("check", "--live", "--backend", "gcp", "--json", "--record", "recorded");
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "rules.0.rule"), "V1");
    assert_string_equal(cli_json_at(root, "rules.4.outcome"), "skipped");
    json_decref(root);
    assert_int_equal(system("grep -q 'passes over this: it is a trial' recorded/*.http && "
                            "rm -r recorded"),
                     0);
    assert_int_equal(cloud_rig_made(rig, NULL), 0);
}

static void test_what_is_dearer_than_said_is_not_rented(void **state)
{
    (void)state;
    archway("check", PLUGIN("lambda"), SPEND);
    assert_code(3);
    assert_contains(run.out, "# SKIP no offer is left that may be rented: max-price removed 4\n");
    archway("check", PLUGIN("lambda"), SPEND, "--max-price", "1", "--arch", "arm64");
    assert_code(3);
    assert_int_equal(cloud_rig_made(rig, NULL), 0);
}

static void test_a_machine_that_never_runs_breaks_a_rule_and_is_ended(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'aws': {'boot_ms': 600000}}");
    archway("check", PLUGIN("aws"), SPEND, "--timeout", "6s");
    assert_code(1);
    assert_contains(run.out, "not ok 5 - V2 ");
    assert_contains(run.out, "#   the machine was not running within 6 s\n");
    assert_contains(run.out, "# 8 kept, 1 broken, 0 skipped\n");
    assert_int_equal(cloud_rig_living(rig, NULL), 0);
}

static void test_a_machine_that_does_not_end_breaks_a_rule_and_is_named(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'aws': {'end_ms': 600000}}");
    archway("check", PLUGIN("aws"), SPEND, "--timeout", "6s");
    assert_code(1);
    assert_contains(run.out, "not ok 8 - V3 ");
    assert_contains(run.out, "# SKIP the machine is not known to be gone\n");
    assert_contains(run.err, "LEFT RUNNING, AND PAID FOR: aws/eu-central-1/i-0");
    assert_contains(run.err, "end it with: archway terminate aws/eu-central-1/i-0");
}

static void test_a_second_machine_of_the_same_token_breaks_a_rule_and_is_ended(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'aws': {'forgets_keys': 1}}");
    archway("check", PLUGIN("aws"), SPEND);
    assert_code(1);
    assert_contains(run.out, "not ok 7 - I2 ");
    assert_contains(run.out, "#   the same request once more made a second machine, i-0");
    assert_contains(run.out, "# 8 kept, 1 broken, 0 skipped\n");
    assert_int_equal(cloud_rig_made(rig, "aws"), 2);
    assert_int_equal(cloud_rig_living(rig, "aws"), 0);
}

static void test_a_machine_without_its_tags_breaks_a_rule_and_is_ended(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'aws': {'drops_tags': 1}}");
    archway("check", PLUGIN("aws"), SPEND, "--timeout", "6s");
    assert_code(1);
    assert_contains(run.out, "not ok 6 - I3 ");
    assert_contains(run.out,
                    "#   `list` by its owner lacks it\n#   `list` by its token lacks it\n");
    assert_int_equal(cloud_rig_living(rig, "aws"), 0);
}

static void test_a_machine_whose_answer_was_lost_is_found_and_ended(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'faults': [{'cloud': 'lambda', 'request': 'launch', "
                          "'do': 'reset-after'}]}");
    archway("check", PLUGIN("lambda"), SPEND, "--max-price", "1");
    assert_code(0);
    assert_int_equal(cloud_rig_made(rig, "lambda"), 1);
    assert_int_equal(cloud_rig_living(rig, "lambda"), 0);
}

static void test_a_sold_out_cloud_is_no_fault_of_the_plugin(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'faults': [{'cloud': 'aws', 'request': 'RunInstances', "
                          "'do': 'no-capacity', 'count': 0}]}");
    archway("check", PLUGIN("aws"), SPEND);
    assert_code(3);
    assert_contains(run.out, "# SKIP no machine was made: ");
    assert_contains(run.out, "# 4 kept, 0 broken, 5 skipped\n");
}

static void test_an_interruption_ends_what_was_made(void **state)
{
    static const char *const argv[] = {"archway", "check", PLUGIN("aws"), SPEND, NULL};
    (void)state;
    cloud_rig_script(rig, "{'aws': {'boot_ms': 600000}}");
    pid_t child = cli_start(argv, -1);
    while (cloud_rig_made(rig, "aws") == 0)
        usleep(20000);
    kill(child, SIGINT);
    cli_finish(child);
    assert_code(130);
    assert_contains(run.out, "# interrupted: what was made is ended first");
    assert_contains(run.out, "\nok 8 - V3 ");
    assert_int_equal(cloud_rig_made(rig, "aws"), 1);
    assert_int_equal(cloud_rig_living(rig, "aws"), 0);
}

static void test_a_wrong_key_breaks_the_first_rule_and_nothing_is_made(void **state)
{
    (void)state;
    assert_int_equal(system("sed -i s/-of-the-cloud/-of-another/ config.yaml"), 0);
    archway("check", PLUGIN("lambda"), SPEND, "--max-price", "1");
    assert_code(1);
    assert_contains(run.out, "not ok 1 - V1 ");
    assert_contains(run.out, "it comes to run # SKIP there are no offers\n");
    assert_lacks(run.out, "lambda-key");
    assert_int_equal(cloud_rig_made(rig, NULL), 0);
}

static void test_what_does_not_go_together_is_refused(void **state)
{
    (void)state;
    archway("check", PLUGIN("aws"), "--live", "--fixtures", ".");
    assert_code(2);
    assert_contains(run.err, "--fixtures is for checks on recordings, without --live");
    archway("check", PLUGIN("aws"), "--arch", "arm64");
    assert_code(2);
    assert_contains(run.err, "--arch is for `archway check --live`");
    archway("check", PLUGIN("aws"), "--live", "--yes-spend");
    assert_code(2);
    assert_contains(run.err, "--ssh-key FILE");
    archway("check", "--live");
    assert_code(4);
    assert_contains(run.err, "name one with --backend");
    archway("check", "config.yaml", "--live");
    assert_code(1);
    assert_contains(run.err, "only files whose name ends in .so are loaded");
}

#define CLOUD_TEST(test) cmocka_unit_test_setup_teardown(test, cloud_cli_open, cloud_cli_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLOUD_TEST(test_a_machine_is_rented_found_and_ended_on_each_cloud),
        CLOUD_TEST(test_nothing_is_spent_unless_it_is_said),
        CLOUD_TEST(test_what_is_dearer_than_said_is_not_rented),
        CLOUD_TEST(test_a_machine_that_never_runs_breaks_a_rule_and_is_ended),
        CLOUD_TEST(test_a_machine_that_does_not_end_breaks_a_rule_and_is_named),
        CLOUD_TEST(test_a_second_machine_of_the_same_token_breaks_a_rule_and_is_ended),
        CLOUD_TEST(test_a_machine_without_its_tags_breaks_a_rule_and_is_ended),
        CLOUD_TEST(test_a_machine_whose_answer_was_lost_is_found_and_ended),
        CLOUD_TEST(test_a_sold_out_cloud_is_no_fault_of_the_plugin),
        CLOUD_TEST(test_an_interruption_ends_what_was_made),
        CLOUD_TEST(test_a_wrong_key_breaks_the_first_rule_and_nothing_is_made),
        CLOUD_TEST(test_what_does_not_go_together_is_refused),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
