/* SPDX-License-Identifier: Apache-2.0 */
/* The server as a child process, and a folder with a configuration that points at it. */
#ifndef ARCHWAY_BENCH_RIG_H
#define ARCHWAY_BENCH_RIG_H

#include <archway/archway.h>

#include <stdio.h>
#include <sys/types.h>

struct rig {
    pid_t pid;
    int stop_fd;
    FILE *output;
    unsigned port;
    char folder[32];
    char config[64];
};

/* What the server saw. */
struct rig_counts {
    uint64_t requests;
    uint64_t connections;
    uint64_t connections_at_once;
    uint64_t launches;
    uint64_t launched_twice;
    uint64_t listings;
    uint64_t refused;
    uint64_t left;
    double cpu_s;
};

/* Starts the server and points ARCHWAY_CONFIG and LAMBDA_API_KEY at it. Ends the program when it cannot. */
void rig_start(struct rig *rig, unsigned latency_ms, unsigned boot_ms, unsigned end_ms);
void rig_stop(struct rig *rig, struct rig_counts *ret_counts);

/* Opens Archway with the plugins of the build tree and the rig's configuration. */
archway *rig_open(const struct rig *rig);

/* The first offer of a query. It lives as long as the job, which the caller destroys. */
archway_job *rig_offer(archway *aw, const char *filter, const char *text, aw_offer *ret_offer);

/* A wish for one machine of this offer. */
archway_wish rig_wish(const aw_offer *offer, const char *name);

/* How to name a machine that a job has made, found or ended. */
archway_machine rig_machine(const archway_job *job);

/* Runs a job to its end; ends the program when it fails. */
void rig_run(archway *aw, archway_job *job, const char *what);

#endif
