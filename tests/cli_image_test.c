/* SPDX-License-Identifier: Apache-2.0 */
/* Images on the command line: archway arch, --image, --allow-emulation, --explain. */
#include "tests/cli_run.h"
#include "tests/cli_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define REGISTRY(name) SOURCE_DIR "/fixtures/registry/" name ".http"
#define OFFERS "--replay", FIXTURE("offers-image.http")
#define APP "registry.example.com/team/app:1.0"

static void test_arch_says_where_an_image_runs(void **state)
{
    (void)state;
    archway("--replay", REGISTRY("hub-index"), "arch", "alpine:3.22");
    assert_code(0);
    assert_contains(run.out, "image   docker.io/library/alpine:3.22\n");
    assert_contains(run.out, "runs on amd64, arm64 (says its index)\n");
    assert_contains(run.out, "linux arm64        v8      arm64");
    assert_lacks(run.out, "unknown");
    archway("--replay", REGISTRY("single-manifest"), "arch", "-o", "name", APP);
    assert_code(0);
    assert_string_equal(run.out, "arm64\n");
}

static void test_arch_tells_programs_the_same(void **state)
{
    (void)state;
    archway("--replay", REGISTRY("open-list"), "arch", "--json",
            "registry.example.com/team/app:2.1");
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "image"), "registry.example.com/team/app:2.1");
    assert_string_equal(cli_json_at(root, "architectures.0"), "amd64");
    assert_string_equal(cli_json_at(root, "architectures.1"), "arm64");
    assert_string_equal(cli_json_at(root, "source"), "index");
    assert_string_equal(cli_json_at(root, "platforms.0.variant"), "v3");
    assert_string_equal(cli_json_at(root, "platforms.1.arch"), "null");
    assert_contains(cli_json_at(root, "digest"), "sha256:");
    json_decref(root);
}

static void test_arch_fails_with_what_to_do(void **state)
{
    (void)state;
    archway("--replay", REGISTRY("windows-only"), "arch",
            "mcr.example.com/windows/nanoserver:ltsc2022");
    assert_code(3);
    assert_contains(run.err, "runs on neither amd64 nor arm64 Linux");
    archway("arch", "NVIDIA/cuda");
    assert_code(2);
    assert_contains(run.err, "Write nvidia/cuda");
    archway("--replay", REGISTRY("login-missing"), "arch", "registry.example.com/team/app:2.1");
    assert_code(4);
    assert_contains(run.err, "docker login registry.example.com");
    archway("--replay", REGISTRY("outage"), "arch", "registry.example.com/team/app:2.1");
    assert_code(1);
    assert_lacks(run.err, "--arch");
    archway("--replay", REGISTRY("too-deep"), "arch", "registry.example.com/team/app:deep");
    assert_code(1);
    assert_lacks(run.err, "maintains the backend");
    archway("--replay", REGISTRY("login-refused"), "arch", "alpine:3.22");
    assert_code(4);
    assert_lacks(run.err, "archway doctor");
}

static void test_offers_are_those_on_which_the_image_runs(void **state)
{
    (void)state;
    archway("offers", OFFERS, "--image", APP, "--json");
    assert_code(0);
    json_t *root = cli_json();
    assert_int_equal(json_array_size(json_object_get(root, "offers")), 1);
    assert_string_equal(cli_json_at(root, "offers.0.instance_type"), "gpu_1x_gh200");
    assert_string_equal(cli_json_at(root, "offers.0.emulated"), "false");
    assert_string_equal(cli_json_at(root, "findings.0.subject"), "arch");
    json_decref(root);
    assert_string_equal(run.err, "");
}

static void test_emulation_is_marked_and_counts_as_what_it_costs(void **state)
{
    (void)state;
    archway("offers", OFFERS, "--image", APP, "--allow-emulation", "--json");
    assert_code(0);
    json_t *root = cli_json();
    assert_int_equal(json_array_size(json_object_get(root, "offers")), 2);
    assert_string_equal(cli_json_at(root, "offers.0.instance_type"), "cpu_4x_general");
    assert_string_equal(cli_json_at(root, "offers.0.emulated"), "true");
    assert_string_equal(cli_json_at(root, "offers.0.price_nusd_per_hour"), "200000000");
    assert_string_equal(cli_json_at(root, "offers.0.effective_price_nusd_per_hour"), "1454922280");
    json_decref(root);
    archway("offers", OFFERS, "--image", APP, "--allow-emulation");
    assert_contains(run.out, "emulated");
    assert_contains(run.err, "takes about 7.27 times as long");
    archway("create", OFFERS, "--image", APP, "--allow-emulation", "--name", "trial", "--ssh-key",
            PUBLIC_KEY, "--dry-run", "--json");
    root = cli_json();
    assert_string_equal(cli_json_at(root, "plan.tries.0.emulated"), "true");
    assert_string_equal(cli_json_at(root, "plan.tries.1.emulated"), "false");
    json_decref(root);
}

