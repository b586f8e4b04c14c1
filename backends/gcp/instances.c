/* SPDX-License-Identifier: Apache-2.0 */
/* One machine read, and ended. */
#include "backends/gcp/machine.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <stdio.h>
#include <string.h>

#define MINUTE_MS 60000u

typedef void (*machine_fn)(aw_op *op, const char *zone, const char *id);

/* A machine whose zone is not told. */
struct search {
    struct gcp_machines machines;
    machine_fn then;
    const char *id;
    const char *region; /* NULL: any */
    const char *zone;
    const char *other_zone; /* it has a namesake */
    int is_content;         /* that it is gone already */
};

static int note_zone(aw_op *op, struct gcp_machines *machines, const kit_json_node *instance)
{
    struct search *search = machines->arg;
    char region[64];
    const char *zone = gcp_last_part(kit_json_text(instance, "zone"));
    const char *name = kit_json_text(instance, "name");
    if (instance->document->error.code)
        return -1;
    gcp_region_of(zone, region, sizeof region);
    if (strcmp(name, search->id) != 0 || (search->region && strcmp(region, search->region) != 0))
        return 0;
    if (search->zone)
        search->other_zone = kit_copy_text(op, zone);
    else
        search->zone = kit_copy_text(op, zone);
    return 0;
}

static void on_searched(aw_op *op, struct gcp_machines *machines)
{
    const struct search *search = machines->arg;
    if (search->other_zone)
        kit_fail(op, AW_E_INVALID,
                 "There are machines named %.63s in %.60s and in %.60s: name the zone, too.",
                 search->id, search->zone, search->other_zone);
    else if (search->zone)
        search->then(op, search->zone, search->id);
    else if (!search->is_content)
        kit_fail(op, AW_E_NOT_FOUND, "Google knows no machine named %.63s.", search->id);
}

static void find_zone(aw_op *op, const aw_ref *ref, int is_content, machine_fn then)
{
    struct search *search = aw_alloc(op, sizeof *search);
    kit_buf filter;
    kit_buf_init(&filter, kit_op_memory(op), 256);
    kit_buf_addf(&filter, "name=%s", ref->id);
    if (!search || filter.state != KIT_BUF_OK)
        return;
    *search = (struct search){
        .machines = {.filter = kit_buf_text(&filter),
                     .each = note_zone,
                     .ended = on_searched,
                     .arg = search,
                     .must_be_whole = 1},
        .then = then,
        .id = kit_copy_text(op, ref->id),
        .region = ref->region && *ref->region ? kit_copy_text(op, ref->region) : NULL,
        .is_content = is_content,
    };
    if (search->id)
        gcp_list_machines(op, &search->machines);
}

static const char *zone_of(const aw_ref *ref)
{
    if (ref->zone && *ref->zone && !strchr(ref->zone, ','))
        return ref->zone;
    return ref->data && *ref->data ? ref->data : NULL;
}

static void with_zone(aw_op *op, const aw_ref *ref, int is_content, machine_fn then)
{
    const char *zone = zone_of(ref);
    if (!gcp_is_machine_name(ref->id))
        kit_fail(op, AW_E_INVALID,
                 "No machine can be named `%.63s`: names are of a-z, 0-9 and -, at most 63.",
                 ref->id);
    else if (zone)
        then(op, zone, ref->id);
    else
        find_zone(op, ref, is_content, then);
}

static void on_machine(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    (void)arg;
    if (gcp_emit_machine(op, &root))
        gcp_fail_unread(op, "get", &document.error);
}

static void read_machine(aw_op *op, const char *zone, const char *id)
{
    kit_request request;
    gcp_machine_init(&request, op, "get", "GET", zone, id);
    kit_request_send(&request, on_machine, NULL, NULL);
}

void gcp_get(aw_op *op, const aw_ref *ref)
{
    with_zone(op, ref, 0, read_machine);
}

static void on_deleted(aw_op *op, const aw_error *error, void *arg)
{
    (void)arg;
    if (error->code && error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

static void on_deleting(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    if (gcp_watch(op, arg, &root, on_deleted, NULL))
        gcp_fail_unread(op, "delete", &document.error);
}

static void on_not_deleting(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

/* Google answers a request id with the first operation for an hour. A delete that failed must be possible again
 * before, so the minute is part of it. */
static int delete_id(aw_op *op, const char *zone, const char *id, char ret_uuid[37])
{
    char purpose[160];
    snprintf(purpose, sizeof purpose, "delete %.80s %llu", zone,
             (unsigned long long)(aw_now_ms(op) / MINUTE_MS));
    return gcp_request_id(id, purpose, ret_uuid);
}

static void delete_machine(aw_op *op, const char *zone, const char *id)
{
    char request_id[37];
    char *own_zone = kit_copy_text(op, zone);
    kit_request request;
    if (!own_zone)
        return;
    if (delete_id(op, zone, id, request_id))
        return kit_fail(op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
    gcp_machine_init(&request, op, "delete", "DELETE", zone, id);
    kit_request_query(&request, "requestId", request_id);
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_deleting, on_not_deleting, own_zone);
}

void gcp_terminate(aw_op *op, const aw_ref *ref)
{
    with_zone(op, ref, 1, delete_machine);
}
