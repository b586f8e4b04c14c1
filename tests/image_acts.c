/* SPDX-License-Identifier: Apache-2.0 */
/* Asking for images in the sweeps: with tokens, logins, helpers, redirects, indexes within indexes, a mirror. */
#include "tests/acts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/registry/"

const char *const launch_url = "/no-machine-is-made-here";

const struct play plays[] = {
    {FIXTURES "hub-index.http", {IMAGE}, NULL, false},
    {FIXTURES "single-manifest.http", {IMAGE}, NULL, false},
    {FIXTURES "nested-index.http", {IMAGE}, NULL, false},
    {FIXTURES "index-without-platform.http", {IMAGE}, NULL, false},
    {FIXTURES "login-namespace.http", {IMAGE}, NULL, false},
    {FIXTURES "login-identity-token.http", {IMAGE}, NULL, false},
    {FIXTURES "login-helper.http", {IMAGE}, NULL, false},
    {FIXTURES "login-missing.http", {IMAGE}, NULL, false},
    {FIXTURES "throttled.http", {IMAGE}, NULL, false},
    {FIXTURES "mirror-lacks.http",
     {IMAGE},
     SOURCE_DIR "/tests/recordings/registry-mirror.yaml",
     false},
    {NULL, {NO_ACT}, NULL, false},
};

/* What the recordings answer for, and what it runs on. */
static const struct subject {
    const char *recording; /* a part of its name */
    const char *image;
    uint32_t archs;
} subjects[] = {
    {"hub-index", "alpine:3.22", AW_ARCH_ANY},
    {"mirror-lacks", "alpine:3.22", AW_ARCH_ANY},
    {"single-manifest", "registry.example.com/team/app:1.0", AW_ARCH_ARM64},
    {"nested-index", "registry.example.com/team/app:nested", AW_ARCH_ANY},
    {"index-without-platform", "registry.example.com/team/app:built", AW_ARCH_ARM64},
    {"", "registry.example.com/team/app:2.1", AW_ARCH_ANY},
};

static const struct subject *subject;

bool play_open(struct session *session, const struct play *play)
{
    const struct session_options options = {
        .recording = play->recording, .plugin_dir = "/nowhere", .config = play->config};
    for (subject = subjects; !strstr(play->recording, subject->recording);)
        subject++;
    return session_open(session, &options);
}

int act_begin(struct session *session, enum act act, const archway_query *query,
              const archway_call *call, archway_job **ret_job, aw_error *ret_error)
{
    (void)act;
    (void)query;
    return archway_image(session->aw, subject->image, call, ret_job, ret_error);
}

void act_check_result(enum act act, const archway_job *job)
{
    archway_image_info info = {.size = sizeof info};
    (void)act;
    assert_int_equal(archway_job_image(job, &info), 0);
    assert_int_equal(info.archs, subject->archs);
}
