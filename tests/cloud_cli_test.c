/* SPDX-License-Identifier: Apache-2.0 */
/* The command on the cloud to break things on: whole lives, and what goes wrong in them. */
#include "tests/cli_run.h"
#include "tests/cloud_cli.h"
#include "tests/emulated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLUGIN(name) PLUGIN_DIR "/" name ".so"
#define RECORD "--record", "recorded"
#define POINTS (SWEEP_STEP > 1 ? "4" : "40")
#define COUNT(items) (sizeof(items) / sizeof *(items))

static const struct {
    const char *name;
    const char *launch; /* the request that makes a machine */
    const char *type;
    const char *region;
} clouds[] = {
    {"aws", "RunInstances", "c7g.large", "us-east-1"},
    {"gcp", "insert", "c4a-standard-4", "us-central1"},
    {"lambda", "launch", "gpu_1x_gh200", "us-east-3"},
};

/* Creates a machine of the cloud's own type, on demand. */
static void create(size_t cloud)
{
    archway("create", "--backend", clouds[cloud].name, "--type", clouds[cloud].type, "--region",
            clouds[cloud].region, "--on-demand", "--name", "trial", "--ssh-key", PUBLIC_KEY,
            "--json");
}

/* The reference of the machine that the last run told of. */
static const char *created_ref(void)
{
    static char ref[256];
    json_t *root = cli_json();
    snprintf(ref, sizeof ref, "%s", cli_json_at(root, "instance.ref"));
    json_decref(root);
    return ref;
}

static void test_a_whole_life_on_each_cloud(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++) {
        archway("offers", "--backend", clouds[i].name, "--arch", "arm64", "-o", "csv");
        assert_code(0);
        assert_contains(run.out, clouds[i].type);
        create(i);
        assert_code(0);
        const char *ref = created_ref();
        archway("show", ref);
        assert_code(0);
        assert_contains(run.out, "state     running");
        archway("list", "--backend", clouds[i].name, "-o", "name");
        assert_code(0);
        assert_contains(run.out, ref);
        assert_string_equal(strchr(run.out, '\n'), "\n");
        archway("terminate", ref, "--wait");
        assert_code(0);
        archway("list", "--backend", clouds[i].name, "-o", "name");
        assert_code(0);
        assert_string_equal(run.out, "");
        assert_int_equal(cloud_rig_made(rig, clouds[i].name), 1);
        assert_int_equal(cloud_rig_living(rig, clouds[i].name), 0);
    }
}

static void test_throttled_creates_make_one_machine_each(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++) {
        cloud_rig_script(rig, "{'faults': [{'cloud': '%s', 'request': '%s', 'do': 'throttle'}]}",
                         clouds[i].name, clouds[i].launch);
        create(i);
        assert_code(0);
        assert_int_equal(cloud_rig_asked(rig, clouds[i].name, clouds[i].launch), 2);
        assert_int_equal(cloud_rig_made(rig, clouds[i].name), 1);
    }
}

static void test_a_throttled_account_is_asked_as_often_as_it_allows(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'aws': {'burst': 6, 'per_second': 10}}");
    archway("offers", "--backend", "aws", "-o", "csv");
    assert_code(0);
    assert_string_equal(run.err, "");
    assert_contains(run.out, "c7g.large");
}

static void test_no_capacity_is_told_as_such_and_leaves_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++) {
        cloud_rig_script(
            rig, "{'faults': [{'cloud': '%s', 'request': '%s', 'do': 'no-capacity', 'count': 0}]}",
            clouds[i].name, clouds[i].launch);
        create(i);
        assert_code(5);
        assert_int_equal(cloud_rig_made(rig, clouds[i].name), 0);
    }
}

static void test_a_zone_that_is_sold_out_leads_to_the_next(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'capacity': [{'place': 'us-east-1a', 'type': 'c7g.large', 'left': 0},"
                          "{'place': 'us-central1-a', 'type': 'c4a-standard-4', 'left': 0}]}");
    create(0);
    assert_code(0);
    assert_string_equal(cloud_rig_last(rig, "aws", "place"), "us-east-1b");
    create(1);
    assert_code(0);
    assert_string_equal(cloud_rig_last(rig, "gcp", "place"), "us-central1-b");
}

