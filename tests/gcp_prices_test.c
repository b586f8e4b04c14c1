/* SPDX-License-Identifier: Apache-2.0 */
/* What machines cost, as the sum of their parts, is what Google publishes for them. */
#include "gcp_answers.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- families of cores and memory, July 2026 ----
 * Of all 520 types in 43 regions that https://github.com/Cyclenerd/google-cloud-pricing-cost-calculator published on 30
 * July 2026 these are a part; where a family has one ratio of cores and memory, the way it is divided is ours. */

static const struct {
    const char *sku;
    const char *region;
    unsigned core;
    unsigned ram;
    unsigned spot_core;
    unsigned spot_ram;
} rates[] = {
    {"T2A Arm Instance", "us-central1", 25000000, 3375000, 10644156, 1436961},
    {"C4A Arm Instance", "us-central1", 30860000, 3510000, 13340000, 1517000},
    {"N4A Instance", "us-central1", 26460000, 3010000, 11110000, 1264000},
    {"E2 Instance", "us-central1", 21811590, 2923530, 13090000, 1754000},
    {"N2 Instance", "us-central1", 31611000, 4237000, 14990000, 2010000},
    {"N2D AMD Instance", "us-central1", 27502000, 3686000, 7960000, 1067000},
    {"C4 Instance", "us-central1", 34650000, 3938000, 20790000, 2363000},
    {"C3 Instance", "us-central1", 34650000, 3938000, 8490000, 965000},
    {"C3D Instance", "us-central1", 29563000, 3959000, 6590000, 882000},
    {"N4 Instance", "us-central1", 31190000, 3540000, 15400000, 1748000},
    {"C4D Instance", "us-central1", 32703500, 3753348, 11480000, 1317481},
    {"N1 Predefined Instance", "us-central1", 31611000, 4237000, 11150000, 1494000},
    {"C2D AMD Instance", "us-central1", 29563000, 3959000, 9930000, 1330000},
    {"M3 Memory-optimized Instance", "us-central1", 34800000, 5100000, 20150000, 2953000},
    {"N4D Instance", "us-central1", 29110000, 3310000, 14120000, 1606000},
    {"C4N Instance", "us-central1", 55440000, 6301000, 22176000, 2520400},
    {"H3 Instance", "us-central1", 50355000, 1398750, 27477000, 763250},
    {"Z3 Instance", "us-central1", 92605948, 1286194, 36091800, 501275},
    {"Compute optimized", "us-central1", 46981800, 1305050, 22428000, 623000},
    {"T2D AMD Instance", "us-central1", 38021400, 1056150, 14184000, 394000},
    {"Memory-optimized Instance", "us-central1", 34800000, 5100000, 6090000, 893000},
    {"Memory Optimized Upgrade Premium for Memory-optimized Instance", "us-central1", 4524000,
     663000, 0, 0},
    {"M4 Instance", "us-central1", 18278400, 4570000, 10050000, 2514000},
    {"T2A Arm Instance", "europe-west4", 26262396, 3545423, 15680519, 2116870},
    {"C4A Arm Instance", "europe-west4", 32400000, 3686000, 5110000, 581000},
    {"N2 Instance", "europe-west4", 34802000, 4664000, 12650000, 1696000},
    {"E2 Instance", "europe-west4", 24013380, 3218160, 11480000, 1538000},
    {"C3D Instance", "europe-west4", 31041150, 4156950, 16240000, 2176000},
    {"C4A Arm Instance", "asia-southeast1", 38071980, 4330290, 19860000, 2259000},
    {"N4A Instance", "asia-southeast1", 32640000, 3710000, 14380000, 1635000},
    {"T2A Arm Instance", "asia-southeast1", 30831169, 4162208, 8750649, 1181338},
};

/* As published, to the sixth digit. The API says whole MiB of n1-highcpu-2 (1843) and n1-highcpu-96 (88474), of
 * which Google bills 1.8 and 86.4 GiB. Shared cores of E2 are billed as a quarter, a half, and one. */
