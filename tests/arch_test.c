/* SPDX-License-Identifier: Apache-2.0 */
/* The names of architectures and of the ABI's other numbers. */
#include "core/arch.h"

#include <archway/archway.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static void assert_all_read_as(const char *const *names, size_t count, uint32_t arch)
{
    for (size_t i = 0; i < count; i++)
        if (arch_read(names[i]) != arch)
            fail_msg("\"%s\" reads as %s", names[i], archway_arch_name(arch_read(names[i])));
}

static void test_every_spelling_of_amd64_is_read(void **state)
{
    (void)state;
    static const char *const names[] = {"amd64",    "x86_64",   "x86-64",   "x64",
                                        "x86",      "AMD64",    "X86_64",   "X64",
                                        "amd64/v1", "amd64/v2", "Amd64/V3", "amd64/v4"};
    assert_all_read_as(names, COUNT_OF(names), AW_ARCH_AMD64);
}

static void test_every_spelling_of_arm64_is_read(void **state)
{
    (void)state;
    static const char *const names[] = {"arm64",      "aarch64",  "arm",      "ARM64",
                                        "Arm64",      "AArch64",  "arm64/v8", "arm64/v8.2",
                                        "arm64/v8.9", "arm64/v9", "ARM64/V9", "arm64/v9.12"};
    assert_all_read_as(names, COUNT_OF(names), AW_ARCH_ARM64);
}

/* 32-bit, big-endian, macOS, other machines, misspelt, and what is no machine at all. */
static const char *const strangers[] = {
    "armv7l",    "armv8l",      "armv6l",      "arm/v7",     "arm/v8",
    "armhf",     "armel",       "aarch64_be",  "arm64be",    "aarch64eb",
    "i386",      "i686",        "386",         "ia64",       "x86_64_mac",
    "arm64_mac", "arm64e",      "mips",        "mips64",     "riscv64",
    "wasm",      "ppc64le",     "s390x",       "amd64/v5",   "amd64/v0",
    "amd64/",    "amd64/v",     "amd64/v11",   "arm64/v7",   "arm64/v10",
    "arm64/v",   "arm64/",      "arm64/v8.",   "arm64/v8.x", "arm64/v8.123",
    "arm64/v8 ", "arm64/v8/v8", "x86_64_v3",   "x86_32",     "amd",
    "ar",        "amd64x",      " amd64",      "amd64 ",     "arm64\n",
    "any",       "unknown",     "linux/arm64", "",
};

static void test_what_is_neither_is_never_taken_for_one(void **state)
{
    (void)state;
    assert_all_read_as(strangers, COUNT_OF(strangers), AW_ARCH_UNKNOWN);
    assert_int_equal(arch_read(NULL), AW_ARCH_UNKNOWN);
}

static void test_a_user_may_say_any(void **state)
{
    (void)state;
    uint32_t arch = 77;
    assert_int_equal(archway_arch_parse("any", &arch, NULL), 0);
    assert_int_equal(arch, AW_ARCH_ANY);
    assert_int_equal(archway_arch_parse("Any", &arch, NULL), 0);
    assert_int_equal(arch, AW_ARCH_ANY);
    assert_int_equal(archway_arch_parse("aarch64", &arch, NULL), 0);
    assert_int_equal(arch, AW_ARCH_ARM64);
}

static void test_a_wrong_architecture_is_answered_with_the_right_words(void **state)
{
    (void)state;
    static const char *const words[] = {"\"armv7l\"", "amd64",   "x86_64", "x86-64",   "x64",
                                        "arm64",      "aarch64", "arm",    "arm64/v8", "any"};
    uint32_t arch = 77;
    aw_error error;
    assert_int_equal(archway_arch_parse("armv7l", &arch, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    for (size_t i = 0; i < COUNT_OF(words); i++)
        assert_non_null(strstr(error.message, words[i]));
    assert_int_equal(arch, 77);
    assert_int_equal(archway_arch_parse(NULL, &arch, &error), -1);
    assert_int_equal(archway_arch_parse("", &arch, NULL), -1);
}

static void test_numbers_have_names(void **state)
{
    (void)state;
    assert_string_equal(archway_code_name(AW_OK), "ok");
    assert_string_equal(archway_code_name(AW_E_INVALID), "invalid");
    assert_string_equal(archway_code_name(AW_E_NO_CAPACITY), "no_capacity");
    assert_string_equal(archway_code_name(AW_E_INTERNAL), "internal");
    assert_string_equal(archway_arch_name(AW_ARCH_AMD64), "amd64");
    assert_string_equal(archway_arch_name(AW_ARCH_ARM64), "arm64");
    assert_string_equal(archway_arch_name(AW_ARCH_ANY), "any");
    assert_string_equal(archway_arch_source_name(AW_ARCH_SOURCE_API), "api");
    assert_string_equal(archway_arch_source_name(AW_ARCH_SOURCE_RULE), "rule");
    assert_string_equal(archway_arch_source_name(AW_ARCH_SOURCE_PROBE), "probe");
    assert_string_equal(archway_arch_source_name(AW_ARCH_SOURCE_USER), "user");
    assert_string_equal(archway_state_name(AW_STATE_PENDING), "pending");
    assert_string_equal(archway_state_name(AW_STATE_FAILED), "failed");
    assert_string_equal(archway_availability_name(AW_AVAILABLE), "available");
    assert_string_equal(archway_availability_name(AW_UNAVAILABLE), "unavailable");
    assert_string_equal(archway_availability_name(AW_NO_QUOTA), "no_quota");
}

static void test_numbers_that_are_not_in_the_list_are_unknown(void **state)
{
    (void)state;
    static const char *(*const names[])(uint32_t) = {archway_code_name, archway_arch_name,
                                                     archway_arch_source_name, archway_state_name,
                                                     archway_availability_name};
    static const uint32_t first_beyond[] = {AW_E_INTERNAL + 1, AW_ARCH_ANY + 1,
                                            AW_ARCH_SOURCE_USER + 1, AW_STATE_FAILED + 1,
                                            AW_NO_QUOTA + 1};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_string_not_equal(names[i](first_beyond[i] - 1), "unknown");
        assert_string_equal(names[i](first_beyond[i]), "unknown");
        assert_string_equal(names[i](UINT32_MAX), "unknown");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_spelling_of_amd64_is_read),
        cmocka_unit_test(test_every_spelling_of_arm64_is_read),
        cmocka_unit_test(test_what_is_neither_is_never_taken_for_one),
        cmocka_unit_test(test_a_user_may_say_any),
        cmocka_unit_test(test_a_wrong_architecture_is_answered_with_the_right_words),
        cmocka_unit_test(test_numbers_have_names),
        cmocka_unit_test(test_numbers_that_are_not_in_the_list_are_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
