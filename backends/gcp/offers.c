/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what all regions offer: starts the parts at once and waits for all of them. */
#include "backends/gcp/offers.h"

#include "kit/error.h"
#include "kit/wish.h"

#include <stdarg.h>
#include <stdio.h>

enum {
    MOST_PROBLEMS = 1000
};

void gcp_listing_wait(struct gcp_listing *listing)
{
    listing->waiting++;
}

void gcp_listing_settle(struct gcp_listing *listing)
{
    if (--listing->waiting == 0)
        gcp_listing_emit(listing);
}

void gcp_problem_keep(struct gcp_listing *listing, struct gcp_problems *problems,
                      const aw_error *problem, const char *format, ...)
{
    char before[256];
    va_list args;
    if (listing->problem_count == MOST_PROBLEMS)
        return;
    struct gcp_problem *kept = aw_alloc(listing->op, sizeof *kept);
    if (!kept)
        return;
    va_start(args, format);
    vsnprintf(before, sizeof before, format, args);
    va_end(args);
    kept->error = *problem;
    snprintf(kept->error.message, sizeof kept->error.message, "%s: %.240s", before,
             problem->message);
    *(problems->last ? problems->last : &problems->first) = kept;
    problems->last = &kept->next;
    listing->problem_count++;
}

static void on_reservation(aw_op *op, struct gcp_reservation *reservation, const aw_error *why,
                           void *arg)
{
    struct gcp_listing *listing = arg;
    if (why && why->code != AW_E_DENIED)
        return aw_fail(op, why);
    /* Whoever may use one that is shared need not see it. */
    if (why)
        kit_report(op, AW_E_DENIED,
                   "All offers are shown, also those that the reservation %.63s does not fit, "
                   "since it may not be looked at: %.240s",
                   reservation->name, why->message);
    else
        listing->reservation = reservation;
    if (reservation->silent_zone)
        kit_report(op, AW_E_UNAVAILABLE, "What the reservation %.63s has in %.60s is not known.",
                   reservation->name, reservation->silent_zone);
    gcp_listing_settle(listing);
}

static void reservation_start(struct gcp_listing *listing)
{
    gcp_listing_wait(listing);
    gcp_reservation_find(listing->op, listing->reserved_by, on_reservation, listing);
}

/* The prices take the longest: they are asked for first. */
void gcp_list_offers(aw_op *op, const aw_offer_query *query)
{
    aw_error error;
    if (kit_query_options_check(query, GCP_TITLE, gcp_wish_options, &error))
        return aw_fail(op, &error);
    struct gcp_listing *listing = gcp_listing_create(op, query);
    if (!listing)
        return;
    gcp_listing_wait(listing); /* no part ends the listing before all have begun */
    gcp_skus_start(listing);
    gcp_zones_start(listing);
    gcp_accelerators_start(listing);
    if (listing->reserved_by)
        reservation_start(listing);
    gcp_listing_settle(listing);
}
