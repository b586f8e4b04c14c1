/* SPDX-License-Identifier: Apache-2.0 */
/* Sessions on recordings. */
#include "tests/played.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

archway *played_open(const char *provider, const char *recording, const char *config)
{
    char path[512];
    if (*recording == '/')
        snprintf(path, sizeof path, "%s", recording);
    else
        snprintf(path, sizeof path, SOURCE_DIR "/fixtures/%s/%s.http", provider, recording);
    const archway_options options = {.size = sizeof options,
                                     .default_plugin_dir = PLUGIN_DIR,
                                     .config_path = config,
                                     .replay_path = path,
                                     .owner = PLAYED_OWNER};
    archway *aw = NULL;
    aw_error error = {.code = AW_OK};
    if (archway_open(&options, &aw, &error))
        fail_msg("%s: %s", recording, error.message);
    return aw;
}

void played_close(archway *aw)
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

archway_job *played_offers(archway *aw, const archway_query *query)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_offers(aw, query, 0, NULL, &job, &error), &job, &error);
}

archway_job *played_create(archway *aw, const archway_wish *wish, const archway_call *call)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_create(aw, wish, call, &job, &error), &job, &error);
}

archway_job *played_wait(archway *aw, const archway_machine *machine, uint32_t state)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_wait(aw, machine, state, NULL, &job, &error), &job, &error);
}

archway_job *played_list(archway *aw, const char *backend, const char *owner)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_list(aw, backend, owner, NULL, &job, &error), &job, &error);
}

archway_job *played_get(archway *aw, const archway_machine *machine)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_get(aw, machine, NULL, &job, &error), &job, &error);
}

archway_job *played_terminate(archway *aw, const archway_machine *machine)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    return run(aw, archway_terminate(aw, machine, NULL, &job, &error), &job, &error);
}

void assert_text_has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text ? text : "(nothing)");
}

void assert_good(archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    if (error->code)
        fail_msg("%s", error->message);
    archway_job_destroy(job);
}

void assert_error(const archway_job *job, uint32_t code, const char *part)
{
    const aw_error *error = archway_job_error(job);
    assert_text_has(error->message, part);
    assert_int_equal(error->code, code);
}

const aw_instance *assert_machine(const archway_job *job, uint32_t state)
{
    const aw_error *error = archway_job_error(job);
    if (error->code)
        fail_msg("%s", error->message);
    const aw_instance *found = archway_job_instance(job, 0, NULL);
    assert_non_null(found);
    assert_int_equal(found->state, state);
    return found;
}
