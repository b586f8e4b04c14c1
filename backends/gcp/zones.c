/* SPDX-License-Identifier: Apache-2.0 */
/* The zones, and the regions that they are in. Each one's machine types are asked for as soon as it is known. */
#include "backends/gcp/offers.h"
#include "backends/gcp/page.h"

#include "kit/error.h"

#include <string.h>

enum {
    MOST_PAGES = 20
};

static void ask(kit_request *request, aw_op *op, void *listing, const char *token)
{
    (void)listing;
    gcp_compute_init(request, op, "zones", "GET");
    kit_request_path(request, "zones");
    kit_request_query(request, "maxResults", "500");
    kit_request_query(request, "fields", "items(name,region,status),nextPageToken");
    kit_request_query(request, "pageToken", token);
}

struct record {
    char name[256];
    char region[512];
    char status[32];
};

static void record_read(kit_scan *scan, struct record *record)
{
    *record = (struct record){0};
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "name"))
            kit_scan_text(scan, record->name, sizeof record->name);
        else if (kit_scan_is(scan, "region"))
            kit_scan_text(scan, record->region, sizeof record->region);
        else if (kit_scan_is(scan, "status"))
            kit_scan_text(scan, record->status, sizeof record->status);
}

/* `problem` is what could not be read of it, if anything. -1: no memory. */
static int record_use(struct gcp_listing *listing, const struct record *record, aw_error *problem,
                      aw_error *ret_error)
{
    const char *region = gcp_last_part(record->region);
    struct gcp_zone *zone = problem->code ? NULL : gcp_listing_zone(listing, record->name, problem);
    if (zone && strcmp(record->status, "DOWN") == 0)
        kit_error_set(problem, AW_E_UNAVAILABLE, "Google says that it is down");
    else if (zone && !zone->is_listed)
        zone->is_listed = !gcp_listing_place(listing, zone, region, problem);
    if (problem->code == AW_E_NO_MEMORY) {
        *ret_error = *problem;
        return -1;
    }
    if (problem->code)
        gcp_problem_keep(listing, &listing->zone_problems, problem,
                         "The zone \"%.64s\" is left out", record->name);
    return 0;
}

static int item_read(void *listing, kit_scan *scan, const char *zone, aw_error *ret_error)
{
    struct record record;
    (void)zone;
    record_read(scan, &record);
    if (!scan->is_broken && record_use(listing, &record, &scan->problem, ret_error))
        return -1;
    kit_scan_forgive(scan);
    return 0;
}

static int page_read(aw_op *op, void *listing, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    static const struct gcp_page page = {.items = "items", .read = item_read};
    return gcp_page_read(op, &page, listing, answer->body, ret_token, ret_error);
}

static void ended(aw_op *op, void *arg, const aw_error *why)
{
    struct gcp_listing *listing = arg;
    size_t count = 0;
    for (size_t i = 0; !why && i < listing->zone_count; i++)
        if (listing->zones[i]->is_listed) {
            count++;
            gcp_machine_types_start(listing->zones[i]);
        }
    if (why)
        aw_fail(op, why);
    else if (count == 0)
        kit_fail(op, AW_E_PROTOCOL, "Google's answer to `zones` names no zone that is up.");
    else
        gcp_listing_settle(listing);
}

static const struct kit_pages pages = {.title = "Google",
                                       .name = "zones",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended};

void gcp_zones_start(struct gcp_listing *listing)
{
    gcp_listing_wait(listing);
    kit_pages_start(listing->op, &pages, listing);
}
