/* SPDX-License-Identifier: Apache-2.0 */
/* Of which parts the price of a machine is made, and when it has none. */
#include "gcp_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <cmocka.h>

#define IN_IOWA "\"us-central1\""
#define GPU_SKU(description, units, nanos)                                                         \
    SKU_OF(description, "Compute", "OnDemand", IN_IOWA, "h", RATE("USD", units, nanos))
#define SSD_SKU                                                                                    \
    SKU_OF("SSD backed Local Storage", "Storage", "OnDemand", IN_IOWA, "GiBy.mo",                  \
           RATE("USD", "0", "80000000"))
#define A2_SKUS                                                                                    \
    SKU("A2 Instance Core running in Americas", "h", "31611000")                                   \
    "," SKU("A2 Instance Ram running in Americas", "GiBy.h",                                       \
            "4237000") "," GPU_SKU("Nvidia Tesla A100 GPU running in Americas", "2", "933908000")

static void test_a2_costs_what_its_gpus_cores_and_memory_cost(void **state)
{
    list_types(
        *state,
        TYPES(TYPE("a2-highgpu-1g", "12", "87040", BUNDLED("nvidia-tesla-a100", "1")) "," TYPE(
            "a2-highgpu-2g", "24", "174080",
            BUNDLED("nvidia-tesla-a100", "2")) "," TYPE("a2-megagpu-16g", "96", "1392640",
                                                        BUNDLED("nvidia-tesla-a100", "16"))),
        SKUS(A2_SKUS));
    assert_price(*state, "a2-highgpu-1g", "us-central1", false, "3.673385");
    assert_price(*state, "a2-highgpu-2g", "us-central1", false, "7.346770");
    assert_price(*state, "a2-megagpu-16g", "us-central1", false, "55.739504");
    assert_price(*state, "a2-highgpu-1g", "us-central1", true, "");
}

/* Published as 5.0688; the price of the GPU has more digits. */
static void test_local_ssds_that_come_with_a_machine_are_paid_for(void **state)
{
    list_types(*state,
               TYPES(TYPE("a2-ultragpu-1g", "12", "174080",
                          BUNDLED("nvidia-a100-80gb", "1") PARTITIONS("1"))),
               SKUS(A2_SKUS "," SSD_SKU "," GPU_SKU(
                   "Nvidia Tesla A100 80GB GPU running in Americas", "3", "928080000")));
    assert_price(*state, "a2-ultragpu-1g", "us-central1", false, "5.068798");
    assert_contains(host_results(*state), "disk 384000 MiB, 1 nvidia A100 of 81920 MiB");
}

/* Published is the sum only: what of it are cores and what is memory is made up here. */
static void test_a3_costs_its_sum(void **state)
{
    list_types(*state,
               TYPES(TYPE("a3-highgpu-8g", "208", "1916928",
                          BUNDLED("nvidia-h100-80gb", "8") PARTITIONS("16"))),
               SKUS(SKU("A3 Instance Core running in Americas", "h", "19999994") "," SKU(
                   "A3 Instance Ram running in Americas", "GiBy.h",
                   "2831230") "," SSD_SKU "," GPU_SKU("Nvidia H100 80GB GPU running in Americas",
                                                      "9", "796550569")));
    assert_price(*state, "a3-highgpu-8g", "us-central1", false, "88.490000");
}

/* Google calls A3 Mega "A3Plus", and its GPU "Mega" in one place and "Plus" in the other. Where there is no A3Plus,
 * its cores and memory are those of A3, as in the public price lists. */
