/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a listing know of regions, zones and machine types, found by name. */
#include "backends/gcp/offers.h"

#include "kit/error.h"
#include "kit/wish.h"

#include <string.h>

enum {
    MOST_MACHINES = 10000,
    SLOTS = 4096,         /* a power of two */
    MOST_UNREAD = 8 << 20 /* bytes */
};

struct gcp_listing *gcp_listing_create(aw_op *op, const aw_offer_query *query)
{
    struct gcp_listing *listing = aw_alloc(op, sizeof *listing);
    if (!listing)
        return NULL;
    listing->op = op;
    listing->spot = query->spot;
    listing->reserved_by = kit_copy_text(op, kit_query_option(query, GCP_RESERVATION));
    listing->last = &listing->machines;
    listing->slots = aw_alloc(op, SLOTS * sizeof *listing->slots);
    listing->prices = gcp_prices_create(op);
    listing->later = kit_later_create(op, MOST_UNREAD);
    return listing->slots && listing->prices && listing->later ? listing : NULL;
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || (c >= 'A' && c <= 'Z') ||
           c == '.' || c == '_';
}

bool gcp_is_name(const char *name)
{
    size_t size = 0;
    while (is_name_character(name[size]))
        size++;
    return size > 0 && size < GCP_LONGEST_NAME && name[size] == '\0';
}

/* ---- sets of zones ---- */

void gcp_zones_add(struct gcp_zones *zones, size_t number)
{
    zones->words[number / 64] |= UINT64_C(1) << (number % 64);
}

size_t gcp_zones_next(const struct gcp_zones *zones, size_t number)
{
    while (number < GCP_MOST_ZONES) {
        uint64_t left = zones->words[number / 64] >> (number % 64);
        if (left)
            return number + (size_t)__builtin_ctzll(left);
        number = (number / 64 + 1) * 64;
    }
    return GCP_MOST_ZONES;
}

bool gcp_zones_common(const struct gcp_zones *a, const struct gcp_zones *b,
                      struct gcp_zones *ret_zones)
{
    uint64_t any = 0;
    for (size_t i = 0; i < GCP_ZONE_WORDS; i++)
        any |= ret_zones->words[i] = a->words[i] & b->words[i];
    return any != 0;
}

/* ---- zones and regions ---- */

struct gcp_zone *gcp_listing_zone(struct gcp_listing *listing, const char *name,
                                  aw_error *ret_error)
{
    for (size_t i = 0; i < listing->zone_count; i++)
        if (strcmp(listing->zones[i]->name, name) == 0)
            return listing->zones[i];
    if (!gcp_is_name(name) || listing->zone_count == GCP_MOST_ZONES) {
        kit_error_set(ret_error, AW_E_PROTOCOL,
                      gcp_is_name(name) ? "%.80s is one zone more than there can be"
                                        : "\"%.80s\" is not the name of a zone",
                      name);
        return NULL;
    }
    struct gcp_zone *zone = aw_alloc(listing->op, sizeof *zone);
    const char *copy = kit_copy_text(listing->op, name);
    if (!zone || !copy) {
        kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a zone");
        return NULL;
    }
    *zone = (struct gcp_zone){.name = copy, .listing = listing, .number = listing->zone_count};
    listing->zones[listing->zone_count++] = zone;
    return zone;
}

int gcp_listing_place(struct gcp_listing *listing, struct gcp_zone *zone, const char *name,
                      aw_error *ret_error)
{
    size_t at = 0;
    while (at < listing->region_count && strcmp(listing->regions[at].name, name) != 0)
        at++;
    if (!gcp_is_name(name))
        return kit_error_set(ret_error, AW_E_PROTOCOL, "\"%.80s\" is not the name of a region",
                             name);
    if (at == GCP_MOST_REGIONS)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "there are more than %d regions",
                             GCP_MOST_REGIONS);
    if (at == listing->region_count) {
        const char *copy = kit_copy_text(listing->op, name);
        if (!copy)
            return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a region");
        listing->regions[listing->region_count++].name = copy;
    }
    gcp_zones_add(&listing->regions[at].zones, zone->number);
    return 0;
}

/* ---- machine types ---- */

static struct gcp_machine **slot_of(const struct gcp_listing *listing, const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *at = name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    return &listing->slots[hash % SLOTS];
}

static bool is_same(const struct gcp_machine *machine, const char *name,
                    const struct gcp_facts *facts)
{
    const struct gcp_facts *known = &machine->facts;
    return strcmp(machine->name, name) == 0 && known->arch == facts->arch &&
           known->arch_source == facts->arch_source && known->vcpus == facts->vcpus &&
           known->memory_mib == facts->memory_mib && known->local_ssd_gib == facts->local_ssd_gib &&
           known->gpu == facts->gpu && known->gpu_count == facts->gpu_count &&
           !known->problem == !facts->problem;
}

static struct gcp_machine *add(struct gcp_listing *listing, const char *name,
                               const struct gcp_facts *facts)
{
    struct gcp_machine *machine = aw_alloc(listing->op, sizeof *machine);
    const char *copy = kit_copy_text(listing->op, name);
    const char *problem = kit_copy_text(listing->op, facts->problem);
    if (!machine || !copy || (facts->problem && !problem))
        return NULL;
    machine->name = copy;
    machine->facts = *facts;
    machine->facts.problem = problem;
    *listing->last = machine;
    listing->last = &machine->next;
    listing->machine_count++;
    return machine;
}

int gcp_listing_machine(struct gcp_listing *listing, const struct gcp_zone *zone, const char *name,
                        const struct gcp_facts *facts, aw_error *ret_error)
{
    struct gcp_machine **slot = slot_of(listing, name);
    struct gcp_machine *machine = *slot;
    while (machine && !is_same(machine, name, facts))
        machine = machine->in_slot;
    if (!machine && listing->machine_count == MOST_MACHINES)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "there are more than %d machine types",
                             MOST_MACHINES);
    if (!machine) {
        machine = add(listing, name, facts);
        if (!machine)
            return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a machine type");
        machine->in_slot = *slot;
        *slot = machine;
    }
    gcp_zones_add(&machine->zones, zone->number);
    return 0;
}
