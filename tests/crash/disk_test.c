/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disks that outlive their machines, and the collection that removes them: by which rules, and when it is killed at
 * every moment that matters. Judged by the clouds' own truth.
 * Usage: disk_test rules|gc-disks CLOUD
 */
#include "tests/cli_run.h"
#include "tests/crash/stage.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_POINTS 300
#define GRACE_MS 61000
#define HOUR_MS 3600000

static const char *cloud;
static char told[256]; /* what the last machine is called to end it, and in the truth */
static char made[96];

static void create(void)
{
    crash_archway(NULL, "create", "--backend", cloud, "--arch", "arm64", "--on-demand", "--name",
                  "trial", "--ssh-key", PUBLIC_KEY, "--json");
    assert_code(0);
    json_t *root = cli_json();
    snprintf(told, sizeof told, "%s", cli_json_at(root, "instance.ref"));
    snprintf(made, sizeof made, "%s", cli_json_at(root, "instance.id"));
    json_decref(root);
}

/* A member of the truth about the disk of a machine. Lives until the next call. */
static const char *disk_of(const char *machine, const char *member)
{
    static char text[96];
    json_t *truth = cloud_rig_truth(crash_rig);
    const json_t *disks = json_object_get(truth, "disks");
    snprintf(text, sizeof text, "there is none");
    for (size_t i = 0; i < json_array_size(disks); i++) {
        const json_t *disk = json_array_get(disks, i);
        if (strcmp(json_string_value(json_object_get(disk, "machine")), machine) == 0 &&
            strcmp(json_string_value(json_object_get(disk, "cloud")), cloud) == 0)
            snprintf(text, sizeof text, "%s", json_string_value(json_object_get(disk, member)));
    }
    json_decref(truth);
    return text;
}

static void let_disks_stay(int stay)
{
    cloud_rig_script(crash_rig, "{'%s': {'disks_stay': %d}}", cloud, stay);
}

/* A disk whose machine has ended, and is out of every list. The machine's name goes to `ret_machine`. */
static void leave_disk(char ret_machine[96])
{
    let_disks_stay(1);
    create();
    crash_pass_ms(GRACE_MS);
    crash_archway(NULL, "terminate", told, "--wait");
    assert_code(0);
    let_disks_stay(0);
    snprintf(ret_machine, 96, "%s", made);
    assert_string_equal(disk_of(made, "state"), "left");
}

static void collect(const struct disturbance *how, const char *yes)
{
    crash_archway(how, "gc", "--backend", cloud, "--grace", "60s", "--passes", "2", "--json", yes);
}

/* "kept" of the one disk that the last collection told of; "" when it told of none. */
static const char *fate(const char *member)
{
    static char text[128];
    json_t *root = cli_json();
    const json_t *outcomes = json_object_get(root, "outcomes");
    text[0] = '\0';
    for (size_t i = 0; i < json_array_size(outcomes); i++) {
        const json_t *outcome = json_array_get(outcomes, i);
        if (strcmp(json_string_value(json_object_get(outcome, "kind")), "disk") != 0)
            continue;
        assert_string_equal(text, "");
        const char *value = json_string_value(json_object_get(outcome, member));
        snprintf(text, sizeof text, "%s", value ? value : "null");
    }
    json_decref(root);
    return text;
}

/* Ends everything, and collects it. */
static void clear(void **state)
{
    (void)state;
    cloud_rig_script(crash_rig, "{'reset': true}");
    for (int i = 0; i < 3; i++) {
        collect(NULL, "--yes");
        crash_pass_ms(GRACE_MS);
    }
}

static int teardown(void **state)
{
    clear(state);
    return 0;
}

static void test_a_forgotten_disk_goes_when_it_was_seen_often_and_long_enough(void **state)
{
    char machine[96];
    (void)state;
    leave_disk(machine);
    collect(NULL, "--yes");
    assert_code(0);
    assert_string_equal(fate("fate"), "waiting");
    assert_contains(fate("reason"), "out of use for less than the grace time");
    crash_pass_ms(GRACE_MS);
    collect(NULL, NULL);
    assert_code(0);
    assert_string_equal(fate("fate"), "found");
    assert_string_equal(fate("id"), disk_of(machine, "id"));
    assert_string_equal(disk_of(machine, "state"), "left");
    collect(NULL, "--yes");
    assert_code(0);
    assert_string_equal(fate("fate"), "gone");
    assert_string_equal(disk_of(machine, "state"), "none");
    collect(NULL, "--yes");
    assert_string_equal(fate("fate"), "");
}

