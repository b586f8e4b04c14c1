/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command is ended at every moment of a create, of a terminate and of a gc at which it matters, or interrupted at
 * many of them, once or twice. Then comes what its user would do: one `recover`. No machine may have been forgotten,
 * made twice, or ended for nothing.
 * Usage: crash_test SUBJECT CLOUD
 */
#include "tests/cli_run.h"
#include "tests/crash/stage.h"
#include "tests/emulated.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_POINTS 500
#define JUMP_POINTS 60
#define ROUNDS 8
#define FULL_POINTS 40 /* more than there are writes */
/* How long a list may lag behind, and a little. */
#define WINDOW_MS 66000

static const char *cloud;
static const char *subject;

/* The machine of one's own has the architecture that it has. */
static const char *arch(void)
{
    return strcmp(cloud, "onprem") == 0 ? "any" : "arm64";
}

static void create(const struct disturbance *how)
{
    crash_archway(how, "create", "--backend", cloud, "--arch", arch(), "--on-demand", "--name",
                  "trial", "--ssh-key", PUBLIC_KEY);
}

/* What the judge calls it goes to `id`. */
static void create_well(char ref[256], char id[96])
{
    crash_archway(NULL, "create", "--backend", cloud, "--arch", arch(), "--on-demand", "--name",
                  "well", "--ssh-key", PUBLIC_KEY, "--json");
    assert_code(0);
    json_t *root = cli_json();
    snprintf(ref, 256, "%s", cli_json_at(root, "instance.ref"));
    snprintf(id, 96, "%s",
             cli_json_at(root, strcmp(cloud, "onprem") == 0 ? "instance.token" : "instance.id"));
    json_decref(root);
}

static void recover(void)
{
    if (strcmp(cloud, "onprem") == 0)
        crash_await_onprem();
    crash_pass_ms(WINDOW_MS);
    crash_archway(NULL, "recover");
    assert_code(0);
}

/* A machine of one's own has room for the bystander and one more. */
static void make_room(const char *bystander)
{
    char refs[512];
    if (strcmp(cloud, "onprem") != 0)
        return;
    crash_archway(NULL, "list", "--backend", cloud, "-o", "name");
    snprintf(refs, sizeof refs, "%s", run.out);
    for (char *ref = refs, *end = NULL; (end = strchr(ref, '\n')) != NULL; ref = end + 1) {
        *end = '\0';
        if (strcmp(ref, bystander) != 0)
            crash_archway(NULL, "terminate", ref);
    }
}

/* The next point of a sweep: every one to be killed at; of signals that can be caught, which take their turns, one in
 * four: once, or twice at the same moment, or again while it is stopping. */
static void go_on(struct disturbance *how, bool signals)
{
    static const int in_turn[] = {SIGINT, SIGTERM};
    how->at += signals ? 4 : SWEEP_STEP;
    if (!signals)
        return;
    long turn = how->at / 4;
    how->signal = in_turn[turn % 2];
    how->times = turn % 5 == 4 ? 2 : 1;
    how->again = turn % 5 > 1 && how->times == 1 ? how->at + 1 + turn % 7 : 0;
}

static bool is_of_signals(void)
{
    return strstr(subject, "-signal") != NULL;
}

/* Where a sweep begins. */
static struct disturbance first(void)
{
    struct disturbance how = {.signal = SIGKILL};
    go_on(&how, is_of_signals());
    how.at = 1;
    return how;
}

static void test_a_create_that_is_stopped_is_recovered(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = first();
    (void)state;
    char what[64];
    bool struck = true;
    char bystander[256];
    char bystander_id[96];
    create_well(bystander, bystander_id);
    for (; struck && how.at < MOST_POINTS; go_on(&how, is_of_signals())) {
        json_t *before = crash_living(cloud);
        snprintf(what, sizeof what, "%s on %s, point %ld", subject, cloud, how.at);
        create(&how);
        struck = crash_was_struck();
        recover();
        crash_judge(&tally, cloud, before, NULL, what);
        crash_archway(NULL, "recover");
        assert_contains(run.err, "nothing was left to recover");
        make_room(bystander);
    }
    crash_report(&tally, subject, cloud);
}

static void test_an_end_that_is_stopped_comes_all_the_same(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = first();
    char bystander[256];
    char bystander_id[96];
    char ref[256];
    char id[96];
    char what[64];
    bool struck = true;
    (void)state;
    create_well(bystander, bystander_id);
    for (; struck && how.at < MOST_POINTS; go_on(&how, is_of_signals())) {
        create_well(ref, id);
        crash_pass_ms(WINDOW_MS);
        json_t *before = crash_living(cloud);
        snprintf(what, sizeof what, "%s on %s, point %ld", subject, cloud, how.at);
        crash_archway(&how, "terminate", ref, "--wait");
        struck = crash_was_struck();
        recover();
        crash_judge(&tally, cloud, before, id, what);
        make_room(bystander);
    }
    crash_report(&tally, subject, cloud);
}

/* A machine of this owner's of which the journal knows nothing. */
static void create_stray(char id[96])
{
    char ref[256];
    crash_state("lost");
    create_well(ref, id);
    crash_state(NULL);
}

