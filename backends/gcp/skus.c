/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prices of the parts of machines: all SKUs of Compute Engine, of which there are tens of thousands, read a page
 * at a time into the table. https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
 */
#include "backends/gcp/offers.h"
#include "backends/gcp/page.h"

#include "kit/error.h"
#include "kit/kept.h"

#include <stdio.h>
#include <string.h>

#define COMPUTE_ENGINE "6F81-5844-456A"
#define DAY_MS UINT64_C(86400000)

enum {
    MOST_PAGES = 200
};

/* The prices as a part of a listing. */
struct skus {
    struct gcp_listing *listing;
    unsigned unread; /* SKUs that would count and were left out, and why the first of them was */
    char unread_why[256];
};

static void ask(kit_request *request, aw_op *op, void *skus, const char *token)
{
    const struct gcp *gcp = op->state;
    (void)skus;
    kit_request_init(request, op, "skus", "GET", gcp->billing);
    kit_request_path(request, "services");
    kit_request_path(request, COMPUTE_ENGINE);
    kit_request_path(request, "skus");
    kit_request_query(request, "currencyCode", "USD");
    kit_request_query(request, "pageSize", "5000");
    kit_request_query(request, "fields",
                      "skus(description,category(resourceFamily,usageType),serviceRegions,"
                      "pricingInfo(pricingExpression(usageUnit,tieredRates(unitPrice)))),"
                      "nextPageToken");
    kit_request_query(request, "prettyPrint", "false");
    kit_request_query(request, "pageToken", token);
}

/* ---- pages ---- */

static void leave_out(struct skus *skus, const struct gcp_sku *sku, const char *why)
{
    if (skus->unread++ == 0)
        snprintf(skus->unread_why, sizeof skus->unread_why, "\"%.100s\": %.140s", sku->description,
                 why);
}

/* -1: no memory. */
static int prices_add(struct skus *skus, const struct gcp_sku *sku, aw_error *ret_error)
{
    aw_error problem = {.size = sizeof problem};
    size_t i = 0;
    while (i < sku->region_count &&
           !gcp_prices_add(skus->listing->prices, &sku->part, sku->regions[i], sku->nusd, &problem))
        i++;
    if (problem.code == AW_E_NO_MEMORY) {
        *ret_error = problem;
        return -1;
    }
    if (problem.code)
        leave_out(skus, sku, problem.message);
    return 0;
}

static int item_read(void *skus, kit_scan *scan, const char *zone, aw_error *ret_error)
{
    struct gcp_sku sku;
    aw_error problem;
    int found = gcp_sku_read(scan, &sku, &problem);
    (void)zone;
    if (found < 0)
        leave_out(skus, &sku, problem.message);
    return found > 0 ? prices_add(skus, &sku, ret_error) : 0;
}

static int page_read(aw_op *op, void *skus, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    static const struct gcp_page page = {.items = "skus", .read = item_read};
    return gcp_page_read(op, &page, skus, answer->body, ret_token, ret_error);
}

/* ---- the end ---- */

static void tell_unread(const struct skus *skus)
{
    aw_error problem;
    struct gcp_listing *listing = skus->listing;
    kit_error_set(&problem, AW_E_PROTOCOL, "%s", skus->unread_why);
    if (skus->unread)
        gcp_problem_keep(listing, &listing->price_problems, &problem,
                         "Of the prices in Google's catalogue, %u cannot be used; the first",
                         skus->unread);
}

/* What is older than it should be is better than nothing, and than a part of what is new. */
static void use_old(aw_op *op, struct gcp_listing *listing, const aw_error *why)
{
    const struct gcp *gcp = op->state;
    struct gcp_prices *old = gcp_prices_create(op);
    uint64_t age_ms = 0;
    char age[32];
    if (!old)
        return;
    bool has_some = !gcp_prices_are_empty(listing->prices);
    if (gcp_prices_load(op, old, gcp->billing, UINT64_MAX, &age_ms)) {
        gcp_problem_keep(listing, &listing->price_problems, why, "%s",
                         has_some ? "Some prices are not known" : "The prices are not known");
        return;
    }
    listing->prices = old;
    kit_kept_age(age_ms, age, sizeof age);
    gcp_problem_keep(listing, &listing->price_problems, why,
                     "The prices are %s old; newer ones cannot be had", age);
}

static void ended(aw_op *op, void *arg, const aw_error *why)
{
    const struct gcp *gcp = op->state;
    struct skus *skus = arg;
    struct gcp_listing *listing = skus->listing;
    aw_error empty;
    if (!why && gcp_prices_are_empty(listing->prices)) {
        kit_error_set(&empty, AW_E_UNSUPPORTED, "the catalogue has none in dollars");
        why = &empty;
    }
    tell_unread(skus);
    if (why)
        use_old(op, listing, why);
    else
        gcp_prices_save(op, listing->prices, gcp->billing);
    gcp_listing_settle(listing);
}

static const struct kit_pages pages = {.title = "Google",
                                       .name = "skus",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended,
                                       .peek = gcp_page_peek};

void gcp_skus_start(struct gcp_listing *listing)
{
    aw_op *op = listing->op;
    const struct gcp *gcp = op->state;
    uint64_t age_ms = 0;
    struct skus *skus = aw_alloc(op, sizeof *skus);
    if (!skus || !gcp_prices_load(op, listing->prices, gcp->billing, DAY_MS, &age_ms))
        return;
    skus->listing = listing;
    gcp_listing_wait(listing);
    kit_pages_start_late(op, &pages, skus, listing->later);
}
