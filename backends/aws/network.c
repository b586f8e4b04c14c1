/* SPDX-License-Identifier: Apache-2.0 */
/* The subnets that a machine may lie in: the configured ones, or those of the configured or default VPC. */
#include "backends/aws/launch.h"

#include "kit/error.h"

#include <string.h>

#define DESCRIBE "DescribeSubnets"

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

/* Its place in the user's list; lists of none have nothing to prefer. */
static size_t rank_of(const char *const *ids, const char *id)
{
    size_t rank = 0;
    while (ids && ids[rank] && strcmp(ids[rank], id) != 0)
        rank++;
    return rank;
}

/* The zones that have the machine; NULL: whichever. */
static const char *zones_of(const struct launch *launch)
{
    return launch->reservation_zone ? launch->reservation_zone : launch->wish->zone;
}

/* An item of the answer. Returns -1 when it is of no use, or cannot be read. */
static int read_subnet(const struct launch *launch, kit_xml *document, const kit_xml_node *item,
                       struct subnet *ret_subnet)
{
    const struct aws *aws = launch->op->state;
    const char *is_public = kit_xml_find_text(item, "mapPublicIpOnLaunch", "false");
    struct subnet subnet = {
        .id = kit_xml_text(document, item, "subnetId"),
        .zone = kit_xml_text(document, item, "availabilityZone"),
        .vpc = kit_xml_text(document, item, "vpcId"),
        .free = kit_xml_find_integer(document, item, "availableIpAddressCount", 0, INT32_MAX, 0),
        .is_unlike = aws->public_ip != !strcmp(is_public, "true"),
    };
    if (document->error.code || !is_wanted(zones_of(launch), subnet.zone) ||
        strcmp(kit_xml_find_text(item, "state", "available"), "available") != 0)
        return -1;
    subnet.rank = rank_of(aws->subnets, subnet.id);
    *ret_subnet = subnet;
    return 0;
}

/* What the user named first, then what fits the wish for a public address, then what has most room. The order of
 * the answer is arbitrary, and that of the tries is not. */
static int is_better(const struct subnet *a, const struct subnet *b)
{
    if (a->rank != b->rank)
        return a->rank < b->rank;
    if (a->is_unlike != b->is_unlike)
        return a->is_unlike < b->is_unlike;
    if (a->free != b->free)
        return a->free > b->free;
    return strcmp(a->id, b->id) < 0;
}

/* A machine's security group lies in one VPC, so its subnets must too. */
static const char *choose_vpc(struct launch *launch, kit_xml *document, const kit_xml_node *set)
{
    const struct aws *aws = launch->op->state;
    struct subnet best = {0};
    size_t best_rank = 0;
    for (const kit_xml_node *item = kit_xml_first(set, "item"); item;
         item = kit_xml_next(item, "item")) {
        struct subnet subnet;
        if (read_subnet(launch, document, item, &subnet))
            continue;
        size_t rank = rank_of(aws->vpcs, subnet.vpc);
        if (best.id && (rank > best_rank || (rank == best_rank && !is_better(&subnet, &best))))
            continue;
        best = subnet;
        best_rank = rank;
    }
    return kit_copy_text(launch->op, best.vpc);
}

static struct subnet *find_zone(struct launch *launch, const char *zone)
{
    for (size_t i = 0; i < launch->subnet_count; i++)
        if (!strcmp(launch->subnets[i].zone, zone))
            return &launch->subnets[i];
    return NULL;
}

/* Keeps the best subnet of each zone. */
static int keep(struct launch *launch, const struct subnet *subnet)
{
    struct subnet *place = find_zone(launch, subnet->zone);
    if (place && !is_better(subnet, place))
        return 0;
    if (!place && launch->subnet_count == LAUNCH_SUBNETS)
        return 0;
    struct subnet copy = *subnet;
    copy.id = kit_copy_text(launch->op, subnet->id);
    copy.zone = kit_copy_text(launch->op, subnet->zone);
    copy.vpc = launch->vpc;
    if (!copy.id || !copy.zone)
        return -1;
    if (!place)
        place = &launch->subnets[launch->subnet_count++];
    *place = copy;
    return 0;
}

static int keep_all(struct launch *launch, kit_xml *document, const kit_xml_node *set)
{
    for (const kit_xml_node *item = kit_xml_first(set, "item"); item;
         item = kit_xml_next(item, "item")) {
        struct subnet subnet;
        if (!read_subnet(launch, document, item, &subnet) && !strcmp(subnet.vpc, launch->vpc) &&
            keep(launch, &subnet))
            return -1;
    }
    return 0;
}

static void sort_by_zone(struct launch *launch)
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

static void fail_without(const struct launch *launch, const kit_xml_node *set)
{
    const struct aws *aws = launch->op->state;
    const char *zones = zones_of(launch);
    int is_named = aws->vpcs || aws->subnets || kit_wish_option(launch->wish, AWS_OPTION_SUBNET);
    if (kit_xml_first(set, "item") && zones && *zones)
        kit_fail(launch->op, AW_E_INVALID,
                 "There is no subnet in the zones that have this machine (%.100s): make one there, "
                 "or name others (`subnets:`).",
                 zones);
    else if (is_named)
        kit_fail(
            launch->op, AW_E_INVALID,
            "There is none of the configured subnets or VPCs in %.40s: name one of that region "
            "too, or leave the region out (`regions:`).",
            launch->wish->region);
    else
        kit_fail(launch->op, AW_E_INVALID,
                 "%.40s has no default VPC: write `vpcs:` or `subnets:` in the configuration, or "
                 "make one (`aws ec2 create-default-vpc`).",
                 launch->wish->region);
}

static void on_subnets(aw_op *op, const aw_response *answer, void *arg)
{
    struct launch *launch = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "subnetSet");
    launch->vpc = choose_vpc(launch, &document, set);
    if (document.error.code) {
        aws_fail_unread(op, DESCRIBE, &document.error);
        return;
    }
    if (!launch->vpc) {
        fail_without(launch, set);
        return;
    }
    if (keep_all(launch, &document, set))
        return;
    sort_by_zone(launch);
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
    const char *subnet = kit_wish_option(launch->wish, AWS_OPTION_SUBNET);
    kit_request request;
    aws_query_init(&request, launch->op, AWS_EC2, DESCRIBE, launch->wish->region);
    /* As filters, since the lists name the places of all regions and only this one's are found. */
    if (subnet)
        add_filter(&request, "subnet-id", (const char *const[]){subnet, NULL});
    else if (aws->subnets)
        add_filter(&request, "subnet-id", aws->subnets);
    else if (aws->vpcs)
        add_filter(&request, "vpc-id", aws->vpcs);
    else
        add_filter(&request, "default-for-az", (const char *const[]){"true", NULL});
    kit_request_send(&request, on_subnets, NULL, launch);
}
