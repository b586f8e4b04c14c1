/* SPDX-License-Identifier: Apache-2.0 */
/* What becomes of a machine's disk. */
#include "tests/cloud/disks.h"

#include <string.h>

void disk_make(const struct call *call, struct machine *machine, const char *id, json_t *tags)
{
    struct disk *disk = &machine->disk;
    put_text(disk->id, sizeof disk->id, id);
    disk->tags = tags;
    disk->stays = call->cloud->knobs[call->id].disks_stay != 0;
}

enum disk_state disk_state(const struct machine *machine, uint64_t now_ms)
{
    const struct disk *disk = &machine->disk;
    if (!*disk->id || disk->removed_ms)
        return DISK_NONE;
    if (disk->attached_to == DISK_TO_ANOTHER)
        return DISK_USED;
    if (disk->attached_to == DISK_TO_NOTHING)
        return DISK_LEFT;
    if (machine_state(machine, now_ms) != MACHINE_GONE)
        return DISK_USED;
    return disk->stays ? DISK_LEFT : DISK_NONE;
}

struct machine *disk_next(const struct call *call, const struct machine *previous)
{
    const struct truth *truth = &call->cloud->truth;
    for (size_t at = previous ? previous->number + 1 : 0; at < truth->machine_count; at++) {
        struct machine *machine = truth->machines[at];
        if (machine->cloud == call->id && call->now_ms >= machine->seen_ms &&
            disk_state(machine, call->now_ms) != DISK_NONE)
            return machine;
    }
    return NULL;
}

struct machine *disk_find(const struct call *call, const char *place, const char *id)
{
    struct machine *machine = disk_next(call, NULL);
    while (machine && (strcmp(machine->disk.id, id) != 0 ||
                       (strcmp(machine->place, place) != 0 && strcmp(machine->region, place) != 0)))
        machine = disk_next(call, machine);
    return machine;
}

bool disk_remove(struct call *call, struct machine *machine)
{
    struct disk *disk = &machine->disk;
    bool is_taken = call->fault && call->fault->kind == FAULT_IN_USE;
    if (is_taken || disk_state(machine, call->now_ms) == DISK_USED) {
        disk->was_wanted = true;
        return false;
    }
    disk->removed_ms = call->now_ms;
    disk->removed_by = call->number;
    return true;
}

int disk_script(struct cloud *cloud, const json_t *words)
{
    const char *to = text_of(words, "attached");
    for (size_t i = 0; i < cloud->truth.machine_count; i++) {
        struct disk *disk = &cloud->truth.machines[i]->disk;
        if (!*disk->id || strcmp(disk->id, text_of(words, "id")) != 0)
            continue;
        if (json_object_get(words, "tags"))
            json_object_update(disk->tags, json_object_get(words, "tags"));
        if (json_is_true(json_object_get(words, "back")))
            disk->removed_ms = 0;
        if (*to)
            disk->attached_to = strcmp(to, "another") == 0 ? DISK_TO_ANOTHER : DISK_TO_NOTHING;
        return 0;
    }
    return -1;
}

json_t *disk_json(const struct machine *machine, uint64_t now_ms)
{
    static const char *const states[] = {"none", "used", "left"};
    const struct disk *disk = &machine->disk;
    if (!*disk->id)
        return NULL;
    return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:b,s:i,s:I}", "cloud", cloud_name(machine->cloud),
                     "id", disk->id, "place", machine->place, "machine", machine->id, "owner",
                     text_of(disk->tags, "archway-owner"), "state",
                     states[disk_state(machine, now_ms)], "was_wanted", disk->was_wanted,
                     "removed_by", (int)disk->removed_by, "removed_ms",
                     (json_int_t)disk->removed_ms);
}
