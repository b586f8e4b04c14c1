/* SPDX-License-Identifier: Apache-2.0 */
/* What instance types cost on demand: the price list, whose answers are JSON with JSON documents as texts in
 * it, a product each. */
#include "backends/aws/offers.h"

#include "kit/error.h"
#include "kit/json.h"

#include <inttypes.h>
#include <string.h>

#define DAY_MS UINT64_C(86400000)
#define NUSD_PER_DOLLAR UINT64_C(1000000000)

enum {
    MOST_PAGES = 200,
    FRACTION_DIGITS = 9,
    MOST_DOLLARS = 1000000
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

static void ask(kit_request *request, aw_op *op, const void *part, const char *token)
{
    const struct aws_listing *listing = ((const struct aws_part *)part)->listing;
    json_t *body =
        json_pack("{s:s,s:o,s:s,s:i}", "ServiceCode", "AmazonEC2", "Filters",
                  filters(listing->region), "FormatVersion", "aws_v1", "MaxResults", 100);
    if (token && json_object_set_new(body, "NextToken", json_string(token))) {
        json_decref(body);
        body = NULL;
    }
    aws_json_init(request, op, AWS_PRICING, aws_prices_part.pages.action, listing->region, body);
}

/* ---- a price ---- */

/* Rounded at the tenth digit behind the point, which no price has had so far. */
static uint64_t fraction_read(const char *digits, size_t count)
{
    uint64_t nusd = 0;
    for (size_t i = 0; i < FRACTION_DIGITS; i++)
        nusd = nusd * 10 + (i < count ? (uint64_t)(digits[i] - '0') : 0);
    return nusd + (count > FRACTION_DIGITS && digits[FRACTION_DIGITS] >= '5');
}

int aws_price_read(const char *text, uint64_t *ret_nusd)
{
    size_t count = strspn(text, "0123456789");
    const char *fraction = text[count] == '.' ? text + count + 1 : "";
    size_t digits = strspn(fraction, "0123456789");
    uint64_t dollars = 0;
    if (count == 0 || (*fraction ? fraction[digits] : text[count]) != '\0')
        return -1;
    for (size_t i = 0; i < count; i++) {
        dollars = dollars * 10 + (uint64_t)(text[i] - '0');
        if (dollars > MOST_DOLLARS)
            return -1;
    }
    *ret_nusd = dollars * NUSD_PER_DOLLAR + fraction_read(fraction, digits);
    return 0;
}

/* ---- a product ---- */

static bool is_wanted(const kit_json_node *attributes, const char *region)
{
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        const char *value = kit_json_find_text(attributes, wanted[i].field, wanted[i].value);
        if (strcmp(value, wanted[i].value) != 0)
            return false;
    }
    return strcmp(kit_json_find_text(attributes, "regionCode", region), region) == 0;
}

/* Of several prices the highest, so that no machine turns out dearer than it was offered. */
static void dimension_read(struct aws_part *part, const kit_json_node *dimension,
                           uint64_t *price_nusd)
{
    kit_json_node prices = kit_json_object(dimension, "pricePerUnit");
    const char *text = kit_json_find_text(&prices, "USD", NULL);
    uint64_t nusd = 0;
    if (strcmp(kit_json_find_text(dimension, "unit", ""), "Hrs") != 0)
        return;
    if (!text) {
        part->has_other_currency |= kit_json_count(&prices) > 0;
        return;
    }
    if (aws_price_read(text, &nusd))
        kit_error_set(&dimension->document->error, AW_E_PROTOCOL, "\"%.40s\" is no price", text);
    else if (nusd > *price_nusd)
        *price_nusd = nusd;
}

static uint64_t terms_read(struct aws_part *part, const kit_json_node *product)
{
    kit_json_node terms = kit_json_find(product, "terms");
    kit_json_node on_demand = kit_json_find(&terms, "OnDemand");
    kit_json_node term;
    kit_json_node dimension;
    void *at_term = NULL;
    uint64_t price_nusd = 0;
    while (kit_json_next(&on_demand, &at_term, &term)) {
        kit_json_node dimensions = kit_json_object(&term, "priceDimensions");
        void *at_dimension = NULL;
        while (kit_json_next(&dimensions, &at_dimension, &dimension))
            dimension_read(part, &dimension, &price_nusd);
    }
    return price_nusd;
}

/* Returns -1 with the reason when it cannot be read. */
static int product_read(aw_op *op, struct aws_part *part, const char *text, size_t size,
                        aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text, size);
    kit_json_node product = kit_json_object(&root, "product");
    kit_json_node attributes = kit_json_object(&product, "attributes");
    const char *name = kit_json_find_text(&attributes, "instanceType", "");
    bool counts = *name && is_wanted(&attributes, part->listing->region);
    uint64_t price_nusd = counts ? terms_read(part, &root) : 0;
    if (document.error.code) {
        *ret_error = document.error;
        return -1;
    }
    if (price_nusd == 0)
        return 0;
    struct aws_type *type = aws_listing_type(op, part->listing, name, ret_error);
    if (type && price_nusd > type->nusd_per_hour)
        type->nusd_per_hour = price_nusd;
    return type ? 0 : -1;
}

static int page_read(aw_op *op, void *arg, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    struct aws_part *part = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node list = kit_json_array(&root, "PriceList");
    size_t count = kit_json_count(&list);
    for (size_t i = 0; i < count; i++) {
        kit_json_node item = kit_json_item(&list, i);
        const char *text = kit_json_node_text(&item);
        aw_error error = {.size = sizeof error};
        if (document.error.code || !product_read(op, part, text, strlen(text), &error))
            continue;
        if (error.code == AW_E_NO_MEMORY) {
            *ret_error = error;
            return -1;
        }
        aws_part_leave_out(part, error.message);
    }
    return aws_pages_next_json(op, &root, ret_token, ret_error);
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

static int load(char *const fields[AWS_KEPT_FIELDS], struct aws_type *type)
{
    uint64_t nusd = 0;
    if (aws_kept_number(fields[1], MOST_DOLLARS * NUSD_PER_DOLLAR, &nusd) || nusd == 0 || fields[2])
        return -1;
    if (type && type->nusd_per_hour == 0)
        type->nusd_per_hour = nusd;
    return 0;
}

static const struct aws_kept kept = {
    .name = "prices-1", .service = AWS_PRICING, .fresh_ms = DAY_MS, .save = save, .load = load};

const struct aws_part_kind aws_prices_part = {
    .what = "on-demand prices",
    .pages = {.action = "GetProducts",
              .most = MOST_PAGES,
              .ask = ask,
              .read = page_read,
              .ended = ended},
    .kept = &kept,
};
