/* SPDX-License-Identifier: Apache-2.0 */
/* What instance types cost as spot, in each zone: DescribeSpotPriceHistory from now on, which begins with the
 * prices that hold now. */
#include "backends/aws/offers.h"

#include "kit/error.h"
#include "kit/price.h"
#include "kit/time.h"

#include <string.h>

#define LINUX "Linux/UNIX"
#define LINUX_VPC "Linux/UNIX (Amazon VPC)"

enum {
    MOST_PAGES = 200
};

/* The time is the same on all pages: their tokens belong to the question. */
static void ask(kit_request *request, aw_op *op, void *part, const char *token)
{
    const struct aws_listing *listing = ((const struct aws_part *)part)->listing;
    aws_query_init(request, op, AWS_EC2, aws_spot_part.pages.name, listing->region);
    aws_query_add(request, LINUX, "ProductDescription.1");
    aws_query_add(request, listing->started, "StartTime");
    aws_query_add(request, "1000", "MaxResults");
    aws_query_add(request, token, "NextToken");
}

static struct aws_spot_price *price_of(aw_op *op, struct aws_type *type, unsigned zone)
{
    struct aws_spot_price *price = type->spot_prices;
    while (price && price->zone != zone)
        price = price->next;
    if (price)
        return price;
    price = aw_alloc(op, sizeof *price);
    if (!price)
        return NULL;
    *price = (struct aws_spot_price){.next = type->spot_prices, .zone = zone};
    type->spot_prices = price;
    return price;
}

static int price_keep(aw_op *op, struct aws_part *part, const char *name,
                      const struct aws_spot_price *found, aw_error *ret_error)
{
    struct aws_type *type = aws_listing_type(op, part->listing, name, ret_error);
    if (!type && ret_error->code != AW_E_NO_MEMORY) {
        aws_part_leave_out(part, ret_error->message);
        return 0;
    }
    struct aws_spot_price *price = type ? price_of(op, type, found->zone) : NULL;
    if (!price)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a spot price");
    if (price->nusd_per_hour == 0 || found->since_ms > price->since_ms) {
        price->nusd_per_hour = found->nusd_per_hour;
        price->since_ms = found->since_ms;
    }
    return 0;
}

/* The history has other systems and other kinds of zones too. Nothing costs 0. */
static void item_read(aw_op *op, struct aws_part *part, kit_xml *document, const kit_xml_node *item)
{
    const char *system = kit_xml_find_text(item, "productDescription", "");
    const char *name = kit_xml_find_text(item, "instanceType", "");
    const char *text = kit_xml_find_text(item, "spotPrice", "");
    int zone = aws_listing_zone(part->listing, kit_xml_find_text(item, "availabilityZone", ""));
    aw_error error = {.size = sizeof error};
    if (zone < 0 || (strcmp(system, LINUX) != 0 && strcmp(system, LINUX_VPC) != 0))
        return;
    struct aws_spot_price found = {
        .zone = (unsigned)zone,
        .since_ms = kit_time_read(kit_xml_find_text(item, "timestamp", NULL)),
    };
    if (kit_price_read(text, &found.nusd_per_hour)) {
        kit_error_set(&error, AW_E_PROTOCOL, "\"%.40s\" is no price, of %.80s", text, name);
        aws_part_leave_out(part, error.message);
    } else if (found.nusd_per_hour > 0 && price_keep(op, part, name, &found, &error)) {
        document->error = error;
    }
}

static const char *const wanted[] = {"spotPriceHistorySet",
                                     "item",
                                     "availabilityZone",
                                     "instanceType",
                                     "productDescription",
                                     "spotPrice",
                                     "timestamp",
                                     "nextToken",
                                     NULL};

static const struct aws_items items = {.action = "DescribeSpotPriceHistory",
                                       .set = "spotPriceHistorySet",
                                       .wanted = wanted,
                                       .read = item_read};

static int page_read(aw_op *op, void *part, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    return aws_items_read(op, part, &items, answer, ret_token, ret_error);
}

const struct aws_part_kind aws_spot_part = {
    .what = "spot prices",
    .pages = {.title = "AWS",
              .name = "DescribeSpotPriceHistory",
              .most = MOST_PAGES,
              .ask = ask,
              .read = page_read,
              .ended = aws_part_ended},
};
