/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disks, in the aggregated list and deleted:
 * https://cloud.google.com/compute/docs/reference/rest/v1/disks/aggregatedList
 */
#include "tests/cloud/disks.h"
#include "tests/cloud/gcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *description_of(const struct machine *machine)
{
    const json_t *disk = json_array_get(json_object_get(machine->wish, "disks"), 0);
    return text_of(json_object_get(disk, "initializeParams"), "description");
}

static json_t *shown(const struct machine *machine, uint64_t now_ms)
{
    char zone[160];
    char user[320];
    char time[40];
    snprintf(zone, sizeof zone, GCP_LINK "/zones/%s", machine->place);
    snprintf(user, sizeof user, "%s/instances/%s", zone,
             machine->disk.attached_to == DISK_TO_ANOTHER ? "another" : machine->id);
    time_text(machine->made_ms, time, sizeof time);
    json_t *face = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:O}", "kind", "compute#disk", "name",
                             machine->disk.id, "creationTimestamp", time, "sizeGb", "10", "zone",
                             zone, "status", "READY", "description", description_of(machine),
                             "labels", machine->disk.tags);
    if (disk_state(machine, now_ms) == DISK_USED)
        json_object_set_new(face, "users", json_pack("[s]", user));
    return face;
}

static bool has(const struct machine *machine, const char *filter)
{
    char name[96];
    char value[160];
    if (!*filter)
        return true;
    if (sscanf(filter, "labels.%95[^=]=%159s", name, value) != 2)
        cloud_die("a filter that is not understood", filter);
    return strcmp(text_of(machine->disk.tags, name), value) == 0;
}

void gcp_disks(struct call *call)
{
    const struct knobs *knobs = &call->cloud->knobs[CLOUD_GCP];
    json_t *query = form_read(call->request->query);
    json_t *items = gcp_empty_page(knobs);
    size_t first = (size_t)strtoull(text_of(query, "pageToken"), NULL, 10);
    uint64_t left = gcp_page_size(call, query);
    struct machine *machine = disk_next(call, NULL);
    for (; machine && left > 0; machine = disk_next(call, machine)) {
        if (machine->number < first || strcmp(machine->place, knobs->unreachable) == 0 ||
            !has(machine, text_of(query, "filter")))
            continue;
        gcp_page_add(items, machine->place, "disks", shown(machine, call->now_ms));
        left--;
    }
    gcp_page_answer(call, "compute#diskAggregatedList", items, machine ? machine->number : 0);
    json_decref(query);
}

void gcp_disk_delete(struct call *call)
{
    char zone[64];
    char name[80];
    struct machine *machine =
        disk_find(call, gcp_part(call, 2, zone, sizeof zone), gcp_part(call, 4, name, sizeof name));
    if (!machine)
        return gcp_fail_absent(call);
    if (!disk_remove(call, machine))
        return gcp_fail(call, 400, "resourceInUseByAnotherResource",
                        "The disk resource is already being used by another.");
    gcp_operation_answer(call, "delete", zone, name, "", NULL);
}
