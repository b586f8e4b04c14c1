/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Days of simulated life, each from a seed that is printed and can be given again; then a recovery in quiet, and
 * nothing may have been forgotten, made twice, or ended for nothing.
 * Usage: sim_test FIRST_SEED [DAYS [HOURS]]
 */
#include "tests/sim/sim.h"

#include "core/mem.h"

#include <stdio.h>
#include <stdlib.h>
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

static bool live(uint64_t seed, uint64_t hours)
{
    char folder[] = FOLDER;
    struct sim sim = {
        .seed = seed, .random = seed, .end_ms = hours * 3600000, .ordered = json_object()};
    sim.retried = json_object();
    sim.folder = mkdtemp(folder);
    sim.cloud = cloud_create();
    sim_now = &sim;
    if (!sim.folder)
        sim_die(&sim, "no folder", FOLDER);
    cloud_config_write(folder, 1);
    sim_live(&sim);
    sim_recover(&sim);
    sim_judge(&sim);
    const struct sim_counts *counts = &sim.counts;
    printf("seed %llu: %llu hours, %u creates (%u told as made), %u terminates, %u crashes, %u "
           "troubles, %u requests: %u leaked, %u doubled, %u killed, %u not ended\n",
           (unsigned long long)seed, (unsigned long long)hours, counts->creates, counts->created,
           counts->terminates, counts->crashes, counts->troubles, counts->requests, counts->leaked,
           counts->doubled, counts->killed, counts->stayed);
    fflush(stdout);
    cloud_destroy(sim.cloud);
    json_decref(sim.ordered);
    json_decref(sim.retried);
    mem_free(sim.machines);
    remove_files(folder);
    return counts->leaked + counts->doubled + counts->killed + counts->stayed == 0 &&
           counts->crashes > 0 && counts->created > 0;
}

int main(int argc, char **argv)
{
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
