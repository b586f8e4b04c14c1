/* SPDX-License-Identifier: Apache-2.0 */
/* The subnets that a machine may lie in: the configured ones, or those of the configured or default VPC. */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <string.h>

/* Is `zone` in a list with commas? An empty list has all. */
static int is_wanted(const char *zones, const char *zone)
{
    size_t size = strlen(zone);
    if (!zones || !*zones)
        return 1;
    for (const char *at = zones; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (!strncmp(at, zone, size) && (at[size] == ',' || !at[size]))
            return 1;
    }
    return 0;
}

static int has_zone(const struct launch *launch, const char *zone)
{
    for (size_t i = 0; i < launch->subnet_count; i++)
        if (!strcmp(launch->subnets[i].zone, zone))
            return 1;
    return 0;
}

static int keep(struct launch *launch, kit_xml *document, const kit_xml_node *item)
{
    const char *id = kit_xml_text(document, item, "subnetId");
    const char *zone = kit_xml_text(document, item, "availabilityZone");
    const char *vpc = kit_xml_text(document, item, "vpcId");
    const char *zones = launch->reservation_zone ? launch->reservation_zone : launch->wish->zone;
    if (document->error.code || !is_wanted(zones, zone) || has_zone(launch, zone) ||
        launch->subnet_count == LAUNCH_SUBNETS)
        return 0;
    struct subnet *subnet = &launch->subnets[launch->subnet_count];
    subnet->id = kit_copy_text(launch->op, id);
    subnet->zone = kit_copy_text(launch->op, zone);
    launch->vpc = kit_copy_text(launch->op, vpc);
    if (!subnet->id || !subnet->zone || !launch->vpc)
        return -1;
    launch->subnet_count++;
    return 0;
}

/* The order of the answer is arbitrary; that of the tries should not be. */
static void sort(struct launch *launch)
{
    for (size_t i = 1; i < launch->subnet_count; i++)
        for (size_t at = i; at > 0; at--) {
            struct subnet *pair = &launch->subnets[at - 1];
            if (strcmp(pair[0].zone, pair[1].zone) <= 0)
                break;
            struct subnet swap = pair[0];
            pair[0] = pair[1];
            pair[1] = swap;
        }
}

static void fail_without(const struct launch *launch)
{
    const struct aws *aws = launch->op->state;
    if (launch->reservation_zone || (launch->wish->zone && *launch->wish->zone))
        kit_fail(launch->op, AW_E_INVALID,
                 "There is no subnet in the zones that have this machine (%.100s): add one, or "
                 "write `subnets:` in the configuration.",
                 launch->reservation_zone ? launch->reservation_zone : launch->wish->zone);
    else if (aws->vpcs || aws->subnets)
        kit_fail(launch->op, AW_E_INVALID, "The configured network has no subnet in %s.",
                 launch->wish->region);
    else
        kit_fail(launch->op, AW_E_INVALID,
                 "%s has no default VPC: write `vpcs:` or `subnets:` in the configuration, or make "
                 "one (`aws ec2 create-default-vpc`).",
                 launch->wish->region);
}

static void on_subnets(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "subnetSet");
    for (const kit_xml_node *item = kit_xml_first(set, "item"); item;
         item = kit_xml_next(item, "item"))
        if (keep(launch, &document, item))
            return;
    if (document.error.code)
        return aws_fail_unread(op, "DescribeSubnets", &document.error);
    if (!launch->subnet_count)
        return fail_without(launch);
    sort(launch);
    launch_find_group(launch);
}

static void add_filter(kit_request *request, const char *name, const char *const *values)
{
    aws_query_add(request, name, "Filter.1.Name");
    for (int i = 0; values[i]; i++)
        aws_query_add(request, values[i], "Filter.1.Value.%d", i + 1);
}

void launch_find_network(struct launch *launch)
{
    const struct aws *aws = launch->op->state;
    kit_request request;
    aws_query_init(&request, launch->op, AWS_EC2, "DescribeSubnets", launch->wish->region);
    /* As filters, since the lists name the places of all regions and only this one's are found. */
    if (aws->subnets)
        add_filter(&request, "subnet-id", aws->subnets);
    else if (aws->vpcs)
        add_filter(&request, "vpc-id", aws->vpcs);
    else
        add_filter(&request, "default-for-az", (const char *const[]){"true", NULL});
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_subnets, NULL, launch);
}
