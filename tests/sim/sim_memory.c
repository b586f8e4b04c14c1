/* SPDX-License-Identifier: Apache-2.0 */
/* Every allocation of a create and of a terminate fails in turn: nothing is forgotten, made twice, or left running. */
#include "tests/sim/sim.h"

#include "core/mem.h"

#define MOST 20000

static struct {
    const struct sim *sim;
    unsigned long count;
    unsigned long at;
} fault;

static int should_fail(void *arg)
{
    (void)arg;
    return !fault.sim->in_cloud && ++fault.count == fault.at;
}

/* Begins and ends with the fault in force. True: it was met. */
static bool meet(struct sim *sim, unsigned long at, bool (*begin)(struct sim *sim, unsigned cloud),
                 unsigned cloud)
{
    fault.sim = sim;
    fault.count = 0;
    fault.at = at;
    mem_set_fault(should_fail, NULL);
    if (begin(sim, cloud))
        while (sim->jobs[0].job)
            sim_step(sim);
    mem_set_fault(NULL, NULL);
    return fault.count >= at;
}

static bool terminate(struct sim *sim, unsigned cloud)
{
    (void)cloud;
    return sim_terminate(sim);
}

static void sweep(struct sim *sim, unsigned cloud, bool ends)
{
    bool met = true;
    for (unsigned long at = 1; met; at++) {
        if (at == MOST)
            sim_die(sim, "an operation takes no end of", "memory");
        sim_open(sim);
        if (ends && sim->machine_count == 0)
            meet(sim, 0, sim_create, cloud);
        met = meet(sim, at, ends ? terminate : sim_create, cloud);
        sim->counts.starved++;
        sim_close(sim);
        if (!ends)
            sim->machine_count = 0;
    }
}

void sim_starve(struct sim *sim, unsigned cloud)
{
    sweep(sim, cloud, false);
    sweep(sim, cloud, true);
}