static void test_a_quota_that_is_used_up_is_told_as_such(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++) {
        cloud_rig_script(rig, "{'%s': {'quota': 1}}", clouds[i].name);
        create(i);
        assert_code(0);
        create(i);
        assert_code(5);
        assert_int_equal(cloud_rig_made(rig, clouds[i].name), 1);
    }
}

static void test_an_insert_that_fails_late_is_made_in_the_next_zone(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'gcp': {'operation_ms': 300}, 'faults': [{'cloud': 'gcp', "
                          "'request': 'insert', 'do': 'late-capacity'}]}");
    create(1);
    assert_code(0);
    assert_int_equal(cloud_rig_made(rig, "gcp"), 2);
    assert_int_equal(cloud_rig_living(rig, "gcp"), 1);
    assert_string_equal(cloud_rig_last(rig, "gcp", "place"), "us-central1-b");
}

static void test_an_insert_that_fails_late_everywhere_leaves_nothing(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'faults': [{'cloud': 'gcp', 'request': 'insert', "
                          "'do': 'late-quota', 'count': 0}]}");
    create(1);
    assert_code(5);
    assert_int_equal(cloud_rig_living(rig, "gcp"), 0);
    /* It is known to have failed, so nobody looks for it. */
    assert_int_equal(cloud_rig_asked(rig, "gcp", "instances"), 0);
}

static void lose(size_t cloud, const char *how)
{
    cloud_rig_script(rig, "{'faults': [{'cloud': '%s', 'request': '%s', 'do': '%s', 'byte': 9}]}",
                     clouds[cloud].name, clouds[cloud].launch, how);
    size_t before = cloud_rig_made(rig, clouds[cloud].name);
    create(cloud);
    assert_code(0);
    assert_int_equal(cloud_rig_made(rig, clouds[cloud].name), before + 1);
    assert_contains(created_ref(), cloud_rig_last(rig, clouds[cloud].name, "id"));
}

static void test_a_lost_answer_makes_no_second_machine(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++) {
        lose(i, "reset-after");
        lose(i, "cut");
        lose(i, "unavailable-after");
    }
}

static void test_a_lost_machine_is_found_although_it_is_listed_late(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'lambda': {'hidden_lists': 1}}");
    lose(2, "reset-after");
}

static void test_lists_are_read_to_their_last_page(void **state)
{
    (void)state;
    cloud_rig_script(rig, "{'aws': {'page': 2}, 'gcp': {'page': 2}}");
    for (size_t i = 0; i < 2; i++) {
        for (int made = 0; made < 5; made++) {
            create(i);
            assert_code(0);
        }
        archway("list", "--backend", clouds[i].name, "--json");
        assert_code(0);
        json_t *root = cli_json();
        assert_int_equal(json_array_size(json_object_get(root, "instances")), 5);
        json_decref(root);
    }
}

static void test_who_has_the_wrong_secret_gets_nothing(void **state)
{
    static const char *const secrets[] = {"aws-secret", "gcp-refresh", "lambda-key"};
    (void)state;
    assert_int_equal(system("sed -i s/-of-the-cloud/-of-another/ config.yaml gcp.json"), 0);
    for (size_t i = 0; i < COUNT(clouds); i++) {
        archway("list", "--backend", clouds[i].name);
        assert_code(4);
        assert_lacks(run.err, secrets[i]);
    }
}

static void test_a_cloud_that_is_slow_is_waited_for(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++)
        cloud_rig_script(rig, "{'%s': {'latency_ms': 60}}", clouds[i].name);
    archway("list", "--timeout", "20s");
    assert_code(0);
}

static void test_what_they_boot_is_told_by_each_cloud(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++) {
        archway("images", "--backend", clouds[i].name, "-o", "csv");
        assert_code(0);
        assert_contains(run.out, "arm64");
    }
}

/* Whoever writes a plugin records what it does, and has it checked with that. */
static void test_a_plugin_is_checked_with_what_was_recorded_of_it(void **state)
{
    static const char *const plugins[] = {PLUGIN("aws"), PLUGIN("gcp"), PLUGIN("lambda")};
    (void)state;
    for (size_t i = 0; i < COUNT(clouds); i++) {
        const char *name = clouds[i].name;
        archway("create", "--backend", name, "--type", clouds[i].type, "--region", clouds[i].region,
                "--name", "trial", "--ssh-key", PUBLIC_KEY, "--ttl", "2h", "--wait", "--json",
                RECORD);
        assert_code(0);
        const char *ref = created_ref();
        archway("show", ref, RECORD);
        archway("list", "--backend", name, RECORD);
        archway("images", "--backend", name, RECORD);
        archway("doctor", "--backend", name, RECORD);
        archway("terminate", ref, "--wait", RECORD);
        archway("check", plugins[i], "--fixtures", "recorded", "--points", POINTS, "--rules",
                "C6,C7,M1,M4,S1,E,I2,I3");
        assert_code(0);
        assert_lacks(run.out, "does not tell what was done");
        assert_lacks(run.out, "SKIP");
        assert_int_equal(system("rm -r recorded"), 0);
    }
}

