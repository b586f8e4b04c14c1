/* SPDX-License-Identifier: Apache-2.0 */
/* https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support
 * https://cloud.google.com/compute/docs/networking/using-gvnic */
#include "backends/gcp/families.h"

#include <string.h>

#define HYPERDISK "hyperdisk-balanced"
#define PERSISTENT "pd-balanced"

static const struct gcp_family families[] = {
    {"c4a", HYPERDISK, 1}, {"n4a", HYPERDISK, 1},  {"a4x", HYPERDISK, 1},  {"c4", HYPERDISK, 1},
    {"c4d", HYPERDISK, 1}, {"n4", HYPERDISK, 1},   {"n4d", HYPERDISK, 1},  {"h4d", HYPERDISK, 1},
    {"m4", HYPERDISK, 1},  {"x4", HYPERDISK, 1},   {"a4", HYPERDISK, 1},   {"g4", HYPERDISK, 1},
    {"c3", PERSISTENT, 1}, {"c3d", PERSISTENT, 1}, {"h3", PERSISTENT, 1},  {"z3", PERSISTENT, 1},
    {"a3", PERSISTENT, 1}, {"m3", PERSISTENT, 1},  {"t2a", PERSISTENT, 1},
};

const struct gcp_family *gcp_family_of(const char *machine_type)
{
    static const struct gcp_family other = {"", PERSISTENT, 0};
    size_t size = strcspn(machine_type, "-");
    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (strlen(families[i].name) == size && !memcmp(families[i].name, machine_type, size))
            return &families[i];
    return &other;
}
