/* SPDX-License-Identifier: Apache-2.0 */
/* What instance types cost on demand: the price list, whose answers are JSON with JSON documents as texts in
 * it, a product each. */
#include "backends/aws/offers.h"

#include "kit/error.h"
#include "kit/json_scan.h"
#include "kit/price.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAY_MS UINT64_C(86400000)
#define NUSD_PER_DOLLAR UINT64_C(1000000000)

enum {
    MOST_PAGES = 200,
    MOST_DOLLARS = 1000000,
    LONGEST_TEXT = 256,
    LONGEST_TOKEN = 8192,
    LARGEST_PRODUCT = 1 << 20
};

/* The product among the many of a type that is "a Linux machine of mine by the hour": not a dedicated one, not
 * one with somebody's software, not a reservation that stands empty, not a capacity block, whose hours cost
 * 0 because they have been paid before. Bare metal is of another family, so that is not asked for. */
static const struct {
    const char *field;
    const char *value;
} wanted[] = {
    {"operatingSystem", "Linux"}, {"tenancy", "Shared"},        {"capacitystatus", "Used"},
    {"preInstalledSw", "NA"},     {"marketoption", "OnDemand"},
};

/* ---- asking ---- */

static json_t *filter(const char *field, const char *value)
{
    return json_pack("{s:s,s:s,s:s}", "Type", "TERM_MATCH", "Field", field, "Value", value);
}

static json_t *filters(const char *region)
{
    json_t *list = json_array();
    int failed = json_array_append_new(list, filter("regionCode", region));
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
        failed |= json_array_append_new(list, filter(wanted[i].field, wanted[i].value));
    if (!failed)
        return list;
    json_decref(list);
    return NULL;
}

static void ask(kit_request *request, aw_op *op, void *part, const char *token)
{
    const struct aws_listing *listing = ((const struct aws_part *)part)->listing;
    json_t *body =
        json_pack("{s:s,s:o,s:s,s:i}", "ServiceCode", "AmazonEC2", "Filters",
                  filters(listing->region), "FormatVersion", "aws_v1", "MaxResults", 100);
    if (token && json_object_set_new(body, "NextToken", json_string(token))) {
        json_decref(body);
        body = NULL;
    }
    aws_json_init(request, op, AWS_PRICING, aws_prices_part.pages.name, listing->region, body);
}

/* ---- a product ---- */

struct product {
    const char *region;
    char type[LONGEST_TEXT];
    bool is_another; /* of another kind than is wanted */
    bool has_other_currency;
    uint64_t nusd_per_hour;
    char problem[80];
};

static void attributes_read(kit_scan *scan, struct product *product)
{
    char value[LONGEST_TEXT];
    for (kit_scan_object(scan); kit_scan_member(scan);) {
        if (kit_scan_is(scan, "instanceType"))
            kit_scan_text(scan, product->type, sizeof product->type);
        else if (kit_scan_is(scan, "regionCode") && kit_scan_text(scan, value, sizeof value))
            product->is_another |= strcmp(value, product->region) != 0;
        for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
            if (kit_scan_is(scan, wanted[i].field) && kit_scan_text(scan, value, sizeof value))
                product->is_another |= strcmp(value, wanted[i].value) != 0;
    }
}

static void price_read(kit_scan *scan, char price[LONGEST_TEXT], struct product *product)
{
    for (kit_scan_object(scan); kit_scan_member(scan);) {
        if (kit_scan_is(scan, "USD"))
            kit_scan_text(scan, price, LONGEST_TEXT);
        else
            product->has_other_currency = true;
    }
}

/* Of several prices the highest, so that no machine turns out dearer than it was offered. */
static void dimension_read(kit_scan *scan, struct product *product)
{
    char unit[LONGEST_TEXT] = "";
    char price[LONGEST_TEXT] = "";
    uint64_t nusd = 0;
    for (kit_scan_object(scan); kit_scan_member(scan);) {
        if (kit_scan_is(scan, "unit"))
            kit_scan_text(scan, unit, sizeof unit);
        else if (kit_scan_is(scan, "pricePerUnit"))
            price_read(scan, price, product);
    }
    if (strcmp(unit, "Hrs") != 0 || !*price)
        return;
    if (kit_price_read(price, &nusd))
        snprintf(product->problem, sizeof product->problem, "\"%.40s\" is no price", price);
    else if (nusd > product->nusd_per_hour)
        product->nusd_per_hour = nusd;
}

static void term_read(kit_scan *scan, struct product *product)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "priceDimensions"))
            for (kit_scan_object(scan); kit_scan_member(scan);)
                dimension_read(scan, product);
}