static const struct machine {
    const char *type;
    const char *region;
    unsigned vcpus;
    unsigned mib;
    const char *on_demand;
    const char *spot;
} machines[] = {
    {"t2a-standard-1", "us-central1", 1, 4096, "0.038500", "0.016392"},
    {"t2a-standard-4", "us-central1", 4, 16384, "0.154000", "0.065568"},
    {"t2a-standard-48", "us-central1", 48, 196608, "1.848000", "0.786816"},
    {"c4a-standard-1", "us-central1", 1, 4096, "0.044900", "0.019408"},
    {"c4a-highmem-16", "us-central1", 16, 131072, "0.943040", "0.407616"},
    {"c4a-highcpu-72", "us-central1", 72, 147456, "2.727360", "1.178928"},
    {"c4a-highmem-96-metal", "us-central1", 96, 786432, "5.658240", "2.445696"},
    {"n4a-standard-4", "us-central1", 4, 16384, "0.154000", "0.064664"},
    {"n4a-highcpu-1", "us-central1", 1, 2048, "0.032480", "0.013638"},
    {"n4a-highmem-64", "us-central1", 64, 524288, "3.234560", "1.358208"},
    {"e2-micro", "us-central1", 2, 1024, "0.008376", "0.005027"},
    {"e2-small", "us-central1", 2, 2048, "0.016753", "0.010053"},
    {"e2-medium", "us-central1", 2, 4096, "0.033506", "0.020106"},
    {"e2-standard-2", "us-central1", 2, 8192, "0.067011", "0.040212"},
    {"e2-highcpu-32", "us-central1", 32, 32768, "0.791524", "0.475008"},
    {"n2-standard-2", "us-central1", 2, 8192, "0.097118", "0.046060"},
    {"n2-highmem-128", "us-central1", 128, 884736, "7.706976", "3.655360"},
    {"n2-highcpu-96", "us-central1", 96, 98304, "3.441408", "1.632000"},
    {"n2d-standard-224", "us-central1", 224, 917504, "9.463104", "2.739072"},
    {"n2d-highcpu-2", "us-central1", 2, 2048, "0.062376", "0.018054"},
    {"c4-standard-2", "us-central1", 2, 7168, "0.096866", "0.058121"},
    {"c4-highmem-288", "us-central1", 288, 2285568, "18.768816", "11.261736"},
    {"c3-standard-22", "us-central1", 22, 90112, "1.108844", "0.271700"},
    {"c3-highcpu-192-metal", "us-central1", 192, 524288, "8.669056", "2.124160"},
    {"c3d-highcpu-30", "us-central1", 30, 60416, "1.120471", "0.249738"},
    {"c3d-standard-360", "us-central1", 360, 1474560, "16.343640", "3.642480"},
    {"n4-highmem-80", "us-central1", 80, 655360, "4.760800", "2.350720"},
    {"n4-standard-2", "us-central1", 2, 8192, "0.090700", "0.044784"},
    {"c4d-standard-384", "us-central1", 384, 1523712, "18.143126", "6.368732"},
    {"c4d-highcpu-2", "us-central1", 2, 3072, "0.076667", "0.026912"},
    {"n1-standard-1", "us-central1", 1, 3840, "0.047500", "0.016753"},
    {"n1-highcpu-2", "us-central1", 2, 1843, "0.070849", "0.024989"},
    {"n1-highcpu-96", "us-central1", 96, 88474, "3.400733", "1.199482"},
    {"n1-highmem-8", "us-central1", 8, 53248, "0.473212", "0.166888"},
    {"c2d-highmem-112", "us-central1", 112, 917504, "6.858320", "2.303840"},
    {"c2d-highcpu-2", "us-central1", 2, 4096, "0.074962", "0.025180"},
    {"m3-ultramem-128", "us-central1", 128, 3997696, "24.364800", "14.107712"},
    {"m3-megamem-64", "us-central1", 64, 999424, "7.204800", "4.171728"},
    {"n4d-standard-4", "us-central1", 4, 16384, "0.169400", "0.082176"},
    {"n4d-highmem-64", "us-central1", 64, 524288, "3.557760", "1.725952"},
    {"c4n-standard-2", "us-central1", 2, 7168, "0.154987", "0.061995"},
    {"c4n-highmem-8", "us-central1", 8, 63488, "0.834182", "0.333673"},
    {"h3-standard-88", "us-central1", 88, 360448, "4.923600", "2.686640"},
    {"z3-highmem-14-standardlssd", "us-central1", 14, 114688, "1.769304", "0.737318"},
    {"z3-highmem-88-highlssd", "us-central1", 88, 720896, "13.000009", "5.639661"},
    {"c2-standard-4", "us-central1", 4, 16384, "0.208808", "0.099680"},
    {"c2-standard-60", "us-central1", 60, 245760, "3.132120", "1.495200"},
    {"t2d-standard-1", "us-central1", 1, 4096, "0.042246", "0.015760"},
    {"t2d-standard-60", "us-central1", 60, 245760, "2.534760", "0.945600"},
    {"m1-ultramem-40", "us-central1", 40, 984064, "6.293100", "1.101773"},
    {"m1-megamem-96", "us-central1", 96, 1468006, "10.652160", "1.864845"},
    {"m2-ultramem-208", "us-central1", 208, 6029312, "42.111936", ""},
    {"m2-megamem-416", "us-central1", 416, 6029312, "50.291328", ""},
    {"m4-megamem-28", "us-central1", 28, 380928, "2.211835", "1.216608"},
    {"f1-micro", "us-central1", 1, 614, "0.007600", "0.000684"},
    {"g1-small", "us-central1", 1, 1740, "0.025700", "0.002313"},
    {"c4a-standard-4-lssd", "us-central1", 4, 16384, "0.241244", "0.104293"},
    {"c4a-highmem-72-lssd", "us-central1", 72, 589824, "5.229981", "2.260847"},
    {"c4-standard-8-lssd", "us-central1", 8, 30720, "0.477532", "0.286525"},
    {"c4-highmem-288-lssd", "us-central1", 288, 2285568, "22.714021", "13.628859"},
    {"c4d-standard-8-lssd", "us-central1", 8, 31744, "0.460174", "0.161552"},
    {"c4d-highmem-384-lssd", "us-central1", 384, 3096576, "26.538405", "9.316218"},
    {"c3-standard-8-lssd", "us-central1", 8, 32768, "0.485408", "0.142773"},
    {"c3-standard-176-lssd", "us-central1", 176, 720896, "10.185820", "2.877162"},
    {"c3d-standard-8-lssd", "us-central1", 8, 32768, "0.404288", "0.102930"},
    {"c3d-highmem-360-lssd", "us-central1", 360, 2949120, "23.359668", "5.616122"},
    {"t2a-standard-16", "europe-west4", 16, 65536, "0.647105", "0.386368"},
    {"c4a-standard-72", "europe-west4", 72, 294912, "3.394368", "0.535248"},
    {"n2-standard-8", "europe-west4", 8, 32768, "0.427664", "0.155472"},
    {"e2-standard-16", "europe-west4", 16, 65536, "0.590176", "0.282112"},
    {"c3d-highmem-60", "europe-west4", 60, 491520, "3.857805", "2.018880"},
    {"c4a-highcpu-8", "asia-southeast1", 8, 16384, "0.373860", "0.195024"},
    {"n4a-standard-16", "asia-southeast1", 16, 65536, "0.759680", "0.334720"},
    {"t2a-standard-32", "asia-southeast1", 32, 131072, "1.519360", "0.431232"},
};

