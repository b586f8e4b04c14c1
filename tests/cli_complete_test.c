/* SPDX-License-Identifier: Apache-2.0 */
/* Completion at the prompt: what is offered, and what the shells make of it. */
#include "cli_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define complete(...) archway("complete", __VA_ARGS__)
#define REPLAY(name) "--replay", FIXTURE(name)

static void must_offer(const char *words)
{
    assert_code(0);
    assert_string_equal(run.err, "");
    assert_string_equal(run.out, words);
}

static void test_commands_and_their_options_are_offered_with_what_they_are(void **state)
{
    (void)state;
    complete("te");
    must_offer("terminate\tend machines\n");
    complete("list", "--a");
    must_offer("--all\tother owners' machines too\n");
    complete("list", "--gp");
    must_offer("");
    complete("");
    assert_contains(run.out, "offers\twhat can be rented, cheapest first\n");
    complete("list", "--owner-of-nobody", "--a");
    must_offer("--all\tother owners' machines too\n");
    archway("complete");
    assert_code(0);
    complete("frobnicate", "");
    must_offer("");
}

static void test_arguments_are_offered_by_what_the_option_takes(void **state)
{
    (void)state;
    complete("offers", "--arch", "a");
    must_offer("amd64\narm64\nany\n");
    complete("--arch=ar");
    must_offer("--arch=arm64\n");
    complete("list", "-o", "j");
    must_offer("json\n");
    complete("create", "--ssh-key", "~/.ss");
    must_offer(":file\n");
    complete("list", "--backend-dir", "");
    must_offer(":dir\n");
    complete("new-backend", "mycl");
    must_offer("");
    complete("new-backend", "mycloud", "");
    must_offer(":dir\n");
    complete("completion", "");
    must_offer("bash\nzsh\nfish\n");
    complete("completion", "bash", "");
    must_offer("");
}

static void test_backends_and_machines_are_those_there_are(void **state)
{
    (void)state;
    complete(REPLAY("list.http"), "offers", "--backend", "");
    must_offer("lambda\tlambda\n");
    complete(REPLAY("list.http"), "terminate", "lam");
    must_offer(MACHINE_REF "\ttrainer\n");
    complete(REPLAY("bad-key.http"), "terminate", "");
    assert_string_equal(run.out, "");
}

static void test_names_that_offers_have_shown_are_offered(void **state)
{
    char variable[512];
    char here[256];
    (void)state;
    assert_non_null(getcwd(here, sizeof here));
    snprintf(variable, sizeof variable, "XDG_CACHE_HOME=%s/cache", here);
    cli_environment(variable);
    complete("offers", "--region", "");
    must_offer("");
    archway("offers", REPLAY("offers.http"));
    complete("offers", "--region", "");
    must_offer(""); /* a replay is no place to learn from */
    assert_int_equal(system("mkdir -p cache/archway"), 0);
    cli_write("cache/archway/names.json", "{\"region\":{\"us-east-3\":true,\"eu\":1},\"type\":[]}");
    complete("offers", "--region", "us");
    must_offer("us-east-3\n");
    complete("offers", "--type", "");
    must_offer("");
    cli_write("cache/archway/names.json", "<html>");
    complete("offers", "--region", "");
    must_offer("");
    cli_environment(NULL);
}

static void test_there_is_a_script_for_each_shell(void **state)
{
    static const char *const shells[] = {"bash", "zsh", "fish"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        archway("completion", shells[i]);
        assert_code(0);
        assert_contains(run.out, "archway");
        assert_contains(run.out, " complete ");
    }
    archway("completion", "csh");
    assert_code(2);
    assert_contains(run.err, "no completion for \"csh\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands_and_their_options_are_offered_with_what_they_are),
        cmocka_unit_test(test_arguments_are_offered_by_what_the_option_takes),
        cmocka_unit_test(test_backends_and_machines_are_those_there_are),
        cmocka_unit_test(test_names_that_offers_have_shown_are_offered),
        cmocka_unit_test(test_there_is_a_script_for_each_shell),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
