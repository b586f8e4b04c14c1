/* SPDX-License-Identifier: Apache-2.0 */
/* N1 machines with GPUs that are attached to them: in every allowed count, and where both are. */
#include "gcp_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N1(name, vcpus, mib) TYPE("n1-" name, vcpus, mib, ARCH("X86_64"))
#define N1_SKUS                                                                                    \
    SKU("N1 Predefined Instance Core running in Americas", "h", "31611000")                        \
    "," SKU("N1 Predefined Instance Ram running in Americas", "GiBy.h",                            \
            "4237000") "," SKU("Nvidia Tesla T4 GPU running in Americas", "h", "350000000")
#define T4 CARD("nvidia-tesla-t4", "4")

/* Lists two zones that have the same types. */
static const char *list(struct backend_host *host, const char *types, const char *accelerators)
{
    host->cached_count = 0;
    begin_listing(host);
    host_answer(host, 200, SKUS(N1_SKUS));
    host_answer(host, 200, ZONES(IOWA "," ZONE("us-central1", "b")));
    host_answer(host, 200, accelerators);
    host_answer(host, 200, types);
    host_answer(host, 200, types);
    assert_int_equal(host->error.code, AW_OK);
    return host_results(host);
}

static void test_gpus_are_attached_in_every_allowed_count(void **state)
{
    const char *results = list(*state, TYPES(N1("standard-4", "4", "15360")),
                               ACCELERATORS(SCOPE("us-central1-a", T4)));
    assert_contains(results, "1 nvidia T4 of 16384 MiB, 539999000 nusd, availability 0, zone "
                             "us-central1-a, quota us-central1/CPUS:4,CPUS_ALL_REGIONS:4,"
                             "us-central1/NVIDIA_T4_GPUS:1,GPUS_ALL_REGIONS:1\n");
    assert_contains(results, "2 nvidia T4 of 16384 MiB, 889999000 nusd, ");
    assert_contains(results, "4 nvidia T4 of 16384 MiB, 1589999000 nusd, ");
    assert_contains(results,
                    "4 nvidia T4 of 16384 MiB, availability 0, spot , zone us-central1-a, quota "
                    "us-central1/PREEMPTIBLE_CPUS:4,us-central1/PREEMPTIBLE_NVIDIA_T4_GPUS:4,"
                    "GPUS_ALL_REGIONS:4\n");
    assert_lacks(results, "8 nvidia T4");
    assert_contains(results, "disk 0 MiB, 189999000 nusd, availability 0, zone "
                             "us-central1-a,us-central1-b, ");
}

static void test_gpus_are_attached_where_they_are(void **state)
{
    const char *results =
        list(*state, TYPES(N1("standard-4", "4", "15360")),
             ACCELERATORS(SCOPE("us-central1-b", T4) "," SCOPE(
                 "us-central1-a", CARD("nvidia-tesla-v100", "8")) "," SCOPE("us-central1-z", T4)));
    assert_contains(results, "1 nvidia T4 of 16384 MiB, 539999000 nusd, availability 0, zone "
                             "us-central1-b, ");
    assert_contains(results, "8 nvidia V100 of 16384 MiB, availability 0, zone us-central1-a, ");
    assert_lacks(results, "us-central1-z");
}

/* https://cloud.google.com/compute/docs/gpus#n1-gpus */
static void test_large_machines_need_many_gpus(void **state)
{
    static const struct {
        const char *card;
        const char *gpu;
        unsigned vcpus;
        unsigned gib;
        unsigned least; /* of the GPU; 0: none at all */
    } limits[] = {
        {CARD("nvidia-tesla-t4", "4"), "T4", 48, 312, 1},
        {CARD("nvidia-tesla-t4", "4"), "T4", 64, 240, 4},
        {CARD("nvidia-tesla-t4", "4"), "T4", 96, 625, 0},
        {CARD("nvidia-tesla-p4", "4"), "P4", 24, 156, 1},
        {CARD("nvidia-tesla-p4", "4"), "P4", 32, 120, 2},
        {CARD("nvidia-tesla-p4", "4"), "P4", 96, 360, 4},
        {CARD("nvidia-tesla-p100", "4"), "P100", 16, 104, 1},
        {CARD("nvidia-tesla-p100", "4"), "P100", 16, 105, 2},
        {CARD("nvidia-tesla-p100", "4"), "P100", 64, 416, 4},
        {CARD("nvidia-tesla-v100", "8"), "V100", 12, 78, 1},
        {CARD("nvidia-tesla-v100", "8"), "V100", 16, 60, 2},
        {CARD("nvidia-tesla-v100", "8"), "V100", 32, 208, 4},
        {CARD("nvidia-tesla-v100", "8"), "V100", 64, 240, 8},
    };
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char types[256];
        char accelerators[256];
        snprintf(types, sizeof types,
                 TYPES("{\"name\":\"n1-x-1\",\"guestCpus\":%u,\"memoryMb\":%u}"), limits[i].vcpus,
                 limits[i].gib * 1024);
        snprintf(accelerators, sizeof accelerators, ACCELERATORS(SCOPE("us-central1-a", "%s")),
                 limits[i].card);
        const char *results = list(*state, types, accelerators);
        for (unsigned count = 1; count <= 8; count *= 2) {
            char gpu[64];
            snprintf(gpu, sizeof gpu, "disk 0 MiB, %u nvidia %s of", count, limits[i].gpu);
            unsigned most = strcmp(limits[i].gpu, "V100") == 0 ? 8 : 4;
            if (limits[i].least && count >= limits[i].least && count <= most)
                assert_contains(results, gpu);
            else
                assert_lacks(results, gpu);
        }
    }
}

