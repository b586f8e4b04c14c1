/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions on recordings of EC2. */
#include "aws_replay.h"

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

archway *aws_open(const char *recording, const char *config)
{
    char path[512];
    snprintf(path, sizeof path, SOURCE_DIR "/fixtures/aws/%s.http", recording);
    archway_options options = {.size = sizeof options,
                               .default_plugin_dir = PLUGIN_DIR,
                               .config_path = config,
                               .replay_path = path,
                               .owner = "my-server"};
    archway *aw = NULL;
    aw_error error = {.code = AW_OK};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s: %s", recording, error.message);
    return aw;
}

void aws_close(archway *aw)
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

struct aws_wish aws_graviton(void)
{
    return (struct aws_wish){.offer = {.size = sizeof(aw_offer),
                                       .arch = AW_ARCH_ARM64,
                                       .instance_type = "c7g.large",
                                       .region = "us-east-1"}};
}

archway_job *ec2_create(archway *aw, const struct aws_wish *wish)
{
    static const char *const keys[] = {KEY};
    const char *data = wish->user_data ? wish->user_data : "";
    const archway_wish known = {
        .size = sizeof known,
        .ssh_key_count = 1,
        .backend = "aws",
        .offer = &wish->offer,
        .name = "runner",
        .token = wish->token,
        .image = wish->image,
        .ssh_keys = keys,
        .user_data = {data, strlen(data)},
        .disk_mib = wish->disk_mib,
        .options = wish->options,
        .option_count = wish->option_count,
    };
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_create(aw, &known, NULL, &job, &error), &job, &error);
}

static archway_machine machine(const char *id)
{
    return (archway_machine){
        .size = sizeof(archway_machine), .backend = "aws", .region = "us-east-1", .id = id};
}

archway_job *ec2_wait(archway *aw, uint32_t state)
{
    const archway_machine name = machine(MACHINE_ID);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_wait(aw, &name, state, NULL, &job, &error), &job, &error);
}

archway_job *ec2_list(archway *aw)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_list(aw, "aws", "my-server", NULL, &job, &error), &job, &error);
}

archway_job *ec2_get(archway *aw)
{
    const archway_machine name = machine(MACHINE_ID);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_get(aw, &name, NULL, &job, &error), &job, &error);
}

archway_job *ec2_terminate(archway *aw, const char *id)
{
    const archway_machine name = machine(id);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_terminate(aw, &name, NULL, &job, &error), &job, &error);
}

const aw_instance *assert_machine(archway_job *job, uint32_t state)
{
    const aw_error *error = archway_job_error(job);
    if (error->code)
        fail_msg("%s", error->message);
    const aw_instance *instance = archway_job_instance(job, 0, NULL);
    assert_non_null(instance);
    assert_string_equal(instance->id, MACHINE_ID);
    assert_string_equal(instance->region, "us-east-1");
    assert_int_equal(instance->state, state);
    return instance;
}

void assert_error(archway_job *job, uint32_t code, const char *part)
{
    const aw_error *error = archway_job_error(job);
    assert_text_has(error->message, part);
    assert_int_equal(error->code, code);
}