/* Seen out of use twice, an hour apart, while its machine lives, or another has it. */
static void test_what_a_machine_has_or_may_want_back_stays(void **state)
{
    char living[96];
    char machine[96];
    (void)state;
    create();
    snprintf(living, sizeof living, "%s", made);
    cloud_rig_script(crash_rig, "{'disks': [{'id': '%s', 'attached': 'nothing'}]}",
                     disk_of(living, "id"));
    leave_disk(machine);
    cloud_rig_script(crash_rig, "{'disks': [{'id': '%s', 'attached': 'another'}]}",
                     disk_of(machine, "id"));
    for (int i = 0; i < 3; i++) {
        crash_pass_ms(HOUR_MS);
        collect(NULL, "--yes");
        assert_code(0);
    }
    assert_string_equal(disk_of(machine, "state"), "used");
    assert_string_equal(disk_of(living, "state"), "left");
    cloud_rig_script(crash_rig, "{'disks': [{'id': '%s', 'attached': 'nothing'}]}",
                     disk_of(machine, "id"));
    collect(NULL, "--yes"); /* it has been seen before, but in use */
    assert_string_equal(fate("fate"), "waiting");
    assert_string_equal(disk_of(machine, "state"), "left");
}

static void test_what_is_marked_stays(void **state)
{
    char machine[96];
    (void)state;
    leave_disk(machine);
    cloud_rig_script(crash_rig, "{'disks': [{'id': '%s', 'tags': {'archway-keep': 'yes'}}]}",
                     disk_of(machine, "id"));
    for (int i = 0; i < 3; i++) {
        crash_pass_ms(HOUR_MS);
        collect(NULL, "--yes");
        assert_string_equal(fate("fate"), "kept");
    }
    assert_string_equal(disk_of(machine, "state"), "left");
    cloud_rig_script(crash_rig, "{'disks': [{'id': '%s', 'tags': {'archway-keep': 'no'}}]}",
                     disk_of(machine, "id"));
}

static void test_what_another_owner_left_stays(void **state)
{
    char machine[96];
    (void)state;
    assert_int_equal(system("cp config.yaml ours && sed -i s/^owner:.*/owner:\\ another/ "
                            "config.yaml"),
                     0);
    leave_disk(machine);
    assert_int_equal(system("mv ours config.yaml"), 0);
    for (int i = 0; i < 3; i++) {
        crash_pass_ms(HOUR_MS);
        collect(NULL, "--yes");
        assert_string_equal(fate("fate"), "");
    }
    assert_string_equal(disk_of(machine, "state"), "left");
}

/* The zone that is silent is not the one of the disk: all of the listing is left as it is all the same. */
static void test_a_place_that_does_not_answer_whole_is_not_touched(void **state)
{
    bool gcp = strcmp(cloud, "gcp") == 0;
    char machine[96];
    (void)state;
    leave_disk(machine);
    collect(NULL, "--yes");
    crash_pass_ms(GRACE_MS);
    if (gcp)
        cloud_rig_script(crash_rig, "{'gcp': {'unreachable': 'europe-west4-a'}}");
    else
        cloud_rig_script(crash_rig, "{'faults': [{'cloud': 'aws', 'request': 'DescribeVolumes', "
                                    "'do': 'cut', 'byte': 200, 'count': 0}]}");
    collect(NULL, "--yes");
    assert_true(run.code != 0);
    assert_string_equal(fate("fate"), "");
    assert_string_equal(disk_of(machine, "state"), "left");
    cloud_rig_script(crash_rig, "{'reset': true, 'gcp': {'unreachable': ''}}");
    collect(NULL, "--yes");
    assert_code(0);
    assert_string_equal(disk_of(machine, "state"), "none");
}

static void test_one_that_was_taken_into_use_meanwhile_stays(void **state)
{
    char machine[96];
    (void)state;
    leave_disk(machine);
    collect(NULL, "--yes");
    crash_pass_ms(GRACE_MS);
    cloud_rig_script(crash_rig, "{'faults': [{'cloud': '%s', 'request': '%s', 'do': 'in-use'}]}",
                     cloud, strcmp(cloud, "gcp") == 0 ? "delete-disk" : "DeleteVolume");
    collect(NULL, "--yes");
    assert_code(0);
    assert_string_equal(fate("fate"), "kept");
    assert_string_equal(fate("reason"), "it is in use after all");
    assert_string_equal(disk_of(machine, "state"), "left");
}