static void test_four_p100_are_less_in_three_zones(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(N1_SKUS));
    host_answer(host, 200, ZONES(ZONE("us-east1", "b") "," ZONE("us-east1", "c")));
    host_answer(host, 200,
                ACCELERATORS(SCOPE("us-east1-b", CARD("nvidia-tesla-p100", "4")) "," SCOPE(
                    "us-east1-c", CARD("nvidia-tesla-p100", "4"))));
    host_answer(host, 200, TYPES(N1("standard-64", "64", "245760")));
    host_answer(host, 200, TYPES(N1("standard-64", "64", "245760")));
    assert_contains(host_results(host),
                    "4 nvidia P100 of 16384 MiB, availability 0, zone us-east1-b, ");
}

static void test_only_n1_takes_gpus_and_only_current_ones(void **state)
{
    const char *results =
        list(*state,
             TYPES(N2 "," TYPE("g1-small", "1", "1740", "") "," N1("megamem-96", "96", "1468006")),
             ACCELERATORS(SCOPE("us-central1-a", T4)));
    assert_lacks(results, "nvidia");
    results = list(*state, TYPES(N1("standard-4", "4", "15360")),
                   ACCELERATORS(SCOPE("us-central1-a",
                                      "{\"name\":\"nvidia-tesla-t4\",\"deprecated\":{\"state\":"
                                      "\"DEPRECATED\"}},{\"name\":\"nvidia-tesla-k80\"},{\"name\":"
                                      "\"nvidia-tesla-t4-vws\"},{\"name\":\"ct5lp\"}")));
    assert_lacks(results, "nvidia");
}

static void test_a_zone_may_take_fewer_cards(void **state)
{
    const char *results = list(*state, TYPES(N1("standard-4", "4", "15360")),
                               ACCELERATORS(SCOPE("us-central1-a", CARD("nvidia-tesla-t4", "2"))));
    assert_contains(results, "2 nvidia T4");
    assert_lacks(results, "4 nvidia T4");
}

static void test_zones_that_are_missing_in_the_list_are_named(void **state)
{
    const char *results = list(
        *state, TYPES(N1("standard-4", "4", "15360")),
        "{\"items\":{" EMPTY_SCOPE("us-central1-b", "NO_RESULTS_ON_PAGE") "," EMPTY_SCOPE(
            "us-east1-b", "UNREACHABLE") "," SCOPE("us-central1-a", T4) "},\"unreachables\":["
                                                                        "\"zones/us-east1-c\"]}");
    assert_contains(results, "problem 9: Which GPUs can be attached in us-east1-b is not known: "
                             "UNREACHABLE here\n");
    assert_contains(results, "problem 9: Which GPUs can be attached in us-east1-c is not known: it "
                             "cannot be reached\n");
    assert_lacks(results, "us-central1-b is not known");
    assert_contains(results, "1 nvidia T4");
}

static void test_without_the_list_there_are_machines_without_gpus(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(N1_SKUS));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 403, REFUSAL("403", "forbidden", "Required permission"));
    host_answer(host, 200, TYPES(N1("standard-4", "4", "15360")));
    assert_contains(host_results(host), "problem 3: Which GPUs can be attached to machines is not "
                                        "known: Required permission\n");
    assert_contains(host_results(host), "189999000 nusd");
}

static void test_hostile_lists_are_told(void **state)
{
    static const char *const lists[] = {"{\"items\":[]}", "{\"items\":{\"zones/a\":{\"acceler",
                                        "{\"items\":{\"\":{\"acceleratorTypes\":{}}}}", "<html>",
                                        "{\"unreachables\":[{}]}"};
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const char *results = list(*state, TYPES(N1("standard-4", "4", "15360")), lists[i]);
        assert_contains(results, "problem 13: Which GPUs can be attached to machines is not known: "
                                 "Google's answer to `acceleratorTypes` cannot be read: ");
        assert_contains(results, "189999000 nusd");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTED(test_gpus_are_attached_in_every_allowed_count),
        LISTED(test_gpus_are_attached_where_they_are),
        LISTED(test_large_machines_need_many_gpus),
        LISTED(test_four_p100_are_less_in_three_zones),
        LISTED(test_only_n1_takes_gpus_and_only_current_ones),
        LISTED(test_a_zone_may_take_fewer_cards),
        LISTED(test_zones_that_are_missing_in_the_list_are_named),
        LISTED(test_without_the_list_there_are_machines_without_gpus),
        LISTED(test_hostile_lists_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
