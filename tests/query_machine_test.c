/* SPDX-License-Identifier: Apache-2.0 */
/* The machine that a query describes: cpu, memory, disk, gpu. */
#include "tests/query_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_cpu_takes_a_range_an_architecture_or_both(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint32_t archs;
        uint64_t min;
        uint64_t max;
    } cases[] = {
        {"4", 0, 4, 4},
        {"4..", 0, 4, OPEN},
        {"..16", 0, 0, 16},
        {"4..8", 0, 4, 8},
        {" 4 .. 8 ", 0, 4, 8},
        {"8..8", 0, 8, 8},
        {"arm:4..", AW_ARCH_ARM64, 4, OPEN},
        {"4..:ARM", AW_ARCH_ARM64, 4, OPEN},
        {"arm : 4 .. 8", AW_ARCH_ARM64, 4, 8},
        {"arm", AW_ARCH_ARM64, 0, OPEN},
        {"x86:2..8", AW_ARCH_AMD64, 2, 8},
        {"amd64:4", AW_ARCH_AMD64, 4, 4},
        {"arm64:4", AW_ARCH_ARM64, 4, 4},
        {"any:4..", AW_ARCH_ANY, 4, OPEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        accept_words("cpu", cases[i].text);
        assert_int_equal(query->archs, cases[i].archs);
        assert_range(query->vcpus, cases[i].min, cases[i].max);
    }
}

static void test_a_cpu_that_means_nothing_is_refused(void **state)
{
    (void)state;
    refuse_words("cpu", "", "a part of it is empty");
    refuse_words("cpu", "arm:", "a part of it is empty");
    refuse_words("cpu", ":4", "a part of it is empty");
    refuse_words("cpu", "arm::4", "a part of it is empty");
    refuse_words("cpu", "2:foo", "\"foo\" is neither a range of vCPUs nor an architecture");
    refuse_words("cpu", "armv8l:4", "\"armv8l\" is neither a range of vCPUs nor an architecture");
    refuse_words("cpu", "-1", "write 4.., 4..8 or arm:4..");
    refuse_words("cpu", "arm:x86", "\"x86\" is a second architecture");
    refuse_words("cpu", "2:arm:2", "\"2\" is a second count");
    refuse_words("cpu", "..", "a range without an end");
    refuse_words("cpu", "arm:..", "a range without an end");
    refuse_words("cpu", "8..4", "ends before it begins");
    refuse_words("cpu", "4...8", "\".8\" is not a whole number");
    refuse_words("cpu", "1..2..3", "\"2..3\" is not a whole number");
    refuse_words("cpu", "4.5..", "\"4.5\" is not a whole number");
    refuse_words("cpu", "4x", "\"4x\" is not a whole number");
    refuse_words("cpu", "-4..", "\"-4\" is not a whole number");
    refuse_words("cpu", "99999999999999999999..", "too large");
    refuse_words("cpu", "18446744073709551615", "too large");
}

static void test_cpu_and_arch_must_agree(void **state)
{
    (void)state;
    accept_words("arch", "amd64");
    refuse_words("cpu", "arm:4..", "cpu asks for arm64 and arch for amd64");
    accept_words("cpu", "4..");
    accept_words("cpu", "x86:8..");
    refuse_words("arch", "arm64", "cpu asks for amd64 and arch for arm64");
    accept_words("arch", "any");
    assert_int_equal(query->archs, AW_ARCH_AMD64);
    accept_words("cpu", "8..");
    assert_int_equal(query->archs, AW_ARCH_ANY);
    accept_words("arch", "arm64");
    assert_int_equal(query->archs, AW_ARCH_ARM64);
}

static void test_sizes_count_in_1024s_and_bare_ones_are_gigabytes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t min;
        uint64_t max;
    } cases[] = {
        {"16GB..", 16 * GB, OPEN},
        {"16GB..64GB", 16 * GB, 64 * GB},
        {"16..64", 16 * GB, 64 * GB},
        {"..512MB", 0, 512},
        {"512mib..1gIb", 512, GB},
        {"1.5TB", TB + TB / 2, TB + TB / 2},
        {"1.5 TiB ..", TB + TB / 2, OPEN},
        {"0.5", 512, 512},
        {"0.3GB", 307, 307},
        {"0.000488282GB..", 1, OPEN},
        {"0..", 0, OPEN},
        {"8191TB..", 8191ull * TB, OPEN},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        accept_words("memory", cases[i].text);
        assert_range(query->memory_mib, cases[i].min, cases[i].max);
        accept_words("disk", cases[i].text);
        assert_range(query->disk_mib, cases[i].min, cases[i].max);
    }
}