/* ---- what has a price of its own ---- */

static const struct {
    const char *description;
    const char *unit;
    bool spot;
    unsigned nanos;
} others[] = {
    {"SSD backed Local Storage in Iowa", "GiBy.mo", false, 80000000},
    {"SSD backed Local Storage attached to Spot Preemptible VMs in Iowa", "GiBy.mo", true,
     42800000},
    {"C4 Instance Local SSD running in Iowa", "GiBy.mo", false, 160000000},
    {"Spot Preemptible C4 Instance Local SSD running in Iowa", "GiBy.mo", true, 96000000},
    {"C4A Instance Local SSD running in Iowa", "GiBy.mo", false, 120000000},
    {"Spot Preemptible C4A Instance Local SSD running in Iowa", "GiBy.mo", true, 51900000},
    {"C4D Instance Local SSD running in Iowa", "GiBy.mo", false, 160000000},
    {"Spot Preemptible C4D Instance Local SSD running in Iowa", "GiBy.mo", true, 56200000},
    {"Micro Instance with burstable CPU running in Iowa", "h", false, 7600000},
    {"Spot Preemptible Micro Instance with burstable CPU running in Iowa", "h", true, 684000},
    {"Small Instance with 1 VCPU running in Iowa", "h", false, 25700000},
    {"Spot Preemptible Small Instance with 1 VCPU running in Iowa", "h", true, 2313000},
};

