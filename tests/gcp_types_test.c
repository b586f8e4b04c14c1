/* SPDX-License-Identifier: Apache-2.0 */
/* What is read of a machine type: its architecture, GPUs, disks; and what is left out. */
#include "gcp_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *list(struct backend_host *host, const char *types)
{
    list_types(host, types, SKUS(C4A_SKUS));
    assert_int_equal(host->error.code, AW_OK);
    return host_results(host);
}

static void test_the_architecture_is_what_the_api_says(void **state)
{
    const char *results =
        list(*state, TYPES(TYPE("t2a-standard-1", "1", "4096", ARCH("ARM64")) "," TYPE(
                         "n2-standard-2", "2", "8192",
                         ARCH("X86_64")) "," TYPE("new9-standard-2", "2", "8192", ARCH("ARM64"))));
    assert_contains(results, "offer t2a-standard-1 in us-central1: arch 2 by 1, ");
    assert_contains(results, "offer n2-standard-2 in us-central1: arch 1 by 1, ");
    assert_contains(results, "offer new9-standard-2 in us-central1: arch 2 by 1, ");
}

/* And never the name, when the API does say it. */
static void test_the_family_stands_in_where_the_api_is_silent(void **state)
{
    static const struct {
        const char *type;
        unsigned arch;
    } known[] = {{"t2a-standard-1", 2}, {"c4a-standard-1", 2}, {"n4a-standard-1", 2},
                 {"a4x-highgpu-4g", 2}, {"n1-standard-1", 1},  {"e2-medium", 1},
                 {"c4-standard-2", 1},  {"c4d-standard-2", 1}, {"c4n-standard-2", 1},
                 {"n4-standard-2", 1},  {"n4d-standard-2", 1}, {"t2d-standard-1", 1},
                 {"a4-highgpu-8g", 1},  {"m4n-megamem-28", 1}, {"x4-480-6t-metal", 1}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char types[256];
        char line[128];
        snprintf(types, sizeof types,
                 TYPES("{\"name\":\"%s\",\"guestCpus\":2,\"memoryMb\":4096,"
                       "\"architecture\":\"ARCHITECTURE_UNSPECIFIED\"}"),
                 known[i].type);
        snprintf(line, sizeof line, "offer %s in us-central1: arch %u by 2, ", known[i].type,
                 known[i].arch);
        assert_contains(list(*state, types), line);
    }
    assert_contains(list(*state, TYPES(TYPE("n2-standard-2", "2", "8192", ""))), "arch 1 by 2, ");
    assert_contains(list(*state, TYPES(TYPE("n2-standard-2", "2", "8192", ARCH("ARM64")))),
                    "arch 2 by 1, ");
}

static void test_an_unknown_architecture_is_reported_and_left_out(void **state)
{
    const char *results =
        list(*state, TYPES(C4A "," TYPE("r1-standard-2", "2", "8192", ARCH("RISCV64")) "," TYPE(
                         "c4ax-standard-2", "2", "8192", "")));
    assert_contains(results, "problem 13: Machine type r1-standard-2 is left out: its architecture "
                             "\"RISCV64\" is neither amd64 nor arm64\n");
    assert_contains(results,
                    "problem 13: Machine type c4ax-standard-2 is left out: Google names no "
                    "architecture for it, and its family is not known\n");
    assert_lacks(results, "offer r1-standard-2");
    assert_lacks(results, "offer c4ax-standard-2");
    assert_contains(results, "offer c4a-standard-8");
}

static void test_deprecated_types_and_tpus_are_left_out(void **state)
{
#define DEPRECATED(word) ",\"deprecated\":{\"state\":\"" word "\",\"replacement\":\"x\"}"
    const char *results = list(
        *state,
        TYPES(TYPE("n1-standard-1", "1", "3840", DEPRECATED("DEPRECATED")) "," TYPE(
            "n1-standard-2", "2", "7680",
            DEPRECATED(
                "OBSOLETE")) "," TYPE("n1-standard-4", "4", "15360",
                                      DEPRECATED(
                                          "ACTIVE")) "," TYPE("ct5lp-hightpu-4t", "112", "196608",
                                                              BUNDLED("ct5lp",
                                                                      "4")) "," TYPE("tpu7x-"
                                                                                     "standard-1t",
                                                                                     "56", "245760",
                                                                                     "")));
    assert_lacks(results, "offer n1-standard-1 ");
    assert_lacks(results, "offer n1-standard-2 ");
    assert_lacks(results, "tpu");
    assert_contains(results, "offer n1-standard-4 ");
    assert_lacks(results, "problem");
}

