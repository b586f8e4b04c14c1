/* SPDX-License-Identifier: Apache-2.0 */
/* Which offers a reservation makes: a machine in the zones where it has some. */
#include "backends/gcp/offers.h"

#include <string.h>

static bool has_zone(const struct gcp_listing *listing, const struct gcp_zones *zones,
                     const char *name, size_t *ret_number)
{
    size_t at = gcp_zones_next(zones, 0);
    while (at < GCP_MOST_ZONES && strcmp(listing->zones[at]->name, name) != 0)
        at = gcp_zones_next(zones, at + 1);
    *ret_number = at;
    return at < GCP_MOST_ZONES;
}

/* Where some are left; or, `any`, where there are some at all. False: nowhere. */
static bool zones_find(const struct gcp_listing *listing, const struct gcp_machine *machine,
                       const struct gcp_attached *attached, const struct gcp_zones *zones, bool any,
                       struct gcp_on_reserve *ret_reserve)
{
    const struct gcp_reserved *at = listing->reservation->first;
    const char *gpu = attached->count ? attached->gpu->type : NULL;
    bool found = false;
    for (; at; at = at->next) {
        size_t number = 0;
        if (!gcp_reserved_fits(at, machine->name, gpu, attached->count) || (!any && !at->left) ||
            !has_zone(listing, zones, at->zone, &number))
            continue;
        gcp_zones_add(&ret_reserve->zones, number);
        ret_reserve->terms = at->is_calendar ? GCP_CALENDAR : GCP_ON_DEMAND;
        ret_reserve->is_said = at->says_mode;
        found = true;
    }
    return found;
}

bool gcp_reserve_of(const struct gcp_listing *listing, const struct gcp_machine *machine,
                    const struct gcp_attached *attached, const struct gcp_zones *zones,
                    struct gcp_on_reserve *ret_reserve)
{
    *ret_reserve = (struct gcp_on_reserve){.terms = GCP_ON_DEMAND};
    ret_reserve->is_left = zones_find(listing, machine, attached, zones, false, ret_reserve);
    return ret_reserve->is_left || zones_find(listing, machine, attached, zones, true, ret_reserve);
}