static const char *const places[] = {"us-central1", "europe-west4", "asia-southeast1"};

enum {
    RATES = sizeof rates / sizeof rates[0],
    OTHERS = sizeof others / sizeof others[0],
    MACHINES = sizeof machines / sizeof machines[0],
    PLACES = sizeof places / sizeof places[0]
};

static void sku_write(kit_buf *text, const char *description, bool spot, const char *region,
                      const char *unit, unsigned nanos)
{
    if (nanos == 0)
        return;
    kit_buf_addf(text,
                 "%s{\"description\":\"%s\",\"category\":{\"resourceFamily\":\"%s\","
                 "\"usageType\":\"%s\"},\"serviceRegions\":[\"%s\"],\"pricingInfo\":[{"
                 "\"pricingExpression\":{\"usageUnit\":\"%s\",\"tieredRates\":[{\"unitPrice\":{"
                 "\"currencyCode\":\"USD\",\"units\":\"0\",\"nanos\":%u}}]}}]}",
                 text->data[text->size - 1] == '[' ? "" : ",", description,
                 strcmp(unit, "GiBy.mo") == 0 ? "Storage" : "Compute",
                 spot ? "Preemptible" : "OnDemand", region, unit, nanos);
}

static void rate_write(kit_buf *text, unsigned rate, const char *part, bool spot, unsigned nanos)
{
    char description[160];
    snprintf(description, sizeof description, "%s%s %s running in Place",
             spot ? "Spot Preemptible " : "", rates[rate].sku, part);
    sku_write(text, description, spot, rates[rate].region,
              strcmp(part, "Core") == 0 ? "h" : "GiBy.h", nanos);
}

static void skus_write(kit_buf *text)
{
    kit_buf_init(text, mem_kit(), 1 << 20);
    kit_buf_add_text(text, "{\"skus\":[");
    for (unsigned i = 0; i < RATES; i++) {
        rate_write(text, i, "Core", false, rates[i].core);
        rate_write(text, i, "Ram", false, rates[i].ram);
        rate_write(text, i, "Core", true, rates[i].spot_core);
        rate_write(text, i, "Ram", true, rates[i].spot_ram);
    }
    for (unsigned i = 0; i < OTHERS; i++)
        sku_write(text, others[i].description, others[i].spot, "us-central1", others[i].unit,
                  others[i].nanos);
    kit_buf_add_text(text, "]}");
}

static void types_write(kit_buf *text, const char *region)
{
    kit_buf_init(text, mem_kit(), 1 << 20);
    kit_buf_add_text(text, "{\"items\":[");
    for (unsigned i = 0; i < MACHINES; i++)
        if (strcmp(machines[i].region, region) == 0)
            kit_buf_addf(text, "%s{\"name\":\"%s\",\"guestCpus\":%u,\"memoryMb\":%u}",
                         text->data[text->size - 1] == '[' ? "" : ",", machines[i].type,
                         machines[i].vcpus, machines[i].mib);
    kit_buf_add_text(text, "]}");
}

static void answer_with(struct backend_host *host, kit_buf *text)
{
    host_answer(host, 200, kit_buf_text(text));
    kit_buf_finish(text);
}

static void test_prices_are_the_published_ones(void **state)
{
    struct backend_host *host = *state;
    kit_buf text;
    begin_listing(host);
    skus_write(&text);
    answer_with(host, &text);
    host_answer(host, 200,
                ZONES(ZONE("us-central1", "a") "," ZONE("europe-west4",
                                                        "b") "," ZONE("asia-southeast1", "c")));
    host_answer(host, 200, ACCELERATORS(""));
    for (unsigned i = 0; i < PLACES; i++) {
        types_write(&text, places[i]);
        answer_with(host, &text);
    }
    assert_true(MACHINES >= 40);
    for (unsigned i = 0; i < MACHINES; i++) {
        assert_price(host, machines[i].type, machines[i].region, false, machines[i].on_demand);
        assert_price(host, machines[i].type, machines[i].region, true, machines[i].spot);
    }
    assert_lacks(host_results(host), "problem");
}

int main(void)
{
    const struct CMUnitTest tests[] = {LISTED(test_prices_are_the_published_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
