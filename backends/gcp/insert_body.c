/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an insert: https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert */
#include "backends/gcp/create.h"
#include "backends/gcp/families.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define MIB_PER_GIB 1024u

static json_t *disks(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    uint64_t gib = wish->disk_mib / MIB_PER_GIB + (wish->disk_mib % MIB_PER_GIB != 0);
    json_t *size = gib ? creation_text(creation->op, "%llu", (unsigned long long)gib) : NULL;
    json_t *type = creation_text(creation->op, "zones/%s/diskTypes/%s", creation->zone,
                                 gcp_disk_of(wish->instance_type));
    return json_pack("[{s:b,s:b,s:s,s:s,s:{s:s,s:o,s:o*}}]", "boot", 1, "autoDelete", 1, "type",
                     "PERSISTENT", "mode", "READ_WRITE", "initializeParams", "sourceImage",
                     creation->image, "diskType", type, "diskSizeGb", size);
}

static json_t *network_of(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    if (strchr(gcp->network, '/'))
        return json_string(gcp->network);
    return creation_text(creation->op, "projects/%s/global/networks/%s", gcp->project,
                         gcp->network);
}

/* A bare name is looked for where the network is: in a shared VPC, in its host project. */
static json_t *subnetwork_of(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    char region[64];
    const char *project = gcp->project;
    size_t size = strlen(project);
    if (!gcp->subnetwork)
        return NULL;
    if (strchr(gcp->subnetwork, '/'))
        return json_string(gcp->subnetwork);
    if (!strncmp(gcp->network, "projects/", 9)) {
        project = gcp->network + 9;
        size = strcspn(project, "/");
    }
    gcp_region_of(creation->zone, region, sizeof region);
    return creation_text(creation->op, "projects/%.*s/regions/%s/subnetworks/%s", (int)size,
                         project, region, gcp->subnetwork);
}

static json_t *interfaces(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    json_t *access =
        gcp->public_ip ? json_pack("[{s:s,s:s}]", "name", "External NAT", "type", "ONE_TO_ONE_NAT")
                       : NULL;
    return json_pack("[{s:o,s:o*,s:o*,s:s*}]", "network", network_of(creation), "subnetwork",
                     subnetwork_of(creation), "accessConfigs", access, "nicType",
                     gcp_nic_of(creation->wish->instance_type));
}

/* GPUs that do not come with the type: "nvidia-tesla-t4:2". */
static json_t *accelerators(const struct creation *creation)
{
    size_t size = 0;
    const char *attach = gcp_data_word(creation->wish->offer_data, "attach", &size);
    const char *colon = attach ? memchr(attach, ':', size) : NULL;
    unsigned long count = colon ? strtoul(colon + 1, NULL, 10) : 0;
    if (count == 0 || count > INT_MAX)
        return NULL;
    return json_pack("[{s:i,s:o}]", "acceleratorCount", (int)count, "acceleratorType",
                     creation_text(creation->op, "zones/%s/acceleratorTypes/%.*s", creation->zone,
                                   (int)(colon - attach), attach));
}

static json_t *reservation(const struct creation *creation)
{
    const char *name = kit_wish_option(creation->wish, "reservation");
    if (!name)
        return NULL;
    return json_pack("{s:s,s:s,s:[s]}", "consumeReservationType", "SPECIFIC_RESERVATION", "key",
                     "compute.googleapis.com/reservation-name", "values", name);
}

static json_t *service_accounts(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    if (!gcp->service_account)
        return NULL;
    return json_pack("[{s:s,s:[s]}]", "email", gcp->service_account, "scopes", GCP_SCOPE);
}

json_t *creation_body(const struct creation *creation)
{
    json_t *type = creation_text(creation->op, "zones/%s/machineTypes/%s", creation->zone,
                                 creation->wish->instance_type);
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:[s]},s:o*,s:o*,s:o*}", "name",
                     creation->name, "machineType", type, "disks", disks(creation),
                     "networkInterfaces", interfaces(creation), "scheduling",
                     creation_scheduling(creation), "metadata", creation_metadata(creation),
                     "labels", creation_labels(creation), "tags", "items", GCP_TAG,
                     "guestAccelerators", accelerators(creation), "serviceAccounts",
                     service_accounts(creation), "reservationAffinity", reservation(creation));
}
