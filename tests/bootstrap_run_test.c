/* SPDX-License-Identifier: Apache-2.0 */
/* Bootstrap scripts, run by the system's shell on a machine of stubs, with downloads from a real server. */
#include "tests/bootstrap_stage.h"
#include "tests/tls_server.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PLACE "usr/local/lib/archway/archway-agent"
#define UNIT "etc/systemd/system/archway-agent.service"
#define ROUNDS 25
#define LONGEST 60
#define NASTY 3

static void assert_has(const char *text, const char *part)
{
    if (!text || !strstr(text, part))
        fail_msg("\"%s\" is not in \"%s\"", part, text ? text : "(nothing)");
}

static void assert_nothing_installed(const struct stage *stage)
{
    assert_null(stage_file(stage, PLACE));
    assert_null(stage_file(stage, PLACE ".new"));
    assert_null(stage_file(stage, PLACE ".start"));
    assert_null(stage_file(stage, UNIT));
    assert_null(strstr(stage_calls(stage), "systemctl restart"));
}

static void assert_runs(struct stage *stage, uint32_t arch)
{
    if (stage_run(stage, arch))
        fail_msg("%s", stage->said);
    assert_string_equal(stage_file(stage, PLACE), AGENT);
    assert_has(stage_file(stage, UNIT), "Restart=always\n");
    assert_has(stage_file(stage, UNIT), PLACE ".start\n");
    assert_has(stage_calls(stage), "systemctl daemon-reload\n"
                                   "systemctl enable archway-agent.service\n"
                                   "systemctl restart archway-agent.service\n");
}

static void test_the_agent_of_either_architecture_is_installed_and_started(void **state)
{
    struct stage *stage = *state;
    stage_machine(stage, "aarch64");
    assert_runs(stage, AW_ARCH_ARM64);
    stage_machine(stage, "x86_64");
    assert_runs(stage, AW_ARCH_AMD64);
    assert_int_equal(server_requests(stage->server), 2);
}

static void test_another_architecture_stops_it_before_anything_is_done(void **state)
{
    static const struct {
        const char *machine;
        uint32_t arch;
        const char *said;
    } cases[] = {
        {"x86_64", AW_ARCH_ARM64, "this machine is x86_64 (uname -m), but the agent is for arm64"},
        {"aarch64", AW_ARCH_AMD64,
         "this machine is aarch64 (uname -m), but the agent is for amd64"},
        {"armv7l", AW_ARCH_ARM64, "this machine is armv7l (uname -m), but the agent is for arm64"},
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        stage_machine(stage, cases[i].machine);
        assert_int_equal(stage_run(stage, cases[i].arch), 1);
        stage_said(stage, cases[i].said);
    }
    assert_nothing_installed(stage);
    assert_int_equal(server_requests(stage->server), 0);
}

static void test_an_agent_with_another_checksum_is_not_installed(void **state)
{
    struct stage *stage = *state;
    stage->sha256[0] = stage->sha256[0] == '0' ? '1' : '0';
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    stage_said(stage, "has the SHA-256 ");
    stage_said(stage, "Nothing was installed");
    assert_nothing_installed(stage);
}

static void test_an_error_page_is_no_agent(void **state)
{
    struct stage *stage = *state;
    stage->failures = UINT_MAX;
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    stage_said(stage, "/agent cannot be downloaded (6 tries)");
    assert_nothing_installed(stage);
    assert_int_equal(server_requests(stage->server), 6);
}

static void test_an_outage_is_waited_for(void **state)
{
    struct stage *stage = *state;
    stage->failures = 3;
    assert_runs(stage, AW_ARCH_ARM64);
    assert_has(stage_calls(stage), "sleep 1\n");
    assert_has(stage_calls(stage), "sleep 9\n");
    assert_int_equal(server_requests(stage->server), 4);
}

static void test_wget_will_do(void **state)
{
    struct stage *stage = *state;
    stage_no_program(stage, "curl");
    assert_int_equal(system("command -v wget >/dev/null"), 0);
    char link[256];
    snprintf(link, sizeof link, "ln -s \"$(command -v wget)\" %s/bin/wget", stage->folder);
    assert_int_equal(system(link), 0);
    stage->failures = 1;
    assert_runs(stage, AW_ARCH_ARM64);
    stage_no_program(stage, "wget");
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    stage_said(stage, "neither curl nor wget is installed");
}

static void test_a_machine_that_cannot_keep_it_running_is_told(void **state)
{
    struct stage *stage = *state;
    stage_no_program(stage, "systemctl");
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    stage_said(stage, "this machine has no systemd");
    stage_program(stage, "id", "echo 1000");
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    stage_said(stage, "it must run as root");
    assert_nothing_installed(stage);
}

/* Two arguments and a variable of anything but NUL and what YAML has no place for. */
static void fill(char texts[NASTY][LONGEST + 1])
{
    static const char characters[] = "'''\"\"\\\\$$``;&|<>(){}[]*?!#~=% \n\t-aA0\x01\x7f\xc3\xa9"
                                     "EOFEND";
    for (size_t i = 0; i < NASTY; i++) {
        size_t size = (size_t)rand() % LONGEST;
        for (size_t at = 0; at < size; at++)
            texts[i][at] = characters[(size_t)rand() % (sizeof characters - 1)];
        texts[i][size] = '\0';
    }
}

