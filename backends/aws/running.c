/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What counts against the account's vCPU quotas: machines that run, whoever's they are. One of which only some CPUs are
 * active counts with those; what runs on a host or in a capacity block of the account's own does not count:
 * https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <string.h>

enum {
    MOST_PAGES = 1000,
    MOST_CORES = 65535,
    MOST_THREADS = 64
};

static const struct kit_pages pages;

static void ask(kit_request *request, aw_op *op, void *owner, const char *token)
{
    const struct aws_running *running = owner;
    aws_query_init(request, op, AWS_EC2, pages.name, running->region);
    aws_query_add(request, "instance-state-name", "Filter.1.Name");
    aws_query_add(request, "pending", "Filter.1.Value.1");
    aws_query_add(request, "running", "Filter.1.Value.2");
    aws_query_add(request, "1000", "MaxResults");
    aws_query_add(request, token, "NextToken");
}

static void machine_read(const struct aws_running *running, kit_xml *document,
                         const kit_xml_node *item)
{
    const kit_xml_node *cpus = kit_xml_child(document, item, "cpuOptions");
    int64_t cores = kit_xml_integer(document, cpus, "coreCount", 1, MOST_CORES);
    int64_t threads = kit_xml_integer(document, cpus, "threadsPerCore", 1, MOST_THREADS);
    const char *type = kit_xml_text(document, item, "instanceType");
    const char *market = kit_xml_find_text(item, "instanceLifecycle", "");
    const char *tenancy = kit_xml_find_text(kit_xml_find(item, "placement"), "tenancy", "");
    bool is_spot = strcmp(market, "spot") == 0;
    if (document->error.code || strcmp(tenancy, "host") == 0 || (*market && !is_spot))
        return;
    running->count(running->owner, type, is_spot, (uint64_t)(cores * threads));
}

static void reservation_read(void *running, kit_xml *document, const kit_xml_node *reservation)
{
    const kit_xml_node *set = kit_xml_child(document, reservation, "instancesSet");
    for (const kit_xml_node *item = kit_xml_first(set, "item"); item && !document->error.code;
         item = kit_xml_next(item, "item"))
        machine_read(running, document, item);
}

static const char *const wanted[] = {
    "reservationSet", "item",      "instancesSet",      "instanceType", "cpuOptions", "coreCount",
    "threadsPerCore", "placement", "instanceLifecycle", "tenancy",      "nextToken",  NULL};

static int page_read(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    struct aws_xml_each each = {.root = "DescribeInstancesResponse",
                                .set = "reservationSet",
                                .read = reservation_read,
                                .arg = owner};
    const kit_xml_node *root = aws_xml_parse(&document, answer, wanted, &each);
    if (root && strcmp(root->name, each.root) != 0)
        kit_error_set(&document.error, AW_E_PROTOCOL, "expected %s, found %.80s", each.root,
                      root->name);
    return aws_pages_keep_token(op, aws_next_token(root), &document.error, ret_token, ret_error);
}

static void ended(aw_op *op, void *owner, const aw_error *why)
{
    const struct aws_running *running = owner;
    running->ended(op, running->owner, why);
}

static const struct kit_pages pages = {.title = "AWS",
                                       .name = "DescribeInstances",
                                       .most = MOST_PAGES,
                                       .ask = ask,
                                       .read = page_read,
                                       .ended = ended};

void aws_running_start(aw_op *op, struct aws_running *running)
{
    kit_pages_start(op, &pages, running);
}