static void test_a3_mega_is_a3_plus(void **state)
{
#define MEGA                                                                                       \
    TYPES(TYPE("a3-megagpu-8g", "208", "1916928",                                                  \
               BUNDLED("nvidia-h100-mega-80gb", "8") PARTITIONS("16")))
#define A3                                                                                         \
    SKU("A3 Instance Core running in Americas", "h", "10000000")                                   \
    "," SKU("A3 Instance Ram running in Americas", "GiBy.h", "1000000") "," SSD_SKU
    list_types(*state, MEGA,
               SKUS(A3 "," GPU_SKU("Nvidia H100 80GB Mega GPU running in Americas", "10", "0")));
    assert_price(*state, "a3-megagpu-8g", "us-central1", false, "84.609534");
    list_types(
        *state, MEGA,
        SKUS(A3 "," SKU("A3Plus Instance Core running in Americas", "h", "20000000") "," SKU(
            "A3Plus Instance Ram running in Americas", "GiBy.h",
            "2000000") "," GPU_SKU("Nvidia H100 80GB Plus GPU running in Americas", "10", "0")));
    assert_price(*state, "a3-megagpu-8g", "us-central1", false, "88.561534");
}

static void test_g2_and_its_one_gpu_less_for_more_memory(void **state)
{
    list_types(*state,
               TYPES(TYPE("g2-standard-4", "4", "16384", BUNDLED("nvidia-l4", "1")) "," TYPE(
                   "g2-standard-32", "32", "131072", BUNDLED("nvidia-l4", "1"))),
               SKUS(SKU("G2 Instance Core running in Americas", "h", "24988000") "," SKU(
                   "G2 Instance Ram running in Americas", "GiBy.h",
                   "2927000") "," GPU_SKU("Nvidia L4 GPU running in Americas", "0", "560040000")));
    assert_price(*state, "g2-standard-4", "us-central1", false, "0.706824");
    assert_price(*state, "g2-standard-32", "us-central1", false, "1.734312");
}

/* Eighths of a GPU have a price of their own, with the cores and the memory in it. An eighth of a GPU's price would
 * be too little (0.559556), so without that SKU such a machine has no price. */
static void test_smaller_g4_are_priced_by_slices(void **state)
{
#define G4                                                                                         \
    TYPES(TYPE("g4-standard-6", "6", "22528", BUNDLED("nvidia-rtx-pro-6000", "1")) "," TYPE(       \
        "g4-standard-12", "12", "46080",                                                           \
        BUNDLED("nvidia-rtx-pro-6000", "1")) "," TYPE("g4-standard-48", "48", "184320",            \
                                                      BUNDLED("nvidia-rtx-pro-6000", "1")))
#define G4_SKUS                                                                                    \
    SKU("G4 Instance Core running in Iowa", "h", "48910000")                                       \
    "," SKU("G4 Instance Ram running in Iowa", "GiBy.h",                                           \
            "5870000") "," GPU_SKU("RTX 6000 96GB running in Iowa", "1", "95650000")
    list_types(*state, G4,
               SKUS(G4_SKUS "," SKU("1/8 vGPU no lssd running in Iowa", "h", "646880000") "," SKU(
                   "1/8 vGPU no lssd attached to DWS Defined Duration VMs running in Iowa", "h",
                   "323440000")));
    assert_price(*state, "g4-standard-6", "us-central1", false, "0.646880");
    assert_price(*state, "g4-standard-12", "us-central1", false, "1.293760");
    assert_price(*state, "g4-standard-48", "us-central1", false, "4.499930");
    assert_contains(host_results(*state), "1 nvidia RTX PRO 6000 of 12288 MiB, 646880000 nusd");
    assert_contains(host_results(*state), "1 nvidia RTX PRO 6000 of 98304 MiB, 4499930000 nusd");
    list_types(*state, G4, SKUS(G4_SKUS));
    assert_price(*state, "g4-standard-6", "us-central1", false, "");
    assert_price(*state, "g4-standard-48", "us-central1", false, "4.499930");
}