/* Most of a product is what reservations cost, which is passed over. */
static void product_read(kit_scan *scan, struct product *product)
{
    for (kit_scan_object(scan); kit_scan_member(scan);) {
        if (kit_scan_is(scan, "product")) {
            for (kit_scan_object(scan); kit_scan_member(scan);)
                if (kit_scan_is(scan, "attributes"))
                    attributes_read(scan, product);
        } else if (kit_scan_is(scan, "terms")) {
            for (kit_scan_object(scan); kit_scan_member(scan);)
                if (kit_scan_is(scan, "OnDemand"))
                    for (kit_scan_object(scan); kit_scan_member(scan);)
                        term_read(scan, product);
        }
    }
}

/* Fails only for want of memory. */
static int price_keep(aw_op *op, struct aws_part *part, const struct product *product,
                      aw_error *ret_error)
{
    if (!*product->type || product->is_another)
        return 0;
    part->has_other_currency |= product->has_other_currency;
    if (product->nusd_per_hour == 0)
        return 0;
    struct aws_type *type = aws_listing_type(op, part->listing, product->type, ret_error);
    if (type && product->nusd_per_hour > type->nusd_per_hour)
        type->nusd_per_hour = product->nusd_per_hour;
    if (type || ret_error->code == AW_E_NO_MEMORY)
        return type ? 0 : -1;
    aws_part_leave_out(part, ret_error->message);
    return 0;
}

static int text_read(aw_op *op, struct aws_part *part, const char *text, aw_error *ret_error)
{
    struct product product = {.region = part->listing->region};
    aw_error error = {.size = sizeof error};
    kit_scan scan;
    kit_scan_init(&scan, text, strlen(text));
    product_read(&scan, &product);
    int broken = kit_scan_finish(&scan, &error);
    if (!broken && scan.problem.code == AW_OK && !*product.problem)
        return price_keep(op, part, &product, ret_error);
    aws_part_leave_out(part, broken             ? error.message
                             : *product.problem ? product.problem
                                                : scan.problem.message);
    return 0;
}

/* ---- a page ---- */

static void free_text(char **text)
{
    free(*text);
}

static int list_read(aw_op *op, struct aws_part *part, kit_scan *scan, aw_error *ret_error)
{
    KIT_CLEANUP(free_text) char *text = malloc(LARGEST_PRODUCT);
    int failed = text ? 0 : -1;
    if (failed)
        kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for the price list");
    for (kit_scan_array(scan); kit_scan_element(scan);)
        if (!failed && kit_scan_text(scan, text, LARGEST_PRODUCT))
            failed = text_read(op, part, text, ret_error);
    return failed;
}

static int page_read(aw_op *op, void *part, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    char token[LONGEST_TOKEN] = "";
    bool has_list = false;
    int failed = 0;
    kit_scan scan;
    kit_scan_init(&scan, answer->body.data, answer->body.size);
    for (kit_scan_object(&scan); kit_scan_member(&scan);) {
        if (kit_scan_is(&scan, "NextToken"))
            kit_scan_text(&scan, token, sizeof token);
        has_list |= kit_scan_is(&scan, "PriceList");
        if (kit_scan_is(&scan, "PriceList"))
            failed |= list_read(op, part, &scan, ret_error);
    }
    if (failed || kit_scan_finish(&scan, ret_error))
        return -1;
    if (!has_list && scan.problem.code == AW_OK)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "it has no PriceList");
    return aws_pages_keep_token(op, *token ? token : NULL, &scan.problem, ret_token, ret_error);
}

/* A list without a price is none: it is not kept, and an older one is better. */
static void ended(aw_op *op, void *arg, const aw_error *why)
{
    struct aws_part *part = arg;
    const struct aws_type *type = part->listing->types;
    aw_error empty;
    while (type && type->nusd_per_hour == 0)
        type = type->next;
    if (!type && !why) {
        kit_error_set(&empty, AW_E_UNSUPPORTED, "the price list has none in dollars%s",
                      part->has_other_currency ? ", only in another currency" : "");
        why = &empty;
    }
    aws_part_ended(op, part, why);
}

/* NAME NANODOLLARS. */
static void save(kit_buf *text, const struct aws_type *type)
{
    if (type->nusd_per_hour)
        kit_buf_addf(text, "%s\t%" PRIu64 "\n", type->name, type->nusd_per_hour);
}

static int load(char *const fields[KIT_KEPT_FIELDS], struct aws_type *type)
{
    uint64_t nusd = 0;
    if (kit_kept_number(fields[1], MOST_DOLLARS * NUSD_PER_DOLLAR, &nusd) || nusd == 0 || fields[2])
        return -1;
    if (type && type->nusd_per_hour == 0)
        type->nusd_per_hour = nusd;
    return 0;
}

static const struct aws_kept kept = {
    .name = "prices-1", .service = AWS_PRICING, .fresh_ms = DAY_MS, .save = save, .load = load};

const struct aws_part_kind aws_prices_part = {
    .what = "on-demand prices",
    .pages = {.title = "AWS",
              .name = "GetProducts",
              .most = MOST_PAGES,
              .ask = ask,
              .read = page_read,
              .ended = ended},
    .kept = &kept,
};
