/* SPDX-License-Identifier: Apache-2.0 */
/* The command line and its outputs: what is asked for, what is shown, how it ends. */
#include "cli_run.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define OFFERS "offers", "--replay", FIXTURE("offers.http")

static size_t count(const char *text, const char *part)
{
    size_t found = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        found++;
    return found;
}

static size_t longest_line(const char *text)
{
    size_t longest = 0;
    while (*text) {
        size_t size = strcspn(text, "\n");
        longest = size > longest ? size : longest;
        text += size + (text[size] == '\n');
    }
    return longest;
}

static void test_offers_are_a_table_of_80_columns(void **state)
{
    (void)state;
    archway(OFFERS);
    assert_code(0);
    assert_int_equal(strncmp(run.out, "TYPE ", 5), 0); /* all of one backend: no room to say so */
    assert_true(longest_line(run.out) <= 80);
    assert_int_equal(count(run.out, "\n"), 27);
    assert_contains(run.out,
                    "gpu_1x_gh200          us-east-3        arm64  64  432GB 1x GH200 96GB "
                    "     1.49\n");
    assert_true(strstr(run.out, "cpu_4x_general") < strstr(run.out, "gpu_1x_gh200"));
    assert_contains(run.out, "gpu_8x_v100           (sold out)");
    assert_string_equal(run.err, "");
}

static void test_the_wide_table_cuts_nothing(void **state)
{
    (void)state;
    archway(OFFERS, "--wide");
    assert_code(0);
    assert_lacks(run.out, "~");
    assert_contains(run.out, "gpu_1x_a100_sxm4");
    assert_contains(run.out, "KNOWN BY");
    assert_contains(run.out, "4096GB");
}

static void test_json_has_the_promised_members(void **state)
{
    (void)state;
    archway(OFFERS, "--arch", "arm64", "--json");
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "schema"), "1");
    assert_string_equal(
        cli_json_at(root, "offers"),
        "[{\"backend\":\"lambda\",\"instance_type\":\"gpu_1x_gh200\",\"region\":\"us-east-3\","
        "\"zone\":null,\"arch\":\"arm64\",\"arch_source\":\"rule\",\"vcpus\":64,\"memory_mib\":"
        "442368,\"gpu\":{\"vendor\":\"nvidia\",\"name\":\"GH200\",\"count\":1,\"memory_mib\":98304}"
        ",\"disk_mib\":4194304,\"spot\":false,\"price_usd_per_hour\":\"1.49\","
        "\"price_nusd_per_hour\":1490000000,\"availability\":\"available\","
        "\"emulated\":false,\"effective_price_nusd_per_hour\":1490000000}]");
    assert_string_equal(cli_json_at(root, "backends"),
                        "[{\"name\":\"lambda\",\"ok\":true,\"error\":null,\"fetched_at\":"
                        "\"2026-05-01T12:00:00Z\",\"complete\":true}]");
    assert_string_equal(cli_json_at(root, "removed"), "{\"arch\":25}");
    assert_string_equal(cli_json_at(root, "problems"), "[]");
    json_decref(root);
}

static void test_an_offer_without_gpu_or_region_says_null(void **state)
{
    (void)state;
    archway(OFFERS, "--json");
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "offers.0.gpu"), "null");
    assert_string_equal(cli_json_at(root, "offers.1.region"), "null");
    assert_string_equal(cli_json_at(root, "offers.1.availability"), "unavailable");
    json_decref(root);
}

static void test_csv_has_a_line_of_titles_and_a_line_an_offer(void **state)
{
    (void)state;
    archway(OFFERS, "-o", "csv", "--gpu", "GH200");
    assert_code(0);
    assert_string_equal(run.out,
                        "backend,instance_type,region,zone,arch,arch_source,vcpus,memory_mib,"
                        "gpu_vendor,gpu_name,gpu_count,gpu_memory_mib,disk_mib,spot,"
                        "price_usd_per_hour,price_nusd_per_hour,availability\r\n"
                        "lambda,gpu_1x_gh200,us-east-3,,arm64,rule,64,442368,nvidia,GH200,1,98304,"
                        "4194304,false,1.49,1490000000,available\r\n");
}

static void test_names_are_one_a_line(void **state)
{
    (void)state;
    archway(OFFERS, "-o", "name", "--available", "--limit", "2");
    assert_code(0);
    assert_string_equal(run.out, "lambda/us-west-1/cpu_4x_general\nlambda/us-east-1/gpu_1x_a10\n");
}

static void test_global_options_may_stand_before_the_verb(void **state)
{
    (void)state;
    archway("-o", "name", "--replay", FIXTURE("offers.http"), "offers", "--gpu=GH200");
    assert_code(0);
    assert_string_equal(run.out, "lambda/us-east-3/gpu_1x_gh200\n");
}