/* The SKU of spot A4 says so in its description only. */
static void test_a4_is_priced_by_slices_of_all_its_parts(void **state)
{
    list_types(
        *state,
        TYPES(TYPE("a4-highgpu-8g", "224", "4063232",
                   BUNDLED("nvidia-b200", "8")
                       PARTITIONS("32")) "," TYPE("a4x-highgpu-4g", "140", "905216",
                                                  BUNDLED("nvidia-gb200", "4") ARCH("ARM64"))),
        SKUS(GPU_SKU(
            "A4 Nvidia B200 (1 gpu slice) running in Americas", "16",
            "110000000") "," GPU_SKU("Spot Preemptible A4 Nvidia B200 (1 gpu slice) running in "
                                     "Americas",
                                     "4", "954200000") "," GPU_SKU("DWS Calendar Mode A4 Nvidia "
                                                                   "B200 (1 gpu slice) running in "
                                                                   "Americas",
                                                                   "1", "0")));
    assert_price(*state, "a4-highgpu-8g", "us-central1", false, "128.880000");
    assert_price(*state, "a4-highgpu-8g", "us-central1", true, "39.633600");
    assert_price(*state, "a4x-highgpu-4g", "us-central1", false, "");
    assert_contains(host_results(*state), "offer a4x-highgpu-4g in us-central1: arch 2 by 1");
    assert_contains(host_results(*state), "4 nvidia GB200 of 190464 MiB");
}

/* Memory of C4D and of the largest M4 is priced by the GB of 1000^3 bytes. Published prices round it to a nano-dollar
 * for a GiB, and so does Archway: with all digits the larger one would be 41.464126. */
static void test_memory_by_the_decimal_gigabyte(void **state)
{
    list_types(
        *state,
        TYPES(TYPE("c4d-standard-8-lssd", "8", "31744", "") "," TYPE("m4-ultramem-224", "224",
                                                                     "6094848", "")),
        SKUS(SKU("C4D Instance Core running in Americas", "h", "32703500") "," SKU(
            "C4D Instance Ram running in Americas", "GBy.h",
            "3495578") "," SSD_SKU
                       "," SKU_OF(
                           "C4D Instance Local SSD running in Americas", "Compute", "OnDemand",
                           IN_IOWA, "GiBy.mo",
                           RATE(
                               "USD", "0",
                               "160000000")) "," SKU("M4Ultramem224 Instance Core running in "
                                                     "Americas",
                                                     "h",
                                                     "23170000") "," SKU("M4Ultramem224 Instance "
                                                                         "Ram running in Americas",
                                                                         "GBy.h",
                                                                         "5675880") "," SKU("M4 "
                                                                                            "Instan"
                                                                                            "ce "
                                                                                            "Core "
                                                                                            "runnin"
                                                                                            "g in "
                                                                                            "Americ"
                                                                                            "as",
                                                                                            "h",
                                                                                            "1") "," SKU("M4 Instance Ram running in Americas",
                                                                                                         "GiBy.h",
                                                                                                         "1")));
    assert_price(*state, "c4d-standard-8-lssd", "us-central1", false, "0.460174");
    assert_price(*state, "m4-ultramem-224", "us-central1", false, "41.464127");
}

static void test_local_ssds_of_newer_families_have_prices_of_their_own(void **state)
{
#define LSSD TYPES(TYPE("c4a-standard-4-lssd", "4", "16384", ARCH("ARM64") PARTITIONS("1")))
    list_types(*state, LSSD, SKUS(C4A_SKUS "," SSD_SKU));
    assert_price(*state, "c4a-standard-4-lssd", "us-central1", false, "");
    list_types(*state, LSSD,
               SKUS(C4A_SKUS "," SSD_SKU "," SKU("C4A Instance Local SSD running in Iowa",
                                                 "GiBy.mo", "146000000")));
    assert_price(*state, "c4a-standard-4-lssd", "us-central1", false, "0.254600");
}

