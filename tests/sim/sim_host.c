/* SPDX-License-Identifier: Apache-2.0 */
/* Starting and killing the simulated server, and its clock. */
#include "tests/sim/sim.h"

#include "core/context.h"
#include "core/journal.h"
#include "core/loop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sim *sim_now;

_Noreturn void sim_die(const struct sim *sim, const char *why, const char *what)
{
    fprintf(stderr, "seed %llu, at %llu ms: %s %s\n", (unsigned long long)sim->seed,
            (unsigned long long)sim_time_ms(sim), why, what);
    abort();
}

/* SplitMix64: https://prng.di.unimi.it/splitmix64.c */
uint64_t sim_random(struct sim *sim, uint64_t below)
{
    uint64_t z = sim->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) % below;
}

/* The linker gives the library these for its own (--wrap): its clock is virtual, and goes on from one start of the
 * server to the next, as a machine's does. */
struct loop *__real_loop_create(bool virtual_clock);
struct loop *__wrap_loop_create(bool virtual_clock);
uint64_t __real_loop_now_ms(const struct loop *loop);
uint64_t __wrap_loop_now_ms(const struct loop *loop);
struct world *__wrap_world_real_create(struct loop *loop, bool refresh, aw_error *ret_error);

struct loop *__wrap_loop_create(bool virtual_clock)
{
    (void)virtual_clock;
    return __real_loop_create(true);
}

uint64_t __wrap_loop_now_ms(const struct loop *loop)
{
    return sim_now->base_ms + __real_loop_now_ms(loop);
}

struct world *__wrap_world_real_create(struct loop *loop, bool refresh, aw_error *ret_error)
{
    (void)refresh;
    (void)ret_error;
    sim_now->world = sim_world_create(sim_now, loop);
    return sim_now->world;
}

uint64_t sim_time_ms(const struct sim *sim)
{
    return sim->base_ms + (sim->world ? __real_loop_now_ms(sim->world->loop) : 0);
}

/* ---- the server ---- */

void sim_open(struct sim *sim)
{
    char config[256];
    char journal[256];
    snprintf(config, sizeof config, "%s/config.yaml", sim->folder);
    snprintf(journal, sizeof journal, "%s/journal.db", sim->folder);
    const archway_options options = {.size = sizeof options,
                                     .config_path = config,
                                     .default_plugin_dir = PLUGIN_DIR,
                                     .journal_path = journal};
    aw_error error = {.size = sizeof error};
    if (archway_open(&options, &sim->aw, &error))
        sim_die(sim, "the server does not start:", error.message);
    for (uint64_t i = 0; i < archway_backend_count(sim->aw); i++) {
        archway_backend_info info = {.size = sizeof info};
        archway_backend_at(sim->aw, i, &info);
        if (info.error->code)
            sim_die(sim, "a backend does not open:", info.error->message);
    }
    sim->counts.restarts++;
}

static void forget_server(struct sim *sim)
{
    memset(sim->jobs, 0, sizeof sim->jobs);
    sim->aw = NULL;
    sim->world = NULL;
    sim->event = (struct loop_timer){.run = NULL};
}

void sim_close(struct sim *sim)
{
    aw_error error = {.size = sizeof error};
    struct loop *loop = sim->world->loop;
    loop_stop(loop, &sim->event);
    uint64_t now_ms = sim_time_ms(sim);
    if (archway_close(sim->aw, &error))
        sim_die(sim, "the server does not end:", error.message);
    forget_server(sim);
    sim->base_ms = now_ms;
}

/* Of the server's memory nothing is freed: nobody frees it when a process is killed. */
void sim_crash(struct sim *sim)
{
    uint64_t now_ms = sim_time_ms(sim);
    sim_world_strand(sim->world);
    journal_close(sim->aw->journal);
    loop_destroy(sim->world->loop);
    forget_server(sim);
    sim->base_ms = now_ms;
    sim->counts.crashes++;
}

void sim_step(struct sim *sim)
{
    journal_step_begin(sim->aw);
    loop_wait(sim->world->loop);
    journal_step_end(sim->aw);
}

void sim_pass_ms(struct sim *sim, uint64_t ms)
{
    sim->base_ms += ms;
}
