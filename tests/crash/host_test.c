/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that links the library is killed while it has many creates or ends under way on three clouds, or cleans up
 * there. Then comes one recovery, and the clouds' own list is judged.
 * Usage: host_test thousand|host-create|host-terminate|host-gc
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

#define JOURNAL "state/archway/journal.db"
#define LOST "lost.db"
#define NAME "many"
#define SOME "30"
#define WINDOW_MS 66000 /* how long a list may lag behind, and a little */

static const char *subject;

static bool is(const char *what)
{
    return strcmp(subject, what) == 0;
}

static void run_host(const struct disturbance *how, const char *journal, const char *mode,
                     const char *what)
{
    cli_program(CRASH_HOST);
    crash_run(how, (const char *const[]){"crash_host", "config.yaml", journal, PLUGIN_DIR, mode,
                                         what, NULL});
    cli_program(NULL);
}

/* What is killed. */
static void work(const struct disturbance *how)
{
    if (is("host-terminate"))
        run_host(how, JOURNAL, "terminate", NAME);
    else if (is("host-gc"))
        run_host(how, JOURNAL, "gc", NULL);
    else
        run_host(how, JOURNAL, "create", is("thousand") ? "1000" : SOME);
}

/* What it needs: machines to end, which the journal knows or does not. */
static void prepare(void)
{
    if (is("host-terminate"))
        run_host(NULL, JOURNAL, "create", SOME);
    if (is("host-gc"))
        run_host(NULL, LOST, "create", SOME);
    if (!is("host-terminate") && !is("host-gc"))
        return;
    assert_code(0);
    crash_pass_ms(WINDOW_MS);
    if (is("host-gc")) {
        /* What a provider does not date is as old as it has been known. */
        crash_archway(NULL, "gc");
        crash_pass_ms(WINDOW_MS);
    }
}

/* How many calls a whole run has. */
static long count_calls(void)
{
    char line[64];
    long count = 0;
    FILE *log = fopen("calls", "re");
    while (log && fgets(line, sizeof line, log))
        count++;
    assert_true(log && count > 100);
    fclose(log);
    return count;
}

static long measure(void)
{
    const struct disturbance how = {.log = "calls"};
    if (is("thousand"))
        work(NULL); /* the first one has more to do */
    prepare();
    work(&how);
    assert_code(0);
    crash_archway(NULL, "recover");
    return count_calls();
}

static void recover(void)
{
    crash_pass_ms(WINDOW_MS);
    crash_archway(NULL, "recover");
    assert_code(0);
    if (is("host-gc"))
        crash_archway(NULL, "gc", "--yes", "--grace", "60s", "--passes", "1", "--max", "1000");
}

/* A machine that the journal knows, and nobody orders to end. */
static void create_bystanders(void)
{
    for (int i = 0; i < CRASH_CLOUDS; i++) {
        crash_archway(NULL, "create", "--backend", crash_clouds[i], "--arch", "arm64",
                      "--on-demand", "--name", "bystander", "--ssh-key", PUBLIC_KEY);
        assert_code(0);
    }
}

/* Only bystanders may live on where all were to be ended: they are what has been there at first. */
static json_t *at_first[CRASH_CLOUDS];

static void judge_ended(struct crash_tally *tally, const char *what)
{
    for (int i = 0; i < CRASH_CLOUDS; i++) {
        const char *id;
        json_t *owner;
        json_t *living = crash_living(crash_clouds[i]);
        json_object_foreach(living, id,
                            owner) if (is("host-gc") && !json_object_get(at_first[i], id))
        {
            print_error("%s: %s lives, and should have been ended\n", what, id);
            tally->stayed++;
        }
        json_decref(living);
    }
}

static void judge(struct crash_tally *tally, json_t *before[CRASH_CLOUDS], const char *what)
{
    if (is("host-terminate") || is("host-gc")) {
        for (int i = 0; i < CRASH_CLOUDS; i++) {
            json_decref(before[i]);
            before[i] = json_incref(at_first[i]);
        }
        judge_ended(tally, what);
    }
    crash_judge_many(tally, before, what);
}

static void test_a_server_that_is_killed_loses_nothing(void **state)
{
    struct crash_tally tally = {0};
    struct disturbance how = {.signal = SIGKILL};
    const int points = is("thousand") ? 4 : 8;
    char what[64];
    (void)state;
    create_bystanders();
    for (int i = 0; i < CRASH_CLOUDS; i++)
        at_first[i] = crash_living(crash_clouds[i]);
    long calls = measure();
    for (int point = 1; point <= points; point++) {
        json_t *before[CRASH_CLOUDS];
        prepare();
        for (int i = 0; i < CRASH_CLOUDS; i++)
            before[i] = crash_living(crash_clouds[i]);
        /* Runs differ in how much of the journal is written at once. */
        how.at = calls * 7 / 10 * point / points;
        snprintf(what, sizeof what, "%s, point %ld of %ld", subject, how.at, calls);
        work(&how);
        assert_code(128 + SIGKILL);
        recover();
        judge(&tally, before, what);
        if (is("host-terminate"))
            work(NULL); /* those whose turn had not come */
    }
    for (int i = 0; i < CRASH_CLOUDS; i++)
        json_decref(at_first[i]);
    crash_report(&tally, subject, "all");
}

int main(int argc, char **argv)
{
    subject = argc > 1 ? argv[1] : "";
    if (!is("thousand") && strncmp(subject, "host-", 5) != 0) {
        fprintf(stderr, "usage: host_test thousand|host-create|host-terminate|host-gc\n");
        return 2;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_server_that_is_killed_loses_nothing),
    };
    return cmocka_run_group_tests(tests, crash_enter, crash_leave);
}
