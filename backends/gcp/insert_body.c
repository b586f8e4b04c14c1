/* SPDX-License-Identifier: Apache-2.0 */
/* The body of an insert: https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert */
#include "backends/gcp/create.h"
#include "backends/gcp/families.h"

#include "kit/buf.h"

#include <stdio.h>
#include <string.h>

#define MIB_PER_GIB 1024u

__attribute__((format(printf, 2, 3))) static json_t *text(aw_op *op, const char *format, ...)
{
    kit_buf buf;
    va_list args;
    kit_buf_init(&buf, kit_op_memory(op), (size_t)64 * 1024);
    va_start(args, format);
    kit_buf_vaddf(&buf, format, args);
    va_end(args);
    return buf.state == KIT_BUF_OK ? json_string(kit_buf_text(&buf)) : NULL;
}

static json_t *disks(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    const struct gcp_family *family = gcp_family_of(wish->instance_type);
    uint64_t gib = (wish->disk_mib + MIB_PER_GIB - 1) / MIB_PER_GIB;
    json_t *size = gib ? text(creation->op, "%llu", (unsigned long long)gib) : NULL;
    json_t *type = text(creation->op, "zones/%s/diskTypes/%s", creation->zone, family->disk);
    return json_pack("[{s:b,s:b,s:s,s:s,s:{s:s,s:o,s:o*}}]", "boot", 1, "autoDelete", 1, "type",
                     "PERSISTENT", "mode", "READ_WRITE", "initializeParams", "sourceImage",
                     creation->image, "diskType", type, "diskSizeGb", size);
}

static json_t *network_of(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    const char *format = strchr(gcp->network, '/') ? "%.0s%s" : "projects/%s/global/networks/%s";
    return text(creation->op, format, gcp->project, gcp->network);
}

/* The region is the zone without its letter. */
static json_t *subnetwork_of(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    int region =
        (int)(strrchr(creation->zone, '-') ? strrchr(creation->zone, '-') - creation->zone : 0);
    if (!gcp->subnetwork)
        return NULL;
    if (strchr(gcp->subnetwork, '/'))
        return text(creation->op, "%s", gcp->subnetwork);
    return text(creation->op, "projects/%s/regions/%.*s/subnetworks/%s", gcp->project, region,
                creation->zone, gcp->subnetwork);
}

static json_t *interfaces(const struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    const struct gcp_family *family = gcp_family_of(creation->wish->instance_type);
    json_t *access =
        gcp->public_ip ? json_pack("[{s:s,s:s}]", "name", "External NAT", "type", "ONE_TO_ONE_NAT")
                       : NULL;
    return json_pack("[{s:o,s:o*,s:o*,s:s*}]", "network", network_of(creation), "subnetwork",
                     subnetwork_of(creation), "accessConfigs", access, "nicType",
                     family->gvnic ? "GVNIC" : NULL);
}

static int has_gpu(const struct creation *creation)
{
    size_t size = 0;
    return gcp_data_word(creation->wish->offer_data, "gpu", &size) != NULL;
}

/* A machine with a GPU cannot be moved to another host, and one that is lent must leave nothing behind. */
static json_t *scheduling(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    uint64_t now_ms = aw_now_ms(creation->op);
    uint64_t left_s = wish->expires_at_ms > now_ms ? (wish->expires_at_ms - now_ms) / 1000 : 0;
    json_t *duration =
        wish->expires_at_ms
            ? json_pack("{s:o}", "seconds",
                        text(creation->op, "%llu", (unsigned long long)(left_s < 30 ? 30 : left_s)))
            : NULL;
    const char *ending = wish->spot || duration ? "DELETE" : NULL;
    return json_pack("{s:b,s:s*,s:s*,s:s*,s:o*}", "automaticRestart", !wish->spot,
                     "onHostMaintenance", wish->spot || has_gpu(creation) ? "TERMINATE" : NULL,
                     "provisioningModel", wish->spot ? "SPOT" : NULL, "instanceTerminationAction",
                     ending, "maxRunDuration", duration);
}

/* GPUs that do not come with the type. */
static json_t *accelerators(const struct creation *creation)
{
    size_t size = 0;
    const char *attach = gcp_data_word(creation->wish->offer_data, "attach", &size);
    const char *colon = attach ? memchr(attach, ':', size) : NULL;
    int count = 0;
    if (!colon || sscanf(colon, ":%d", &count) != 1)
        return NULL;
    return json_pack("[{s:i,s:o}]", "acceleratorCount", count, "acceleratorType",
                     text(creation->op, "zones/%s/acceleratorTypes/%.*s", creation->zone,
                          (int)(colon - attach), attach));
}

static json_t *ssh_keys(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    kit_buf keys;
    kit_buf_init(&keys, kit_op_memory(creation->op), (size_t)256 * 1024);
    for (uint32_t i = 0; i < wish->ssh_key_count; i++)
        kit_buf_addf(&keys, "%subuntu:%s", i ? "\n" : "", wish->ssh_keys[i]);
    return keys.state == KIT_BUF_OK ? json_string(kit_buf_text(&keys)) : NULL;
}

static json_t *metadata(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    json_t *items = json_pack("[{s:s,s:s}]", "key", GCP_LABEL_TOKEN, "value", wish->token);
    if (wish->ssh_key_count)
        json_array_append_new(
            items, json_pack("{s:s,s:o}", "key", "ssh-keys", "value", ssh_keys(creation)));
    if (wish->user_data.size)
        json_array_append_new(items, json_pack("{s:s,s:s%}", "key", "user-data", "value",
                                               wish->user_data.data, (size_t)wish->user_data.size));
    return json_pack("{s:o}", "items", items);
}

static json_t *labels(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    char owner[64];
    char token[65];
    gcp_label_text(owner, sizeof owner, wish->owner);
    gcp_label_text(token, 64, wish->token);
    json_t *labels = json_pack("{s:s,s:s}", GCP_LABEL_OWNER, owner, GCP_LABEL_TOKEN, token);
    for (uint64_t i = 0; i < wish->tag_count; i++)
        json_object_set_new(labels, wish->tags[i].name, json_string(wish->tags[i].value));
    return labels;
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
    json_t *type = text(creation->op, "zones/%s/machineTypes/%s", creation->zone,
                        creation->wish->instance_type);
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:o,s:{s:[s]},s:o*,s:o*,s:o*}", "name",
                     creation->name, "machineType", type, "disks", disks(creation),
                     "networkInterfaces", interfaces(creation), "scheduling", scheduling(creation),
                     "metadata", metadata(creation), "labels", labels(creation), "tags", "items",
                     GCP_TAG, "guestAccelerators", accelerators(creation), "serviceAccounts",
                     service_accounts(creation), "reservationAffinity", reservation(creation));
}
