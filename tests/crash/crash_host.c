/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server that has many creates under way at once on three clouds, to be killed. Knows archway.h alone.
 * Usage: crash_host CONFIG JOURNAL PLUGIN_DIR COUNT
 */
#include <archway/archway.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

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

static void on_created(archway_job *job, void *arg)
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
    const archway_call call = {.size = sizeof call, .on_done = on_created};
    archway_job *job = NULL;
    aw_error error = {.size = sizeof error};
    if (archway_create(aw, &wish, &call, &job, &error) == 0)
        return 0;
    fprintf(stderr, "crash_host: %s\n", error.message);
    return -1;
}

static int create_all(archway *aw, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (create(aw, i))
            return -1;
    left = count;
    struct pollfd work = {.fd = archway_fd(aw), .events = POLLIN};
    while (left > 0) {
        poll(&work, 1, (int)archway_timeout_ms(aw));
        archway_step(aw);
    }
    return made == count ? 0 : -1;
}

int main(int argc, char **argv)
{
    archway *aw = NULL;
    aw_error error = {.size = sizeof error};
    if (argc != 5)
        return 2;
    const archway_options options = {.size = sizeof options,
                                     .config_path = argv[1],
                                     .journal_path = argv[2],
                                     .default_plugin_dir = argv[3]};
    if (archway_open(&options, &aw, &error)) {
        fprintf(stderr, "crash_host: %s\n", error.message);
        return 2;
    }
    int failed = create_all(aw, (unsigned)strtoul(argv[4], NULL, 10));
    archway_close(aw, NULL);
    printf("%u made\n", made);
    return failed != 0;
}
