/* SPDX-License-Identifier: Apache-2.0 */
/* https://cloud.google.com/compute/docs/disks/hyperdisks#machine-type-support
 * https://cloud.google.com/compute/docs/networking/using-gvnic
 * https://cloud.google.com/compute/docs/instances/bare-metal-instances */
#include "backends/gcp/families.h"

#include <string.h>

#define HYPERDISK "hyperdisk-balanced"
#define PERSISTENT "pd-balanced"
#define METAL "-metal"

struct family {
    const char *name; /* the type's name up to one of its "-" */
    const char *disk;
    int stays; /* on its host */
};

/* All of them take gVNIC and no other card. The first that fits counts. */
static const struct family families[] = {
    {"a3-ultragpu", HYPERDISK, 1}, {"c4a", HYPERDISK, 0},  {"n4a", HYPERDISK, 0},
    {"a4x", HYPERDISK, 1},         {"c4", HYPERDISK, 0},   {"c4d", HYPERDISK, 0},
    {"n4", HYPERDISK, 0},          {"n4d", HYPERDISK, 0},  {"h4d", HYPERDISK, 1},
    {"m4", HYPERDISK, 0},          {"x4", HYPERDISK, 1},   {"a4", HYPERDISK, 1},
    {"g4", HYPERDISK, 1},          {"c3", PERSISTENT, 0},  {"c3d", PERSISTENT, 0},
    {"h3", PERSISTENT, 1},         {"z3", PERSISTENT, 0},  {"a3", PERSISTENT, 1},
    {"m3", PERSISTENT, 0},         {"t2a", PERSISTENT, 0},
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
