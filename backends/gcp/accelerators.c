/* SPDX-License-Identifier: Apache-2.0 */
/* Which zones have GPUs that can be attached to machines: one listing of all zones, in which zones may fail alone. */
#include "backends/gcp/offers.h"
#include "backends/gcp/page.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

enum {
    MOST_PAGES = 100,
    MOST_CARDS = 1024
};

static void ask(kit_request *request, aw_op *op, void *listing, const char *token)
{
    (void)listing;
    gcp_compute_init(request, op, "acceleratorTypes", "GET");
    kit_request_path(request, "aggregated");
    kit_request_path(request, "acceleratorTypes");
    kit_request_query(request, "maxResults", "500");
    kit_request_query(request, "returnPartialSuccess", "true");
    kit_request_query(request, "pageToken", token);
}

static void zone_leave_out(void *arg, const char *zone, const char *why)
{
    struct gcp_listing *listing = arg;
    aw_error problem;
    kit_error_set(&problem, AW_E_UNAVAILABLE, "%s", why);
    gcp_problem_keep(listing, &listing->accelerator_problems, &problem,
                     "Which GPUs can be attached in %.64s is not known", zone);
}

/* ---- one accelerator type ---- */

struct record {
    char name[128];
    char deprecation[32];
    int64_t cards; /* for one machine */
};

static void record_read(kit_scan *scan, struct record *record)
{
    *record = (struct record){.cards = MOST_CARDS};
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "name"))
            kit_scan_text(scan, record->name, sizeof record->name);
        else if (kit_scan_is(scan, "maximumCardsPerInstance"))
            record->cards = kit_scan_integer(scan, 0, MOST_CARDS, MOST_CARDS);
        else if (kit_scan_is(scan, "deprecated"))
            for (kit_scan_object(scan); kit_scan_member(scan);)
                if (kit_scan_is(scan, "state"))
                    kit_scan_text(scan, record->deprecation, sizeof record->deprecation);
}

static void record_use(struct gcp_listing *listing, const struct gcp_zone *zone,
                       const struct record *record)
{
    const struct gcp_gpu *gpu = gcp_gpu_of(record->name);
    bool is_deprecated = *record->deprecation && strcmp(record->deprecation, "ACTIVE") != 0;
    for (size_t i = 0; i < GCP_ATTACHABLES && !is_deprecated; i++)
        if (gcp_attachable_gpu(i) == gpu) {
            struct gcp_attachable *attachable = &listing->attachables[i];
            gcp_zones_add(&attachable->zones, zone->number);
            if (record->cards > attachable->most)
                attachable->most = (uint32_t)record->cards;
        }
}

/* ---- pages ---- */

/* A zone that is none has none that matter. */
static int item_read(void *listing, kit_scan *scan, const char *name, aw_error *ret_error)
{
    struct record record;
    aw_error problem = {.size = sizeof problem};
    const struct gcp_zone *zone = gcp_listing_zone(listing, name, &problem);
    record_read(scan, &record);
    if (zone)
        record_use(listing, zone, &record);
    if (problem.code == AW_E_NO_MEMORY)
        *ret_error = problem;
    return problem.code == AW_E_NO_MEMORY ? -1 : 0;
}

static int page_read(aw_op *op, void *listing, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    static const struct gcp_page page = {
        .items = "items", .of_zone = "acceleratorTypes", .read = item_read, .lack = zone_leave_out};
    return gcp_page_read(op, &page, listing, answer->body, ret_token, ret_error);
}

static void ended(aw_op *op, void *arg, const aw_error *why)
{
    struct gcp_listing *listing = arg;
    (void)op;
    if (why)
        gcp_problem_keep(listing, &listing->accelerator_problems, why,
                         "Which GPUs can be attached to machines is not known");
    gcp_listing_settle(listing);
}

static const struct kit_pages pages = {.title = "Google",
                                       .name = "acceleratorTypes",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended};

void gcp_accelerators_start(struct gcp_listing *listing)
{
    gcp_listing_wait(listing);
    kit_pages_start(listing->op, &pages, listing);
}
