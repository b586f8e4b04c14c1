/* SPDX-License-Identifier: Apache-2.0 */
/* The regions that the account has enabled. */
#include "backends/aws/aws.h"

#include <string.h>

#define DESCRIBE_REGIONS "DescribeRegions"

static void emit_region(aw_op *op, kit_xml *document, const kit_xml_node *item)
{
    aw_region region = {.size = sizeof region, .name = kit_xml_text(document, item, "regionName")};
    const char *status = kit_xml_find_text(item, "optInStatus", "");
    if (document->error.code == AW_OK && strcmp(status, "not-opted-in") != 0)
        aw_emit_region(op, &region);
}

static void on_regions(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "regionInfo");
    const kit_xml_node *item = kit_xml_first(set, "item");
    for (; item; item = kit_xml_next(item, "item"))
        emit_region(op, &document, item);
    if (document.error.code)
        aws_fail_unread(op, DESCRIBE_REGIONS, &document.error);
}

void aws_regions(aw_op *op)
{
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, DESCRIBE_REGIONS, NULL);
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_regions, NULL, NULL);
}
