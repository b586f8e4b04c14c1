/* SPDX-License-Identifier: Apache-2.0 */
/* What a capacity reservation or block that the user named makes an offer of: its type, in its zone, on demand. */
#include "backends/aws/offers.h"

#include "kit/error.h"
#include "kit/wish.h"

#include <string.h>

#define DESCRIBE "DescribeCapacityReservations"

static void read(aw_op *op, struct aws_listing *listing, kit_xml *document,
                 const kit_xml_node *reservation)
{
    struct aws_reserved *reserved = listing->reserved;
    const char *state = kit_xml_text(document, reservation, "state");
    const char *type = kit_xml_text(document, reservation, "instanceType");
    const char *zone = kit_xml_text(document, reservation, "availabilityZone");
    int64_t left = kit_xml_integer(document, reservation, "availableInstanceCount", 0, INT32_MAX);
    const char *kind = kit_xml_find_text(reservation, "reservationType", "");
    reserved->zone = aws_listing_zone(listing, zone);
    reserved->is_left = left > 0 && strcmp(state, "active") == 0;
    reserved->is_block = strcmp(kind, "capacity-block") == 0;
    reserved->type = reserved->zone < 0 ? NULL : kit_copy_text(op, type);
}

static void on_reservation(aw_op *op, const aw_response *answer, void *arg)
{
    struct aws_listing *listing = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "capacityReservationSet");
    const kit_xml_node *reservation = kit_xml_first(set, "item");
    if (reservation)
        read(op, listing, &document, reservation);
    if (document.error.code)
        aws_fail_unread(op, DESCRIBE, &document.error);
    else
        aws_listing_settle(op, listing);
}

/* It is in one region, and all are asked. */
static void on_no_reservation(aw_op *op, const aw_error *error, const aw_response *answer,
                              void *arg)
{
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        aws_listing_settle(op, arg);
    else
        aw_fail(op, error);
}

int aws_reserved_start(aw_op *op, struct aws_listing *listing, const aw_offer_query *query)
{
    const char *id = kit_query_option(query, AWS_OPTION_RESERVATION);
    kit_request request;
    if (!id)
        return 0;
    listing->reserved = aw_alloc(op, sizeof *listing->reserved);
    if (!listing->reserved)
        return -1;
    listing->waiting++;
    aws_query_init(&request, op, AWS_EC2, DESCRIBE, listing->region);
    aws_query_add(&request, id, "CapacityReservationId.1");
    kit_request_send(&request, on_reservation, on_no_reservation, listing);
    return 0;
}
