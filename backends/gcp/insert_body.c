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
    return json_pack("[{s:b,s:b,s:s,s:s,s:{s:s,s:o,s:o*,s:o,s:o}}]", "boot", 1, "autoDelete", 1,
                     "type", "PERSISTENT", "mode", "READ_WRITE", "initializeParams", "sourceImage",
                     creation->image, "diskType", type, "diskSizeGb", size, "labels",
                     creation_labels(creation), "description",
                     creation_text(creation->op, GCP_DISK_TOKEN "%s", wish->token));
}

static json_t *scratch_disk(const struct creation *creation, const struct gcp_reserved_disk *disk)
{
    json_t *size = disk->gib ? creation_text(creation->op, "%lld", (long long)disk->gib) : NULL;
    return json_pack("{s:b,s:b,s:s,s:s*,s:{s:o,s:o*}}", "boot", 0, "autoDelete", 1, "type",
                     "SCRATCH", "interface", *disk->interface ? disk->interface : NULL,
                     "initializeParams", "diskType",
                     creation_text(creation->op, "zones/%s/diskTypes/local-ssd", creation->zone),
                     "diskSizeGb", size);
}

static json_t *text(const char *value)
{
    return value ? json_string(value) : NULL;
}

static json_t *subnetwork_of(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    char region[64];
    if (!gcp->subnetwork)
        return NULL;
    gcp_region_of(creation->zone, region, sizeof region);
    return text(creation_subnetwork(creation->op, gcp->subnetwork, region));
}

/* The first card alone has an address that others can reach. */
static json_t *interfaces(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    json_t *access =
        gcp->public_ip ? json_pack("[{s:s,s:s}]", "name", "External NAT", "type", "ONE_TO_ONE_NAT")
                       : NULL;
    json_t *all = json_pack("[{s:o,s:o*,s:o*,s:s*}]", "network",
                            text(creation_network(creation->op, gcp->network)), "subnetwork",
                            subnetwork_of(creation), "accessConfigs", access, "nicType",
                            gcp_nic_of(creation->wish->instance_type));
    for (size_t i = 0; i < creation->card_count; i++)
        json_array_append_new(all, json_pack("{s:s,s:s,s:s}", "network", creation->cards[i].network,
                                             "subnetwork", creation->cards[i].subnetwork, "nicType",
                                             creation->cards[i].type));
    return all;
}

static json_t *accelerators(const struct creation *creation)
{
    struct creation_gpu gpu;
    if (!creation_attached(creation, &gpu))
        return NULL;
    return json_pack(
        "[{s:i,s:o}]", "acceleratorCount", (int)gpu.count, "acceleratorType",
        creation_text(creation->op, "zones/%s/acceleratorTypes/%s", creation->zone, gpu.type));
}

static json_t *reservation(const struct creation *creation)
{
    if (!creation->reservation)
        return NULL;
    return json_pack("{s:s,s:s,s:[s]}", "consumeReservationType", "SPECIFIC_RESERVATION", "key",
                     "compute.googleapis.com/reservation-name", "values",
                     creation->reservation->value);
}

/* What else of it a machine must have, or it does not fit. */
static void add_reserved(const struct creation *creation, json_t *body)
{
    const struct gcp_reserved *reserved = creation->reserved;
    if (!body || !reserved)
        return;
    if (reserved->cpu_platform)
        json_object_set_new(body, "minCpuPlatform", json_string(reserved->cpu_platform));
    if (reserved->placement)
        json_object_set_new(body, "resourcePolicies", json_pack("[s]", reserved->placement));
    for (size_t i = 0; i < reserved->disk_count; i++)
        json_array_append_new(json_object_get(body, "disks"),
                              scratch_disk(creation, &reserved->disks[i]));
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
    json_t *body =
        json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:[s]},s:o*,s:o*,s:o*}", "name", creation->name,
                  "machineType", type, "disks", disks(creation), "networkInterfaces",
                  interfaces(creation), "scheduling", creation_scheduling(creation), "metadata",
                  creation_metadata(creation), "labels", creation_labels(creation), "tags", "items",
                  GCP_TAG, "guestAccelerators", accelerators(creation), "serviceAccounts",
                  service_accounts(creation), "reservationAffinity", reservation(creation));
    add_reserved(creation, body);
    return body;
}