static void test_gpus_that_come_with_a_machine(void **state)
{
    static const struct {
        const char *type;
        const char *accelerator;
        unsigned count;
        const char *gpu;
    } known[] = {
        {"a2-highgpu-4g", "nvidia-tesla-a100", 4, "4 nvidia A100 of 40960 MiB"},
        {"a2-ultragpu-2g", "nvidia-a100-80gb", 2, "2 nvidia A100 of 81920 MiB"},
        {"a3-highgpu-8g", "nvidia-h100-80gb", 8, "8 nvidia H100 of 81920 MiB"},
        {"a3-megagpu-8g", "nvidia-h100-mega-80gb", 8, "8 nvidia H100 of 81920 MiB"},
        {"a3-ultragpu-8g", "nvidia-h200-141gb", 8, "8 nvidia H200 of 144384 MiB"},
        {"a4-highgpu-8g", "nvidia-b200", 8, "8 nvidia B200 of 184320 MiB"},
        {"a4x-highgpu-4g", "nvidia-gb200", 4, "4 nvidia GB200 of 190464 MiB"},
        {"a4x-maxgpu-4g-metal", "nvidia-gb300", 4, "4 nvidia GB300 of 285696 MiB"},
        {"g2-standard-24", "nvidia-l4", 2, "2 nvidia L4 of 24576 MiB"},
        {"g4-standard-96", "nvidia-rtx-pro-6000", 2, "2 nvidia RTX PRO 6000 of 98304 MiB"},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char types[512];
        snprintf(types, sizeof types,
                 TYPES("{\"name\":\"%s\",\"guestCpus\":96,\"memoryMb\":4096,\"accelerators\":[{"
                       "\"guestAcceleratorType\":\"%s\",\"guestAcceleratorCount\":%u}]}"),
                 known[i].type, known[i].accelerator, known[i].count);
        assert_contains(list(*state, types), known[i].gpu);
    }
}

static void test_accelerators_that_are_not_known_are_reported(void **state)
{
    const char *results =
        list(*state,
             TYPES(C4A "," TYPE("a9-highgpu-1g", "8", "4096", BUNDLED("nvidia-z9", "1")) "," TYPE(
                 "a2-highgpu-1g", "8", "4096",
                 BUNDLED("nvidia-l4", "0")) "," TYPE("a3-highgpu-1g", "8", "4096",
                                                     ",\"accelerators\":[{},{}]")));
    assert_contains(results,
                    "Machine type a9-highgpu-1g is left out: its accelerator \"nvidia-z9\" "
                    "is not known\n");
    assert_contains(results, "Machine type a2-highgpu-1g is left out: guestAcceleratorCount: "
                             "expected an integer from 1 to 1024, found 0\n");
    assert_contains(results, "Machine type a3-highgpu-1g is left out: it has accelerators of "
                             "several kinds\n");
}

static void test_what_can_be_had_by_reservation_only_is_not_to_be_had(void **state)
{
    const char *results =
        list(*state, TYPES(TYPE("a4-highgpu-8g", "224", "4063232", BUNDLED("nvidia-b200", "8"))));
    assert_contains(results, "8 nvidia B200 of 184320 MiB, availability 2, zone");
    assert_contains(results, "8 nvidia B200 of 184320 MiB, availability 0, spot ");
}

