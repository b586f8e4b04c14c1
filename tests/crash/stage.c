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
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define JOURNAL "state/archway/journal.db"
#define STATE_ENDING 3
#define STRUCK "struck" /* is there when a run was disturbed */
#define MOST_BEGUN 16
/* Waits are short where clocks go fast: the command's and the clouds' alike. */
#if defined(ARCHWAY_EMULATED) || defined(ARCHWAY_SANITIZED)
#define SPEED 20
#else
#define SPEED 30
#endif

struct cloud_rig *crash_rig;
const char *const crash_clouds[CRASH_CLOUDS] = {"aws", "gcp", "lambda"};
static char state_home[320];
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
    crash_state(NULL);
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

static void set_environment(const struct disturbance *how)
{
    cli_environment(NULL);
    cli_environment("ARCHWAY_CONFIG=config.yaml");
    cli_environment("HOME=home");
    cli_environment(state_home);
    cli_environment(CRASH_PRELOAD "=" CRASH_SHIM);
#ifdef ARCHWAY_SANITIZED /* whose own library need not come first */
    cli_environment("ASAN_OPTIONS=verify_asan_link_order=0");
#endif
    set("CRASH_CLOCK_MS", ahead_ms);
    set("CRASH_SPEED", SPEED);
    set("CRASH_WALL_MS", wall_base_ms);
    set("CRASH_STEADY_MS", steady_base_ms);
    if (how && how->log) {
        cli_environment("CRASH_LOG=calls");
    } else if (how && how->full_at) {
        set("CRASH_FULL_AT", how->full_at);
    } else if (how) {
        set("CRASH_AT", how->at);
        set(how->jump_ms ? "CRASH_JUMP_MS" : "CRASH_SIGNAL",
            how->jump_ms ? how->jump_ms : how->signal);
        set("CRASH_TIMES", how->times ? how->times : 1);
        set("CRASH_AGAIN", how->again);
        cli_environment("CRASH_STRUCK=" STRUCK);
    }
}

void crash_run(const struct disturbance *how, const char *const *argv)
{
    unlink(STRUCK);
    set_environment(how);
    cli_run(argv);
}

bool crash_was_struck(void)
{
    return access(STRUCK, F_OK) == 0;
}

static pid_t begun[MOST_BEGUN];
static size_t begun_count;

void crash_begin(const struct disturbance *how, const char *const *argv)
{
    assert_true(begun_count < MOST_BEGUN);
    set_environment(how);
    begun[begun_count++] = cli_begin(argv);
}

void crash_await(void)
{
    while (begun_count > 0)
        assert_true(waitpid(begun[--begun_count], NULL, 0) > 0);
}

void crash_state(const char *folder)
{
    char here[256];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(state_home, sizeof state_home, "XDG_STATE_HOME=%s/%s", here,
             folder ? folder : "state");
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

/* The ids of what lives, each with another of its members. */
static json_t *living_with(const char *cloud, const char *member)
{
    json_t *truth = cloud_rig_truth(crash_rig);
    const json_t *machines = json_object_get(truth, "machines");
    json_t *living = json_object();
    for (size_t i = 0; i < json_array_size(machines); i++) {
        const json_t *machine = json_array_get(machines, i);
        if (is_living(machine, cloud))
            json_object_set_new(living, json_string_value(json_object_get(machine, "id")),
                                json_incref(json_object_get(machine, member)));
    }
    json_decref(truth);
    return living;
}

/* ---- a machine of one's own ---- */

static void shell(const char *command)
{
    assert_int_equal(system(command), 0);
}

void crash_add_onprem(void)
{
    shell("cp " SOURCE_DIR "/tests/crash/fake_ssh.sh ssh && mkdir claims");
    shell("printf '  - type: onprem\\n    ssh: %s/ssh\\n    state_dir: %s/claims\\n' $PWD $PWD "
          ">>config.yaml");
    shell("printf '    hosts: [\"localhost name=here blocks=2\"]\\n' >>config.yaml");
}

void crash_await_onprem(void)
{
    shell("flock busy true");
}

static void read_claim(const char *path, json_t *living)
{
    char line[256];
    char token[64] = "";
    char owner[64] = "";
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        sscanf(line, "token %63s", token);
        sscanf(line, "owner %63s", owner);
    }
    if (file)
        fclose(file);
    if (*token)
        json_object_set_new(living, token, json_string(owner));
}

