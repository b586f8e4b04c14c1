/* SPDX-License-Identifier: Apache-2.0 */
/* What the command tells of plugins and credentials, and its signatures. */
#include "cli_run.h"

#include <archway/backend.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY "sk-this-is-secret"
#define WORD_OF(number) #number
#define WORD(number) WORD_OF(number)
#define ABI WORD(AW_ABI_MAJOR) "." WORD(AW_ABI_MINOR)

static int with_key(void **state)
{
    (void)state;
    cli_environment("LAMBDA_API_KEY=" KEY);
    return 0;
}

static int without_key(void **state)
{
    (void)state;
    cli_environment(NULL);
    return 0;
}

static const json_t *plugin_of(const json_t *root, const char *provider)
{
    const json_t *plugins = json_object_get(root, "plugins");
    for (size_t i = 0; i < json_array_size(plugins); i++) {
        const json_t *plugin = json_array_get(plugins, i);
        const char *name = json_string_value(json_object_get(plugin, "provider"));
        if (name && !strcmp(name, provider))
            return plugin;
    }
    return NULL;
}

static void test_backends_tells_what_was_loaded_and_what_was_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir("more", 0700), 0);
    cli_write("more/text.so", "no plugin\n");
    archway("backends", "--backend-dir", "more");
    assert_code(0);
    assert_contains(run.out, "lambda 0.1.0 (Lambda Cloud), loaded\n  ABI           " ABI "\n");
    assert_contains(run.out, "capabilities  image, user-data, whole-listing\n");
    assert_contains(run.out, "/archway/backends/lambda.so\n");
    assert_contains(run.out, "refused\n  why           The file is no ELF shared object");
    assert_contains(run.out, "/more/text.so\n");
    assert_contains(run.out, "lambda     lambda    https://cloud.lambda.ai/api/v1\n");
    archway("backends", "--json", "--backend-dir", "more");
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "plugins.0.loaded"), "false");
    assert_string_equal(cli_json_at(root, "plugins.0.error.code"), "invalid");
    const json_t *lambda = plugin_of(root, "lambda");
    assert_string_equal(json_string_value(json_object_get(lambda, "abi")), ABI);
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(lambda, "capabilities"), 1)), "user-data");
    assert_string_equal(cli_json_at(root, "backends.0.ok"), "true");
    json_decref(root);
}

/* The dynamic linker tells what it loads. */
static void test_only_what_is_needed_is_loaded(void **state)
{
    (void)state;
    cli_write("lambda.yaml", "backends:\n  - type: lambda\n    api_key: x\n"
                             "    endpoint: http://127.0.0.1:1/\n");
    cli_environment("LD_DEBUG=files");
    archway("offers", "--config", "lambda.yaml", "--timeout", "1s");
    assert_contains(run.err, "/lambda.so");
    assert_contains(run.err, "libcurl.so");
    assert_lacks(run.err, "/onprem.so");
    assert_lacks(run.err, "libsqlite3.so");
    archway("backends", "--config", "lambda.yaml");
    assert_contains(run.err, "/lambda.so");
    assert_contains(run.err, "/onprem.so");
}

static void test_without_sqlite_there_are_offers_and_no_machines(void **state)
{
    static char path[4200] = "LD_LIBRARY_PATH=";
    (void)state;
    assert_non_null(getcwd(path + strlen(path), 4096));
    cli_write("libsqlite3.so.0", "no library\n");
    cli_environment(path);
    archway("offers", "--replay", FIXTURE("offers.http"));
    assert_code(0);
    archway("create", "--gpu", "GH200", "--name", "trial", "--ssh-key", PUBLIC_KEY, "--replay",
            FIXTURE("offers.http"));
    assert_code(1);
    assert_contains(run.err, "SQLite, which keeps the journal, cannot be loaded: ");
    assert_contains(run.err, "Install it (libsqlite3-0 in Debian).");
    assert_int_equal(unlink("libsqlite3.so.0"), 0);
}

