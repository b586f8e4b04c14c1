/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A simulated life of a server that uses Archway, in virtual time: it creates and terminates machines on three
 * clouds, while clouds throttle, fail, lose answers and run out of machines, and while it is killed again and
 * again. The library is the real one, with its journal and its plugins; only its world and its clock are made up
 * here. All that happens follows from a seed.
 */
#ifndef ARCHWAY_TESTS_SIM_H
#define ARCHWAY_TESTS_SIM_H

#include "core/world.h"
#include "tests/cloud/cloud.h"

#include <archway/archway.h>
#include <jansson.h>

#define SIM_START_MS 1780315200000u /* 2026-06-01T12:00:00Z */
#define SIM_MOST_JOBS 24
#define SIM_OWNER "cloud-tests"

/* A job of the server's. */
struct sim_job {
    archway_job *job; /* NULL: the place is free */
    char token[40];   /* of a create */
    unsigned cloud;
};

/* A machine that the server knows of. */
struct sim_machine {
    unsigned cloud;
    char region[32];
    char zone[32];
    char id[96];
    char data[64];
};

struct sim_counts {
    unsigned creates;
    unsigned created;
    unsigned terminates;
    unsigned crashes;
    unsigned restarts;
    unsigned troubles;
    unsigned requests;
    unsigned strays; /* machines that no journal knows */
    unsigned collections;
    unsigned disks;   /* that collections have removed */
    unsigned starved; /* allocations that failed */
    /* What must be zero. */
    unsigned leaked;
    unsigned doubled;
    unsigned killed;
    unsigned stayed;
};

struct sim {
    uint64_t seed;
    uint64_t random; /* the state of the generator */
    const char *folder;
    struct cloud *cloud;
    archway *aw;         /* NULL: the server is not running */
    struct world *world; /* its world, while it runs */
    uint64_t base_ms;    /* how long the simulation had run when it was started */
    uint64_t end_ms;
    uint64_t crash_in; /* so many steps of its loop */
    struct loop_timer event;
    bool in_cloud; /* what is done now is the clouds' doing, and not the server's */
    struct sim_job jobs[SIM_MOST_JOBS];
    struct sim_machine *machines;
    size_t machine_count;
    json_t *ordered; /* ids whose end was ordered */
    json_t *retried; /* tokens to try again -> cloud */
    unsigned names;
    struct sim_counts counts;
};

/* The one that runs: worlds and loops are made where there is no other way to tell. */
extern struct sim *sim_now;

/* Ends the program. */
_Noreturn void sim_die(const struct sim *sim, const char *why, const char *what);

uint64_t sim_random(struct sim *sim, uint64_t below);
uint64_t sim_time_ms(const struct sim *sim);

/* sim_world.c: what becomes of requests under way when the server is killed. */
void sim_world_strand(struct world *world);
struct world *sim_world_create(struct sim *sim, struct loop *loop);

/* sim_host.c */
void sim_open(struct sim *sim);
void sim_close(struct sim *sim);
/* As kill -9 would: nothing of the library's is called, and files are closed as the system closes them. */
void sim_crash(struct sim *sim);
/* Waits for the next thing to happen, and does it. */
void sim_step(struct sim *sim);
void sim_pass_ms(struct sim *sim, uint64_t ms); /* while the server does not run */

/* sim_life.c: until the end, and then a recovery in quiet. */
void sim_live(struct sim *sim);
void sim_recover(struct sim *sim);
/* One create and its end, for who tries them one by one. False: it could not even begin. */
bool sim_create(struct sim *sim, unsigned cloud);
bool sim_terminate(struct sim *sim);
/* One recovery, and one collection of what is older than a minute. */
bool sim_settle(struct sim *sim, unsigned cloud);
bool sim_collect(struct sim *sim, unsigned cloud);

/* sim_memory.c: every allocation of a create, a terminate, a recovery and a collection fails in turn; then some of
 * those of the libraries, too. */
void sim_starve(struct sim *sim, unsigned cloud, unsigned long points);

/* sim_judge.c */
void sim_judge(struct sim *sim);

#endif
