/* SPDX-License-Identifier: Apache-2.0 */
/* Which zones of a region offer an instance type: DescribeInstanceTypeOfferings. */
#include "backends/aws/offers.h"

#include <string.h>

#define HOUR_MS UINT64_C(3600000)

enum {
    MOST_PAGES = 200,
    LETTERS = 26
};

static void ask(kit_request *request, aw_op *op, void *part, const char *token)
{
    const struct aws_listing *listing = ((const struct aws_part *)part)->listing;
    aws_query_init(request, op, AWS_EC2, aws_zones_part.pages.name, listing->region);
    aws_query_add(request, "availability-zone", "LocationType");
    aws_query_add(request, "1000", "MaxResults");
    aws_query_add(request, token, "NextToken");
}

static void item_read(aw_op *op, struct aws_part *part, kit_xml *document, const kit_xml_node *item)
{
    aw_error error = {.size = sizeof error};
    const char *name = kit_xml_find_text(item, "instanceType", "");
    int zone = aws_listing_zone(part->listing, kit_xml_find_text(item, "location", ""));
    if (zone < 0)
        return;
    struct aws_type *type = aws_listing_type(op, part->listing, name, &error);
    if (type)
        type->zones |= UINT32_C(1) << zone;
    else if (error.code == AW_E_NO_MEMORY)
        document->error = error;
    else
        aws_part_leave_out(part, error.message);
}

static const char *const wanted[] = {
    "instanceTypeOfferingSet", "item", "instanceType", "location", "nextToken", NULL};

static const struct aws_items items = {.action = "DescribeInstanceTypeOfferings",
                                       .set = "instanceTypeOfferingSet",
                                       .wanted = wanted,
                                       .read = item_read};

static int page_read(aw_op *op, void *part, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    return aws_items_read(op, part, &items, answer, ret_token, ret_error);
}

/* NAME LETTERS, as in "c7g.large abc". */
static void save(kit_buf *text, const struct aws_type *type)
{
    if (!type->zones)
        return;
    kit_buf_addf(text, "%s\t", type->name);
    for (int zone = 0; zone < LETTERS; zone++)
        if (type->zones >> zone & 1)
            kit_buf_add_char(text, (char)('a' + zone));
    kit_buf_add_char(text, '\n');
}

static int load(char *const fields[KIT_KEPT_FIELDS], struct aws_type *type)
{
    uint32_t zones = 0;
    const char *letter = fields[1] ? fields[1] : "";
    for (; *letter >= 'a' && *letter <= 'z'; letter++)
        zones |= UINT32_C(1) << (*letter - 'a');
    if (!zones || *letter || fields[2])
        return -1;
    if (type)
        type->zones |= zones;
    return 0;
}

static const struct aws_kept kept = {
    .name = "zones-1", .service = AWS_EC2, .fresh_ms = HOUR_MS, .save = save, .load = load};

const struct aws_part_kind aws_zones_part = {
    .what = "zones",
    .pages = {.title = "AWS",
              .name = "DescribeInstanceTypeOfferings",
              .most = MOST_PAGES,
              .ask = ask,
              .read = page_read,
              .ended = aws_part_ended},
    .kept = &kept,
};
