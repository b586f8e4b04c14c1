/* SPDX-License-Identifier: Apache-2.0 */
/* Where images can run, as registries say it, and what is said when they do not. */
#include "tests/config_file.h"
#include "tests/image_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define APP "registry.example.com/team/app"
#define DIGEST "sha256:3b1dcf62cbcf095fb7d21e1e5366b712d3c1c7f3a7fc2e2be0e02adbc8661fa3"
#define MIRRORS "registry_mirrors:\n  docker.io: https://mirror.example.com/hub/\n"

static void check_all(const struct image_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        image_check(&cases[i]);
}

#define CHECK_ALL(cases) check_all((cases), sizeof(cases) / sizeof *(cases))

static void test_an_image_runs_where_its_index_or_its_configuration_says(void **state)
{
    static const struct image_case cases[] = {
        {"hub-index", "alpine:3.22", .archs = AW_ARCH_ANY},
        {"open-list", APP ":2.1", .archs = AW_ARCH_ANY},
        {"digest", APP ":1.0@" DIGEST, .archs = AW_ARCH_ARM64},
        {"single-manifest", APP ":1.0", .archs = AW_ARCH_ARM64},
        {"redirected-manifest", "registry.example.com/pause:3.10", .archs = AW_ARCH_AMD64},
        {"nested-index", APP ":nested", .archs = AW_ARCH_ANY},
        {"index-without-platform", APP ":built", .archs = AW_ARCH_ARM64},
        {"windows-only", "mcr.example.com/windows/nanoserver:ltsc2022", .archs = 0},
        {"throttled", APP ":2.1", .archs = AW_ARCH_ANY},
        {"loopback", "localhost:5000/app", .archs = AW_ARCH_ARM64},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_the_logins_of_docker_and_podman_are_used(void **state)
{
    static const struct image_case cases[] = {
        {"login-basic", APP ":2.1", .archs = AW_ARCH_ANY},
        {"login-namespace", APP ":2.1", .archs = AW_ARCH_ANY},
        {"login-identity-token", APP ":2.1", .archs = AW_ARCH_ANY},
        {"login-helper", APP ":2.1", .archs = AW_ARCH_ANY},
        {"helper-has-none", "alpine:3.22", .archs = AW_ARCH_ANY},
        {"helper-missing", APP ":2.1", .code = AW_E_UNAVAILABLE,
         .says = "docker-credential-example-login, which ~/.docker/config.json names for "
                 "registry.example.com, "},
        {"login-missing", APP ":2.1", .code = AW_E_UNAUTHENTICATED,
         .says = "docker login registry.example.com`. Looked at: ~/.config/containers/auth.json, "
                 "~/.docker/config.json"},
        {"login-refused", "alpine:3.22", .code = AW_E_UNAUTHENTICATED,
         .says = "docker.io refuses the login that is in ~/.docker/config.json"},
        {"private", "ada/secret", .code = AW_E_UNAUTHENTICATED,
         .says = "It may be private, or not exist"},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_a_password_is_never_sent_in_the_clear(void **state)
{
    static const struct image_case cases[] = {
        {"realm-plain", APP ":2.1", .code = AW_E_PROTOCOL,
         .says = "token service that cannot be used"},
        {"realm-local", APP ":2.1", .code = AW_E_PROTOCOL, .says = "must start with https://"},
        {"redirect-plain", APP ":1.0", .code = AW_E_PROTOCOL, .says = "must start with https://"},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_an_answer_that_makes_no_sense_is_an_error_that_says_how(void **state)
{
    static const struct image_case cases[] = {
        {"no-challenge", APP ":2.1", .code = AW_E_UNAUTHENTICATED, .says = "answers for team/app"},
        {"token-html", "alpine:3.22", .code = AW_E_PROTOCOL,
         .says = "the token service of docker.io: expected JSON, found an HTML page"},
        {"token-empty", "alpine:3.22", .code = AW_E_PROTOCOL, .says = "answered without a token"},
        {"truncated", APP ":2.1", .code = AW_E_PROTOCOL, .says = "it is cut off after"},
        {"wrong-types", APP ":2.1", .code = AW_E_PROTOCOL,
         .says = "manifests[0].platform: expected an object"},
        {"bad-digest", APP ":2.1", .code = AW_E_PROTOCOL, .says = "is no digest"},
        {"both-at-once", APP ":2.1", .code = AW_E_PROTOCOL, .says = "an index and a manifest"},
        {"empty-index", APP ":2.1", .code = AW_E_UNSUPPORTED, .says = "names no platform"},
        {"page", APP ":2.1", .code = AW_E_PROTOCOL, .says = "Log in to the network"},
        {"schema-1", APP ":old", .code = AW_E_UNSUPPORTED, .says = "the old format (schema 1)"},
        {"chart", "registry.example.com/team/chart:1.0", .code = AW_E_UNSUPPORTED,
         .says = "it is no image that runs, but holds application/vnd.cncf.helm.config.v1+json"},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_what_has_another_digest_is_not_taken(void **state)
{
    static const struct image_case cases[] = {
        {"digest-mismatch", APP "@" DIGEST, .code = AW_E_PROTOCOL,
         .says = "what came is not what was asked for"},
        {"tag-mismatch", APP ":2.1", .code = AW_E_PROTOCOL, .says = "instead of " DIGEST},
        {"loop", APP ":loop", .code = AW_E_PROTOCOL, .says = "what came is not what was asked for"},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_nothing_is_followed_for_ever(void **state)
{
    static const struct image_case cases[] = {
        {"too-deep", APP ":deep", .code = AW_E_PROTOCOL, .says = "leads to too many others"},
        {"too-wide", APP ":wide", .code = AW_E_PROTOCOL, .says = "leads to too many others"},
        {"redirect-loop", APP ":1.0", .code = AW_E_PROTOCOL, .says = "again and again"},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_what_is_not_there_or_not_given_says_how_to_go_on(void **state)
{
    static const struct image_case cases[] = {
        {"unknown-tag", "alpine:nope", .code = AW_E_NOT_FOUND,
         .says = "manifest unknown, MANIFEST_UNKNOWN"},
        {"pull-limit", "alpine:3.22", .code = AW_E_THROTTLED, .says = ""},
        {"outage", APP ":2.1", .code = AW_E_UNAVAILABLE, .says = ""},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_a_mirror_is_asked_first_and_the_registry_when_it_has_nothing(void **state)
{
    static const struct image_case cases[] = {
        {"mirror", "alpine:3.22", MIRRORS, .archs = AW_ARCH_ANY},
        {"mirror-lacks", "alpine:3.22", MIRRORS, .archs = AW_ARCH_ANY},
    };
    (void)state;
    CHECK_ALL(cases);
}

static void test_one_request_is_enough_where_the_registry_is_open(void **state)
{
    static const struct image_case wanted = {"open-list", APP ":2.1", .archs = AW_ARCH_ANY};
    struct session session;
    archway_platform platform = {.size = sizeof platform};
    archway_image_info info = {.size = sizeof info};
    (void)state;
    image_open(&session, &wanted);
    archway_job *job = image_ask(&session, wanted.image);
    assert_int_equal(archway_job_image(job, &info), 0);
    assert_string_equal(info.name, APP ":2.1");
    assert_int_equal(info.has_index, 1);
    assert_int_equal(info.platform_count, 3);
    assert_int_equal(archway_job_platform(job, 0, &platform), 0);
    assert_string_equal(platform.variant, "v3");
    assert_int_equal(archway_job_platform(job, 1, &platform), 0);
    assert_int_equal(platform.arch, 0);
    archway_job_destroy(job);
    image_close(&session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_image_runs_where_its_index_or_its_configuration_says),
        cmocka_unit_test(test_the_logins_of_docker_and_podman_are_used),
        cmocka_unit_test(test_a_password_is_never_sent_in_the_clear),
        cmocka_unit_test(test_an_answer_that_makes_no_sense_is_an_error_that_says_how),
        cmocka_unit_test(test_what_has_another_digest_is_not_taken),
        cmocka_unit_test(test_nothing_is_followed_for_ever),
        cmocka_unit_test(test_what_is_not_there_or_not_given_says_how_to_go_on),
        cmocka_unit_test_setup_teardown(
            test_a_mirror_is_asked_first_and_the_registry_when_it_has_nothing, config_folder_enter,
            config_folder_leave),
        cmocka_unit_test(test_one_request_is_enough_where_the_registry_is_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
