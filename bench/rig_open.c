/* SPDX-License-Identifier: Apache-2.0 */
/* Archway as the benchmarks use it: its public API only. */
#include "bench/measure.h"
#include "bench/rig.h"

#include <stdlib.h>

static const char *const ssh_keys[] = {
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d bench"};

static void log_line(uint32_t level, const char *line, void *arg)
{
    (void)level;
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

archway *rig_open(const struct rig *rig)
{
    archway *aw = NULL;
    aw_error error;
    const archway_options options = {
        .size = sizeof options,
        .log = log_line,
        .log_level = getenv("BENCH_VERBOSE") ? AW_LOG_INFO : AW_LOG_WARNING,
        .config_path = rig->config,
        .default_plugin_dir = PLUGIN_DIR,
        .owner = "bench",
    };
    if (archway_open(&options, &aw, &error))
        die("%s", error.message);
    return aw;
}

void rig_run(archway *aw, archway_job *job, const char *what)
{
    archway_run(aw, job);
    const aw_error *error = archway_job_error(job);
    if (error->code)
        die("%s: %s", what, error->message);
}

archway_job *rig_offer(archway *aw, const char *filter, const char *text, aw_offer *ret_offer)
{
    aw_error error;
    const char *backend = NULL;
    archway_job *job = NULL;
    archway_query *query = archway_query_create();
    if (!query || archway_query_set(query, filter, text, &error) ||
        archway_offers(aw, query, 0, NULL, &job, &error))
        die("%s", query ? error.message : "no memory");
    rig_run(aw, job, "offers");
    archway_query_destroy(query);
    *ret_offer = (aw_offer){.size = sizeof *ret_offer};
    if (archway_job_offer(job, 0, ret_offer, &backend))
        die("no offer with %s %s", filter, text);
    return job;
}

archway_wish rig_wish(const aw_offer *offer, const char *name)
{
    return (archway_wish){
        .size = sizeof(archway_wish),
        .ssh_key_count = 1,
        .backend = "lambda",
        .offer = offer,
        .name = name,
        .ssh_keys = ssh_keys,
    };
}

archway_machine rig_machine(const archway_job *job)
{
    const char *backend = NULL;
    const aw_instance *instance = archway_job_instance(job, 0, &backend);
    if (!instance)
        die("a job has no machine");
    return (archway_machine){
        .size = sizeof(archway_machine),
        .backend = backend,
        .region = instance->region,
        .id = instance->id,
        .zone = instance->zone,
        .data = instance->data,
    };
}
