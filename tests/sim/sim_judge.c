/* SPDX-License-Identifier: Apache-2.0 */
/* The clouds' own truth against what the server knows and has ordered. */
#include "tests/sim/sim.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STATE_ENDING 3

/* "aws i-1" of all machines in the journal; true: their end is ordered. */
static json_t *known_machines(const struct sim *sim)
{
    char path[256];
    char key[160];
    json_t *known = json_object();
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;
    snprintf(path, sizeof path, "%s/journal.db", sim->folder);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ||
        sqlite3_prepare_v2(db,
                           "SELECT backend, instance_id, state FROM entry WHERE state IN (2, 3)"
                           " AND instance_id IS NOT NULL",
                           -1, &rows, NULL))
        sim_die(sim, "the journal cannot be read:", sqlite3_errmsg(db));
    while (sqlite3_step(rows) == SQLITE_ROW) {
        snprintf(key, sizeof key, "%s %s", (const char *)sqlite3_column_text(rows, 0),
                 (const char *)sqlite3_column_text(rows, 1));
        json_object_set_new(known, key, json_boolean(sqlite3_column_int(rows, 2) == STATE_ENDING));
    }
    sqlite3_finalize(rows);
    sqlite3_close(db);
    return known;
}

static const char *text(const json_t *machine, const char *name)
{
    const char *value = json_string_value(json_object_get(machine, name));
    return value ? value : "";
}

static void tell(const struct sim *sim, const char *what, const json_t *machine)
{
    char *line = json_dumps(machine, JSON_COMPACT);
    fprintf(stderr, "seed %llu: %s: %s\n", (unsigned long long)sim->seed, what, line);
    free(line);
}

static void judge_living(struct sim *sim, const json_t *machine, const json_t *known,
                         json_t *tokens)
{
    char key[160];
    if (strcmp(text(machine, "owner"), SIM_OWNER) != 0)
        return;
    snprintf(key, sizeof key, "%s %s", text(machine, "cloud"), text(machine, "token"));
    if (json_object_get(tokens, key)) {
        tell(sim, "a second machine of one create", machine);
        sim->counts.doubled++;
    }
    json_object_set_new(tokens, key, json_true());
    snprintf(key, sizeof key, "%s %s", text(machine, "cloud"), text(machine, "id"));
    if (!json_object_get(known, key)) {
        tell(sim, "a machine that nobody remembers", machine);
        sim->counts.leaked++;
    }
    if (json_is_true(json_object_get(known, key))) {
        tell(sim, "a machine that should have been ended", machine);
        sim->counts.stayed++;
    }
}

static void judge_ended(struct sim *sim, const json_t *machine)
{
    const char *why = text(machine, "why");
    bool by_us = strcmp(why, "terminate") == 0 || strcmp(why, "delete") == 0;
    bool is_stray = strncmp(text(machine, "token"), "stray-", 6) == 0 &&
                    strcmp(text(machine, "owner"), SIM_OWNER) == 0;
    if (!by_us || is_stray || json_object_get(sim->ordered, text(machine, "id")))
        return;
    tell(sim, "a machine that should live", machine);
    sim->counts.killed++;
}

/* One whose machine the server believes to live stays. */
static void judge_disk(struct sim *sim, const json_t *disk, const json_t *known)
{
    char key[160];
    snprintf(key, sizeof key, "%s %s", text(disk, "cloud"), text(disk, "machine"));
    bool is_left = strcmp(text(disk, "state"), "left") == 0;
    if (is_left && strcmp(text(disk, "owner"), SIM_OWNER) == 0 && !json_object_get(known, key)) {
        tell(sim, "a disk that nobody remembers", disk);
        sim->counts.leaked++;
    }
    sim->counts.disks += json_integer_value(json_object_get(disk, "removed_ms")) > 0;
    if (json_is_true(json_object_get(disk, "was_wanted"))) {
        tell(sim, "a disk that was to be removed while it was in use", disk);
        sim->counts.killed++;
    }
}

void sim_judge(struct sim *sim)
{
    json_t *truth = cloud_truth(sim->cloud, SIM_START_MS + sim_time_ms(sim));
    json_t *known = known_machines(sim);
    json_t *tokens = json_object();
    const json_t *machines = json_object_get(truth, "machines");
    for (size_t i = 0; i < json_array_size(machines); i++) {
        const json_t *machine = json_array_get(machines, i);
        if (json_integer_value(json_object_get(machine, "ended_ms")) == 0)
            judge_living(sim, machine, known, tokens);
        else
            judge_ended(sim, machine);
    }
    const json_t *disks = json_object_get(truth, "disks");
    for (size_t i = 0; i < json_array_size(disks); i++)
        judge_disk(sim, json_array_get(disks, i), known);
    json_decref(tokens);
    json_decref(known);
    json_decref(truth);
}
