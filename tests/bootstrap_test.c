/* SPDX-License-Identifier: Apache-2.0 */
/* `bootstrap:` in the configuration, and the script that is made of it. */
#include "tests/config_file.h"

#include "core/bootstrap.h"
#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
#define LOWER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BOTH                                                                                       \
    "bootstrap:\n  url: https://example.org/agent-{arch}\n"                                        \
    "  amd64: {sha256: " SHA "}\n  arm64: {sha256: " SHA "}\n"

static void test_all_of_it_is_read(void **state)
{
    struct config config;
    (void)state;
    config_accept(&config, "bootstrap:\n"
                           "  url: https://example.org/{arch}/agent-{arch}\n"
                           "  amd64: {sha256: " SHA "}\n"
                           "  arm64: {sha256: " SHA ", url: https://arm.example.org/agent}\n"
                           "  arguments: [serve, \"--name=it's\"]\n"
                           "  environment: {LOG_LEVEL: debug, EMPTY: ''}\n"
                           "  secrets: {AGENT_TOKEN: abc/def+0123=}\n"
                           "  docker: true\n");
    const struct bootstrap *bootstrap = config.bootstrap;
    assert_string_equal(bootstrap->amd64.url, "https://example.org/amd64/agent-amd64");
    assert_string_equal(bootstrap->arm64.url, "https://arm.example.org/agent");
    assert_string_equal(bootstrap->amd64.sha256, LOWER);
    assert_int_equal(bootstrap->argument_count, 2);
    assert_string_equal(bootstrap->arguments[1], "--name=it's");
    assert_int_equal(bootstrap->variable_count, 3);
    assert_string_equal(bootstrap->variables[1].value, "");
    assert_string_equal(bootstrap->variables[2].name, "AGENT_TOKEN");
    assert_int_equal(bootstrap->secret_count, 1);
    assert_string_equal(bootstrap->secrets[0], "abc/def+0123=");
    assert_true(bootstrap->docker);
    config_finish(&config);
    config_accept(&config, "owner: me\n");
    assert_null(config.bootstrap);
    config_finish(&config);
}

