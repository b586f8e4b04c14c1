/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Volumes that have outlived their machines: those of an image with disks of its own, which need not be deleted
 * with it, and those whose DeleteOnTermination somebody has turned off.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
 * Nothing else stays behind a create: addresses and network cards go with the machine, and the security group is
 * the next create's too.
 */
#include "backends/aws/machine.h"

#include "kit/error.h"
#include "kit/pages.h"
#include "kit/tags.h"
#include "kit/time.h"

#include <string.h>

#define DESCRIBE "DescribeVolumes"
#define DELETE "DeleteVolume"
#define KIND "disk"

enum {
    MOST_PAGES = 1000,
    LONGEST_ID = 64
};

static int is_id(const char *text)
{
    size_t size = strncmp(text, "vol-", 4) == 0 ? strspn(text + 4, "0123456789abcdef") : 0;
    return size > 0 && size <= LONGEST_ID && text[4 + size] == '\0';
}

/* -1: it cannot be read, and the document's error says why. */
static int emit(aw_op *op, kit_xml *document, const kit_xml_node *item, const char *region)
{
    const char *status = kit_xml_text(document, item, "status");
    const aw_resource volume = {
        .size = sizeof volume,
        .kind = KIND,
        .region = region,
        .id = kit_xml_text(document, item, "volumeId"),
        /* "error" is a volume that is of no use to anybody. */
        .in_use = strcmp(status, "available") != 0 && strcmp(status, "error") != 0,
        .keep = kit_keep_read(aws_tag(item, KIT_TAG_KEEP)),
        .created_at_ms = kit_time_read(kit_xml_find_text(item, "createTime", NULL)),
        .owner = aws_tag(item, AWS_TAG_OWNER),
        .token = aws_tag(item, AWS_TAG_TOKEN),
    };
    if (document->error.code)
        return -1;
    if (!is_id(volume.id))
        return kit_error_set(&document->error, AW_E_PROTOCOL, "volumeId: expected an id");
    if (strcmp(status, "deleting") != 0 && strcmp(status, "deleted") != 0)
        aw_emit_resource(op, &volume);
    return 0;
}

static int on_page(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                   aw_error *ret_error)
{
    const aw_list *wish = owner;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const kit_xml_node *set = kit_xml_child(&document, root, "volumeSet");
    for (const kit_xml_node *item = kit_xml_first(set, "item"); item;
         item = kit_xml_next(item, "item"))
        if (emit(op, &document, item, wish->region))
            break;
    *ret_error = document.error;
    *ret_token = kit_copy_text(op, aws_next_token(root));
    return document.error.code ? -1 : 0;
}

/* Those in use are as many as there are machines, and stay: they are not asked for. */
static void ask_page(kit_request *request, aw_op *op, void *owner, const char *token)
{
    const aw_list *wish = owner;
    int filters = 0;
    aws_query_init(request, op, AWS_EC2, DESCRIBE, wish->region);
    aws_query_add(request, "status", "Filter.%d.Name", ++filters);
    aws_query_add(request, "available", "Filter.%d.Value.1", filters);
    aws_query_add(request, "error", "Filter.%d.Value.2", filters);
    if (wish->owner) {
        aws_query_add(request, "tag:" AWS_TAG_OWNER, "Filter.%d.Name", ++filters);
        aws_query_add(request, wish->owner, "Filter.%d.Value.1", filters);
    }
    aws_query_add(request, "500", "MaxResults");
    aws_query_add(request, token, "NextToken");
}

void aws_list_volumes(aw_op *op, const aw_list *wish)
{
    static const struct kit_pages pages = {
        .title = "AWS", .name = DESCRIBE, .most = MOST_PAGES, .ask = ask_page, .read = on_page};
    aw_list *copy = aw_alloc(op, sizeof *copy);
    if (!copy)
        return;
    *copy = (aw_list){.size = sizeof *copy,
                      .region = kit_copy_text(op, wish->region),
                      .owner = kit_copy_text(op, wish->owner)};
    if ((copy->region || !wish->region) && (copy->owner || !wish->owner))
        kit_pages_start(op, &pages, copy);
}

/* ---- its end ---- */

static void on_removed(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    const char *done = kit_xml_text(&document, root, "return");
    (void)arg;
    if (!document.error.code && strcmp(done, "true") != 0)
        kit_error_set(&document.error, AW_E_PROTOCOL, "return: expected true");
    if (document.error.code)
        aws_fail_unread(op, DELETE, &document.error);
}

static void on_not_removed(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

void aws_remove_volume(aw_op *op, const aw_resource *volume)
{
    kit_request request;
    if (strcmp(volume->kind, KIND) != 0 || !is_id(volume->id)) {
        kit_fail(op, AW_E_INVALID, "%.40s %.80s is no volume of EC2's.", volume->kind, volume->id);
        return;
    }
    aws_query_init(&request, op, AWS_EC2, DELETE, volume->region);
    aws_query_add(&request, volume->id, "VolumeId");
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_removed, on_not_removed, NULL);
}
