/* SPDX-License-Identifier: Apache-2.0 */
/* Disks that come with machines, and may outlive them: where the script says so (the knob `disks_stay`). */
#ifndef ARCHWAY_TESTS_CLOUD_DISKS_H
#define ARCHWAY_TESTS_CLOUD_DISKS_H

#include "tests/cloud/parts.h"

enum disk_state {
    DISK_NONE, /* never there, gone with its machine, or removed */
    DISK_USED,
    DISK_LEFT
};

/* The machine's own, from now on. Takes over `tags`. */
void disk_make(const struct call *call, struct machine *machine, const char *id, json_t *tags);
enum disk_state disk_state(const struct machine *machine, uint64_t now_ms);
/* The next machine of the call's cloud behind `previous` that has, or has left, a disk. */
struct machine *disk_next(const struct call *call, const struct machine *previous);
/* NULL: there is none. */
struct machine *disk_find(const struct call *call, const char *place, const char *id);
/* False: it is in use, or was taken into use before this request (the fault "in-use"). */
bool disk_remove(struct call *call, struct machine *machine);

/* What somebody has done to one: {"id": "vol-1", "tags": {"archway-keep": "yes"}, "attached": "another"} (or
 * "nothing"), "back": true (it was never removed). -1: there is no such. */
int disk_script(struct cloud *cloud, const json_t *words);
/* NULL: there never was one. */
json_t *disk_json(const struct machine *machine, uint64_t now_ms);

#endif