static void test_backends_asks_nobody(void **state)
{
    (void)state;
    archway("backends", "--replay", FIXTURE("offers.http"), "-o", "name");
    assert_code(0);
    assert_contains(run.out, "lambda\n");
}

static void test_sign_prints_headers_and_keeps_the_secret(void **state)
{
    (void)state;
    archway("sign", "lambda", "GET", "https://cloud.lambda.ai/api/v1/instances", "-H",
            "accept: application/json", "--at", "20150830T123600Z");
    assert_code(0);
    assert_string_equal(run.out, "authorization: Bearer <secret>\n");
    archway("sign", "lambda", "GET", "https://cloud.lambda.ai/", "--show-secrets");
    assert_string_equal(run.out, "authorization: Bearer <secret>\n");
    archway("sign", "lambda", "POST", "https://cloud.lambda.ai/", "--data", "{}", "--json", "-v");
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "headers"),
                        "[{\"name\":\"authorization\",\"value\":\"Bearer <secret>\"}]");
    json_decref(root);
    assert_lacks(run.out, KEY);
    assert_lacks(run.err, KEY);
}

static void test_sign_refuses_what_is_no_request(void **state)
{
    static const struct {
        const char *argv[9];
        const char *said;
    } cases[] = {
        {{"archway", "sign", "lambda", "GET", "nonsense"}, "must start with https://"},
        {{"archway", "sign", "lambda", "GET", "http://example.com/"}, "Write https://"},
        {{"archway", "sign", "lambda", "G T", "https://example.com/"}, "is no method"},
        {{"archway", "sign", "nope", "GET", "https://example.com/"}, "there is: lambda"},
        {{"archway", "sign", "lambda", "GET", "https://a.b/", "-H", "no header"}, "'name: value'"},
        {{"archway", "sign", "lambda", "GET", "https://a.b/", "--at", "20150230T123600Z"},
         "20150830T123600Z"},
        {{"archway", "sign", "lambda", "GET", "https://a.b/", "--at", "2015-08-30"}, "is no time"},
        {{"archway", "sign", "lambda", "GET", "https://a.b/", "--data", "@missing"},
         "missing cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cli_run(cases[i].argv);
        assert_code(2);
        assert_string_equal(run.out, "");
        assert_contains(run.err, cases[i].said);
    }
}

#define ASKED                                                                                      \
    "archway-recording 1\nenv LAMBDA_API_KEY <secret>\n"                                           \
    ">>> GET https://cloud.lambda.ai/api/v1/images\naccept: application/json\n"

static void test_doctor_finds_good_credentials_good(void **state)
{
    (void)state;
    cli_write("good.http", ASKED "<<< 200\ncontent-type: application/json\n\n{\"data\":[]}\n");
    archway("doctor", "--replay", "good.http");
    assert_code(0);
    assert_contains(run.out, "lambda\n  good  endpoint ");
    assert_contains(run.out, "good  credentials   environment LAMBDA_API_KEY, accepted\n");
}

static void test_doctor_ends_with_4_when_credentials_are_bad(void **state)
{
    (void)state;
    cli_write("bad.http",
              ASKED "<<< 401\ncontent-type: application/json\n\n"
                    "{\"error\":{\"code\":\"global/invalid-api-key\",\"message\":\"No.\"}}\n"
                    ">>> GET https://cloud.lambda.ai/api/v1/images\n"
                    "accept: application/json\n<<< 401\n"
                    "content-type: application/json\n\n"
                    "{\"error\":{\"code\":\"global/invalid-api-key\",\"message\":\"No.\"}}\n");
    archway("doctor", "--json", "--replay", "bad.http");
    assert_code(4);
    json_t *root = cli_json();
    assert_contains(cli_json_at(root, "findings"),
                    "\"subject\":\"credentials\",\"verdict\":\"bad\"");
    json_decref(root);
}

static void test_a_configuration_that_is_wrong_is_named_with_its_line(void **state)
{
    (void)state;
    cli_write("wrong.yaml", "ownr: me\n");
    archway("offers", "--config", "wrong.yaml");
    assert_code(2);
    assert_contains(run.err, "wrong.yaml:1: unknown key `ownr`: did you mean `owner`?");
    archway("offers", "--config", "missing.yaml");
    assert_code(2);
    assert_contains(run.err, "missing.yaml");
}

static void test_a_backend_without_plugin_fails_beside_the_others(void **state)
{
    (void)state;
    cli_write("two.yaml", "backends:\n  - {type: lambda, api_key: k}\n  - {type: mars}\n");
    archway("offers", "--config", "two.yaml", "--replay", FIXTURE("offers.http"), "--gpu", "GH200");
    assert_code(6);
    assert_contains(run.out, "gpu_1x_gh200");
    assert_contains(run.err, "no plugin for the type `mars` is loaded");
}

static void test_a_type_that_is_misspelt_is_told_the_right_one(void **state)
{
    (void)state;
    cli_write("near.yaml", "backends:\n  - {type: lamda, api_key: k}\n");
    archway("offers", "--config", "near.yaml", "--replay", FIXTURE("offers.http"));
    assert_code(1);
    assert_contains(run.err, "`lamda` is loaded: did you mean `lambda`?");
}

static void test_a_machine_that_does_not_answer_is_no_good_answer(void **state)
{
    (void)state;
    cli_write("down.yaml", "backends:\n  - {type: onprem, hosts: [\"127.0.0.1:1 name=near\"]}\n");
    archway("doctor", "--config", "down.yaml");
    assert_code(1);
    assert_contains(run.out,
                    "bad   answer        near: the machine has no ssh server at this port");
    assert_null(strstr(run.out, "good  answer"));
}

static void test_images_tells_what_machines_boot(void **state)
{
    (void)state;
    archway("images", "--replay", FIXTURE("images.http"), "--region", "us-east-3");
    assert_code(0);
    assert_contains(run.out, "lambda  us-east-3 arm64 yes e57d5fc7-36e7-4f9a-953f-3429c1f7e3b7 ");
    assert_lacks(run.out, "us-south-2");
    archway("images", "--replay", FIXTURE("images.http"), "--json");
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "images.0.arch"), "arm64");
    assert_string_equal(cli_json_at(root, "images.0.gpu"), "false");
    assert_string_equal(cli_json_at(root, "images.3.region"), "us-south-2");
    assert_string_equal(cli_json_at(root, "images.3.source"), "lambda-stack-24-04");
    assert_string_equal(cli_json_at(root, "backends.0.complete"), "true");
    json_decref(root);
    archway("images", "--replay", FIXTURE("images.http"), "--region", "nowhere");
    assert_code(3);
    assert_contains(run.err, "no boot image is known in nowhere\n");
}

static void test_what_is_checked_is_json_when_asked(void **state)
{
    (void)state;
    archway("check", PLUGIN_DIR "/lambda.so", "--rules", "S1", "--json");
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "rules.0.rule"), "S1");
    json_decref(root);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, with_key, without_key)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_checked_is_json_when_asked),
        TEST(test_backends_tells_what_was_loaded_and_what_was_refused),
        TEST(test_only_what_is_needed_is_loaded),
        TEST(test_without_sqlite_there_are_offers_and_no_machines),
        TEST(test_backends_asks_nobody),
        TEST(test_images_tells_what_machines_boot),
        TEST(test_sign_prints_headers_and_keeps_the_secret),
        TEST(test_sign_refuses_what_is_no_request),
        TEST(test_doctor_finds_good_credentials_good),
        TEST(test_doctor_ends_with_4_when_credentials_are_bad),
        TEST(test_a_configuration_that_is_wrong_is_named_with_its_line),
        TEST(test_a_backend_without_plugin_fails_beside_the_others),
        TEST(test_a_machine_that_does_not_answer_is_no_good_answer),
        TEST(test_a_type_that_is_misspelt_is_told_the_right_one),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