static void test_no_more_go_at_once_than_was_said(void **state)
{
    char first[96];
    char second[96];
    char state_of_first[16];
    (void)state;
    leave_disk(first);
    leave_disk(second);
    collect(NULL, "--yes");
    crash_pass_ms(GRACE_MS);
    crash_archway(NULL, "gc", "--backend", cloud, "--grace", "60s", "--yes", "--max", "1");
    assert_code(0);
    assert_contains(run.out, "KIND");
    assert_contains(run.out, "no more th");
    snprintf(state_of_first, sizeof state_of_first, "%s", disk_of(first, "state"));
    assert_string_not_equal(disk_of(second, "state"), state_of_first);
}

static void test_the_disks_of_those_that_live_are_asked_for_in_pages(void **state)
{
    char left[3][96];
    (void)state;
    cloud_rig_script(crash_rig, "{'%s': {'page': 1}}", cloud);
    for (int i = 0; i < 3; i++)
        leave_disk(left[i]);
    create();
    collect(NULL, "--yes");
    crash_pass_ms(GRACE_MS);
    collect(NULL, "--yes");
    for (int i = 0; i < 3; i++)
        assert_string_equal(disk_of(left[i], "state"), "none");
    assert_string_equal(disk_of(made, "state"), "used");
}

/* ---- killed ---- */

static bool was_wanted_in_use(void)
{
    bool found = false;
    json_t *truth = cloud_rig_truth(crash_rig);
    const json_t *disks = json_object_get(truth, "disks");
    for (size_t i = 0; i < json_array_size(disks); i++)
        found |= json_is_true(json_object_get(json_array_get(disks, i), "was_wanted"));
    json_decref(truth);
    return found;
}

static void judge(struct crash_tally *tally, const char *left, const char *bystander,
                  const char *what)
{
    tally->points++;
    if (strcmp(disk_of(left, "state"), "none") != 0) {
        print_error("%s: the disk of %s is there, and should have been removed\n", what, left);
        tally->stayed++;
    }
    if (strcmp(disk_of(bystander, "state"), "left") != 0 || was_wanted_in_use()) {
        print_error("%s: a disk was to be removed that should stay\n", what);
        tally->killed++;
    }
}

static void test_a_collection_that_is_killed_removes_the_forgotten_and_nothing_else(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = {.signal = SIGKILL};
    char bystander[96];
    char left[96];
    char what[64];
    bool struck = true;
    (void)state;
    create();
    snprintf(bystander, sizeof bystander, "%s", made);
    cloud_rig_script(crash_rig, "{'disks': [{'id': '%s', 'attached': 'nothing'}]}",
                     disk_of(bystander, "id"));
    leave_disk(left);
    for (how.at = 1; struck && how.at < MOST_POINTS; how.at++) {
        cloud_rig_script(crash_rig, "{'disks': [{'id': '%s', 'back': true}]}", disk_of(left, "id"));
        collect(NULL, "--yes");
        crash_pass_ms(GRACE_MS);
        snprintf(what, sizeof what, "gc-disks on %s, point %ld", cloud, how.at);
        collect(&how, "--yes");
        struck = run.code == 128 + SIGKILL;
        crash_archway(NULL, "recover");
        collect(NULL, "--yes");
        judge(&tally, left, bystander, what);
    }
    crash_report(&tally, "gc-disks", cloud);
}

int main(int argc, char **argv)
{
#define RULE(test) cmocka_unit_test_teardown(test, teardown)
    const struct CMUnitTest rules[] = {
        RULE(test_a_forgotten_disk_goes_when_it_was_seen_often_and_long_enough),
        RULE(test_what_a_machine_has_or_may_want_back_stays),
        RULE(test_what_is_marked_stays),
        RULE(test_what_another_owner_left_stays),
        RULE(test_a_place_that_does_not_answer_whole_is_not_touched),
        RULE(test_one_that_was_taken_into_use_meanwhile_stays),
        RULE(test_no_more_go_at_once_than_was_said),
        RULE(test_the_disks_of_those_that_live_are_asked_for_in_pages),
    };
    const struct CMUnitTest points[] = {
        cmocka_unit_test(test_a_collection_that_is_killed_removes_the_forgotten_and_nothing_else),
    };
    if (argc != 3) {
        fprintf(stderr, "usage: disk_test rules|gc-disks CLOUD\n");
        return 2;
    }
    cloud = argv[2];
    if (strcmp(argv[1], "rules") == 0)
        return cmocka_run_group_tests(rules, crash_enter, crash_leave);
    return cmocka_run_group_tests(points, crash_enter, crash_leave);
}