static json_t *claims(void)
{
    json_t *living = json_object();
    for (unsigned block = 0; block < 2; block++) {
        char path[64];
        snprintf(path, sizeof path, "claims/claims/%u/claim", block);
        read_claim(path, living);
    }
    return living;
}

json_t *crash_living(const char *cloud)
{
    if (strcmp(cloud, "onprem") == 0)
        return claims();
    return living_with(cloud, "owner");
}

/* The ids of the machines that the journal knows, as it lies on the disk; true: their end is ordered. */
static json_t *known_of(const char *cloud)
{
    json_t *known = json_object();
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    assert_int_equal(sqlite3_open_v2(JOURNAL, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT iif(backend = 'onprem', token, instance_id), state"
                                        " FROM entry WHERE backend = ?1 AND state IN (2, 3)"
                                        " AND instance_id IS NOT NULL",
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

/* Who is not known, and who should have been ended. */
static void count_living(struct crash_tally *tally, const char *cloud, const json_t *living,
                         const char *what)
{
    json_t *known = known_of(cloud);
    const char *id;
    json_t *owner;
    json_object_foreach((json_t *)living, id, owner)
    {
        if (is_ours(living, id) && !json_object_get(known, id)) {
            print_error("%s: the journal does not know %s\n", what, id);
            tally->leaked++;
        }
        if (json_is_true(json_object_get(known, id))) {
            print_error("%s: the end of %s was ordered, and it lives\n", what, id);
            tally->stayed++;
        }
    }
    json_decref(known);
}

/* How many are new; the id of the last one. */
static unsigned count_new(const json_t *before, const json_t *living, char made[96])
{
    unsigned count = 0;
    const char *id;
    json_t *owner;
    json_object_foreach((json_t *)living, id, owner) if (!json_object_get(before, id))
    {
        snprintf(made, 96, "%s", id);
        count++;
    }
    return count;
}

const char *crash_judge(struct crash_tally *tally, const char *cloud, json_t *before,
                        const char *ended, const char *what)
{
    static char made[96];
    json_t *living = crash_living(cloud);
    unsigned new_ones = count_new(before, living, made);
    count_dead(tally, before, living, ended, what);
    count_living(tally, cloud, living, what);
    if (new_ones > 1)
        print_error("%s: %u machines were made\n", what, new_ones);
    tally->doubled += new_ones > 1;
    tally->made += new_ones > 0;
    tally->points++;
    json_decref(before);
    json_decref(living);
    return new_ones ? made : NULL;
}

void crash_must_be_gone(struct crash_tally *tally, const char *cloud, const char *id,
                        const char *what)
{
    json_t *living = crash_living(cloud);
    if (json_object_get(living, id)) {
        print_error("%s: %s lives, and should have been ended\n", what, id);
        tally->stayed++;
    }
    json_decref(living);
}

static unsigned count_doubled(const char *cloud, const char *what)
{
    json_t *tokens = json_object();
    json_t *living = living_with(cloud, "token");
    unsigned count = 0;
    const char *id;
    json_t *token;
    json_object_foreach(living, id, token)
    {
        if (json_object_get(tokens, json_string_value(token))) {
            print_error("%s: %s is a second machine of its create\n", what, id);
            count++;
        }
        json_object_set_new(tokens, json_string_value(token), json_true());
    }
    json_decref(living);
    json_decref(tokens);
    return count;
}

void crash_judge_many(struct crash_tally *tally, json_t *before[CRASH_CLOUDS], const char *what)
{
    char made[96];
    for (int i = 0; i < CRASH_CLOUDS; i++) {
        json_t *living = crash_living(crash_clouds[i]);
        tally->made += count_new(before[i], living, made);
        count_dead(tally, before[i], living, NULL, what);
        count_living(tally, crash_clouds[i], living, what);
        tally->doubled += count_doubled(crash_clouds[i], what);
        json_decref(before[i]);
        json_decref(living);
    }
    tally->points++;
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
    assert_true(tally->points > 3);
    assert_int_equal(tally->leaked + tally->doubled + tally->killed + tally->stayed, 0);
}