static void test_local_ssds_are_what_the_api_says_or_a_table(void **state)
{
    static const struct {
        const char *type;
        unsigned vcpus;
        unsigned partitions; /* 0: the API is silent */
        unsigned gib;
    } known[] = {
        {"c4a-standard-8-lssd", 8, 2, 750},
        {"c4a-standard-8-lssd", 8, 0, 750},
        {"c4a-highmem-72-lssd", 72, 0, 6000},
        {"c3-standard-176-lssd", 176, 32, 12000},
        {"c3-standard-176-lssd", 176, 0, 12000},
        {"c3d-highmem-16-lssd", 16, 0, 375},
        {"c4-standard-32-lssd", 32, 0, 1875},
        {"c4-standard-288-lssd-metal", 288, 6, 18000},
        {"c4-standard-288-lssd-metal", 288, 0, 18000},
        {"c4d-highmem-384-lssd", 384, 0, 12000},
        {"h4d-highmem-192-lssd", 192, 0, 3750},
        {"z3-highmem-14-standardlssd", 14, 1, 3000},
        {"z3-highmem-88-standardlssd", 88, 0, 18000},
        {"z3-highmem-88-highlssd", 88, 0, 36000},
        {"z3-highmem-88", 88, 0, 36000},
        {"z3-highmem-192-highlssd-metal", 192, 12, 72000},
        {"a2-ultragpu-8g", 96, 0, 3000},
        {"a3-megagpu-8g", 208, 0, 6000},
        {"a3-edgegpu-8g-nolssd", 208, 0, 0},
        {"a2-highgpu-8g", 96, 0, 0},
        {"c4-standard-32", 32, 0, 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        char types[256];
        char disk[64];
        snprintf(types, sizeof types,
                 TYPES("{\"name\":\"%s\",\"guestCpus\":%u,\"memoryMb\":4096,\"bundledLocalSsds\":{"
                       "\"partitionCount\":%u}}"),
                 known[i].type, known[i].vcpus, known[i].partitions);
        snprintf(disk, sizeof disk, "disk %u MiB", known[i].gib * 1024);
        assert_contains(list(*state, types), disk);
    }
}

/* A size that is not known is no size of 0, so such a machine has no price. */
static void test_a_local_ssd_of_unknown_size_leaves_the_price_out(void **state)
{
    list_types(*state, TYPES(TYPE("n2-standard-8-lssd", "8", "32768", "")), SKUS(N2_SKUS));
    assert_contains(host_results(*state), "offer n2-standard-8-lssd");
    assert_lacks(host_results(*state), "nusd");
}

static void test_what_makes_no_sense_is_left_out_alone(void **state)
{
    const char *results = list(
        *state, TYPES(TYPE("n2-a", "0", "8192", "") "," TYPE("n2-b", "2", "\"much\"", "") "," TYPE(
                    "n2-c", "2.5",
                    "8192", "") "," TYPE("n2-d", "2", "99999999999999999999",
                                         "") "," TYPE("n2 e", "2", "8192",
                                                      "") ",{\"name\":\"n2-f\"},null,7,[],{}"
                                                          "," TYPE("n2-g", "\"2\"", "\"8192\"",
                                                                   "") "," TYPE("n2-h", "2", "8192",
                                                                                ",\"architecture\""
                                                                                ":[]") "," C4A));
    assert_contains(results, "n2-a is left out: guestCpus: expected an integer from 1 to 65535, "
                             "found 0\n");
    assert_contains(results,
                    "n2-b is left out: memoryMb: expected an integer from 1 to 1073741824, "
                    "found \"much\"\n");
    assert_contains(results, "n2-c is left out: guestCpus: expected an integer");
    assert_contains(results, "n2-d is left out: memoryMb: expected an integer");
    assert_contains(results,
                    "A machine type of us-central1-a is left out: \"n2 e\" is not the name "
                    "of one\n");
    assert_contains(results, "n2-f is left out: it does not say how many vCPUs or how much memory "
                             "it has\n");
    assert_contains(results, "offer n2-g in us-central1: arch 1 by 2, 2 vcpus, 8192 MiB");
    assert_contains(results, "n2-h is left out: architecture: expected text, found an array\n");
    assert_contains(results, "offer c4a-standard-8");
}

static void test_if_none_can_be_read_the_listing_fails(void **state)
{
    struct backend_host *host = *state;
    list_types(host, TYPES(TYPE("q9-a", "2", "8192", "") "," TYPE("q9-b", "2", "8192", "")),
               SKUS(""));
    assert_failed(host, AW_E_PROTOCOL,
                  "None of the 2 machine types can be read; of the first one: "
                  "Google names no architecture");
}

static void test_hostile_answers_are_no_types(void **state)
{
    static const char *const bodies[] = {"",
                                         "[]]",
                                         "{\"items\":[{\"name\":\"n2-a\"",
                                         "{\"items\":[{\"name\":\"n2-a\"}}",
                                         "\"\\ud800\"x",
                                         "{\"items\":{\"a\":1}}",
                                         "{\"items\":[],\"nextPageToken\":7}"};
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        list_types(host, bodies[i], SKUS(""));
        assert_failed(host, AW_E_PROTOCOL, "Google's answer to `machineTypes` cannot be read: ");
    }
}

static void test_a_name_that_is_none_says_what_it_is(void **state)
{
    struct backend_host *host = *state;
    list_types(host, TYPES("{\"name\":7}," C4A), SKUS(C4A_SKUS));
    assert_contains(host_results(host),
                    "A machine type of us-central1-a is left out: name: expected "
                    "text, found a number\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTED(test_the_architecture_is_what_the_api_says),
        LISTED(test_the_family_stands_in_where_the_api_is_silent),
        LISTED(test_an_unknown_architecture_is_reported_and_left_out),
        LISTED(test_deprecated_types_and_tpus_are_left_out),
        LISTED(test_gpus_that_come_with_a_machine),
        LISTED(test_accelerators_that_are_not_known_are_reported),
        LISTED(test_a_name_that_is_none_says_what_it_is),
        LISTED(test_what_can_be_had_by_reservation_only_is_not_to_be_had),
        LISTED(test_local_ssds_are_what_the_api_says_or_a_table),
        LISTED(test_a_local_ssd_of_unknown_size_leaves_the_price_out),
        LISTED(test_what_makes_no_sense_is_left_out_alone),
        LISTED(test_if_none_can_be_read_the_listing_fails),
        LISTED(test_hostile_answers_are_no_types),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
