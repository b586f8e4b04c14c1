/* SPDX-License-Identifier: Apache-2.0 */
/* Remembering places that were sold out. */
#include "core/capacity.h"

#include "core/arena.h"
#include "core/mem.h"
#include "core/vec.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define KEY "sold-out"
#define FIRST_HOLD_MS UINT64_C(180000)
#define LONGEST_HOLD_MS UINT64_C(1800000)
/* A fact is dropped when it is so old: the next disappointment counts as a first one then. The cluster autoscaler
 * of Kubernetes forgets node groups after as long. */
#define FORGET_MS UINT64_C(10800000)
#define MOST_PLACES 4096u

struct capacity_place {
    char *region;
    char *zone;
    char *type;
    bool spot;
    uint64_t changed_at_ms;
    uint64_t hold_ms; /* 0: there was room */
};

static void place_finish(struct capacity_place *place)
{
    mem_free(place->region);
    mem_free(place->zone);
    mem_free(place->type);
}

void capacity_finish(struct capacity *capacity)
{
    for (size_t i = 0; i < capacity->count; i++)
        place_finish(&capacity->items[i]);
    mem_free(capacity->items);
    *capacity = (struct capacity){0};
}

static int compare_texts(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int compare(const struct capacity_place *place, const aw_offer *offer)
{
    int order = compare_texts(place->type, offer->instance_type);
    if (order == 0)
        order = compare_texts(place->region, offer->region);
    if (order == 0)
        order = compare_texts(place->zone, offer->zone);
    return order ? order : (int)place->spot - (int)(offer->spot != 0);
}

/* Where the first one is that does not come before the offer's. */
static size_t position_of(const struct capacity *capacity, const aw_offer *offer)
{
    size_t from = 0;
    size_t to = capacity->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare(&capacity->items[middle], offer) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static struct capacity_place *find(const struct capacity *capacity, const aw_offer *offer)
{
    size_t position = position_of(capacity, offer);
    if (position == capacity->count || compare(&capacity->items[position], offer) != 0)
        return NULL;
    return &capacity->items[position];
}

/* A new place about which nothing is known; NULL: no memory, or more of them than can be true. */
static struct capacity_place *add(struct capacity *capacity, const aw_offer *offer)
{
    size_t position = position_of(capacity, offer);
    struct capacity_place place = {
        .region = mem_copy_text(offer->region ? offer->region : ""),
        .zone = mem_copy_text(offer->zone ? offer->zone : ""),
        .type = mem_copy_text(offer->instance_type),
        .spot = offer->spot != 0,
    };
    if (!place.region || !place.zone || !place.type || capacity->count >= MOST_PLACES ||
        !VEC_PUSH(&capacity->items, &capacity->count)) {
        place_finish(&place);
        return NULL;
    }
    struct capacity_place *kept = &capacity->items[position];
    memmove(kept + 1, kept, (capacity->count - 1 - position) * sizeof *kept);
    *kept = place;
    return kept;
}

static bool is_forgotten(uint64_t changed_at_ms, uint64_t hold_ms, uint64_t now_ms)
{
    return now_ms > changed_at_ms && now_ms - changed_at_ms > hold_ms + FORGET_MS;
}

static void forget(struct capacity *capacity, uint64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < capacity->count; i++) {
        struct capacity_place *place = &capacity->items[i];
        if (is_forgotten(place->changed_at_ms, place->hold_ms, now_ms))
            place_finish(place);
        else
            capacity->items[kept++] = *place;
    }
    capacity->count = kept;
}

/* ---- on disk ---- */

/* What another process knows, if it is later than what is known here. What is no fact is passed over, and so is one
 * from the future: the clock was set. */
static void merge(struct capacity *capacity, const json_t *fact, uint64_t now_ms)
{
    const char *region;
    const char *zone;
    const char *type;
    int spot;
    json_int_t changed;
    json_int_t hold;
    if (json_unpack((json_t *)fact, "{s:s,s:s,s:s,s:b,s:I,s:I}", "region", &region, "zone", &zone,
                    "type", &type, "spot", &spot, "changed_at_ms", &changed, "hold_ms", &hold) ||
        changed < 0 || (uint64_t)changed > now_ms || hold < 0 || (uint64_t)hold > LONGEST_HOLD_MS ||
        is_forgotten((uint64_t)changed, (uint64_t)hold, now_ms))
        return;
    const aw_offer offer = {.size = sizeof offer,
                            .spot = (uint32_t)spot,
                            .instance_type = type,
                            .region = region,
                            .zone = zone};
    struct capacity_place *place = find(capacity, &offer);
    if (!place)
        place = add(capacity, &offer);
    if (!place || place->changed_at_ms >= (uint64_t)changed)
        return;
    place->changed_at_ms = (uint64_t)changed;
    place->hold_ms = (uint64_t)hold;
}

static void read_facts(struct capacity *capacity, aw_bytes content, uint64_t now_ms)
{
    json_t *root = json_loadb(content.data, content.size, 0, NULL);
    const json_t *facts = json_object_get(root, "places");
    for (size_t i = 0; i < json_array_size(facts); i++)
        merge(capacity, json_array_get(facts, i), now_ms);
    json_decref(root);
}

void capacity_refresh(struct capacity *capacity, struct world *world, const char *space)
{
    struct arena arena;
    aw_bytes content = {0};
    uint64_t age_ms = 0;
    uint64_t now_ms = world->ops->wall_ms(world);
    forget(capacity, now_ms);
    arena_init(&arena, false);
    /* However old the file is: its facts have ages of their own. */
    if (!world->ops->cache_get(world, &arena, space, KEY, UINT64_MAX, &content, &age_ms))
        read_facts(capacity, content, now_ms);
    arena_finish(&arena);
}

static void save(const struct capacity *capacity, struct world *world, const char *space)
{
    json_t *facts = json_array();
    for (size_t i = 0; i < capacity->count; i++) {
        const struct capacity_place *place = &capacity->items[i];
        json_array_append_new(facts, json_pack("{s:s,s:s,s:s,s:b,s:I,s:I}", "region", place->region,
                                               "zone", place->zone, "type", place->type, "spot",
                                               place->spot, "changed_at_ms",
                                               (json_int_t)place->changed_at_ms, "hold_ms",
                                               (json_int_t)place->hold_ms));
    }
    json_t *root = json_pack("{s:o}", "places", facts);
    char *text = json_dumps(root, JSON_COMPACT);
    if (text)
        world->ops->cache_put(world, space, KEY, text, strlen(text));
    json_decref(root);
    free(text);
}

/* ---- what happened ---- */

uint64_t capacity_held_until_ms(const struct capacity *capacity, const aw_offer *offer,
                                uint64_t now_ms)
{
    const struct capacity_place *place = find(capacity, offer);
    if (!place || place->changed_at_ms + place->hold_ms <= now_ms)
        return 0;
    return place->changed_at_ms + place->hold_ms;
}

/* Several who try at once, while it is held, are one disappointment. */
static uint64_t next_hold_ms(const struct capacity_place *place, uint64_t now_ms)
{
    if (place->hold_ms == 0)
        return FIRST_HOLD_MS;
    if (place->changed_at_ms + place->hold_ms > now_ms)
        return place->hold_ms;
    return place->hold_ms < LONGEST_HOLD_MS / 2 ? place->hold_ms * 2 : LONGEST_HOLD_MS;
}

void capacity_note(struct capacity *capacity, struct world *world, const char *space,
                   const aw_offer *offer, bool had_room)
{
    uint64_t now_ms = world->ops->wall_ms(world);
    capacity_refresh(capacity, world, space);
    struct capacity_place *place = find(capacity, offer);
    if (had_room && (!place || place->hold_ms == 0))
        return;
    if (!place)
        place = add(capacity, offer);
    if (!place)
        return;
    place->hold_ms = had_room ? 0 : next_hold_ms(place, now_ms);
    place->changed_at_ms = now_ms;
    save(capacity, world, space);
}
