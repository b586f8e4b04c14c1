/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of a listing know of a region's instance types, found by name. */
#include "backends/aws/offers.h"
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

enum {
    MOST_TYPES = 10000,
    FIRST_SLOTS = 2048, /* a power of two, as all their numbers are */
    LONGEST_NAME = 64
};

/* "2026-06-01T12:00:00Z", of what a signature has without the marks. The minute has begun before the listing, and is
 * the same when a recording of it is played. */
static void minute_write(uint64_t now_ms, char *text, size_t size)
{
    char bare[SIGV4_TIME];
    sigv4_time_write(bare, now_ms / 1000);
    snprintf(text, size, "%.4s-%.2s-%.5s:%.2s:00Z", bare, bare + 4, bare + 6, bare + 11);
}

struct aws_listing *aws_listing_create(aw_op *op, const aw_offer_query *query)
{
    const struct aws *aws = op->state;
    struct aws_listing *listing = aw_alloc(op, sizeof *listing);
    if (!listing)
        return NULL;
    minute_write(aw_now_ms(op), listing->started, sizeof listing->started);
    listing->spot = query->spot;
    listing->last = &listing->types;
    listing->slot_count = FIRST_SLOTS;
    listing->slots = aw_alloc(op, listing->slot_count * sizeof *listing->slots);
    listing->region = kit_copy_text(op, query->region ? query->region : aws->default_region);
    return listing->slots && listing->region ? listing : NULL;
}

static bool is_name(const char *name)
{
    size_t size = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_");
    return size > 0 && size <= LONGEST_NAME && name[size] == '\0';
}

static struct aws_type **slot_of(const struct aws_listing *listing, const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *at = name; *at; at++)
        hash = (hash ^ (unsigned char)*at) * 16777619u;
    size_t at = hash & (listing->slot_count - 1);
    while (listing->slots[at] && strcmp(listing->slots[at]->name, name) != 0)
        at = (at + 1) & (listing->slot_count - 1);
    return &listing->slots[at];
}

/* At most three quarters of the slots are taken, so that looking for a free one is short. */
static int make_room(aw_op *op, struct aws_listing *listing)
{
    if (listing->type_count < listing->slot_count / 4 * 3)
        return 0;
    struct aws_type **slots = aw_alloc(op, 2 * listing->slot_count * sizeof *slots);
    if (!slots)
        return -1;
    listing->slots = slots;
    listing->slot_count *= 2;
    for (struct aws_type *type = listing->types; type; type = type->next)
        *slot_of(listing, type->name) = type;
    return 0;
}

static struct aws_type *add(aw_op *op, struct aws_listing *listing, const char *name)
{
    size_t size = strlen(name) + 1;
    struct aws_type *type = aw_alloc(op, sizeof *type + size);
    if (!type || make_room(op, listing))
        return NULL;
    memcpy(type->name, name, size);
    *listing->last = type;
    listing->last = &type->next;
    listing->type_count++;
    *slot_of(listing, name) = type;
    return type;
}

struct aws_type *aws_listing_type(aw_op *op, struct aws_listing *listing, const char *name,
                                  aw_error *ret_error)
{
    struct aws_type *type = *slot_of(listing, name);
    if (type)
        return type;
    if (!is_name(name))
        kit_error_set(ret_error, AW_E_PROTOCOL, "\"%.80s\" is not the name of an instance type",
                      name);
    else if (listing->type_count == MOST_TYPES)
        kit_error_set(ret_error, AW_E_PROTOCOL, "there are more than %d instance types",
                      MOST_TYPES);
    else if (!(type = add(op, listing, name)))
        kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for an instance type");
    return type;
}

int aws_listing_zone(const struct aws_listing *listing, const char *name)
{
    size_t size = strlen(listing->region);
    if (strncmp(name, listing->region, size) != 0)
        return -1;
    char letter = name[size];
    return letter >= 'a' && letter <= 'z' && name[size + 1] == '\0' ? letter - 'a' : -1;
}

void aws_part_leave_out(struct aws_part *part, const char *why)
{
    if (part->unread++ == 0)
        kit_error_text(part->unread_why, sizeof part->unread_why, why);
}
