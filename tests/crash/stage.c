/* SPDX-License-Identifier: Apache-2.0 */
/* Runs, clocks, and the judgement by the clouds' own truth. */
#include "tests/crash/stage.h"

#include "tests/cli_run.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#define JOURNAL "state/archway/journal.db"
#define STATE_ENDING 3
/* Waits are short where clocks go fast: the command's and the clouds' alike. */
#define SPEED 20

struct cloud_rig *crash_rig;
static long long ahead_ms;
static long long wall_base_ms;
static long long steady_base_ms;

static long long now_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

int crash_enter(void **state)
{
    if (cli_folder_enter(state))
        return -1;
    crash_rig = cloud_rig_create(".");
    wall_base_ms = now_ms(CLOCK_REALTIME);
    steady_base_ms = now_ms(CLOCK_MONOTONIC);
    cloud_rig_script(crash_rig, "{'speed': %d, 'speed_from_ms': %lld}", SPEED, wall_base_ms);
    /* Lists lag behind, and pages are small. */
    cloud_rig_script(crash_rig, "{'aws': {'hidden_ms': 20000, 'page': 3},"
                                "'gcp': {'hidden_ms': 20000, 'page': 3, 'operation_ms': 500},"
                                "'lambda': {'hidden_ms': 20000}}");
    return 0;
}

int crash_leave(void **state)
{
    cloud_rig_destroy(crash_rig);
    return cli_folder_leave(state);
}

static void set(const char *name, long long value)
{
    char text[64];
    snprintf(text, sizeof text, "%s=%lld", name, value);
    cli_environment(text);
}

void crash_run(const struct disturbance *how, const char *const *argv)
{
    cli_environment(NULL);
    cli_environment("ARCHWAY_CONFIG=config.yaml");
    cli_environment("HOME=home");
    cli_environment("XDG_STATE_HOME=state");
    cli_environment("LD_PRELOAD=" CRASH_SHIM);
#ifdef SANITIZED
    cli_environment("ASAN_OPTIONS=verify_asan_link_order=0");
#endif
    set("CRASH_CLOCK_MS", ahead_ms);
    set("CRASH_SPEED", SPEED);
    set("CRASH_WALL_MS", wall_base_ms);
    set("CRASH_STEADY_MS", steady_base_ms);
    if (how && how->full_at) {
        set("CRASH_FULL_AT", how->full_at);
    } else if (how) {
        set("CRASH_AT", how->at);
        set(how->jump_ms ? "CRASH_JUMP_MS" : "CRASH_SIGNAL",
            how->jump_ms ? how->jump_ms : how->signal);
        set("CRASH_TIMES", how->times ? how->times : 1);
    }
    cli_run(argv);
}

void crash_pass_ms(long long ms)
{
    ahead_ms += ms;
    cloud_rig_script(crash_rig, "{'ahead_ms': %lld}", ahead_ms);
}

static bool is_living(const json_t *machine, const char *cloud)
{
    return strcmp(json_string_value(json_object_get(machine, "cloud")), cloud) == 0 &&
           json_integer_value(json_object_get(machine, "ended_ms")) == 0;
}

json_t *crash_living(const char *cloud)
{
    json_t *truth = cloud_rig_truth(crash_rig);
    const json_t *machines = json_object_get(truth, "machines");
    json_t *living = json_object();
    for (size_t i = 0; i < json_array_size(machines); i++) {
        const json_t *machine = json_array_get(machines, i);
        if (is_living(machine, cloud))
            json_object_set_new(living, json_string_value(json_object_get(machine, "id")),
                                json_incref(json_object_get(machine, "owner")));
    }
    json_decref(truth);
    return living;
}

/* The ids of the machines that the journal knows, as it lies on the disk; true: their end is ordered. */
static json_t *known_of(const char *cloud)
{
    json_t *known = json_object();
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    assert_int_equal(sqlite3_open_v2(JOURNAL, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT instance_id, state FROM entry WHERE backend = ?1"
                                        " AND state IN (2, 3) AND instance_id IS NOT NULL",
                                        -1, &rows, NULL),
                     SQLITE_OK);
    sqlite3_bind_text(rows, 1, cloud, -1, SQLITE_STATIC);
    while (sqlite3_step(rows) == SQLITE_ROW)
        json_object_set_new(known, (const char *)sqlite3_column_text(rows, 0),
                            json_boolean(sqlite3_column_int(rows, 1) == STATE_ENDING));
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return known;
}

static bool is_ours(const json_t *living, const char *id)
{
    const char *owner = json_string_value(json_object_get(living, id));
    return owner && strcmp(owner, "cloud-tests") == 0;
}

static void count_dead(struct crash_tally *tally, const json_t *before, const json_t *living,
                       const char *ended, const char *what)
{
    const char *id;
    json_t *owner;
    json_object_foreach((json_t *)before, id, owner)
    {
        bool lives = json_object_get(living, id) != NULL;
        if (!lives && (!ended || strcmp(id, ended) != 0)) {
            print_error("%s: %s was ended, and should live\n", what, id);
            tally->killed++;
        }
    }
}

const char *crash_judge(struct crash_tally *tally, const char *cloud, json_t *before,
                        const char *ended, const char *what)
{
    static char made[96];
    json_t *known = known_of(cloud);
    json_t *living = crash_living(cloud);
    unsigned new_ones = 0;
    const char *id;
    json_t *owner;
    made[0] = '\0';
    count_dead(tally, before, living, ended, what);
    json_object_foreach(living, id, owner)
    {
        if (!json_object_get(before, id)) {
            snprintf(made, sizeof made, "%s", id);
            new_ones++;
        }
        if (is_ours(living, id) && !json_object_get(known, id)) {
            print_error("%s: the journal does not know %s\n", what, id);
            tally->leaked++;
        }
        if (json_is_true(json_object_get(known, id))) {
            print_error("%s: the end of %s was ordered, and it lives\n", what, id);
            tally->stayed++;
        }
    }
    if (new_ones > 1)
        print_error("%s: %u machines were made\n", what, new_ones);
    tally->doubled += new_ones > 1;
    tally->made += new_ones > 0;
    tally->points++;
    json_decref(before);
    json_decref(known);
    json_decref(living);
    return *made ? made : NULL;
}

void crash_report(const struct crash_tally *tally, const char *subject, const char *cloud)
{
    char path[512];
    mkdir(BINARY_DIR "/reliability", 0755);
    snprintf(path, sizeof path, BINARY_DIR "/reliability/%s-%s.md", subject, cloud);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fprintf(file, "| %s | %s | %u | %u | %u | %u | %u | %u |\n", subject, cloud, tally->points,
            tally->made, tally->leaked, tally->doubled, tally->killed, tally->stayed);
    assert_int_equal(fclose(file), 0);
    print_message("%s on %s: %u points, %u with a machine: %u leaked, %u doubled, %u killed, "
                  "%u not ended\n",
                  subject, cloud, tally->points, tally->made, tally->leaked, tally->doubled,
                  tally->killed, tally->stayed);
    assert_true(tally->points > 5);
    assert_int_equal(tally->leaked + tally->doubled + tally->killed + tally->stayed, 0);
}