/* On a machine of one's own there is no room for it. */
static void create_foreign(void)
{
    char id[96];
    if (strcmp(cloud, "onprem") == 0)
        return;
    assert_int_equal(system("mv config.yaml ours && sed s/^owner:.*/owner:\\ another/ ours "
                            ">config.yaml && chmod 600 config.yaml"),
                     0);
    create_stray(id);
    assert_int_equal(system("mv ours config.yaml"), 0);
}

static void collect(const struct disturbance *how)
{
    crash_archway(how, "gc", "--backend", cloud, "--yes", "--grace", "60s", "--passes", "1");
}

/* What a provider does not date is as old as it has been known. */
static void let_it_be_found(void)
{
    if (strcmp(cloud, "lambda") != 0 && strcmp(cloud, "onprem") != 0)
        return;
    collect(NULL);
    crash_pass_ms(WINDOW_MS);
}

static void test_a_collection_that_is_stopped_ends_the_forgotten_and_nothing_else(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = first();
    char bystander[256];
    char bystander_id[96];
    char stray[96];
    char what[64];
    bool struck = true;
    (void)state;
    create_well(bystander, bystander_id);
    create_foreign();
    for (; struck && how.at < MOST_POINTS; go_on(&how, is_of_signals())) {
        create_stray(stray);
        crash_pass_ms(WINDOW_MS);
        let_it_be_found();
        json_t *before = crash_living(cloud);
        snprintf(what, sizeof what, "%s on %s, point %ld", subject, cloud, how.at);
        collect(&how);
        struck = crash_was_struck();
        recover();
        collect(NULL);
        crash_must_be_gone(&tally, cloud, stray, what);
        crash_judge(&tally, cloud, before, stray, what);
    }
    crash_report(&tally, subject, cloud);
}

/* The disk is full from some write on, and has room again when the user recovers. */
static void test_a_create_on_a_full_disk_makes_nothing_or_is_recovered(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = {0};
    char bystander[256];
    char bystander_id[96];
    char what[64];
    unsigned refused = 0;
    (void)state;
    create_well(bystander, bystander_id);
    for (how.full_at = 1; how.full_at < FULL_POINTS; how.full_at += SWEEP_STEP) {
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
    char bystander_id[96];
    char what[64];
    create_well(bystander, bystander_id);
    for (how.at = 1; how.at < JUMP_POINTS; how.at += SWEEP_STEP) {
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

/* ---- several processes on one journal ---- */

/* Where each of a round is killed; 0: it is not. */
static void begin_round(int round)
{
    const char *const create[] = {"archway",     "create",    "--backend", crash_clouds[round % 3],
                                  "--arch",      "arm64",     "--name",    "together",
                                  "--on-demand", "--ssh-key", PUBLIC_KEY,  NULL};
    const char *const recover_argv[] = {"archway", "recover", NULL};
    const char *const gc[] = {"archway", "gc", "--yes", "--grace", "60s", "--passes", "1", NULL};
    const char *const *const runs[] = {create, recover_argv, create, gc,     create,
                                       create, recover_argv, create, create, gc};
    for (int i = 0; i < (int)(sizeof runs / sizeof *runs); i++) {
        struct disturbance how = {.signal = SIGKILL, .at = 7 * round + 5 * i};
        crash_begin(i % 2 ? &how : NULL, runs[i]);
    }
    crash_await();
}

static void test_processes_that_share_a_journal_lose_nothing(void **state)
{
    struct crash_tally tally = {0};
    char what[64];
    (void)state;
    crash_archway(NULL, "list");
    for (int round = 1; round <= ROUNDS; round++) {
        json_t *before[CRASH_CLOUDS];
        for (int i = 0; i < CRASH_CLOUDS; i++)
            before[i] = crash_living(crash_clouds[i]);
        snprintf(what, sizeof what, "%s, round %d", subject, round);
        begin_round(round);
        recover();
        crash_judge_many(&tally, before, what);
    }
    crash_report(&tally, subject, cloud);
}

static const struct {
    const char *subject;
    CMUnitTestFunction test;
} tests[] = {
    {"create", test_a_create_that_is_stopped_is_recovered},
    {"create-signal", test_a_create_that_is_stopped_is_recovered},
    {"terminate-signal", test_an_end_that_is_stopped_comes_all_the_same},
    {"gc-signal", test_a_collection_that_is_stopped_ends_the_forgotten_and_nothing_else},
    {"terminate", test_an_end_that_is_stopped_comes_all_the_same},
    {"gc", test_a_collection_that_is_stopped_ends_the_forgotten_and_nothing_else},
    {"full", test_a_create_on_a_full_disk_makes_nothing_or_is_recovered},
    {"jump-ahead", test_a_clock_that_jumps_ahead_loses_nothing},
    {"together", test_processes_that_share_a_journal_lose_nothing},
    {"jump-back", test_a_clock_that_jumps_back_loses_nothing},
};

static int enter(void **state)
{
    if (crash_enter(state))
        return -1;
    if (strcmp(cloud, "onprem") == 0)
        crash_add_onprem();
    return 0;
}

int main(int argc, char **argv)
{
    subject = argc == 3 ? argv[1] : "";
    cloud = argc == 3 ? argv[2] : "";
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
        const struct CMUnitTest chosen[] = {{subject, tests[i].test, NULL, NULL, NULL}};
        if (strcmp(tests[i].subject, subject) == 0)
            return cmocka_run_group_tests(chosen, enter, crash_leave);
    }
    fprintf(stderr, "usage: crash_test SUBJECT CLOUD\n");
    return 2;
}
