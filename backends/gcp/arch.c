/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The architecture of machine families, for a machine type of which the API does not say it: it has done so since
 * 2022. https://cloud.google.com/compute/docs/cpu-platforms
 */
#include "backends/gcp/offers.h"

#include <string.h>

static const char *const arm64[] = {"a4x", "c4a", "n4a", "t2a"};
static const char *const amd64[] = {
    "a2", "a3",  "a4", "c2", "c2d", "c3", "c3d", "c4", "c4d", "c4n", "e2", "f1",  "g1",  "g2", "g4",
    "h3", "h4d", "m1", "m2", "m3",  "m4", "m4n", "n1", "n2",  "n2d", "n4", "n4d", "t2d", "x4", "z3",
};

static bool is_among(const char *const *families, size_t count, const char *machine_type)
{
    size_t size = strcspn(machine_type, "-");
    for (size_t i = 0; i < count; i++)
        if (strlen(families[i]) == size && memcmp(families[i], machine_type, size) == 0)
            return true;
    return false;
}

uint32_t gcp_arch_by_rule(const char *machine_type)
{
    if (is_among(arm64, sizeof arm64 / sizeof *arm64, machine_type))
        return AW_ARCH_ARM64;
    if (is_among(amd64, sizeof amd64 / sizeof *amd64, machine_type))
        return AW_ARCH_AMD64;
    return AW_ARCH_UNKNOWN;
}
