/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation of a create, a terminate, a recovery and a collection fails in turn: nothing is forgotten, made
 * twice, or left running. First those of our own; then those of SQLite, jansson, expat and the rest as well, as many as
 * are worth the time, by a malloc that stands before the C library's.
 */
#include "tests/sim/sim.h"

#include "core/mem.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>

#define MOST 20000
#define STEPS 40

static struct {
    const struct sim *sim; /* NULL: nothing fails */
    bool libraries;
    unsigned long count;
    unsigned long at;
} fault;

static bool fails(void)
{
    return fault.sim && !fault.sim->in_cloud && ++fault.count == fault.at;
}

static int should_fail(void *arg)
{
    (void)arg;
    return !fault.libraries && fails();
}

/* ---- before the C library ---- */

#ifdef HAS_LIBRARIES
#define EXPORTED __attribute__((visibility("default")))
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static bool library_fails(void)
{
    if (!fault.libraries || !fails())
        return false;
    errno = ENOMEM;
    return true;
}

EXPORTED void *malloc(size_t size)
{
    return library_fails() ? NULL : __libc_malloc(size);
}

EXPORTED void *calloc(size_t count, size_t size)
{
    return library_fails() ? NULL : __libc_calloc(count, size);
}

EXPORTED void *realloc(void *old, size_t size)
{
    return library_fails() ? NULL : __libc_realloc(old, size);
}
#endif

/* ---- what is tried ---- */

/* Begins and ends with the fault in force. How many allocations there were. */
static unsigned long meet(struct sim *sim, unsigned long at,
                          bool (*begin)(struct sim *sim, unsigned cloud), unsigned cloud)
{
    fault.count = 0;
    fault.at = at;
    fault.sim = sim;
    mem_set_fault(should_fail, NULL);
    if (begin(sim, cloud))
        while (sim->jobs[0].job)
            sim_step(sim);
    mem_set_fault(NULL, NULL);
    fault.sim = NULL;
    return fault.count;
}

static bool terminate(struct sim *sim, unsigned cloud)
{
    (void)cloud;
    return sim_terminate(sim);
}

static void leave_nothing(struct sim *sim, unsigned cloud, unsigned long at)
{
    (void)cloud;
    (void)at;
    sim->machine_count = 0;
}

static void leave_machine(struct sim *sim, unsigned cloud, unsigned long at)
{
    (void)at;
    if (sim->machine_count > 0)
        return;
    sim_open(sim);
    meet(sim, 0, sim_create, cloud);
    sim_close(sim);
}

/* Of a create that was killed somewhere. */
static void leave_intent(struct sim *sim, unsigned cloud, unsigned long at)
{
    sim_open(sim);
    if (!sim_create(sim, cloud))
        sim_die(sim, "no create can be begun", "");
    for (unsigned long i = 0; i < 3 + at % STEPS && sim->jobs[0].job; i++)
        sim_step(sim);
    sim_crash(sim);
    sim_pass_ms(sim, 70000);
    sim->machine_count = 0;
}

/* Whatever lives from now on may be ended by a collection. */
static void order_all(struct sim *sim)
{
    json_t *truth = cloud_truth(sim->cloud, SIM_START_MS + sim_time_ms(sim));
    const json_t *machines = json_object_get(truth, "machines");
    for (size_t i = 0; i < json_array_size(machines); i++)
        json_object_set_new(sim->ordered,
                            json_string_value(json_object_get(json_array_get(machines, i), "id")),
                            json_true());
    json_decref(truth);
}

static void forget(const struct sim *sim)
{
    char path[256];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/journal.db", sim->folder);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) ||
        sqlite3_exec(db, "DELETE FROM resource; DELETE FROM entry", NULL, NULL, NULL))
        sim_die(sim, "the journal cannot be emptied:", sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* A machine that nobody knows of, whose disk outlives it. */
static void leave_stray(struct sim *sim, unsigned cloud, unsigned long at)
{
    leave_machine(sim, cloud, at);
    sim->machine_count = 0;
    order_all(sim);
    forget(sim);
    sim_pass_ms(sim, 70000);
}

static const struct {
    void (*leave)(struct sim *sim, unsigned cloud, unsigned long at);
    bool (*begin)(struct sim *sim, unsigned cloud);
} works[] = {
    {leave_nothing, sim_create},
    {leave_machine, terminate},
    {leave_intent, sim_settle},
    {leave_stray, sim_collect},
};

/* How many allocations there are when that one fails; 0: none does. */
static unsigned long try(struct sim *sim, unsigned cloud, size_t work, unsigned long at)
{
    works[work].leave(sim, cloud, at);
    sim_open(sim);
    unsigned long count = meet(sim, at, works[work].begin, cloud);
    sim_close(sim);
    sim->counts.starved++;
    return count;
}

static void sweep(struct sim *sim, unsigned cloud, size_t work, unsigned long points)
{
    unsigned long all = try(sim, cloud, work, 0);
    unsigned long step = fault.libraries && points ? all / points + 1 : 1;
    for (unsigned long at = 1; try(sim, cloud, work, at) >= at; at += step)
        if (at >= MOST && !fault.libraries)
            sim_die(sim, "an operation takes no end of", "memory");
}

void sim_starve(struct sim *sim, unsigned cloud, unsigned long points)
{
    cloud_script_text(sim->cloud, "{\"aws\": {\"disks_stay\": 1}, \"gcp\": {\"disks_stay\": 1}}",
                      SIM_START_MS);
    for (size_t work = 0; work < sizeof works / sizeof *works; work++)
        sweep(sim, cloud, work, points);
#ifdef HAS_LIBRARIES
    fault.libraries = true;
    for (size_t work = 0; work < sizeof works / sizeof *works; work++)
        sweep(sim, cloud, work, points);
    fault.libraries = false;
#endif
}
