/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that has many creates or ends under way at once on three clouds, or cleans up there, to be killed. Knows
 * archway.h alone. Usage: crash_host CONFIG JOURNAL PLUGIN_DIR create COUNT | terminate NAME | gc
 */
#include <archway/archway.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d"

static const struct {
    const char *backend;
    const char *type;
    const char *region;
    const char *zone;
} places[] = {
    {"aws", "c7g.large", "us-east-1", "us-east-1a"},
    {"gcp", "c4a-standard-4", "us-central1", "us-central1-a"},
    {"lambda", "gpu_1x_gh200", "us-east-3", NULL},
};
#define PLACES (sizeof places / sizeof *places)

static unsigned made;
static unsigned left;

static void on_done(archway_job *job, void *arg)
{
    (void)arg;
    made += archway_job_error(job)->code == AW_OK;
    left--;
    archway_job_destroy(job);
}

static int create(archway *aw, unsigned number)
{
    static const char *const keys[] = {KEY};
    const aw_offer offer = {.size = sizeof offer,
                            .arch = AW_ARCH_ARM64,
                            .instance_type = places[number % PLACES].type,
                            .region = places[number % PLACES].region,
                            .zone = places[number % PLACES].zone};
    const archway_wish wish = {.size = sizeof wish,
                               .ssh_key_count = 1,
                               .backend = places[number % PLACES].backend,
                               .offer = &offer,
                               .name = "many",
                               .ssh_keys = keys};
    const archway_call call = {.size = sizeof call, .on_done = on_done};
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    if (archway_create(aw, &wish, &call, &job, &error) == 0)
        return 0;
    fprintf(stderr, "crash_host: %s\n", error.message);
    return -1;
}

static int run_all(archway *aw, unsigned count)
{
    struct pollfd work = {.fd = archway_fd(aw), .events = POLLIN};
    left = count;
    while (left > 0) {
        poll(&work, 1, (int)archway_timeout_ms(aw));
        archway_step(aw);
    }
    return made == count ? 0 : -1;
}

static int create_all(archway *aw, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (create(aw, i))
            return -1;
    return run_all(aw, count);
}

static int terminate(archway *aw, const char *backend, const aw_instance *instance)
{
    const archway_machine machine = {.size = sizeof machine,
                                     .backend = backend,
                                     .region = instance->region,
                                     .zone = instance->zone,
                                     .id = instance->id,
                                     .data = instance->data};
    const archway_call call = {.size = sizeof call, .on_done = on_done};
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    return archway_terminate(aw, &machine, &call, &job, &error);
}

/* Google's machines have a part of their own behind the name. */
static int has_name(const aw_instance *instance, const char *name)
{
    return instance->name && strncmp(instance->name, name, strlen(name)) == 0;
}

static int terminate_all(archway *aw, const char *name)
{
    unsigned count = 0;
    const char *backend = NULL;
    archway_job *list = NULL;
    const aw_instance *instance;
    aw_error error = {.size = sizeof error};
    if (archway_list(aw, NULL, archway_owner(aw), NULL, &list, &error))
        return -1;
    archway_run(aw, list);
    for (uint64_t i = 0; (instance = archway_job_instance(list, i, &backend)) != NULL; i++)
        if (has_name(instance, name) && terminate(aw, backend, instance) == 0)
            count++;
    archway_job_destroy(list);
    return run_all(aw, count);
}

static int collect(archway *aw)
{
    const archway_gc_options how = {
        .size = sizeof how, .act = 1, .passes = 1, .most = 1000, .grace_ms = 60000};
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    if (archway_gc(aw, &how, NULL, &job, &error))
        return -1;
    archway_run(aw, job);
    int failed = archway_job_error(job)->code != AW_OK;
    archway_job_destroy(job);
    return failed;
}

static int work(archway *aw, const char *mode, const char *what)
{
    if (strcmp(mode, "create") == 0)
        return create_all(aw, (unsigned)strtoul(what, NULL, 10));
    return strcmp(mode, "terminate") == 0 ? terminate_all(aw, what) : collect(aw);
}

int main(int argc, char **argv)
{
    archway *aw = NULL;
    aw_error error = {.size = sizeof error};
    if (argc != 5 && argc != 6)
        return 2;
    const archway_options options = {.size = sizeof options,
                                     .config_path = argv[1],
                                     .journal_path = argv[2],
                                     .default_plugin_dir = argv[3]};
    if (archway_open(&options, &aw, &error)) {
        fprintf(stderr, "crash_host: %s\n", error.message);
        return 2;
    }
    int failed = work(aw, argv[4], argc == 6 ? argv[5] : "");
    archway_close(aw, NULL);
    printf("%u done\n", made);
    return failed != 0;
}
