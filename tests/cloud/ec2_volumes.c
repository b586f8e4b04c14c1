/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DescribeVolumes and DeleteVolume:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
 */
#include "tests/cloud/aws.h"
#include "tests/cloud/disks.h"

#include <stdlib.h>
#include <string.h>

static const char *status_of(const struct machine *machine, uint64_t now_ms)
{
    return disk_state(machine, now_ms) == DISK_USED ? "in-use" : "available";
}

static void write_attachment(kit_buf *body, const struct machine *machine, uint64_t now_ms)
{
    xml_open(body, "attachmentSet");
    if (disk_state(machine, now_ms) == DISK_USED) {
        xml_open(body, "item");
        xml_text(body, "volumeId", machine->disk.id);
        xml_text(body, "instanceId",
                 machine->disk.attached_to == DISK_TO_ANOTHER ? "i-another" : machine->id);
        xml_text(body, "status", "attached");
        xml_text(body, "deleteOnTermination", machine->disk.stays ? "false" : "true");
        xml_close(body, "item");
    }
    xml_close(body, "attachmentSet");
}

static void write_volume(kit_buf *body, const struct machine *machine, uint64_t now_ms)
{
    char time[40];
    time_text(machine->made_ms, time, sizeof time);
    xml_open(body, "item");
    xml_text(body, "volumeId", machine->disk.id);
    xml_number(body, "size", 8);
    xml_text(body, "availabilityZone", machine->place);
    xml_text(body, "status", status_of(machine, now_ms));
    xml_text(body, "createTime", time);
    write_attachment(body, machine, now_ms);
    xml_tags(body, machine->disk.tags);
    xml_text(body, "volumeType", "gp3");
    xml_close(body, "item");
}

static bool is_wanted(const struct query *query, const struct machine *machine)
{
    return strcmp(machine->region, query->region) == 0 &&
           ec2_tags_allow(query->form, machine->disk.tags) &&
           ec2_filter_allows(query->form, "status", status_of(machine, query->call->now_ms));
}

/* The token is the number of the first machine that is left. */
void ec2_volumes(struct query *query)
{
    const struct call *call = query->call;
    kit_buf *body = &call->answer->body;
    size_t first = (size_t)strtoull(text_of(query->form, "NextToken"), NULL, 10);
    uint64_t left = call->cloud->knobs[CLOUD_AWS].page;
    struct machine *machine = disk_next(call, NULL);
    left = left ? left : strtoull(text_of(query->form, "MaxResults"), NULL, 10);
    xml_begin(query);
    xml_open(body, "volumeSet");
    for (; machine && left > 0; machine = disk_next(call, machine)) {
        if (machine->number < first || !is_wanted(query, machine))
            continue;
        write_volume(body, machine, call->now_ms);
        left--;
    }
    xml_close(body, "volumeSet");
    if (machine)
        xml_number(body, "nextToken", machine->number);
    xml_end(query);
}

void ec2_volume_delete(struct query *query)
{
    struct call *call = query->call;
    struct machine *machine = disk_find(call, query->region, text_of(query->form, "VolumeId"));
    if (!machine)
        return aws_fail(call, 400, "InvalidVolume.NotFound", "The volume does not exist.");
    if (!disk_remove(call, machine))
        return aws_fail(call, 400, "VolumeInUse", "The volume is currently attached.");
    xml_begin(query);
    xml_text(&call->answer->body, "return", "true");
    xml_end(query);
}
