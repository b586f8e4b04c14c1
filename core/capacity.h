/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which places of a backend had no capacity lately. A place (region, zones, instance type, spot or not) is
 * held for three minutes, then for twice as long each time it disappoints again, up to thirty; a machine that is
 * made there clears it. What is known is kept on disk, and merged with what other processes have learnt:
 * of two facts about a place the later one holds. In a replay it lives as long as the backend.
 */
#ifndef ARCHWAY_CORE_CAPACITY_H
#define ARCHWAY_CORE_CAPACITY_H

#include "core/world.h"

#include <archway/backend.h>

struct capacity_place;
struct capacity {
    struct capacity_place *items; /* in an order of their own, to be found fast */
    size_t count;
};

void capacity_finish(struct capacity *capacity);

/* Reads what is on disk by now. `space` keeps backends apart. */
void capacity_refresh(struct capacity *capacity, struct world *world, const char *space);

/* Until when (wall clock) the offer's place is held; 0: it is not. */
uint64_t capacity_held_until_ms(const struct capacity *capacity, const aw_offer *offer,
                                uint64_t now_ms);

/* The place of the offer has none, or has had one; told to the disk, too. Nothing is said when there is no
 * memory: it would only be tried once too often. */
void capacity_note(struct capacity *capacity, struct world *world, const char *space,
                   const aw_offer *offer, bool had_room);

#endif
