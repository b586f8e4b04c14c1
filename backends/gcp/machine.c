/* SPDX-License-Identifier: Apache-2.0 */
/* One machine, as the API describes it. */
#include "backends/gcp/machine.h"

#include "kit/error.h"
#include "kit/tags.h"
#include "kit/time.h"

#include <stdio.h>
#include <string.h>

#define LONGEST_REASON 512

/* https://cloud.google.com/compute/docs/instances/instance-life-cycle: TERMINATED is stopped, and its disk
 * is billed. */
static const struct {
    const char *word;
    uint32_t state;
} states[] = {
    {"PROVISIONING", AW_STATE_PENDING}, {"STAGING", AW_STATE_PENDING},
    {"RUNNING", AW_STATE_RUNNING},      {"STOPPING", AW_STATE_STOPPING},
    {"SUSPENDING", AW_STATE_STOPPING},  {"SUSPENDED", AW_STATE_STOPPED},
    {"TERMINATED", AW_STATE_STOPPED},   {"REPAIRING", AW_STATE_FAILED},
};

static uint32_t state_of(const char *word)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i].word, word))
            return states[i].state;
    return AW_STATE_UNKNOWN;
}

const char *gcp_mark_of(const kit_json_node *instance, const char *name)
{
    kit_json_node metadata = kit_json_find(instance, "metadata");
    kit_json_node items = kit_json_find(&metadata, "items");
    kit_json_node labels = kit_json_find(instance, "labels");
    for (size_t i = 0; i < kit_json_count(&items); i++) {
        kit_json_node item = kit_json_item(&items, i);
        if (!strcmp(kit_json_find_text(&item, "key", ""), name))
            return kit_json_find_text(&item, "value", NULL);
    }
    return kit_json_find_text(&labels, name, NULL);
}

void gcp_region_of(const char *zone, char *ret_region, size_t size)
{
    const char *dash = strrchr(zone, '-');
    snprintf(ret_region, size, "%.*s", (int)(dash ? dash - zone : 0), zone);
}

/* A machine does not say, but its disk does. */
static uint32_t arch_of(aw_op *op, const kit_json_node *instance)
{
    kit_json_node disks = kit_json_find(instance, "disks");
    for (size_t i = 0; i < kit_json_count(&disks); i++) {
        kit_json_node disk = kit_json_item(&disks, i);
        const char *word = kit_json_find_text(&disk, "architecture", NULL);
        if (word)
            return aw_arch(op, word);
    }
    return AW_ARCH_UNKNOWN;
}

static int is_spot(const kit_json_node *instance)
{
    kit_json_node scheduling = kit_json_find(instance, "scheduling");
    return !strcmp(kit_json_find_text(&scheduling, "provisioningModel", ""), "SPOT") ||
           kit_json_find_boolean(&scheduling, "preemptible", 0);
}

int gcp_emit_machine(aw_op *op, const kit_json_node *machine)
{
    char region[64];
    char reason[LONGEST_REASON];
    const char *message = kit_json_find_text(machine, "statusMessage", NULL);
    kit_json_node interfaces = kit_json_find(machine, "networkInterfaces");
    kit_json_node interface = gcp_first(&interfaces);
    kit_json_node configs = kit_json_find(&interface, "accessConfigs");
    kit_json_node config = gcp_first(&configs);
    const char *zone = gcp_last_part(kit_json_name(machine, "zone"));
    const char *word = kit_json_text(machine, "status");
    const char *name = kit_json_name(machine, "name");
    gcp_region_of(zone, region, sizeof region);
    kit_error_text(reason, sizeof reason, message ? message : "");
    const aw_instance instance = {
        .size = sizeof instance,
        .state = state_of(word),
        .arch = arch_of(op, machine),
        .spot = (uint32_t)is_spot(machine),
        .created_at_ms = kit_time_read(kit_json_find_text(machine, "creationTimestamp", NULL)),
        .id = name,
        .region = region,
        .zone = zone,
        .name = name,
        .instance_type = gcp_last_part(kit_json_name(machine, "machineType")),
        .public_ip = kit_json_find_text(&config, "natIP", NULL),
        .private_ip = kit_json_find_text(&interface, "networkIP", NULL),
        .ssh_user = GCP_SSH_USER,
        .owner = gcp_mark_of(machine, GCP_OWNER),
        .token = gcp_mark_of(machine, GCP_TOKEN),
        .expires_at_ms = kit_expires_read(gcp_mark_of(machine, KIT_TAG_EXPIRES)),
        .keep = kit_keep_read(gcp_mark_of(machine, KIT_TAG_KEEP)),
        .provider_state = word,
        .reason = message ? reason : NULL,
        .data = zone,
    };
    if (machine->document->error.code)
        return -1;
    aw_emit_instance(op, &instance);
    return 0;
}

void gcp_machine_init(kit_request *request, aw_op *op, const char *name, const char *method,
                      const char *zone, const char *id)
{
    gcp_compute_init(request, op, name, method);
    kit_request_path(request, "zones");
    kit_request_path(request, zone);
    kit_request_path(request, "instances");
    kit_request_path(request, id);
}
