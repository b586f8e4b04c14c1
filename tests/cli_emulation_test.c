/* SPDX-License-Identifier: Apache-2.0 */
/* archway bench-emulation, with the emulator of this machine if it has one, and with programs in its place. */
#include "tests/cli_run.h"
#include "tests/emulated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cmocka.h>

static const char *host_arch(void)
{
    static struct utsname host;
    uname(&host);
    return strcmp(host.machine, "aarch64") == 0 ? "arm64" : "amd64";
}

/* A program that stands where the emulator is looked for. */
static void put_emulator(const char *script)
{
    const char *name = strcmp(host_arch(), "amd64") ? "qemu-x86_64" : "qemu-aarch64";
    char path[600] = "PATH=";
    cli_write(name, script);
    chmod(name, 0700);
    assert_non_null(getcwd(path + 5, sizeof path - 5));
    cli_environment(path);
}

static int teardown(void **state)
{
    (void)state;
    unlink("qemu-aarch64");
    unlink("qemu-x86_64");
    cli_environment(NULL);
    return 0;
}

static void test_both_rates_and_their_ratio_are_told(void **state)
{
    (void)state;
    NOT_EMULATED(NATIVE_REASON);
    /* Ten events a second, which no processor is as slow as. */
    put_emulator("#!/bin/sh\nwhile printf .; do /bin/sleep 0.1; done\n");
    archway("bench-emulation", "--json", "--duration", "1800ms");
    assert_code(2);
    archway("bench-emulation", "--json", "--duration", "3");
    assert_code(0);
    json_t *root = cli_json();
    assert_string_equal(cli_json_at(root, "native.arch"), host_arch());
    assert_string_not_equal(cli_json_at(root, "emulated.arch"), host_arch());
    double native = json_number_value(json_object_get(json_object_get(root, "native"), "events"));
    double emulated =
        json_number_value(json_object_get(json_object_get(root, "emulated"), "events"));
    double factor = json_number_value(json_object_get(root, "factor"));
    assert_true(native > 0 && emulated > 0 && emulated < 30);
    assert_true(factor >= 1);
    json_decref(root);
    archway("bench-emulation", "--duration", "3");
    assert_code(0);
    assert_contains(run.out, "emulation_factor: ");
}

static void test_an_emulator_that_computes_wrongly_is_told(void **state)
{
    (void)state;
    put_emulator("#!/bin/sh\nwhile printf !; do :; done\n");
    archway("bench-emulation");
    assert_code(1);
    assert_contains(run.err, "computes something else than is right");
}

static void test_without_an_emulator_the_package_is_named(void **state)
{
    (void)state;
    cli_environment("PATH=/nowhere");
    archway("bench-emulation");
    assert_code(3);
    assert_contains(run.err, "install the package qemu-user-static");
}

/* Where it is installed: the program is a real one for the other architecture. */
static void test_the_load_runs_under_qemu(void **state)
{
    (void)state;
    NOT_EMULATED(NATIVE_REASON);
    const char *emulator =
        strcmp(host_arch(), "amd64") ? "/usr/bin/qemu-x86_64" : "/usr/bin/qemu-aarch64";
    cli_environment("PATH=/usr/bin:/bin");
    archway("bench-emulation", "--json", "--duration", "3");
    if (access(emulator, X_OK) != 0) {
        assert_code(3);
        print_message("no %s: only its absence was tested\n", emulator);
        return;
    }
    assert_code(0);
    json_t *root = cli_json();
    assert_true(json_number_value(json_object_get(root, "factor")) >= 1);
    json_decref(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_both_rates_and_their_ratio_are_told, teardown),
        cmocka_unit_test_teardown(test_an_emulator_that_computes_wrongly_is_told, teardown),
        cmocka_unit_test_teardown(test_without_an_emulator_the_package_is_named, teardown),
        cmocka_unit_test_teardown(test_the_load_runs_under_qemu, teardown),
    };
    return cmocka_run_group_tests(tests, cli_folder_enter, cli_folder_leave);
}