static void test_m2_is_m1_and_a_premium(void **state)
{
#define M2 TYPES(TYPE("m2-ultramem-208", "208", "6029312", ""))
#define M1_SKUS                                                                                    \
    SKU("Memory-optimized Instance Core running in Americas", "h", "34800000")                     \
    "," SKU("Memory-optimized Instance Ram running in Americas", "GiBy.h", "5100000")
#define PREMIUM "Memory Optimized Upgrade Premium for Memory-optimized Instance "
    list_types(*state, M2, SKUS(M1_SKUS));
    assert_price(*state, "m2-ultramem-208", "us-central1", false, "");
    list_types(*state, M2,
               SKUS(M1_SKUS "," SKU(PREMIUM "Core running in Americas", "h", "4570000") "," SKU(
                   PREMIUM "Ram running in Americas", "GiBy.h", "670000")));
    assert_price(*state, "m2-ultramem-208", "us-central1", false, "42.162720");
}

static void test_older_names_of_machines_and_families(void **state)
{
    list_types(
        *state,
        TYPES(TYPE("m1-ultramem-40", "40", "984064", "") "," TYPE(
            "n1-megamem-96", "96", "1468006",
            "") "," TYPE("c2-standard-4", "4", "16384",
                         "") "," TYPE("f1-micro", "1", "614", "") "," TYPE("g1-small", "1", "1740",
                                                                           "")),
        SKUS(M1_SKUS "," SKU("N1 Predefined Instance Core running in Americas", "h", "1") "," SKU(
            "N1 Predefined Instance Ram running in Americas", "GiBy.h",
            "1") "," SKU("Compute optimized Core running in Americas", "h",
                         "33980000") "," SKU("Compute optimized Instance Ram running in Americas",
                                             "GiBy.h",
                                             "4550000") "," SKU("Micro Instance with burstable CPU "
                                                                "running in Americas",
                                                                "h",
                                                                "7600000") "," SKU("Small Instance "
                                                                                   "with 1 VCPU "
                                                                                   "running in "
                                                                                   "Americas",
                                                                                   "h",
                                                                                   "25700000")));
    assert_price(*state, "m1-ultramem-40", "us-central1", false, "6.293100");
    assert_price(*state, "n1-megamem-96", "us-central1", false, "10.652160");
    assert_price(*state, "c2-standard-4", "us-central1", false, "0.208720");
    assert_price(*state, "f1-micro", "us-central1", false, "0.007600");
    assert_price(*state, "g1-small", "us-central1", false, "0.025700");
}

/* ---- machines without a price ---- */

static void test_a_machine_of_which_a_part_has_no_price_has_none(void **state)
{
    static const char *const lists[] = {
        SKUS(SKU("C4A Arm Instance Core running in Iowa", "h", "30860000")),
        SKUS(SKU("C4A Arm Instance Ram running in Iowa", "GiBy.h", "3510000")),
        SKUS(SKU("C4A Arm Instance Core running in Iowa", "h",
                 "0") "," SKU("C4A Arm Instance Ram running in Iowa", "GiBy.h", "3510000")),
        SKUS(N2_SKUS),
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        list_types(*state, TYPES(C4A), lists[i]);
        assert_price(*state, "c4a-standard-8", "us-central1", false, "");
        assert_contains(host_results(*state), "offer c4a-standard-8");
        assert_lacks(host_results(*state), "nusd");
    }
}

static void test_another_region_has_other_prices(void **state)
{
    list_types(*state, TYPES(C4A),
               SKUS(SKU_OF("C4A Arm Instance Core running in Iowa", "Compute", "OnDemand",
                           "\"us-central2\",\"us-central\"", "h",
                           RATE("USD", "0", "1")) "," SKU("C4A Arm Instance Ram running in Iowa",
                                                          "GiBy.h", "3510000")));
    assert_lacks(host_results(*state), "nusd");
}

static void test_of_two_prices_and_of_tiers_the_higher_one_counts(void **state)
{
    list_types(
        *state, TYPES(C4A),
        SKUS(C4A_SKUS "," SKU_OF(
            "C4A Arm Instance Core running in Iowa", "Compute", "OnDemand", IN_IOWA, "h",
            RATE("USD", "0", "0") "," RATE(
                "USD", "0", "40000000")) "," SKU("C4A Arm Instance Core running in Council Bluffs",
                                                 "h", "20000000")));
    assert_price(*state, "c4a-standard-8", "us-central1", false, "0.432320");
}

