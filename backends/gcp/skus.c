/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prices of the parts of machines: all SKUs of Compute Engine, of which there are tens of thousands, read a page
 * at a time into the table. https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
 */
#include "backends/gcp/offers.h"

#include "kit/error.h"
#include "kit/kept.h"

#include <stdio.h>
#include <string.h>

#define COMPUTE_ENGINE "6F81-5844-456A"
#define DAY_MS UINT64_C(86400000)
#define NUSD_PER_DOLLAR INT64_C(1000000000)

enum {
    MOST_PAGES = 200,
    MOST_DOLLARS = 1000000,
    MOST_REGIONS = 128, /* of one SKU */
    HOURS_PER_MONTH = 730
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
    kit_request_query(request, "pageToken", token);
}

/* ---- reading a SKU ---- */

struct sku {
    char description[256];
    char family[64];
    char usage[32];
    char unit[32];
    char currency[16];
    int64_t nusd; /* for a unit */
    char regions[MOST_REGIONS][GCP_LONGEST_NAME];
    size_t region_count;
};

static void category_read(kit_scan *scan, struct sku *sku)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "resourceFamily"))
            kit_scan_text(scan, sku->family, sizeof sku->family);
        else if (kit_scan_is(scan, "usageType"))
            kit_scan_text(scan, sku->usage, sizeof sku->usage);
}

static void regions_read(kit_scan *scan, struct sku *sku)
{
    for (kit_scan_array(scan); kit_scan_element(scan);)
        if (sku->region_count < MOST_REGIONS)
            sku->region_count +=
                (size_t)kit_scan_text(scan, sku->regions[sku->region_count], GCP_LONGEST_NAME);
}

/* {"currencyCode": "USD", "units": "2", "nanos": 933908000}. Of several tiers the dearest counts: a cheaper one is
 * for the first few hours, or for more machines than anybody here starts. */
static void rate_read(kit_scan *scan, struct sku *sku)
{
    int64_t units = 0;
    int64_t nanos = 0;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "currencyCode"))
            kit_scan_text(scan, sku->currency, sizeof sku->currency);
        else if (kit_scan_is(scan, "units"))
            units = kit_scan_integer(scan, 0, MOST_DOLLARS, 0);
        else if (kit_scan_is(scan, "nanos"))
            nanos = kit_scan_integer(scan, 0, NUSD_PER_DOLLAR - 1, 0);
    int64_t nusd = units * NUSD_PER_DOLLAR + nanos;
    if (nusd > sku->nusd)
        sku->nusd = nusd;
}

static void tier_read(kit_scan *scan, struct sku *sku)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "unitPrice"))
            rate_read(scan, sku);
}

static void expression_read(kit_scan *scan, struct sku *sku)
{
    sku->nusd = 0;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "usageUnit"))
            kit_scan_text(scan, sku->unit, sizeof sku->unit);
        else if (kit_scan_is(scan, "tieredRates"))
            for (kit_scan_array(scan); kit_scan_element(scan);)
                tier_read(scan, sku);
}

/* The prices of a SKU come in the order of time: the last one holds. */
static void pricing_read(kit_scan *scan, struct sku *sku)
{
    for (kit_scan_array(scan); kit_scan_element(scan);)
        for (kit_scan_object(scan); kit_scan_member(scan);)
            if (kit_scan_is(scan, "pricingExpression"))
                expression_read(scan, sku);
}

static void sku_read(kit_scan *scan, struct sku *sku)
{
    memset(sku, 0, offsetof(struct sku, regions));
    sku->region_count = 0;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "description"))
            kit_scan_text(scan, sku->description, sizeof sku->description);
        else if (kit_scan_is(scan, "category"))
            category_read(scan, sku);
        else if (kit_scan_is(scan, "serviceRegions"))
            regions_read(scan, sku);
        else if (kit_scan_is(scan, "pricingInfo"))
            pricing_read(scan, sku);
}

/* ---- what it is the price of ---- */

/* A price for a GiB, of one for a GB (1000^3 bytes), rounded. */
static uint64_t gib_of_gb(int64_t nusd)
{
    return ((uint64_t)nusd * 1073741824u + 500000000u) / 1000000000u;
}