static void test_when_nothing_matches_it_says_what_each_filter_removed(void **state)
{
    (void)state;
    archway(OFFERS, "--arch", "arm64", "--gpu", "H100");
    assert_code(3);
    assert_string_equal(run.out, "");
    assert_string_equal(
        run.err, "archway: arch: the job, as asked for, runs on arm64 only, and the 6 offers "
                 "that fit in all else are amd64\n"
                 "archway: no offer matches: arch removed 25, gpu removed 1\n");
    archway(OFFERS, "--arch", "arm64", "--gpu", "H100", "--json");
    assert_code(3);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "offers"), "[]");
    assert_string_equal(cli_json_at(root, "removed"), "{\"arch\":25,\"gpu\":1}");
    json_decref(root);
}

static void test_a_bad_key_ends_with_4_and_the_way_out(void **state)
{
    (void)state;
    archway("offers", "--replay", FIXTURE("bad-key.http"));
    assert_code(4);
    assert_string_equal(run.out, "");
    assert_contains(run.err, "archway: lambda: API key was invalid");
    assert_contains(run.err, "HTTP 401, code global/invalid-api-key, request id 7f3b2a90");
    assert_contains(run.err, "archway doctor");
}

static void test_with_json_an_error_is_json_too(void **state)
{
    (void)state;
    archway("offers", "--json", "--replay", FIXTURE("bad-key.http"));
    assert_code(4);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "backends.0.ok"), "false");
    assert_string_equal(cli_json_at(root, "backends.0.error.code"), "unauthenticated");
    json_decref(root);
    root = json_loads(run.err, 0, NULL);
    assert_string_equal(cli_json_at(root, "error.code"), "unauthenticated");
    assert_string_equal(cli_json_at(root, "error.provider_code"), "global/invalid-api-key");
    assert_string_equal(cli_json_at(root, "error.http_status"), "401");
    assert_string_equal(cli_json_at(root, "error.retryable"), "false");
    json_decref(root);
}

static void test_what_can_be_read_is_shown_and_the_rest_told(void **state)
{
    (void)state;
    archway("offers", "--replay", FIXTURE("wrong-types.http"));
    assert_code(6);
    assert_contains(run.out, "gpu_1x_gh200");
    assert_contains(run.err, "gpu_1x_a10 is left out");
    assert_int_equal(count(run.err, "Please report this"), 1);
}

static void test_an_answer_that_makes_no_sense_fails(void **state)
{
    (void)state;
    archway("offers", "--replay", FIXTURE("truncated.http"));
    assert_code(1);
    archway("offers", "--replay", FIXTURE("html-error.http"));
    assert_code(1);
    assert_contains(run.err, "HTTP 502");
}

static void test_without_credentials_it_says_what_to_set(void **state)
{
    (void)state;
    archway("offers");
    assert_code(4);
    assert_contains(run.err, "no backend has credentials");
    assert_contains(run.err, "backends:");
}

static void test_wrong_usage_ends_with_2_and_names_what_was_meant(void **state)
{
    static const struct {
        const char *argv[6];
        const char *said;
    } cases[] = {
        {{"archway", "ofers"}, "did you mean offers?"},
        {{"archway", "offers", "--arhc", "arm64"}, "did you mean --arch?"},
        {{"archway", "offers", "--wait"}, "offers has no option --wait"},
        {{"archway", "offers", "--arch"}, "--arch needs a value: --arch ARCH"},
        {{"archway", "offers", "--json=1"}, "--json takes no value"},
        {{"archway", "offers", "-x"}, "no option -x"},
        {{"archway", "offers", "-o", "xml"}, "table, wide, json, csv or name"},
        {{"archway", "offers", "--spot", "--on-demand"}, "exclude each other"},
        {{"archway", "offers", "--timeout", "5x"}, "write seconds, minutes, hours or days"},
        {{"archway", "show"}, "archway show ID"},
        {{"archway", "show", "a/b"}, "backend/region/id"},
        {{"archway", "list", "extra"}, "\"extra\" is too much"},
        {{"archway"}, "archway help"},
    };
    (void)state;
    cli_environment("LAMBDA_API_KEY=none");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        cli_run(cases[i].argv);
        assert_code(2);
        assert_string_equal(run.out, "");
        assert_contains(run.err, cases[i].said);
        assert_int_equal(count(run.err, "\n"), 1);
    }
    cli_environment(NULL);
}

static void test_a_filter_that_is_wrong_is_named(void **state)
{
    (void)state;
    archway(OFFERS, "--cpu", "4x");
    assert_code(2);
    assert_contains(run.err, "archway: --cpu: \"4x\" is not");
    archway(OFFERS, "--backend", "lambda,nope");
    assert_code(2);
    assert_contains(run.err, "no backend is called \"nope\"; there is: lambda");
}