static void test_what_was_asked_of_several_backends_is_not_for_a_check(void **state)
{
    (void)state;
    archway("list", RECORD);
    assert_code(0);
    assert_int_equal(system("grep -q '^# `archway check` passes over this: more than one backend "
                            "was asked\\.$' recorded/*.http && ! grep -q '^do ' recorded/*.http && "
                            "rm -r recorded"),
                     0);
}

static void test_a_life_that_no_clock_can_tell_is_refused(void **state)
{
    (void)state;
    archway("create", "--backend", "lambda", "--name", "trial", "--ssh-key", PUBLIC_KEY, "--ttl",
            "99999999h");
    assert_code(2);
    assert_contains(run.err, "--ttl: \"99999999h\" is too long; write at most 3650d");
    assert_int_equal(cloud_rig_made(rig, NULL), 0);
}

static void spoil_journal(long place)
{
    FILE *file = fopen("state/archway/journal.db", "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, place, SEEK_SET), 0);
    assert_int_equal(fputc(99, file), 99);
    assert_int_equal(fclose(file), 0);
}

static void assert_said_once(const char *words)
{
    const char *said = strstr(run.err, words);
    assert_non_null(said);
    assert_null(strstr(said + 1, words));
}

/* A newer Archway's, and what is none: the first offer ends it, and it is said once. */
static void test_a_journal_that_cannot_be_read_ends_a_create_at_once(void **state)
{
    static const long places[] = {63, 71}; /* version and application, in SQLite's file format */
    (void)state;
    for (size_t i = 0; i < COUNT(places); i++) {
        create(2);
        assert_code(0);
        spoil_journal(places[i]);
        size_t before = cloud_rig_made(rig, NULL);
        archway("create", "--backend", "lambda", "--name", "trial", "--ssh-key", PUBLIC_KEY);
        assert_code(1);
        assert_said_once("journal.db: this ");
        assert_lacks(run.err, "instead");
        archway("list", "--backend", "lambda");
        assert_said_once("journal.db: this ");
        assert_int_equal(cloud_rig_made(rig, NULL), before);
        assert_int_equal(system("rm -rf state"), 0);
    }
}

#define CLOUD_TEST(test) cmocka_unit_test_setup_teardown(test, cloud_cli_open, cloud_cli_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLOUD_TEST(test_a_whole_life_on_each_cloud),
        CLOUD_TEST(test_throttled_creates_make_one_machine_each),
        CLOUD_TEST(test_a_throttled_account_is_asked_as_often_as_it_allows),
        CLOUD_TEST(test_no_capacity_is_told_as_such_and_leaves_nothing),
        CLOUD_TEST(test_a_zone_that_is_sold_out_leads_to_the_next),
        CLOUD_TEST(test_a_quota_that_is_used_up_is_told_as_such),
        CLOUD_TEST(test_an_insert_that_fails_late_is_made_in_the_next_zone),
        CLOUD_TEST(test_an_insert_that_fails_late_everywhere_leaves_nothing),
        CLOUD_TEST(test_a_lost_answer_makes_no_second_machine),
        CLOUD_TEST(test_a_lost_machine_is_found_although_it_is_listed_late),
        CLOUD_TEST(test_lists_are_read_to_their_last_page),
        CLOUD_TEST(test_who_has_the_wrong_secret_gets_nothing),
        CLOUD_TEST(test_a_cloud_that_is_slow_is_waited_for),
        CLOUD_TEST(test_what_they_boot_is_told_by_each_cloud),
        CLOUD_TEST(test_a_plugin_is_checked_with_what_was_recorded_of_it),
        CLOUD_TEST(test_what_was_asked_of_several_backends_is_not_for_a_check),
        CLOUD_TEST(test_a_life_that_no_clock_can_tell_is_refused),
        CLOUD_TEST(test_a_journal_that_cannot_be_read_ends_a_create_at_once),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