static void test_what_is_wrong_is_told_with_what_to_write(void **state)
{
    static const struct {
        const char *text;
        const char *sentence;
    } cases[] = {
        {"bootstrap: yes\n", "config.yaml:1: `bootstrap` describes an agent: write `url:`, "
                             "`amd64:` and `arm64:` below it."},
        {"bootstrap:\n  url: https://example.org/{arch}\n",
         "config.yaml:1: `bootstrap` has an agent for no architecture: write `amd64: {sha256: "
         "DIGITS}`, `arm64: {sha256: DIGITS}`, or both."},
        {"bootstrap:\n  amd64: {sha256: " SHA "}\n", "config.yaml:2: `amd64` of `bootstrap` has no "
                                                     "`url`. Write one here, or one with {arch} in "
                                                     "it beside `amd64`."},
        {"bootstrap:\n  arm64: {url: https://example.org/}\n",
         "config.yaml:2: `arm64` of `bootstrap` needs `{sha256: DIGITS}`: what is not checked is "
         "not run."},
        {"bootstrap:\n  arm64: {url: https://example.org/, sha256: abc}\n",
         "config.yaml:2: `sha256` must be the 64 hexadecimal digits that `sha256sum FILE` prints."},
        {"bootstrap:\n  url: https://example.org/a\n  amd64: {sha256: " SHA
         "}\n  arm64: {sha256: " SHA "}\n",
         "config.yaml:2: the `url` of `bootstrap` is the same for both architectures. Put {arch} "
         "where they differ, or a `url` below each."},
        {BOTH "  arguments: serve\n",
         "config.yaml:5: `arguments` must be a list: write `arguments: [serve, --quiet]`."},
        {BOTH "  environment: [A]\n",
         "config.yaml:5: `environment` must be a map: write `environment: {NAME: value}`."},
        {BOTH "  environment: {A: [b]}\n", "config.yaml:5: `A` must have one value."},
        {BOTH "  environment: {1A: b}\n",
         "config.yaml:5: `1A` is no name of an environment variable, which has A-Z, a-z, 0-9 and _ "
         "with no digit first."},
        {BOTH "  secrets: {A: short}\n",
         "config.yaml:5: `A` cannot be kept a secret: it must be at least 8 of A-Z, a-z, 0-9 and "
         "._~+/=:@- (base64 makes such of anything)."},
        {BOTH "  secrets: {A: \"it's a secret\"}\n",
         "config.yaml:5: `A` cannot be kept a secret: it must be at least 8 of A-Z, a-z, 0-9 and "
         "._~+/=:@- (base64 makes such of anything)."},
        {BOTH "  docker: perhaps\n", "config.yaml:5: `docker` must be `true` or `false`."},
        {BOTH "  dokcer: true\n",
         "config.yaml:5: unknown key `dokcer` in `bootstrap`: did you mean `docker`?"},
        {BOTH "  zzzzz: true\n", "config.yaml:5: unknown key `zzzzz` in `bootstrap`. Its keys are "
                                 "url, amd64, arm64, arguments, environment, secrets and docker."},
        {"bootstrap:\n  arm64: {sha: x}\n",
         "config.yaml:2: unknown key `sha` below `arm64`: it has `sha256` and perhaps `url`."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        config_refuse(cases[i].text, cases[i].sentence);
}

static void test_an_agent_comes_by_https(void **state)
{
    static const char *const urls[] = {"http://example.org/agent", "ftp://example.org/agent",
                                       "example.org/agent"};
    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct config config;
        aw_error error = {.code = AW_OK};
        char text[512];
        snprintf(text, sizeof text, "bootstrap:\n  arm64: {url: %s, sha256: " SHA "}\n", urls[i]);
        config_init(&config);
        config_file_write(0600, text, strlen(text));
        assert_int_equal(config_read(&config, "config.yaml", &error), -1);
        assert_non_null(strstr(error.message, "the `url` of `bootstrap` for arm64 m"));
    }
}

static void test_secrets_are_read_from_a_file_of_ones_own_only(void **state)
{
    static const char text[] = BOTH "  secrets: {A: abcdefgh}\n";
    struct config config;
    aw_error error = {.code = AW_OK};
    (void)state;
    config_init(&config);
    config_file_write(0644, text, strlen(text));
    assert_int_equal(config_read(&config, "config.yaml", &error), -1);
    assert_non_null(strstr(error.message, "`A` is a secret, and others can read this file"));
}

static int write_script(const struct bootstrap *bootstrap, uint32_t arch, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf script;
    kit_buf_init(&script, mem_kit(), BOOTSTRAP_MAX);
    return bootstrap_write(bootstrap, arch, &script, ret_error);
}

static void test_a_script_there_cannot_be_is_refused(void **state)
{
    static char long_text[BOOTSTRAP_MAX];
    const char *const arguments[] = {long_text};
    struct bootstrap bootstrap = {.amd64 = {"https://example.org/", LOWER}};
    aw_error error = {.code = AW_OK};
    (void)state;
    assert_int_equal(write_script(&bootstrap, AW_ARCH_AMD64, &error), 0);
    assert_int_equal(write_script(&bootstrap, AW_ARCH_ARM64, &error), -1);
    assert_int_equal(error.code, AW_E_UNSUPPORTED);
    assert_non_null(strstr(error.message, "has no agent for arm64"));
    memset(long_text, 'x', sizeof long_text - 1);
    bootstrap.arguments = arguments;
    bootstrap.argument_count = 1;
    assert_int_equal(write_script(&bootstrap, AW_ARCH_AMD64, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_non_null(strstr(error.message, "16384 bytes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_of_it_is_read),
        cmocka_unit_test(test_what_is_wrong_is_told_with_what_to_write),
        cmocka_unit_test(test_an_agent_comes_by_https),
        cmocka_unit_test(test_secrets_are_read_from_a_file_of_ones_own_only),
        cmocka_unit_test(test_a_script_there_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, config_folder_enter, config_folder_leave);
}