/* In the unit of the kind. -1: it is in another. */
static int price_in_unit(const struct sku *sku, enum gcp_part_kind kind, uint64_t *ret_nusd)
{
    const char *unit = sku->unit;
    uint64_t nusd = (uint64_t)sku->nusd;
    bool is_gb = !strcmp(unit, "GBy.h") || !strcmp(unit, "GBy.mo");
    bool is_gib = !strcmp(unit, "GiBy.h") || !strcmp(unit, "GiBy.mo");
    bool is_monthly = strstr(unit, ".mo") != NULL;
    *ret_nusd = is_gb ? gib_of_gb(sku->nusd) : nusd;
    if (kind == GCP_RAM)
        return (is_gb || is_gib) && !is_monthly ? 0 : -1;
    if (kind != GCP_SSD)
        return strcmp(unit, "h") == 0 ? 0 : -1;
    if (!is_monthly)
        *ret_nusd *= HOURS_PER_MONTH;
    return is_gb || is_gib ? 0 : -1;
}

static bool is_wanted(const struct sku *sku, struct gcp_part *ret_part)
{
    bool is_spot = strcmp(sku->usage, "Preemptible") == 0;
    bool is_sold = is_spot || strcmp(sku->usage, "OnDemand") == 0;
    bool is_hardware = !strcmp(sku->family, "Compute") || !strcmp(sku->family, "Storage");
    if (!is_sold || !is_hardware || !gcp_part_read(sku->description, ret_part))
        return false;
    /* Some that are spot by their description are OnDemand by their category. */
    ret_part->spot |= is_spot;
    return true;
}

static int leave_out(struct skus *skus, const struct sku *sku, const char *why)
{
    if (skus->unread++ == 0)
        snprintf(skus->unread_why, sizeof skus->unread_why, "\"%.100s\": %.140s", sku->description,
                 why);
    return 0;
}

static int prices_add(struct skus *skus, const struct sku *sku, const struct gcp_part *part,
                      uint64_t nusd, aw_error *ret_error)
{
    aw_error problem = {.size = sizeof problem};
    for (size_t i = 0; i < sku->region_count; i++) {
        if (!gcp_prices_add(skus->listing->prices, part, sku->regions[i], nusd, &problem))
            continue;
        if (problem.code != AW_E_NO_MEMORY)
            return leave_out(skus, sku, problem.message);
        *ret_error = problem;
        return -1;
    }
    return 0;
}

/* Nothing is free: 0 is no price. -1: no memory. */
static int sku_use(struct skus *skus, const struct sku *sku, const aw_error *problem,
                   aw_error *ret_error)
{
    struct gcp_part part;
    uint64_t nusd = 0;
    if (!is_wanted(sku, &part))
        return 0;
    if (problem->code)
        return leave_out(skus, sku, problem->message);
    if (sku->nusd == 0)
        return 0;
    if (strcmp(sku->currency, "USD") != 0)
        return leave_out(skus, sku, "its price is not in dollars");
    if (price_in_unit(sku, part.kind, &nusd))
        return leave_out(skus, sku, "its price is for another unit than such parts have");
    return prices_add(skus, sku, &part, nusd, ret_error);
}

/* ---- pages ---- */

static int skus_read(struct skus *skus, kit_scan *scan, aw_error *ret_error)
{
    struct sku sku;
    for (kit_scan_array(scan); kit_scan_element(scan);) {
        kit_scan_forgive(scan);
        sku_read(scan, &sku);
        if (!scan->is_broken && sku_use(skus, &sku, &scan->problem, ret_error))
            return -1;
    }
    kit_scan_forgive(scan);
    return 0;
}

static int page_read(aw_op *op, void *skus, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    kit_scan scan;
    char token[GCP_LONGEST_TOKEN] = "";
    kit_scan_init(&scan, answer->body.data, answer->body.size);
    for (kit_scan_object(&scan); kit_scan_member(&scan);)
        if (kit_scan_is(&scan, "nextPageToken"))
            kit_scan_text(&scan, token, sizeof token);
        else if (kit_scan_is(&scan, "skus") && skus_read(skus, &scan, ret_error))
            return -1;
    return gcp_page_end(op, &scan, token, ret_token, ret_error);
}

/* ---- the end ---- */

static void report_unread(aw_op *op, const struct skus *skus)
{
    if (skus->unread)
        kit_report(op, AW_E_PROTOCOL,
                   "Of the prices in Google's catalogue, %u cannot be used; the first: %s",
                   skus->unread, skus->unread_why);
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
        gcp_report(op, why, has_some ? "Some prices are not known" : "The prices are not known");
        return;
    }
    listing->prices = old;
    kit_kept_age(age_ms, age, sizeof age);
    gcp_report(op, why, "The prices are %s old; newer ones cannot be had", age);
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
    report_unread(op, skus);
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
                                       .ended = ended};

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
    kit_pages_start(op, &pages, skus);
}
