/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disks are those that Google takes by itself, which it says under `disks[].initializeParams.diskType` of
 * https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert: pd-balanced for C3, C3D and M3;
 * hyperdisk-balanced for A3 (Ultra too: https://cloud.google.com/vertex-ai/docs/reference/rest/v1/DiskSpec), H3, Z3, the
 * fourth generation and all that is newer. For what is older that would be pd-standard, which is slow: pd-balanced.
 * https://cloud.google.com/compute/docs/networking/using-gvnic
 * https://cloud.google.com/compute/docs/instances/bare-metal-instances
 */
#include "backends/gcp/families.h"

#include <string.h>

#define HYPERDISK "hyperdisk-balanced"
#define PERSISTENT "pd-balanced"
#define METAL "-metal"

struct family {
    const char *name; /* the type's name up to its first "-" */
    const char *disk;
    int stays; /* on its host */
};

/* All of them take gVNIC and no other card. */
static const struct family families[] = {
    {"c3", PERSISTENT, 0}, {"c3d", PERSISTENT, 0}, {"m3", PERSISTENT, 0}, {"t2a", PERSISTENT, 0},
    {"a3", HYPERDISK, 1},  {"h3", HYPERDISK, 1},   {"z3", HYPERDISK, 0},  {"a4", HYPERDISK, 1},
    {"a4x", HYPERDISK, 1}, {"c4", HYPERDISK, 0},   {"c4a", HYPERDISK, 0}, {"c4d", HYPERDISK, 0},
    {"g4", HYPERDISK, 1},  {"h4d", HYPERDISK, 1},  {"m4", HYPERDISK, 0},  {"n4", HYPERDISK, 0},
    {"n4a", HYPERDISK, 0}, {"n4d", HYPERDISK, 0},  {"x4", HYPERDISK, 1},
};

static const struct family *find(const char *machine_type)
{
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        size_t size = strlen(families[i].name);
        if (!strncmp(families[i].name, machine_type, size) && machine_type[size] == '-')
            return &families[i];
    }
    return NULL;
}

static int is_metal(const char *machine_type)
{
    const char *end = strrchr(machine_type, '-');
    return end && !strcmp(end, METAL);
}

const char *gcp_disk_of(const char *machine_type)
{
    const struct family *family = find(machine_type);
    if (is_metal(machine_type))
        return HYPERDISK;
    return family ? family->disk : PERSISTENT;
}

const char *gcp_nic_of(const char *machine_type)
{
    if (is_metal(machine_type))
        return "IDPF";
    return find(machine_type) ? "GVNIC" : NULL;
}

int gcp_stays_on_host(const char *machine_type)
{
    const struct family *family = find(machine_type);
    return is_metal(machine_type) || (family && family->stays);
}
