/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what a region offers: starts the four parts at once and waits for all of them. */
#include "backends/aws/offers.h"

#include "kit/error.h"
#include "kit/wish.h"

static const struct aws_part_kind *const kinds[AWS_PARTS] = {
    [AWS_PART_TYPES] = &aws_types_part,
    [AWS_PART_ZONES] = &aws_zones_part,
    [AWS_PART_PRICES] = &aws_prices_part,
    [AWS_PART_SPOT] = &aws_spot_part,
};

void aws_listing_settle(aw_op *op, struct aws_listing *listing)
{
    if (--listing->waiting == 0)
        aws_listing_emit(op, listing);
}

static bool is_types(const struct aws_part *part)
{
    return part == &part->listing->parts[AWS_PART_TYPES];
}

bool aws_is_outage(const aw_error *why)
{
    return why->code == AW_E_UNAVAILABLE || why->code == AW_E_TIMEOUT ||
           why->code == AW_E_THROTTLED;
}

/* What is older than it should be is better than nothing. Returns -1 when nothing is there either. */
static int use_old(aw_op *op, struct aws_part *part)
{
    const struct aws_kept *kept = part->kind->kept;
    if (!kept || aws_kept_load(op, part->listing, kept, UINT64_MAX, &part->age_ms))
        return -1;
    part->is_old = true;
    return 0;
}

void aws_part_ended(aw_op *op, void *arg, const aw_error *why)
{
    struct aws_part *part = arg;
    const struct aws_kept *kept = part->kind->kept;
    bool may_be_old = why && (aws_is_outage(why) || !is_types(part));
    if (!why && kept && part->unread == 0)
        aws_kept_save(op, part->listing, kept);
    if (why)
        part->problem = *why;
    if (why && !(may_be_old && use_old(op, part) == 0) && is_types(part))
        return aw_fail(op, why);
    aws_listing_settle(op, part->listing);
}

static bool is_wanted(const struct aws_listing *listing, enum aws_part_number number)
{
    if (number == AWS_PART_SPOT)
        return listing->spot != AW_SPOT_NO && !listing->reserved;
    return number != AWS_PART_PRICES || listing->spot != AW_SPOT_ONLY;
}

/* Some partitions have no price list that their credentials can ask. Spot prices do not say what they are in. */
static int check_place(struct aws_part *part)
{
    const char *region = part->listing->region;
    if (part->kind == &aws_spot_part && aws_currency(region))
        return kit_error_set(&part->problem, AW_E_UNSUPPORTED,
                             "they are in %s there, and only dollars are compared",
                             aws_currency(region));
    if (part->kind != &aws_prices_part || aws_price_place(region))
        return 0;
    return kit_error_set(&part->problem, AW_E_UNSUPPORTED, "AWS has no price list for %s", region);
}

static void start(aw_op *op, struct aws_part *part)
{
    const struct aws_kept *kept = part->kind->kept;
    uint64_t age_ms = 0;
    if (check_place(part))
        return;
    if (kept && !aws_kept_load(op, part->listing, kept, kept->fresh_ms, &age_ms))
        return;
    part->listing->waiting++;
    kit_pages_start(op, &part->kind->pages, part);
}

void aws_list_offers(aw_op *op, const aw_offer_query *query)
{
    aw_error error;
    if (kit_query_options_check(query, "AWS", aws_wish_options, &error))
        return aw_fail(op, &error);
    struct aws_listing *listing = aws_listing_create(op, query);
    if (!listing)
        return;
    listing->waiting = 1; /* no part ends the listing before all have begun */
    if (aws_reserved_start(op, listing, query))
        return;
    for (int number = 0; number < AWS_PARTS; number++) {
        struct aws_part *part = &listing->parts[number];
        part->listing = listing;
        part->kind = kinds[number];
        if (is_wanted(listing, (enum aws_part_number)number))
            start(op, part);
    }
    aws_listing_settle(op, listing);
}
