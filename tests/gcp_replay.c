/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions on recordings of Google Cloud. */
#include "gcp_replay.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KEY                                                                                        \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d "            \
    "ada@example.org"

void assert_text_has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text ? text : "(nothing)");
}

archway *gcp_open(const char *recording)
{
    char path[512];
    if (*recording == '/')
        snprintf(path, sizeof path, "%s", recording);
    else
        snprintf(path, sizeof path, SOURCE_DIR "/fixtures/gcp/%s.http", recording);
    archway_options options = {.size = sizeof options,
                               .default_plugin_dir = PLUGIN_DIR,
                               .replay_path = path,
                               .owner = "my-server"};
    archway *aw = NULL;
    aw_error error = {.code = AW_OK};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s: %s", recording, error.message);
    return aw;
}

void gcp_close(archway *aw)
{
    aw_error error = {.code = AW_OK};
    if (archway_close(aw, &error))
        fail_msg("%s", error.message);
}

/* `job` is read once it has been started. */
static archway_job *run(archway *aw, int status, archway_job *const *job, const aw_error *error)
{
    if (status)
        fail_msg("%s", error->message);
    while (!archway_job_done(*job))
        archway_run(aw, *job);
    return *job;
}

aw_offer gcp_axion(void)
{
    return (aw_offer){.size = sizeof(aw_offer),
                      .arch = AW_ARCH_ARM64,
                      .instance_type = "c4a-standard-4",
                      .region = "us-central1",
                      .zone = "us-central1-a,us-central1-b"};
}

archway_job *gce_create(archway *aw, const aw_offer *offer, uint64_t timeout_ms)
{
    static const char *const keys[] = {KEY};
    const archway_wish wish = {
        .size = sizeof wish,
        .ssh_key_count = 1,
        .backend = "gcp",
        .offer = offer,
        .name = "runner",
        .ssh_keys = keys,
    };
    const archway_call call = {.size = sizeof call, .timeout_ms = timeout_ms};
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_create(aw, &wish, &call, &job, &error), &job, &error);
}

static archway_machine machine(const char *id, const char *zone)
{
    return (archway_machine){.size = sizeof(archway_machine),
                             .backend = "gcp",
                             .region = "us-central1",
                             .zone = zone,
                             .id = id};
}

archway_job *gce_wait(archway *aw, const char *id, uint32_t state)
{
    const archway_machine name = machine(id, "us-central1-a");
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_wait(aw, &name, state, NULL, &job, &error), &job, &error);
}

archway_job *gce_list(archway *aw)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_list(aw, "gcp", "my-server", NULL, &job, &error), &job, &error);
}

archway_job *gce_get(archway *aw, const char *id, const char *zone)
{
    const archway_machine name = machine(id, zone);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_get(aw, &name, NULL, &job, &error), &job, &error);
}

archway_job *gce_terminate(archway *aw, const char *id, const char *zone)
{
    const archway_machine name = machine(id, zone);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_terminate(aw, &name, NULL, &job, &error), &job, &error);
}

const aw_instance *assert_machine(archway_job *job, uint32_t state)
{
    const aw_error *error = archway_job_error(job);
    if (error->code)
        fail_msg("%s", error->message);
    assert_int_equal(archway_job_instance_count(job), 1);
    const aw_instance *found = archway_job_instance(job, 0, NULL);
    assert_int_equal(found->state, state);
    return found;
}

void assert_error(archway_job *job, uint32_t code, const char *part)
{
    const aw_error *error = archway_job_error(job);
    assert_text_has(error->message, part);
    assert_int_equal(error->code, code);
    assert_int_equal(archway_job_instance_count(job), 0);
}

void assert_good(archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    if (error->code)
        fail_msg("%s", error->message);
    archway_job_destroy(job);
}
