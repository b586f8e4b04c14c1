/* SPDX-License-Identifier: Apache-2.0 */
/* How much local SSD comes with a machine type. The API says how many disks there are, and not how large they are;
 * where it says nothing there is a table. https://cloud.google.com/compute/docs/disks/local-ssd#lssd_disks_fixed */
#include "backends/gcp/offers.h"

#include <string.h>

enum {
    USUAL_GIB = 375
};

/* Larger disks than the usual ones, the first that fits. */
static const struct {
    const char *prefix;
    const char *word; /* somewhere in the name */
    int64_t gib;
} disk_sizes[] = {
    {"z3-", "-metal", 6000},
    {"z3-", "", 3000},
    {"c4-", "-lssd-metal", 3000},
    {"a4x-", "", 3000},
};

/* The first row of the family whose word stands in the name, and that has so many vCPUs. */
static const struct {
    const char *prefix;
    const char *word;
    uint32_t vcpus;
    int64_t gib;
} totals[] = {
    {"a2-", "-ultragpu", 12, 375},
    {"a2-", "-ultragpu", 24, 750},
    {"a2-", "-ultragpu", 48, 1500},
    {"a2-", "-ultragpu", 96, 3000},
    {"a3-", "-highgpu", 26, 750},
    {"a3-", "-highgpu", 52, 1500},
    {"a3-", "-highgpu", 104, 3000},
    {"a3-", "-highgpu", 208, 6000},
    {"a3-", "-megagpu", 208, 6000},
    {"a3-", "-edgegpu", 208, 6000},
    {"a3-", "-ultragpu", 224, 12000},
    {"a4-", "-highgpu", 224, 12000},
    {"a4x-", "-highgpu", 140, 12000},
    {"a4x-", "-maxgpu", 144, 12000},
    {"c3-", "-lssd", 4, 375},
    {"c3-", "-lssd", 8, 750},
    {"c3-", "-lssd", 22, 1500},
    {"c3-", "-lssd", 44, 3000},
    {"c3-", "-lssd", 88, 6000},
    {"c3-", "-lssd", 176, 12000},
    {"c3d-", "-lssd", 8, 375},
    {"c3d-", "-lssd", 16, 375},
    {"c3d-", "-lssd", 30, 750},
    {"c3d-", "-lssd", 60, 1500},
    {"c3d-", "-lssd", 90, 3000},
    {"c3d-", "-lssd", 180, 6000},
    {"c3d-", "-lssd", 360, 12000},
    {"c4-", "-lssd", 4, 375},
    {"c4-", "-lssd", 8, 375},
    {"c4-", "-lssd", 16, 750},
    {"c4-", "-lssd", 24, 1500},
    {"c4-", "-lssd", 32, 1875},
    {"c4-", "-lssd", 48, 3000},
    {"c4-", "-lssd", 96, 6000},
    {"c4-", "-lssd", 144, 9000},
    {"c4-", "-lssd", 192, 12000},
    {"c4-", "-lssd", 288, 18000},
    {"c4a-", "-lssd", 4, 375},
    {"c4a-", "-lssd", 8, 750},
    {"c4a-", "-lssd", 16, 1500},
    {"c4a-", "-lssd", 32, 2250},
    {"c4a-", "-lssd", 48, 3750},
    {"c4a-", "-lssd", 64, 5250},
    {"c4a-", "-lssd", 72, 6000},
    {"c4d-", "-lssd", 8, 375},
    {"c4d-", "-lssd", 16, 375},
    {"c4d-", "-lssd", 32, 750},
    {"c4d-", "-lssd", 48, 1500},
    {"c4d-", "-lssd", 64, 2250},
    {"c4d-", "-lssd", 96, 3000},
    {"c4d-", "-lssd", 192, 6000},
    {"c4d-", "-lssd", 384, 12000},
    {"h4d-", "-lssd", 192, 3750},
    {"z3-", "-standardlssd", 14, 3000},
    {"z3-", "-standardlssd", 22, 6000},
    {"z3-", "-standardlssd", 44, 9000},
    {"z3-", "-standardlssd", 88, 18000},
    {"z3-", "", 176, 36000},
    {"z3-", "-highlssd", 8, 3000},
    {"z3-", "-highlssd", 16, 6000},
    {"z3-", "-highlssd", 22, 9000},
    {"z3-", "-highlssd", 32, 12000},
    {"z3-", "-highlssd", 44, 18000},
    {"z3-", "", 88, 36000},
    {"z3-", "-highlssd", 192, 72000},
};

static bool fits(const char *name, const char *prefix, const char *word)
{
    return strncmp(name, prefix, strlen(prefix)) == 0 && strstr(name, word);
}

static int64_t disk_gib(const char *name)
{
    for (size_t i = 0; i < sizeof disk_sizes / sizeof *disk_sizes; i++)
        if (fits(name, disk_sizes[i].prefix, disk_sizes[i].word))
            return disk_sizes[i].gib;
    return USUAL_GIB;
}

int64_t gcp_local_ssd_gib(const char *machine_type, uint32_t vcpus, uint32_t partitions)
{
    if (partitions)
        return partitions * disk_gib(machine_type);
    if (strstr(machine_type, "nolssd"))
        return 0;
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++)
        if (totals[i].vcpus == vcpus && fits(machine_type, totals[i].prefix, totals[i].word))
            return totals[i].gib;
    return strstr(machine_type, "lssd") ? -1 : 0;
}
