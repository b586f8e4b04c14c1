/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a SKU, and what it is the price of.
 * https://cloud.google.com/billing/docs/reference/rest/v1/services.skus/list
 */
#include "backends/gcp/prices.h"

#include "kit/error.h"

#include <string.h>

#define NUSD_PER_DOLLAR INT64_C(1000000000)

enum {
    MOST_DOLLARS = 1000000,
    HOURS_PER_MONTH = 730
};

/* What it says, before it is known what that means. */
struct record {
    char family[64];
    char usage[32];
    char unit[32];
    char currency[16];
    int64_t nusd; /* for a unit */
};

static void category_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "resourceFamily"))
            kit_scan_text(scan, record->family, sizeof record->family);
        else if (kit_scan_is(scan, "usageType"))
            kit_scan_text(scan, record->usage, sizeof record->usage);
}

static void regions_read(kit_scan *scan, struct gcp_sku *sku)
{
    for (kit_scan_array(scan); kit_scan_element(scan);)
        if (sku->region_count < GCP_SKU_REGIONS)
            sku->region_count += (size_t)kit_scan_text(scan, sku->regions[sku->region_count],
                                                       sizeof sku->regions[0]);
}

/* {"currencyCode": "USD", "units": "2", "nanos": 933908000}. Of several tiers the dearest counts: a cheaper one is
 * for the first few hours, or for more machines than anybody here starts. */
static void rate_read(kit_scan *scan, struct record *record)
{
    int64_t units = 0;
    int64_t nanos = 0;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "currencyCode"))
            kit_scan_text(scan, record->currency, sizeof record->currency);
        else if (kit_scan_is(scan, "units"))
            units = kit_scan_integer(scan, 0, MOST_DOLLARS, 0);
        else if (kit_scan_is(scan, "nanos"))
            nanos = kit_scan_integer(scan, 0, NUSD_PER_DOLLAR - 1, 0);
    int64_t nusd = units * NUSD_PER_DOLLAR + nanos;
    if (nusd > record->nusd)
        record->nusd = nusd;
}

static void tier_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "unitPrice"))
            rate_read(scan, record);
}

static void expression_read(kit_scan *scan, struct record *record)
{
    record->nusd = 0;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "usageUnit"))
            kit_scan_text(scan, record->unit, sizeof record->unit);
        else if (kit_scan_is(scan, "tieredRates"))
            for (kit_scan_array(scan); kit_scan_element(scan);)
                tier_read(scan, record);
}

/* The prices of a SKU come in the order of time: the last one holds. */
static void pricing_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_array(scan); kit_scan_element(scan);)
        for (kit_scan_object(scan); kit_scan_member(scan);)
            if (kit_scan_is(scan, "pricingExpression"))
                expression_read(scan, record);
}

static void sku_read(kit_scan *scan, struct gcp_sku *sku, struct record *record)
{
    *record = (struct record){.nusd = 0};
    sku->description[0] = '\0';
    sku->region_count = 0;
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "description"))
            kit_scan_text(scan, sku->description, sizeof sku->description);
        else if (kit_scan_is(scan, "category"))
            category_read(scan, record);
        else if (kit_scan_is(scan, "serviceRegions"))
            regions_read(scan, sku);
        else if (kit_scan_is(scan, "pricingInfo"))
            pricing_read(scan, record);
}

/* ---- what it is the price of ---- */

/* The price of a GiB, by that of a GB (1000^3 bytes), rounded to a nano-dollar. */
static uint64_t gib_of_gb(uint64_t nusd)
{
    const uint64_t gib = 1073741824;
    const uint64_t gb = 1000000000;
    return nusd / gb * gib + (nusd % gb * gib + gb / 2) / gb;
}

/* In the unit of the kind. -1: it is in another. */
static int price_in_unit(const struct record *record, enum gcp_part_kind kind, uint64_t *ret_nusd)
{
    const char *unit = record->unit;
    uint64_t nusd = (uint64_t)record->nusd;
    bool is_gb = !strcmp(unit, "GBy.h") || !strcmp(unit, "GBy.mo");
    bool is_gib = !strcmp(unit, "GiBy.h") || !strcmp(unit, "GiBy.mo");
    bool is_monthly = strstr(unit, ".mo") != NULL;
    *ret_nusd = is_gb ? gib_of_gb(nusd) : nusd;
    if (kind == GCP_RAM)
        return (is_gb || is_gib) && !is_monthly ? 0 : -1;
    if (kind != GCP_SSD)
        return strcmp(unit, "h") == 0 ? 0 : -1;
    if (!is_monthly)
        *ret_nusd *= HOURS_PER_MONTH;
    return is_gb || is_gib ? 0 : -1;
}

static bool is_wanted(const struct record *record, const char *description,
                      struct gcp_part *ret_part)
{
    bool is_spot = strcmp(record->usage, "Preemptible") == 0;
    bool is_sold = is_spot || strcmp(record->usage, "OnDemand") == 0;
    bool is_hardware = !strcmp(record->family, "Compute") || !strcmp(record->family, "Storage");
    if (!is_sold || !is_hardware || !gcp_part_read(description, ret_part))
        return false;
    /* Some that are spot by their description are OnDemand by their category. */
    if (is_spot)
        ret_part->terms = GCP_SPOT;
    return true;
}

int gcp_sku_read(kit_scan *scan, struct gcp_sku *ret_sku, aw_error *ret_error)
{
    struct record record;
    kit_scan_forgive(scan);
    sku_read(scan, ret_sku, &record);
    aw_error problem = scan->problem;
    kit_scan_forgive(scan);
    if (scan->is_broken || !is_wanted(&record, ret_sku->description, &ret_sku->part))
        return 0;
    if (problem.code)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "%s", problem.message);
    if (record.nusd == 0) /* nothing is free */
        return 0;
    if (strcmp(record.currency, "USD") != 0)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "its price is not in dollars");
    if (price_in_unit(&record, ret_sku->part.kind, &ret_sku->nusd))
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "its price is for another unit than such parts have");
    return 1;
}