static void test_the_last_of_the_prices_in_time_holds(void **state)
{
    list_types(
        *state, TYPES(C4A),
        SKUS(SKU(
            "C4A Arm Instance Ram running in Iowa", "GiBy.h",
            "3510000") ","
                       "{\"description\":\"C4A Arm Instance Core running in Iowa\",\"category\":{"
                       "\"resourceFamily\":\"Compute\",\"usageType\":\"OnDemand\"},"
                       "\"serviceRegions\":[" IN_IOWA
                       "],\"pricingInfo\":[{\"pricingExpression\":{\"usageUnit\":\"h\","
                       "\"tieredRates\":[" RATE(
                           "USD", "0", "90000000") "]}},{\"pricingExpression\":{"
                                                   "\"usageUnit\":\"h\",\"tieredRates\":[" RATE(
                                                       "USD", "0", "30860000") "]}}]}"));
    assert_price(*state, "c4a-standard-8", "us-central1", false, "0.359200");
}

static void test_prices_that_cannot_be_used_are_told_once(void **state)
{
    list_types(
        *state, TYPES(C4A "," N2),
        SKUS(C4A_SKUS "," SKU_OF(
            "N2 Instance Core running in Iowa", "Compute", "OnDemand", IN_IOWA, "h",
            RATE("IDR", "508",
                 "934997455")) "," SKU("N2 Instance Ram running in Iowa", "GiBy.mo",
                                       "4237000") "," SKU("N4 Instance Core running in Iowa",
                                                          "count",
                                                          "4237000") "," SKU("E2 Instance Core "
                                                                             "running in Iowa",
                                                                             "h", "\"many\"")));
    assert_price(*state, "c4a-standard-8", "us-central1", false, "0.359200");
    assert_price(*state, "n2-standard-8", "us-central1", false, "");
    assert_contains(host_results(*state),
                    "problem 13: Of the prices in Google's catalogue, 4 cannot be used; the first: "
                    "\"N2 Instance Core running in Iowa\": its price is not in dollars");
}

static void test_more_than_64_bits_hold_is_no_price(void **state)
{
    list_types(
        *state, TYPES(TYPE("c4a-standard-8", "65535", "1073741824", ARCH("ARM64"))),
        SKUS(SKU_OF("C4A Arm Instance Core running in Iowa", "Compute", "OnDemand", IN_IOWA, "h",
                    RATE("USD", "1000000",
                         "999999999")) "," SKU_OF("C4A Arm Instance Ram running in Iowa", "Compute",
                                                  "OnDemand", IN_IOWA, "GiBy.h",
                                                  RATE("USD", "1000000", "999999999"))));
    assert_contains(host_results(*state), "offer c4a-standard-8");
    assert_lacks(host_results(*state), "nusd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTED(test_a2_costs_what_its_gpus_cores_and_memory_cost),
        LISTED(test_local_ssds_that_come_with_a_machine_are_paid_for),
        LISTED(test_a3_costs_its_sum),
        LISTED(test_a3_mega_is_a3_plus),
        LISTED(test_g2_and_its_one_gpu_less_for_more_memory),
        LISTED(test_smaller_g4_are_priced_by_slices),
        LISTED(test_a4_is_priced_by_slices_of_all_its_parts),
        LISTED(test_memory_by_the_decimal_gigabyte),
        LISTED(test_local_ssds_of_newer_families_have_prices_of_their_own),
        LISTED(test_m2_is_m1_and_a_premium),
        LISTED(test_older_names_of_machines_and_families),
        LISTED(test_a_machine_of_which_a_part_has_no_price_has_none),
        LISTED(test_another_region_has_other_prices),
        LISTED(test_of_two_prices_and_of_tiers_the_higher_one_counts),
        LISTED(test_the_last_of_the_prices_in_time_holds),
        LISTED(test_prices_that_cannot_be_used_are_told_once),
        LISTED(test_more_than_64_bits_hold_is_no_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
