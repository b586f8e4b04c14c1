/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days of simulated life, each from a seed that is printed and can be given again; then a recovery in quiet, and
 * nothing may have been forgotten, made twice, or ended for nothing.
 * Usage: sim_test FIRST_SEED [DAYS [HOURS]], or sim_test memory [POINTS]: every allocation fails
 * in turn, and so many of those of the libraries in each kind of work (8)
 */
#include "tests/sim/sim.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* In memory: the disk is not what is tried here. */
#define FOLDER "/dev/shm/archway-sim-XXXXXX"

static void remove_files(const char *folder)
{
    static const char *const names[] = {"config.yaml",    "gcp.json",       "journal.db",
                                        "journal.db-wal", "journal.db-shm", "journal.db-writers"};
    char path[256];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static bool is_good(const struct sim_counts *counts)
{
    return counts->leaked + counts->doubled + counts->killed + counts->stayed == 0;
}

static void begin(struct sim *sim, char *folder)
{
    sim->ordered = json_object();
    sim->retried = json_object();
    sim->folder = mkdtemp(folder);
    sim->cloud = cloud_create();
    sim_now = sim;
    if (!sim->folder)
        sim_die(sim, "no folder", FOLDER);
    cloud_config_write(folder, 1);
}

/* Recovers in quiet, and judges. */
static bool end(struct sim *sim)
{
    sim_recover(sim);
    sim_judge(sim);
    cloud_destroy(sim->cloud);
    json_decref(sim->ordered);
    json_decref(sim->retried);
    mem_free(sim->machines);
    remove_files(sim->folder);
    return is_good(&sim->counts);
}

/* A line of docs/reliability-figures.md. */
static void note(const struct sim_counts *counts, const char *what, const char *where,
                 uint64_t number, unsigned points, unsigned machines)
{
    char path[512];
    mkdir(BINARY_DIR "/reliability", 0755);
    snprintf(path, sizeof path, BINARY_DIR "/reliability/%s-%llu.md", what,
             (unsigned long long)number);
    FILE *file = fopen(path, "we");
    if (!file)
        return;
    fprintf(file, "| %s | %s %llu | %u | %u | %u | %u | %u | %u |\n", what, where,
            (unsigned long long)number, points, machines, counts->leaked, counts->doubled,
            counts->killed, counts->stayed);
    fclose(file);
}

static bool live(uint64_t seed, uint64_t hours)
{
    char folder[] = FOLDER;
    struct sim sim = {.seed = seed, .random = seed, .end_ms = hours * 3600000};
    const struct sim_counts *counts = &sim.counts;
    begin(&sim, folder);
    sim_live(&sim);
    bool good = end(&sim);
    printf("seed %llu: %llu hours, %u creates (%u told as made), %u terminates, %u crashes, %u "
           "troubles, %u strays, %u collections, %u disks removed, %u requests: %u leaked, %u "
           "doubled, %u killed, %u "
           "not ended\n",
           (unsigned long long)seed, (unsigned long long)hours, counts->creates, counts->created,
           counts->terminates, counts->crashes, counts->troubles, counts->strays,
           counts->collections, counts->disks, counts->requests, counts->leaked, counts->doubled,
           counts->killed, counts->stayed);
    fflush(stdout);
    note(counts, "day", "seed", seed, counts->crashes, counts->created);
    return good && counts->crashes > 0 && counts->created > 0;
}

static bool starve(unsigned long points)
{
    bool good = true;
    for (unsigned cloud = 0; cloud < CLOUDS; cloud++) {
        char folder[] = FOLDER;
        struct sim sim = {.seed = cloud, .random = cloud};
        const struct sim_counts *counts = &sim.counts;
        begin(&sim, folder);
        sim_starve(&sim, cloud, points);
        good = end(&sim) && counts->starved > 20 && good;
        printf(
            "%s: %u allocations failed in turn: %u leaked, %u doubled, %u killed, %u not ended\n",
            cloud_name(cloud), counts->starved, counts->leaked, counts->doubled, counts->killed,
            counts->stayed);
    }
    return good;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "memory") == 0)
        return !starve(argc > 2 ? strtoul(argv[2], NULL, 10) : 8);
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    uint64_t days = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    uint64_t hours = argc > 3 ? strtoull(argv[3], NULL, 10) : 24;
    bool good = first > 0;
    if (!good)
        fprintf(stderr, "usage: sim_test FIRST_SEED [DAYS [HOURS]]\n");
    for (uint64_t day = 0; first && day < days; day++)
        good = live(first + day, hours) && good;
    return !good;
}
