/* SPDX-License-Identifier: Apache-2.0 */
/* One question in one replay, and what must come of it. */
#include "tests/image_stage.h"

#include "tests/config_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void image_open(struct session *session, const struct image_case *wanted)
{
    char recording[512];
    snprintf(recording, sizeof recording, SOURCE_DIR "/fixtures/registry/%s.http",
             wanted->recording);
    if (wanted->config)
        config_file_write(0600, wanted->config, strlen(wanted->config));
    const struct session_options options = {.recording = recording,
                                            .plugin_dir = "/nowhere",
                                            .config = wanted->config ? "config.yaml" : NULL};
    if (!session_open(session, &options))
        fail_msg("%s: %s", wanted->recording, session->error.message);
}

archway_job *image_ask(struct session *session, const char *image)
{
    archway_job *job = NULL;
    aw_error error = {0};
    archway_call call = session_call(session, 0);
    if (archway_image(session->aw, image, &call, &job, &error))
        fail_msg("%s: %s", image, error.message);
    session_run(session, job);
    return job;
}

void image_close(struct session *session)
{
    aw_error error = {0};
    if (archway_close(session->aw, &error))
        fail_msg("%s", error.message);
}

static void check_error(const struct image_case *wanted, const archway_job *job)
{
    const aw_error *error = archway_job_error(job);
    archway_image_info info = {.size = sizeof info};
    if (error->code != wanted->code || !strstr(error->message, wanted->says))
        fail_msg("%s: %s: %s", wanted->recording, archway_code_name(error->code), error->message);
    assert_int_equal(archway_job_image(job, &info), -1);
    assert_true(strlen(error->backend) > 0);
    assert_null(strstr(error->message, "replayed"));
}

static void check_facts(const struct image_case *wanted, const archway_job *job)
{
    archway_image_info info = {.size = sizeof info};
    archway_platform platform = {.size = sizeof platform};
    uint32_t archs = 0;
    if (archway_job_error(job)->code)
        fail_msg("%s: %s", wanted->recording, archway_job_error(job)->message);
    assert_int_equal(archway_job_image(job, &info), 0);
    if (info.archs != wanted->archs)
        fail_msg("%s: %u", wanted->recording, (unsigned)info.archs);
    for (uint64_t i = 0; i < info.platform_count; i++) {
        assert_int_equal(archway_job_platform(job, i, &platform), 0);
        assert_string_not_equal(platform.os, "unknown");
        archs |= platform.arch;
    }
    assert_int_equal(archway_job_platform(job, info.platform_count, &platform), -1);
    assert_int_equal(archs, wanted->archs);
}

void image_check(const struct image_case *wanted)
{
    struct session session;
    image_open(&session, wanted);
    archway_job *job = image_ask(&session, wanted->image);
    if (wanted->code)
        check_error(wanted, job);
    else
        check_facts(wanted, job);
    assert_int_equal(session.dones, 1);
    archway_job_destroy(job);
    image_close(&session);
}