static void test_a_size_that_means_nothing_is_refused(void **state)
{
    (void)state;
    refuse_words("memory", "", "write a range");
    refuse_words("memory", "..", "a range without an end");
    refuse_words("memory", "64GB..16GB", "ends before it begins");
    refuse_words("memory", "512..1GB", "ends before it begins");
    refuse_words("memory", "16XB", "512MB, 16GB or 1.5TB");
    refuse_words("memory", "16GBs", "512MB, 16GB or 1.5TB");
    refuse_words("memory", "GB", "512MB, 16GB or 1.5TB");
    refuse_words("memory", "16.GB", "512MB, 16GB or 1.5TB");
    refuse_words("memory", ".5GB", "512MB, 16GB or 1.5TB");
    refuse_words("memory", "1e3GB", "512MB, 16GB or 1.5TB");
    refuse_words("disk", "-1GB", "512MB, 16GB or 1.5TB");
    refuse_words("disk", "0.1234567891GB", "more than nine decimals");
    refuse_words("disk", "99999999999999999999GB", "too large");
    refuse_words("disk", "17592186044416TB", "too large");
    refuse_words("disk", "9223372036854775808MB", "too large");
}

static void assert_gpu(const char *text, const char *name, size_t names, uint64_t count_min,
                       uint64_t count_max, uint64_t memory_min, uint64_t memory_max)
{
    accept_words("gpu", text);
    assert_true(query->gpu_wanted);
    assert_false(query->gpu_unwanted);
    assert_int_equal(query->gpu_names.count, names);
    assert_true(names_has(&query->gpu_names, name));
    assert_range(query->gpu_count, count_min, count_max);
    assert_range(query->gpu_memory_mib, memory_min, memory_max);
}

static void test_a_gpu_is_a_name_a_count_and_a_memory_in_any_order(void **state)
{
    (void)state;
    assert_gpu("GH200", "GH200", 1, 1, OPEN, 0, OPEN);
    assert_gpu("A100:8", "A100", 1, 8, 8, 0, OPEN);
    assert_gpu("H100:80GB..", "H100", 1, 1, OPEN, 80 * GB, OPEN);
    assert_gpu("80GB..:1..2:H100", "H100", 1, 1, 2, 80 * GB, OPEN);
    assert_gpu("H100 , A100 : 2 : 40 GB .. 80 GB", "A100", 2, 2, 2, 40 * GB, 80 * GB);
    assert_gpu("1..2", "whatever", 0, 1, 2, 0, OPEN);
    assert_gpu("4", "whatever", 0, 4, 4, 0, OPEN);
    assert_gpu("0..1", "whatever", 0, 0, 1, 0, OPEN);
    assert_gpu("24GB..", "whatever", 0, 1, OPEN, 24 * GB, OPEN);
    assert_gpu("910B:8", "910B", 1, 8, 8, 0, OPEN);
    assert_gpu("RTX 6000 Ada", "RTX 6000 Ada", 1, 1, OPEN, 0, OPEN);
}

static void test_no_gpu_can_be_asked_for(void **state)
{
    (void)state;
    accept_words("gpu", "A100:8");
    accept_words("gpu", "None");
    assert_true(query->gpu_unwanted);
    assert_false(query->gpu_wanted);
    assert_int_equal(query->gpu_names.count, 0);
    accept_words("gpu", "A100");
    assert_false(query->gpu_unwanted);
}

static void test_a_gpu_that_means_nothing_is_refused(void **state)
{
    (void)state;
    accept_words("gpu", "T4G:2");
    refuse_words("gpu", "", "a part of it is empty");
    refuse_words("gpu", "H100:", "a part of it is empty");
    refuse_words("gpu", ":8", "a part of it is empty");
    refuse_words("gpu", "H100,", "a name is empty");
    refuse_words("gpu", "H100:8:4", "\"4\" is a second count");
    refuse_words("gpu", "H100:80GB:40GB", "\"40GB\" is a second size");
    refuse_words("gpu", "H100:A100", "names have commas between them");
    refuse_words("gpu", "none:8", "write \"none\" alone");
    refuse_words("gpu", "H100,8", "put \":\" before counts");
    refuse_words("gpu", "H100,80GB..", "put \":\" before counts");
    refuse_words("gpu", "nvidia:8", "write it as gpu-vendor");
    refuse_words("gpu", "H100:..", "a range without an end");
    refuse_words("gpu", "H100:2..1", "ends before it begins");
    refuse_words("gpu", "H100:1.5", "not a whole number");
    refuse_words("gpu", "H100:80GB..40GB", "ends before it begins");
    refuse_words("gpu", "H100:80GBX", "not a size");
    assert_true(names_has(&query->gpu_names, "T4G"));
    assert_range(query->gpu_count, 2, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUERY_TEST(test_cpu_takes_a_range_an_architecture_or_both),
        QUERY_TEST(test_a_cpu_that_means_nothing_is_refused),
        QUERY_TEST(test_cpu_and_arch_must_agree),
        QUERY_TEST(test_sizes_count_in_1024s_and_bare_ones_are_gigabytes),
        QUERY_TEST(test_a_size_that_means_nothing_is_refused),
        QUERY_TEST(test_a_gpu_is_a_name_a_count_and_a_memory_in_any_order),
        QUERY_TEST(test_no_gpu_can_be_asked_for),
        QUERY_TEST(test_a_gpu_that_means_nothing_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
