/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command is ended at every moment of a create and of a terminate at which it matters. Then comes what its user
 * would do: one `recover`. No machine may have been forgotten, made twice, or ended for nothing.
 * Usage: crash_test SUBJECT CLOUD
 */
#include "tests/cli_run.h"
#include "tests/crash/stage.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MOST_POINTS 500
#define JUMP_POINTS 60
#define FULL_POINTS 40 /* more than there are writes */
/* How long a list may lag behind, and a little. */
#define WINDOW_MS 66000

static const char *cloud;
static const char *subject;

static void create(const struct disturbance *how)
{
    crash_archway(how, "create", "--backend", cloud, "--arch", "arm64", "--on-demand", "--name",
                  "trial", "--ssh-key", PUBLIC_KEY);
}

static void create_well(char ref[256])
{
    crash_archway(NULL, "create", "--backend", cloud, "--arch", "arm64", "--on-demand", "--name",
                  "well", "--ssh-key", PUBLIC_KEY, "--json");
    assert_code(0);
    json_t *root = cli_json();
    snprintf(ref, 256, "%s", cli_json_at(root, "instance.ref"));
    json_decref(root);
}

static void recover(void)
{
    crash_pass_ms(WINDOW_MS);
    crash_archway(NULL, "recover");
    assert_code(0);
}

/* Was the run disturbed? It was not when it ended before its moment came. */
static bool was_struck(const struct disturbance *how)
{
    return how->signal == SIGKILL ? run.code == 128 + SIGKILL : run.code != 0;
}

static void sweep_creates(struct disturbance how)
{
    struct crash_tally tally = {0};
    char what[64];
    bool struck = true;
    char bystander[256];
    create_well(bystander);
    for (how.at = 1; struck && how.at < MOST_POINTS; how.at++) {
        json_t *before = crash_living(cloud);
        snprintf(what, sizeof what, "%s on %s, point %ld", subject, cloud, how.at);
        create(&how);
        struck = was_struck(&how);
        recover();
        crash_judge(&tally, cloud, before, NULL, what);
        crash_archway(NULL, "recover");
        assert_contains(run.err, "nothing was left to recover");
    }
    crash_report(&tally, subject, cloud);
}

static void test_a_create_that_is_killed_is_recovered(void **state)
{
    (void)state;
    sweep_creates((struct disturbance){.signal = SIGKILL});
}

static void test_a_create_that_is_interrupted_is_recovered(void **state)
{
    (void)state;
    sweep_creates((struct disturbance){.signal = SIGINT});
}

static void test_a_create_that_is_stopped_twice_is_recovered(void **state)
{
    (void)state;
    sweep_creates((struct disturbance){.signal = SIGTERM, .times = 2});
}

static void test_an_end_that_is_killed_comes_all_the_same(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = {.signal = SIGKILL};
    char bystander[256];
    char ref[256];
    char what[64];
    bool struck = true;
    (void)state;
    create_well(bystander);
    for (how.at = 1; struck && how.at < MOST_POINTS; how.at++) {
        create_well(ref);
        crash_pass_ms(WINDOW_MS);
        json_t *before = crash_living(cloud);
        snprintf(what, sizeof what, "%s on %s, point %ld", subject, cloud, how.at);
        crash_archway(&how, "terminate", ref, "--wait");
        struck = was_struck(&how);
        recover();
        crash_judge(&tally, cloud, before, strrchr(ref, '/') + 1, what);
    }
    crash_report(&tally, subject, cloud);
}

/* The disk is full from some write on, and has room again when the user recovers. */
static void test_a_create_on_a_full_disk_makes_nothing_or_is_recovered(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = {0};
    char bystander[256];
    char what[64];
    unsigned refused = 0;
    (void)state;
    create_well(bystander);
    for (how.full_at = 1; how.full_at < FULL_POINTS; how.full_at++) {
        json_t *before = crash_living(cloud);
        size_t made = cloud_rig_made(crash_rig, cloud);
        snprintf(what, sizeof what, "%s on %s, write %ld", subject, cloud, how.full_at);
        create(&how);
        if (run.code != 0 && cloud_rig_made(crash_rig, cloud) == made) {
            assert_contains(run.err, "The disk is full");
            refused++;
        }
        recover();
        crash_judge(&tally, cloud, before, NULL, what);
    }
    assert_true(refused > 0 && tally.made > 5);
    crash_report(&tally, subject, cloud);
}

static void sweep_jumps(long long jump_ms)
{
    struct crash_tally tally = {0};
    struct disturbance how = {.jump_ms = jump_ms};
    char bystander[256];
    char what[64];
    create_well(bystander);
    for (how.at = 1; how.at < JUMP_POINTS; how.at++) {
        json_t *before = crash_living(cloud);
        snprintf(what, sizeof what, "%s on %s, point %ld", subject, cloud, how.at);
        create(&how);
        recover();
        crash_judge(&tally, cloud, before, NULL, what);
    }
    crash_report(&tally, subject, cloud);
}

static void test_a_clock_that_jumps_ahead_loses_nothing(void **state)
{
    (void)state;
    sweep_jumps(86400000);
}

static void test_a_clock_that_jumps_back_loses_nothing(void **state)
{
    (void)state;
    sweep_jumps(-86400000);
}

static const struct {
    const char *subject;
    CMUnitTestFunction test;
} tests[] = {
    {"create", test_a_create_that_is_killed_is_recovered},
    {"create-int", test_a_create_that_is_interrupted_is_recovered},
    {"create-term-term", test_a_create_that_is_stopped_twice_is_recovered},
    {"terminate", test_an_end_that_is_killed_comes_all_the_same},
    {"full", test_a_create_on_a_full_disk_makes_nothing_or_is_recovered},
    {"jump-ahead", test_a_clock_that_jumps_ahead_loses_nothing},
    {"jump-back", test_a_clock_that_jumps_back_loses_nothing},
};

int main(int argc, char **argv)
{
    subject = argc == 3 ? argv[1] : "";
    cloud = argc == 3 ? argv[2] : "";
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        const struct CMUnitTest chosen[] = {{subject, tests[i].test, NULL, NULL, NULL}};
        if (strcmp(tests[i].subject, subject) == 0)
            return cmocka_run_group_tests(chosen, crash_enter, crash_leave);
    }
    fprintf(stderr, "usage: crash_test SUBJECT CLOUD\n");
    return 2;
}