static void test_explain_says_what_is_wanted_and_why(void **state)
{
    (void)state;
    archway("offers", OFFERS, "--image", APP, "--type", "gpu_1x_a10", "--explain");
    assert_code(3);
    assert_contains(run.err, "arch: arm64, by the index of " APP);
    assert_contains(run.err, "emulation: not allowed, by default");
    assert_contains(run.err, "type: gpu_1x_a10, as asked for");
    assert_contains(run.err, "was removed by arch: it is amd64");
    assert_contains(run.err, "arch removed");
    assert_contains(run.err, APP " runs on arm64 only, and the ");
}

static void test_create_goes_where_the_image_runs_and_boots_another(void **state)
{
    (void)state;
    archway("create", OFFERS, "--image", APP, "--boot-image", "lambda-stack-24-04", "--name",
            "trial", "--ssh-key", PUBLIC_KEY, "--dry-run", "--json");
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "plan.offer.instance_type"), "gpu_1x_gh200");
    assert_string_equal(cli_json_at(root, "plan.boot_image"), "lambda-stack-24-04");
    json_decref(root);
    archway("create", OFFERS, "--image", APP, "--arch", "amd64", "--name", "trial", "--ssh-key",
            PUBLIC_KEY, "--dry-run");
    assert_code(0);
    assert_contains(run.err, "has nothing for amd64, which was asked for: it has linux/arm64/v8");
}

/* Answers one request with an index for arm64. */
static void answer_once(int listener)
{
    static const char body[] =
        "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
        "\"application/vnd.oci.image.manifest.v1+json\",\"size\":1,\"digest\":"
        "\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\","
        "\"platform\":{\"os\":\"linux\",\"architecture\":\"arm64\"}}]}";
    char request[8192];
    char answer[1024];
    int connection = accept(listener, NULL, NULL);
    assert_true(connection >= 0);
    assert_int_equal(cli_read_request(connection, request, sizeof request), 0);
    assert_int_equal(strncmp(request, "GET /v2/app/manifests/1 HTTP/1.1\r\n", 34), 0);
    int size = snprintf(answer, sizeof answer,
                        "HTTP/1.1 200 OK\r\ncontent-length: %zu\r\nconnection: close\r\n\r\n%s",
                        strlen(body), body);
    assert_int_equal(write(connection, answer, (size_t)size), size);
    close(connection);
}

static void test_an_answer_is_kept_and_asked_for_again_when_told_to(void **state)
{
    unsigned port = 0;
    char image[64];
    char folder[256];
    char cache[300];
    int listener = cli_listen(&port);
    (void)state;
    snprintf(image, sizeof image, "localhost:%u/app:1", port);
    assert_non_null(getcwd(folder, sizeof folder));
    snprintf(cache, sizeof cache, "XDG_CACHE_HOME=%s", folder);
    cli_environment(cache);
    pid_t child =
        cli_start((const char *const[]){"archway", "arch", "-o", "name", image, NULL}, -1);
    answer_once(listener);
    cli_finish(child);
    assert_code(0);
    assert_string_equal(run.out, "arm64\n");
    close(listener);
    archway("arch", "-o", "name", image);
    assert_code(0);
    assert_string_equal(run.out, "arm64\n");
    archway("arch", "--refresh", "--timeout", "1", image);
    assert_code(1);
    cli_environment(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arch_says_where_an_image_runs),
        cmocka_unit_test(test_arch_tells_programs_the_same),
        cmocka_unit_test(test_arch_fails_with_what_to_do),
        cmocka_unit_test(test_offers_are_those_on_which_the_image_runs),
        cmocka_unit_test(test_emulation_is_marked_and_counts_as_what_it_costs),
        cmocka_unit_test(test_explain_says_what_is_wanted_and_why),
        cmocka_unit_test(test_an_answer_is_kept_and_asked_for_again_when_told_to),
        cmocka_unit_test(test_create_goes_where_the_image_runs_and_boots_another),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