static void test_a_provider_that_cannot_be_reached_is_named(void **state)
{
    static const char request[] = ">>> GET https://cloud.lambda.ai/api/v1/instance-types\n"
                                  "accept: application/json\n<<< lost\n\n";
    char recording[2048];
    int size = snprintf(recording, sizeof recording, "archway-recording 1\n%s",
                        "env LAMBDA_API_KEY <secret>\n");
    (void)state;
    for (int i = 0; i < 6; i++)
        size += snprintf(recording + size, sizeof recording - (size_t)size, "%s", request);
    cli_write("down.http", recording);
    archway("offers", "--replay", "down.http");
    assert_code(1);
    assert_contains(run.err, "request instance-types: GET https://cloud.lambda.ai/api/v1/");
}

static void test_help_fits_80_columns(void **state)
{
    static const char *const verbs[] = {"backends",  "offers", "create", "list", "show",
                                        "terminate", "sign",   "doctor", "help"};
    (void)state;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
        archway("help", verbs[i]);
        assert_code(0);
        assert_contains(run.out, "Usage: archway ");
        assert_true(longest_line(run.out) <= 80);
    }
    archway("--help");
    assert_code(0);
    assert_true(longest_line(run.out) <= 80);
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        assert_contains(run.out, verbs[i]);
    archway("create", "--help");
    assert_contains(run.out, "--ssh-key FILE");
    assert_lacks(run.out, "--available");
}

static void test_the_version_is_told(void **state)
{
    (void)state;
    archway("--version");
    assert_code(0);
    assert_string_equal(run.out, "archway 0.1.0\n");
}

static void test_a_full_disk_is_an_error_and_a_closed_pipe_is_none(void **state)
{
    static const char *const argv[] = {"archway", OFFERS, NULL};
    int ends[2];
    (void)state;
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    cli_finish(cli_start(argv, full));
    close(full);
    assert_code(1);
    assert_contains(run.err, "No space left on device");
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    close(ends[0]);
    cli_finish(cli_start(argv, ends[1]));
    close(ends[1]);
    assert_code(0);
    assert_string_equal(run.err, "");
}

static void test_verbose_tells_each_request_and_no_secret(void **state)
{
    (void)state;
    archway("offers", "--verbose", "--replay", FIXTURE("rate-limited.http"));
    assert_code(0);
    assert_int_equal(count(run.err, "GET https://cloud.lambda.ai/api/v1/instance-types: "), 2);
    assert_contains(run.err, ": 429, ");
    assert_lacks(run.err, "Bearer");
    assert_lacks(run.err, "uthorization");
}

static void test_a_page_instead_of_an_answer_points_at_what_is_in_between(void **state)
{
    (void)state;
    cli_write("page.http", "archway-recording 1\nenv LAMBDA_API_KEY <secret>\n\n"
                           ">>> GET https://cloud.lambda.ai/api/v1/instance-types\n"
                           "accept: application/json\n\n<<< 200\ncontent-type: text/html\n\n"
                           "<html><title>Log in</title></html>\n");
    archway("offers", "--replay", "page.http");
    assert_contains(run.err, "an HTML page with the title \"Log in\"");
    assert_contains(run.err, "No API answers so: look at `endpoint:` of this backend");
    assert_null(strstr(run.err, "Please report this"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_offers_are_a_table_of_80_columns),
        cmocka_unit_test(test_the_wide_table_cuts_nothing),
        cmocka_unit_test(test_json_has_the_promised_members),
        cmocka_unit_test(test_an_offer_without_gpu_or_region_says_null),
        cmocka_unit_test(test_csv_has_a_line_of_titles_and_a_line_an_offer),
        cmocka_unit_test(test_names_are_one_a_line),
        cmocka_unit_test(test_global_options_may_stand_before_the_verb),
        cmocka_unit_test(test_when_nothing_matches_it_says_what_each_filter_removed),
        cmocka_unit_test(test_a_bad_key_ends_with_4_and_the_way_out),
        cmocka_unit_test(test_with_json_an_error_is_json_too),
        cmocka_unit_test(test_what_can_be_read_is_shown_and_the_rest_told),
        cmocka_unit_test(test_an_answer_that_makes_no_sense_fails),
        cmocka_unit_test(test_without_credentials_it_says_what_to_set),
        cmocka_unit_test(test_wrong_usage_ends_with_2_and_names_what_was_meant),
        cmocka_unit_test(test_a_filter_that_is_wrong_is_named),
        cmocka_unit_test(test_a_provider_that_cannot_be_reached_is_named),
        cmocka_unit_test(test_help_fits_80_columns),
        cmocka_unit_test(test_the_version_is_told),
        cmocka_unit_test(test_a_full_disk_is_an_error_and_a_closed_pipe_is_none),
        cmocka_unit_test(test_verbose_tells_each_request_and_no_secret),
        cmocka_unit_test(test_a_page_instead_of_an_answer_points_at_what_is_in_between),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
