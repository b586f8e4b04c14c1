/* SPDX-License-Identifier: Apache-2.0 */
/* A capacity reservation or capacity block that the user named: it decides the zone and the market. */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <string.h>

#define DESCRIBE "DescribeCapacityReservations"

static const char *id_of(const struct launch *launch)
{
    return kit_wish_option(launch->wish, AWS_OPTION_RESERVATION);
}

/* Returns -1 when it cannot be used, with the operation failed. */
static int check(const struct launch *launch, const char *type, const char *state, int64_t left)
{
    const char *wanted = launch->wish->instance_type;
    if (strcmp(type, wanted) != 0) {
        kit_fail(launch->op, AW_E_INVALID, "The reservation %.60s is for %.40s, not for %.40s.",
                 id_of(launch), type, wanted);
        return -1;
    }
    if (!strcmp(state, "active") && left > 0)
        return 0;
    kit_fail(launch->op, AW_E_NO_CAPACITY,
             "The reservation %.60s has no machine to give: it is %.20s, with %lld free.",
             id_of(launch), state, (long long)left);
    return -1;
}

static void use(struct launch *launch, kit_xml *document, const kit_xml_node *reservation)
{
    const char *state = kit_xml_text(document, reservation, "state");
    const char *type = kit_xml_text(document, reservation, "instanceType");
    const char *zone = kit_xml_text(document, reservation, "availabilityZone");
    const char *tenancy = kit_xml_find_text(reservation, "tenancy", "default");
    int64_t left = kit_xml_integer(document, reservation, "availableInstanceCount", 0, INT32_MAX);
    if (document->error.code) {
        aws_fail_unread(launch->op, DESCRIBE, &document->error);
        return;
    }
    if (check(launch, type, state, left))
        return;
    if (!strcmp(kit_xml_find_text(reservation, "reservationType", ""), "capacity-block"))
        launch->market = "capacity-block";
    launch->reservation_zone = kit_copy_text(launch->op, zone);
    launch->tenancy = kit_copy_text(launch->op, strcmp(tenancy, "default") ? tenancy : NULL);
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
        aws_fail_unread(op, DESCRIBE, &document.error);
    else if (!reservation)
        kit_fail(op, AW_E_INVALID, "There is no capacity reservation %.60s in %.40s.",
                 id_of(launch), launch->wish->region);
    else
        use(launch, &document, reservation);
}

static void on_no_reservation(aw_op *op, const aw_error *error, const aw_response *answer,
                              void *arg)
{
    (void)answer;
    (void)arg;
    launch_fail_named(op, error);
}

void launch_find_reservation(struct launch *launch)
{
    kit_request request;
    if (!id_of(launch)) {
        launch_find_network(launch);
        return;
    }
    aws_query_init(&request, launch->op, AWS_EC2, DESCRIBE, launch->wish->region);
    aws_query_add(&request, id_of(launch), "CapacityReservationId.1");
    kit_request_send(&request, on_reservation, on_no_reservation, launch);
}
