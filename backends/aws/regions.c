/* SPDX-License-Identifier: Apache-2.0 */
/* The regions that the account has enabled. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <string.h>

#define DESCRIBE_REGIONS "DescribeRegions"

enum {
    LARGEST = 1 << 16,
    LONGEST_NAME = 255
};

static bool is_name(const char *text)
{
    return *text && strlen(text) <= LONGEST_NAME;
}

static void emit_region(aw_op *op, kit_xml *document, const kit_xml_node *item, kit_buf *names)
{
    aw_region region = {.size = sizeof region, .name = kit_xml_text(document, item, "regionName")};
    const char *status = kit_xml_find_text(item, "optInStatus", "");
    if (document->error.code == AW_OK && !is_name(region.name))
        kit_error_set(&document->error, AW_E_PROTOCOL, "regionName: expected a name");
    if (document->error.code != AW_OK || strcmp(status, "not-opted-in") == 0)
        return;
    aw_emit_region(op, &region);
    kit_buf_add_text(names, region.name);
    kit_buf_add_char(names, '\n');
}

static void on_regions(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "regionInfo");
    const kit_xml_node *item = kit_xml_first(set, "item");
    kit_buf names;
    kit_buf_init(&names, kit_op_memory(op), LARGEST);
    for (; item; item = kit_xml_next(item, "item"))
        emit_region(op, &document, item, &names);
    if (document.error.code)
        return aws_fail_unread(op, DESCRIBE_REGIONS, &document.error);
    if (kit_buf_text(&names))
        aws_regions_keep(op, kit_buf_text(&names));
}

/* Each region will say by itself that it cannot be asked. */
static void on_failure(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (!aws_is_outage(error) || aws_regions_recall(op))
        aw_fail(op, error);
}

void aws_regions(aw_op *op)
{
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, DESCRIBE_REGIONS, NULL);
    kit_request_send(&request, on_regions, on_failure, NULL);
}
