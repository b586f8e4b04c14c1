/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Disks that have outlived their machines, or never had one: an insert that fails half-way may leave its disk, and
 * whoever turns autoDelete off keeps it. https://cloud.google.com/compute/docs/reference/rest/v1/disks
 * Nothing else stays behind a create: its addresses go with the machine, and the firewall rule, which can have no
 * labels, is the next create's too.
 */
#include "backends/gcp/machine.h"
#include "backends/gcp/page.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/pages.h"
#include "kit/tags.h"
#include "kit/time.h"

#include <stdbool.h>
#include <string.h>

#define KIND "disk"

enum {
    MOST_PAGES = 1000
};

struct reading {
    aw_op *op;
    const aw_list *wish;
};

struct record {
    char name[256];
    char status[32];
    char created[64];
    char owner[256];
    char keep[256];
    char description[4096];
    bool is_used;
    bool is_regional;
};

static void labels_read(kit_scan *scan, struct record *record)
{
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, GCP_OWNER))
            kit_scan_text(scan, record->owner, sizeof record->owner);
        else if (kit_scan_is(scan, KIT_TAG_KEEP))
            kit_scan_text(scan, record->keep, sizeof record->keep);
}

static void record_read(kit_scan *scan, struct record *record)
{
    char text[2048];
    *record = (struct record){.name = ""};
    for (kit_scan_object(scan); kit_scan_member(scan);)
        if (kit_scan_is(scan, "name"))
            kit_scan_text(scan, record->name, sizeof record->name);
        else if (kit_scan_is(scan, "status"))
            kit_scan_text(scan, record->status, sizeof record->status);
        else if (kit_scan_is(scan, "creationTimestamp"))
            kit_scan_text(scan, record->created, sizeof record->created);
        else if (kit_scan_is(scan, "description"))
            kit_scan_text(scan, record->description, sizeof record->description);
        else if (kit_scan_is(scan, "labels"))
            labels_read(scan, record);
        else if (kit_scan_is(scan, "region"))
            record->is_regional = kit_scan_text(scan, text, sizeof text);
        else if (kit_scan_is(scan, "users"))
            for (kit_scan_array(scan); kit_scan_element(scan);)
                record->is_used |= kit_scan_text(scan, text, sizeof text);
}

/* One that is being made is about to be used. */
static bool is_in_use(const struct record *record)
{
    return record->is_used ||
           (strcmp(record->status, "READY") != 0 && strcmp(record->status, "FAILED") != 0);
}

static void emit(aw_op *op, const struct record *record, const char *zone)
{
    char region[64];
    size_t mark = strlen(GCP_DISK_TOKEN);
    gcp_region_of(zone, region, sizeof region);
    const aw_resource disk = {
        .size = sizeof disk,
        .kind = KIND,
        .region = region,
        .id = record->name,
        .in_use = is_in_use(record),
        .keep = kit_keep_read(*record->keep ? record->keep : NULL),
        .created_at_ms = kit_time_read(record->created),
        .owner = *record->owner ? record->owner : NULL,
        .token =
            strncmp(record->description, GCP_DISK_TOKEN, mark) ? NULL : record->description + mark,
        .data = zone,
    };
    if (strcmp(record->status, "DELETING") != 0)
        aw_emit_resource(op, &disk);
}

static int item_read(void *arg, kit_scan *scan, const char *zone, aw_error *ret_error)
{
    const struct reading *reading = arg;
    struct record record;
    record_read(scan, &record);
    if (scan->is_broken)
        return 0;
    if (scan->problem.code) {
        *ret_error = scan->problem;
        return -1;
    }
    if (!gcp_is_machine_name(record.name) || !*record.status)
        return kit_error_set(ret_error, AW_E_PROTOCOL, "a disk has no name or no status");
    /* A disk of two zones is none that a create has made. */
    if (!record.is_regional)
        emit(reading->op, &record, zone);
    return 0;
}

static void note_lack(void *arg, const char *zone, const char *why)
{
    const struct reading *reading = arg;
    kit_report(reading->op, AW_E_UNAVAILABLE, "%.60s: %.200s", zone, why);
}

static int page_read(aw_op *op, void *wish, const aw_response *answer, const char **ret_token,
                     aw_error *ret_error)
{
    static const struct gcp_page page = {
        .items = "items", .of_zone = "disks", .read = item_read, .lack = note_lack};
    struct reading reading = {op, wish};
    return gcp_page_read(op, &page, &reading, answer->body, ret_token, ret_error);
}

static void ask(kit_request *request, aw_op *op, void *arg, const char *token)
{
    const aw_list *wish = arg;
    char owner[GCP_LABEL_SIZE];
    kit_buf filter;
    kit_buf_init(&filter, kit_op_memory(op), 256);
    if (wish->owner) {
        gcp_label_text(owner, wish->owner);
        kit_buf_addf(&filter, "labels." GCP_OWNER "=%s", owner);
    }
    gcp_compute_init(request, op, "disks", "GET");
    kit_request_path(request, "aggregated");
    kit_request_path(request, "disks");
    kit_request_query(request, "maxResults", "500");
    kit_request_query(request, "returnPartialSuccess", "true");
    kit_request_query(request, "filter", filter.size ? kit_buf_text(&filter) : NULL);
    kit_request_query(request, "pageToken", token);
    request->failed |= filter.state != KIT_BUF_OK;
}

void gcp_list_disks(aw_op *op, const aw_list *wish)
{
    static const struct kit_pages pages = {
        .title = "Google", .name = "disks", .most = MOST_PAGES, .ask = ask, .read = page_read};
    aw_list *copy = aw_alloc(op, sizeof *copy);
    if (!copy)
        return;
    *copy = (aw_list){.size = sizeof *copy, .owner = kit_copy_text(op, wish->owner)};
    if (copy->owner || !wish->owner)
        kit_pages_start(op, &pages, copy);
}

/* ---- its end ---- */

static void on_removed(aw_op *op, const aw_error *error, void *arg)
{
    (void)arg;
    if (error->code && error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

static void on_removing(aw_op *op, const aw_response *answer, void *zone)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    if (gcp_watch(op, zone, &root, on_removed, NULL))
        gcp_fail_unread(op, "delete-disk", &document.error);
}

static void on_not_removing(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    on_removed(op, error, arg);
}

void gcp_remove_disk(aw_op *op, const aw_resource *disk)
{
    kit_request request;
    char *zone = kit_copy_text(op, disk->data ? disk->data : "");
    if (!zone)
        return;
    if (strcmp(disk->kind, KIND) != 0 || !gcp_is_machine_name(disk->id) ||
        !gcp_is_machine_name(zone))
        return kit_fail(op, AW_E_INVALID, "%.40s %.80s is no disk of a zone of Google's.",
                        disk->kind, disk->id);
    gcp_compute_init(&request, op, "delete-disk", "DELETE");
    kit_request_path(&request, "zones");
    kit_request_path(&request, zone);
    kit_request_path(&request, "disks");
    kit_request_path(&request, disk->id);
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_removing, on_not_removing, zone);
}
