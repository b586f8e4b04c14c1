/* SPDX-License-Identifier: Apache-2.0 */
/* What is recorded of a create from a provider's true answers can be replayed, with the same arguments and no more. */
#include "cli_run.h"
#include "recorded_cloud.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURES SOURCE_DIR "/fixtures/"
#define PLUGIN(name) PLUGIN_DIR "/" name ".so"
#define CREATE                                                                                     \
    "create", "--name", "runner", "--ssh-key", PUBLIC_KEY, "--arch", "arm64", "--json",            \
        "--spot-auto", "--config", "config.yaml"

/* Made for this test. */
#define USER_FILE                                                                                  \
    "{\"type\":\"authorized_user\",\"client_id\":\"764086051850.apps.googleusercontent.com\","     \
    "\"client_secret\":\"not-a-secret-1\",\"refresh_token\":\"not-a-secret-2\"}"

static void set(const char *format, unsigned port)
{
    char text[256];
    snprintf(text, sizeof text, format, port);
    cli_environment(text);
}

static void configure(const char *format, unsigned port)
{
    char text[256];
    snprintf(text, sizeof text, format, port);
    cli_write("config.yaml", text);
}

/* Where the only recording of the folder is. */
static const char *recording(void)
{
    static char path[256];
    glob_t found;
    assert_int_equal(glob("recorded/*.http", 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    snprintf(path, sizeof path, "%s", found.gl_pathv[0]);
    globfree(&found);
    return path;
}

static void forget(void)
{
    glob_t found;
    assert_int_equal(glob("recorded/*", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        remove(found.gl_pathv[i]);
    globfree(&found);
}

/* What was done is in it, so that the plugin can be checked with it. */
static void check_with_it(const char *plugin)
{
    archway("check", plugin, "--fixtures", "recorded", "--rules", "C6,M1,S1,I2,I3");
    assert_code(0);
    assert_lacks(run.out, "passed over");
    assert_contains(run.out, "# 6 kept, 0 broken, 0 skipped\n");
}

/* Creates a machine with the provider there, and again with the recording and without the provider, whose variables
 * and files are gone. Both must tell the same. */
static void record_and_replay(pid_t cloud, const char *region, const char *type, const char *plugin)
{
    char made[8192];
    archway(CREATE, "--record", "recorded", "--region", region, "--type", type);
    recorded_cloud_stop(cloud);
    cli_environment(NULL);
    assert_code(0);
    snprintf(made, sizeof made, "%s", run.out);
    json_t *root = cli_json();
    assert_contains(cli_json_at(root, "instance.arch"), "arm64");
    json_decref(root);
    archway(CREATE, "--replay", recording(), "--region", region, "--type", type);
    assert_code(0);
    assert_string_equal(run.out, made);
    check_with_it(plugin);
    forget();
}

static void test_lambda(void **state)
{
    static const char *const recordings[] = {FIXTURES "lambda/offers.http",
                                             FIXTURES "lambda/life.http", NULL};
    unsigned port = 0;
    (void)state;
    pid_t cloud = recorded_cloud_start(recordings, &port);
    set("LAMBDA_API_KEY=not-a-secret-3", port);
    configure("backends:\n  - type: lambda\n    endpoint: http://127.0.0.1:%u/api/v1\n", port);
    record_and_replay(cloud, "us-east-3", "gpu_1x_gh200", PLUGIN("lambda"));
}

static void test_google(void **state)
{
    static const char *const recordings[] = {FIXTURES "gcp/offers.http", FIXTURES "gcp/life.http",
                                             NULL};
    unsigned port = 0;
    (void)state;
    pid_t cloud = recorded_cloud_start(recordings, &port);
    char file[512];
    snprintf(file, sizeof file, "%.*s,\"token_uri\":\"http://127.0.0.1:%u/token\"}",
             (int)strlen(USER_FILE) - 1, USER_FILE, port);
    cli_write("user.json", file);
    set("GOOGLE_APPLICATION_CREDENTIALS=user.json", port);
    set("CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE=http://127.0.0.1:%u/compute/v1/", port);
    set("CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING=http://127.0.0.1:%u/v1/", port);
    configure("backends:\n  - type: gcp\n    project: farm-proj-%u\n", 1);
    record_and_replay(cloud, "us-central1", "c4a-standard-4", PLUGIN("gcp"));
}

static void test_aws(void **state)
{
    static const char *const recordings[] = {FIXTURES "aws/offers.http",
                                             FIXTURES "aws/life-graviton.http", NULL};
    unsigned port = 0;
    (void)state;
    pid_t cloud = recorded_cloud_start(recordings, &port);
    set("AWS_ACCESS_KEY_ID=AKIDEXAMPLE", port);
    set("AWS_SECRET_ACCESS_KEY=not-a-secret-4", port);
    configure("backends:\n  - type: aws\n    endpoint: http://127.0.0.1:%u\n", port);
    record_and_replay(cloud, "us-east-1", "c7g.large", PLUGIN("aws"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lambda),
        cmocka_unit_test(test_google),
        cmocka_unit_test(test_aws),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
