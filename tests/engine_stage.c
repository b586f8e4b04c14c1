/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a stage, and the jobs that are played on it. */
#include "tests/engine_stage.h"

#include "core/context.h"
#include "core/mem.h"
#include "tests/recording_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct session stage;
const char *stage_journal;

int stage_setup(void **state)
{
    engine_cloud_reset();
    stage = (struct session){.aw = NULL};
    stage_journal = NULL;
    return make_folder(state);
}

int stage_teardown(void **state)
{
    mem_set_fault(NULL, NULL);
    archway_close(stage.aw, NULL);
    return remove_folder(state);
}

static void print_log(uint32_t level, const char *line, void *arg)
{
    (void)level;
    (void)arg;
    fprintf(stderr, "%s\n", line);
}

void stage_open_with(const char *config, const char *recording)
{
    char *whole = NULL;
    char path[2][PATH_SIZE];
    bool told = getenv("STAGE_LOG") != NULL;
    struct session_options options = {.recording = path[0],
                                      .plugin_dir = ENGINE_PLUGINS,
                                      .journal = stage_journal,
                                      .log = told ? print_log : NULL};
    assert_true(asprintf(&whole, FIRST_LINE "%s", recording) > 0);
    put("stage.http", whole);
    free(whole);
    snprintf(path[0], sizeof path[0], "%s", in_folder("stage.http"));
    if (config) {
        put("config.yaml", config);
        snprintf(path[1], sizeof path[1], "%s", in_folder("config.yaml"));
        assert_int_equal(chmod(path[1], 0600), 0);
        options.config = path[1];
    }
    if (!session_open(&stage, &options))
        fail_msg("%s", stage.error.message);
}

void stage_open(const char *recording)
{
    stage_open_with(NULL, recording);
}

void stage_close(void)
{
    aw_error error = {.code = AW_OK};
    archway *aw = stage.aw;
    stage.aw = NULL;
    if (archway_close(aw, &error))
        fail_msg("%s", error.message);
}

void stage_close_unlike(void)
{
    archway *aw = stage.aw;
    stage.aw = NULL;
    assert_int_equal(archway_close(aw, NULL), -1);
}

uint64_t stage_now_ms(void)
{
    return session_now_ms(&stage);
}

static void note_time(void *arg)
{
    *(bool *)arg = true;
}

void stage_pass(uint64_t duration_ms)
{
    bool passed = false;
    struct loop_timer timer = {.run = note_time, .arg = &passed};
    loop_set(stage.aw->loop, &timer, duration_ms);
    while (!passed)
        archway_step(stage.aw);
}

static archway_job *begun(int status, archway_job *job, const aw_error *error)
{
    if (status)
        fail_msg("%s", error->message);
    return job;
}

archway_job *begin_offers(const archway_query *query, uint64_t max_age_ms, const archway_call *call)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    int status = archway_offers(stage.aw, query, max_age_ms, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *begin_list(const char *owner, const archway_call *call)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    int status = archway_list(stage.aw, NULL, owner, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *begin_create(const char *name, const char *token, const archway_call *call)
{
    static const aw_offer offer = {
        .size = sizeof offer, .arch = AW_ARCH_ARM64, .instance_type = "small", .region = "r1"};
    const archway_wish wish = {
        .size = sizeof wish, .backend = name, .offer = &offer, .name = "trainer", .token = token};
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    int status = archway_create(stage.aw, &wish, call, &job, &error);
    return begun(status, job, &error);
}

static archway_machine machine_of(const char *name, const char *id)
{
    return (archway_machine){
        .size = sizeof(archway_machine), .backend = name, .region = "r1", .id = id};
}

archway_job *begin_get(const char *name, const char *id, const archway_call *call)
{
    const archway_machine machine = machine_of(name, id);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    int status = archway_get(stage.aw, &machine, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *begin_terminate(const char *name, const char *id, const archway_call *call)
{
    const archway_machine machine = machine_of(name, id);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    int status = archway_terminate(stage.aw, &machine, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *begin_wait(const char *name, const char *id, uint32_t until, const archway_call *call)
{
    const archway_machine machine = machine_of(name, id);
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    int status = archway_wait(stage.aw, &machine, until, call, &job, &error);
    return begun(status, job, &error);
}

archway_job *begin_recover(bool once)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    int status = archway_recover(stage.aw, once, NULL, &job, &error);
    return begun(status, job, &error);
}

archway_job *stage_run(archway_job *job)
{
    session_run(&stage, job);
    return job;
}

void must_succeed(archway_job *job)
{
    const aw_error *error = archway_job_error(stage_run(job));
    if (error->code)
        fail_msg("%s: %s", error->request, error->message);
    archway_job_destroy(job);
}

void must_fail(archway_job *job, uint32_t code)
{
    const aw_error *error = archway_job_error(stage_run(job));
    if (error->code != code)
        fail_msg("%s, not %s: %s", archway_code_name(error->code), archway_code_name(code),
                 error->message);
    archway_job_destroy(job);
}

void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text);
}