static void check_agent(const struct stage *stage, char texts[NASTY][LONGEST + 1])
{
    char block[NASTY * (LONGEST + 1) + 64];
    size_t size = stage_agent(stage, block, sizeof block);
    const char *at = block;
    for (size_t i = 0; i < NASTY; i++) {
        assert_true(at < block + size);
        assert_string_equal(at, texts[i]);
        at += strlen(at) + 1;
    }
    assert_ptr_equal(at, block + size);
}

static void test_no_value_breaks_out(void **state)
{
    struct stage *stage = *state;
    srand(20261124);
    for (unsigned round = 0; round < ROUNDS; round++) {
        char texts[NASTY][LONGEST + 1];
        fill(texts);
        const char *const arguments[] = {texts[0], texts[1]};
        const aw_header variables[] = {{"VALUE", texts[2]}};
        stage->agent.arguments = arguments;
        stage->agent.argument_count = 2;
        stage->agent.variables = variables;
        stage->agent.variable_count = 1;
        if (stage_run(stage, AW_ARCH_ARM64))
            fail_msg("round %u: %s", round, stage->said);
        check_agent(stage, texts);
    }
}

static void test_docker_is_installed_where_it_is_not(void **state)
{
    struct stage *stage = *state;
    char system_file[256];
    stage->agent.docker = true;
    stage_program(stage, "apt-get", "");
    snprintf(system_file, sizeof system_file,
             "printf 'ID=ubuntu\\nID_LIKE=debian\\n' >%s/root/etc/os-release", stage->folder);
    assert_int_equal(system(system_file), 0);
    assert_runs(stage, AW_ARCH_ARM64);
    assert_has(stage_calls(stage), "install -y --no-install-recommends docker.io\n");
    assert_has(stage_calls(stage), "systemctl enable --now docker\n");
    stage_program(stage, "apt-get", "exit 100");
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    stage_said(stage, "Docker cannot be installed");
    stage_program(stage, "docker", "");
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 0);
}

static void test_docker_on_another_system_is_a_clear_failure(void **state)
{
    struct stage *stage = *state;
    char system_file[256];
    stage->agent.docker = true;
    stage_program(stage, "apt-get", "");
    snprintf(system_file, sizeof system_file, "printf 'ID=fedora\\n' >%s/root/etc/os-release",
             stage->folder);
    assert_int_equal(system(system_file), 0);
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    stage_said(stage, "installed on Debian and Ubuntu only (fedora ): use an image that has it");
    assert_nothing_installed(stage);
}

static void test_a_part_of_a_machine_has_an_agent_of_its_own_and_is_undone(void **state)
{
    char block[512];
    struct stage *stage = *state;
    stage->block = "3";
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 0);
    assert_non_null(stage_file(stage, PLACE "-3"));
    assert_has(stage_file(stage, PLACE "-3.start"), "export ARCHWAY_BLOCK='3'\n");
    assert_has(stage_file(stage, "etc/systemd/system/archway-agent-3.service"),
               "archway-agent-3.start\n");
    assert_true(stage_agent(stage, block, sizeof block) > 0);
    assert_int_equal(stage_undo(stage), 0);
    assert_has(stage_calls(stage), "systemctl disable --now archway-agent-3.service\n");
    assert_null(stage_file(stage, PLACE "-3"));
    assert_null(stage_file(stage, PLACE "-3.start"));
    assert_null(stage_file(stage, "etc/systemd/system/archway-agent-3.service"));
}

static void test_what_it_made_is_undone_from_wherever_it_stopped(void **state)
{
    struct stage *stage = *state;
    stage->sha256[0] = stage->sha256[0] == '0' ? '1' : '0';
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 1);
    assert_int_equal(stage_undo(stage), 0);
    assert_null(strstr(stage_calls(stage), "systemctl disable"));
}

static void test_shellcheck_has_nothing_to_say(void **state)
{
    static const char *const arguments[] = {"it's", "$(x)"};
    static const aw_header variables[] = {{"A", "'\n'"}};
    struct stage *stage = *state;
    char command[256];
    stage->agent.arguments = arguments;
    stage->agent.argument_count = 2;
    stage->agent.variables = variables;
    stage->agent.variable_count = 1;
    assert_int_equal(stage_run(stage, AW_ARCH_ARM64), 0);
    snprintf(command, sizeof command, "shellcheck -s sh -e SC2016,SC1003 %s/script", stage->folder);
    assert_int_equal(system(command), 0);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_open, stage_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(test_the_agent_of_either_architecture_is_installed_and_started),
        STAGED(test_another_architecture_stops_it_before_anything_is_done),
        STAGED(test_an_agent_with_another_checksum_is_not_installed),
        STAGED(test_an_error_page_is_no_agent),
        STAGED(test_an_outage_is_waited_for),
        STAGED(test_wget_will_do),
        STAGED(test_a_machine_that_cannot_keep_it_running_is_told),
        STAGED(test_no_value_breaks_out),
        STAGED(test_docker_is_installed_where_it_is_not),
        STAGED(test_docker_on_another_system_is_a_clear_failure),
        STAGED(test_a_part_of_a_machine_has_an_agent_of_its_own_and_is_undone),
        STAGED(test_what_it_made_is_undone_from_wherever_it_stopped),
        STAGED(test_shellcheck_has_nothing_to_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
