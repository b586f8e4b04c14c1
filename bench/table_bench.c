/* SPDX-License-Identifier: Apache-2.0 */
/* How long 100,000 offers take to filter and rank, and how much memory they need. */
#include "bench/measure.h"
#include "core/table.h"

#include <stdio.h>

enum {
    TYPES = 1250,
    REGIONS = 40,
    ROUNDS = 15
};

struct machine {
    const char *family;
    uint32_t arch;
    const char *gpu;
    uint64_t gpu_memory_mib;
    uint64_t price_nusd_per_vcpu;
    uint64_t memory_mib_per_vcpu;
};

/* 28 of a hundred are arm64, as in a large provider's list. */
static const struct machine machines[] = {
    {"m7g", AW_ARCH_ARM64, NULL, 0, 40800000, 4096},
    {"m7i", AW_ARCH_AMD64, NULL, 0, 50400000, 4096},
    {"c7i", AW_ARCH_AMD64, NULL, 0, 44625000, 2048},
    {"c8g", AW_ARCH_ARM64, NULL, 0, 36250000, 2048},
    {"r7a", AW_ARCH_AMD64, NULL, 0, 76075000, 8192},
    {"m6a", AW_ARCH_AMD64, NULL, 0, 43200000, 4096},
    {"x2d", AW_ARCH_AMD64, NULL, 0, 83375000, 16384},
    {"p5", AW_ARCH_AMD64, "H100", 81920, 512000000, 10922},
    {"g6", AW_ARCH_AMD64, "L4", 24576, 201200000, 4096},
    {"g5g", AW_ARCH_ARM64, "T4G", 16384, 105000000, 2048},
    {"r8g", AW_ARCH_ARM64, NULL, 0, 58900000, 8192},
    {"c5", AW_ARCH_AMD64, NULL, 0, 42500000, 2048},
    {"i4i", AW_ARCH_AMD64, NULL, 0, 85750000, 8192},
    {"t3", AW_ARCH_AMD64, NULL, 0, 20800000, 4096},
};
enum {
    MACHINES = sizeof machines / sizeof *machines
};

static void add_offer(struct table *table, unsigned type, unsigned region, bool spot)
{
    const struct machine *machine = &machines[type % MACHINES];
    uint32_t vcpus = 1u << (type / MACHINES % 8);
    char type_name[48];
    char region_name[32];
    char zones[128];
    snprintf(type_name, sizeof type_name, "%s-%u.%uxlarge", machine->family, type / MACHINES / 8,
             vcpus);
    snprintf(region_name, sizeof region_name, "%s-%u", region % 2 ? "eu-central" : "us-east",
             region);
    snprintf(zones, sizeof zones, "%sa,%sb%s%s", region_name, region_name, type % 3 ? "," : "",
             type % 3 ? region_name : "");
    aw_gpu gpu = {.size = sizeof gpu, .count = vcpus > 8 ? vcpus / 8 : 1, .vendor = "nvidia"};
    gpu.name = machine->gpu;
    gpu.memory_mib = machine->gpu_memory_mib;
    uint64_t price =
        machine->price_nusd_per_vcpu * vcpus / 100 * (95 + region % 20 + type / MACHINES / 8);
    aw_offer offer = {
        .size = sizeof offer,
        .arch = machine->arch,
        .arch_source = AW_ARCH_SOURCE_API,
        .vcpus = vcpus,
        .spot = spot,
        .priced = 1,
        .price_nusd_per_hour = spot ? price / 100 * (30 + (type + region) % 23) : price,
        .memory_mib = machine->memory_mib_per_vcpu * vcpus,
        .gpu = machine->gpu ? &gpu : NULL,
        .instance_type = type_name,
        .region = region_name,
        .zone = zones,
    };
    aw_error error;
    if (table_add(table, region, region % 3 ? "first" : "second", &offer, &error) != 0)
        die("%s", error.message);
}

/* Regions arrive one after the other, as they do when they are listed. */
static struct table *filled_table(void)
{
    struct table *table = table_create();
    if (!table)
        die("no memory");
    for (unsigned region = 0; region < REGIONS; region++)
        for (unsigned type = 0; type < TYPES; type++)
            for (int spot = 0; spot < 2; spot++)
                add_offer(table, type, region, spot != 0);
    return table;
}

/* `filters`: name, text, name, text, NULL. */
static void measure(const char *name, const struct table *table, const char *const *filters)
{
    archway_query *query = archway_query_create();
    aw_error error;
    for (; query && *filters; filters += 2)
        if (archway_query_set(query, filters[0], filters[1], &error) != 0)
            die("%s", error.message);
    const struct requirement requirement = {
        .archs = query ? query->archs : 0,
        .emulation = query && query->emulation,
        .factor = {EMULATION_DEFAULT_OVER, EMULATION_DEFAULT_UNDER},
    };
    double times_ms[ROUNDS];
    size_t matched = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct selection selection;
        uint64_t start_us = now_us();
        if (!query || table_select(table, query, &requirement, &selection) != 0)
            die("no memory");
        times_ms[round] = (double)(now_us() - start_us) / 1e3;
        matched = selection.matched;
        selection_finish(&selection);
    }
    archway_query_destroy(query);
    report_samples(name, times_ms, ROUNDS, "ms");
    char matched_name[64];
    snprintf(matched_name, sizeof matched_name, "%s_matched", name);
    report(matched_name, (double)matched, "offers");
}

#define MEASURE(name, table, ...) measure((name), (table), (const char *const[]){__VA_ARGS__, NULL})

int main(void)
{
    uint64_t start_us = now_us();
    struct table *table = filled_table();
    report("table_fill", (double)(now_us() - start_us) / 1e3, "ms");
    report("table_offers", (double)table_count(table), "offers");
    report("table_bytes_per_offer", (double)table_bytes(table) / (double)table_count(table),
           "bytes");
    MEASURE("select_first_50_of_all", table, "limit", "50");
    MEASURE("select_first_50_arm64", table, "arch", "arm64", "limit", "50");
    MEASURE("select_first_50_narrow", table, "cpu", "arm:8..", "memory", "16GB..", "max-price", "1",
            "spot", "no", "limit", "50");
    MEASURE("select_first_50_h100", table, "gpu", "H100", "limit", "50");
    MEASURE("choose_of_both", table, "cpu", "8..", "memory", "16GB..", "limit", "1");
    MEASURE("choose_with_emulation", table, "arch", "amd64", "emulation", "yes", "cpu", "8..",
            "memory", "16GB..", "limit", "1");
    MEASURE("select_sorted_arm64", table, "arch", "arm64");
    MEASURE("select_sorted_all", table, "arch", "any");
    table_destroy(table);
    return 0;
}
