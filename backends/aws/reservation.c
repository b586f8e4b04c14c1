/* SPDX-License-Identifier: Apache-2.0 */
/* A capacity reservation or capacity block that the user named: it decides the zone and the market. */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <string.h>

static void use(struct launch *launch, kit_xml *document, const kit_xml_node *reservation)
{
    const aw_create *wish = launch->wish;
    const char *id = kit_wish_option(wish, "reservation");
    const char *state = kit_xml_text(document, reservation, "state");
    const char *type = kit_xml_text(document, reservation, "instanceType");
    const char *zone = kit_xml_text(document, reservation, "availabilityZone");
    int64_t left = kit_xml_integer(document, reservation, "availableInstanceCount", 0, INT32_MAX);
    if (document->error.code)
        return aws_fail_unread(launch->op, "DescribeCapacityReservations", &document->error);
    if (strcmp(type, wish->instance_type) != 0)
        return kit_fail(launch->op, AW_E_INVALID,
                        "The reservation %.60s is for %.40s, not for %.40s.", id, type,
                        wish->instance_type);
    if (strcmp(state, "active") != 0 || !left)
        return kit_fail(
            launch->op, AW_E_NO_CAPACITY,
            "The reservation %.60s has nothing left: it is %.20s, with %d machines free.", id,
            state, (int)left);
    if (!strcmp(kit_xml_find_text(reservation, "reservationType", ""), "capacity-block"))
        launch->market = "capacity-block";
    launch->reservation_zone = kit_copy_text(launch->op, zone);
    if (launch->reservation_zone)
        launch_find_network(launch);
}

static void on_reservation(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "capacityReservationSet");
    const kit_xml_node *reservation = kit_xml_first(set, "item");
    if (document.error.code)
        aws_fail_unread(op, "DescribeCapacityReservations", &document.error);
    else if (!reservation)
        kit_fail(op, AW_E_INVALID, "There is no capacity reservation %.60s in %s.",
                 kit_wish_option(launch->wish, "reservation"), launch->wish->region);
    else
        use(launch, &document, reservation);
}

void launch_find_reservation(struct launch *launch)
{
    const char *id = kit_wish_option(launch->wish, "reservation");
    kit_request request;
    if (!id)
        return launch_find_network(launch);
    aws_query_init(&request, launch->op, AWS_EC2, "DescribeCapacityReservations",
                   launch->wish->region);
    aws_query_add(&request, id, "CapacityReservationId.1");
    kit_request_send(&request, on_reservation, NULL, launch);
}
