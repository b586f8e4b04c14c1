/* SPDX-License-Identifier: Apache-2.0 */
/* Machines as the API describes them: read, listed, ended; and the regions. */
#include "backends/gcp/create.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/time.h"

#include <stdio.h>
#include <string.h>

#define MOST_PAGES 1000

/* https://cloud.google.com/compute/docs/instances/instance-life-cycle: TERMINATED is stopped, and its disk
 * is billed. */
static const struct {
    const char *word;
    uint32_t state;
} states[] = {
    {"PROVISIONING", AW_STATE_PENDING}, {"STAGING", AW_STATE_PENDING},
    {"RUNNING", AW_STATE_RUNNING},      {"STOPPING", AW_STATE_STOPPING},
    {"SUSPENDING", AW_STATE_STOPPING},  {"SUSPENDED", AW_STATE_STOPPED},
    {"TERMINATED", AW_STATE_STOPPED},   {"REPAIRING", AW_STATE_FAILED},
};

static uint32_t state_of(const char *word)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i].word, word))
            return states[i].state;
    return AW_STATE_UNKNOWN;
}

static const char *token_of(const kit_json_node *instance)
{
    kit_json_node metadata = kit_json_find(instance, "metadata");
    kit_json_node items = kit_json_find(&metadata, "items");
    kit_json_node labels = kit_json_find(instance, "labels");
    for (size_t i = 0; i < kit_json_count(&items); i++) {
        kit_json_node item = kit_json_item(&items, i);
        if (!strcmp(kit_json_find_text(&item, "key", ""), GCP_LABEL_TOKEN))
            return kit_json_find_text(&item, "value", NULL);
    }
    return kit_json_find_text(&labels, GCP_LABEL_TOKEN, NULL);
}

/* "us-central1-a" -> "us-central1" */
static void region_of(const char *zone, char *ret_region, size_t size)
{
    const char *dash = strrchr(zone, '-');
    snprintf(ret_region, size, "%.*s", (int)(dash ? dash - zone : 0), zone);
}

int gcp_emit_instance(aw_op *op, const kit_json_node *item)
{
    char region[64];
    kit_json_node interfaces = kit_json_find(item, "networkInterfaces");
    kit_json_node interface = kit_json_item(&interfaces, 0);
    kit_json_node configs = kit_json_find(&interface, "accessConfigs");
    kit_json_node config = kit_json_item(&configs, 0);
    kit_json_node labels = kit_json_find(item, "labels");
    kit_json_node scheduling = kit_json_find(item, "scheduling");
    const char *zone = gcp_last_part(kit_json_text(item, "zone"));
    const char *word = kit_json_text(item, "status");
    const char *name = kit_json_text(item, "name");
    region_of(zone, region, sizeof region);
    const aw_instance instance = {
        .size = sizeof instance,
        .state = state_of(word),
        .arch = aw_arch(op, kit_json_find_text(item, "architecture", "")),
        .spot = !strcmp(kit_json_find_text(&scheduling, "provisioningModel", ""), "SPOT"),
        .created_at_ms = kit_time_read(kit_json_find_text(item, "creationTimestamp", NULL)),
        .id = name,
        .region = region,
        .zone = zone,
        .name = name,
        .instance_type = gcp_last_part(kit_json_text(item, "machineType")),
        .public_ip = kit_json_find_text(&config, "natIP", NULL),
        .private_ip = kit_json_find_text(&interface, "networkIP", NULL),
        .ssh_user = "ubuntu",
        .owner = kit_json_find_text(&labels, GCP_LABEL_OWNER, NULL),
        .token = token_of(item),
        .provider_state = word,
        .reason = kit_json_find_text(item, "statusMessage", NULL),
        .data = zone,
    };
    if (item->document->error.code)
        return -1;
    aw_emit_instance(op, &instance);
    return 0;
}

/* What is done with each machine of a listing. */
struct listing {
    const char *filter;
    size_t pages;
    size_t found;
    int (*each)(aw_op *op, struct listing *listing, const kit_json_node *instance);
    void (*at_end)(aw_op *op, struct listing *listing);
    const char *name; /* looked for, with what is to be done */
};

static void ask_page(aw_op *op, struct listing *listing, const char *page_token);

/* A zone that did not answer is named: the list is not whole then. */
static void report_warning(aw_op *op, const char *scope, const kit_json_node *zone)
{
    kit_json_node warning = kit_json_find(zone, "warning");
    const char *code = kit_json_find_text(&warning, "code", "");
    if (*code && strcmp(code, "NO_RESULTS_ON_PAGE") != 0)
        kit_report(op, AW_E_UNAVAILABLE, "%.60s: %.200s", gcp_last_part(scope),
                   kit_json_find_text(&warning, "message", code));
}

static int read_zone(aw_op *op, struct listing *listing, const kit_json_node *zone)
{
    kit_json_node instances = kit_json_find(zone, "instances");
    report_warning(op, zone->key, zone);
    for (size_t i = 0; i < kit_json_count(&instances); i++) {
        kit_json_node instance = kit_json_item(&instances, i);
        if (listing->each(op, listing, &instance))
            return -1;
        listing->found++;
    }
    return 0;
}

static void on_page(aw_op *op, const aw_response *answer, void *arg)
{
    struct listing *listing = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node items = kit_json_find(&root, "items");
    const char *next = kit_json_find_text(&root, "nextPageToken", NULL);
    kit_json_node zone;
    void *iterator = NULL;
    while (!document.error.code && kit_json_next(&items, &iterator, &zone))
        if (read_zone(op, listing, &zone))
            break;
    if (document.error.code)
        gcp_fail_unread(op, "instances", &document.error);
    else if (next && *next && ++listing->pages == MOST_PAGES)
        kit_fail(op, AW_E_PROTOCOL, "Google's list of machines does not end after %d pages.",
                 MOST_PAGES);
    else if (next && *next)
        ask_page(op, listing, next);
    else if (listing->at_end)
        listing->at_end(op, listing);
}

static void ask_page(aw_op *op, struct listing *listing, const char *page_token)
{
    kit_request request;
    gcp_compute_init(&request, op, "instances", "GET");
    kit_request_path(&request, "aggregated");
    kit_request_path(&request, "instances");
    kit_request_query(&request, "maxResults", "500");
    kit_request_query(&request, "returnPartialSuccess", "true");
    kit_request_query(&request, "filter", listing->filter);
    kit_request_query(&request, "pageToken", page_token);
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_page, NULL, listing);
}

static int emit_each(aw_op *op, struct listing *listing, const kit_json_node *instance)
{
    (void)listing;
    return gcp_emit_instance(op, instance);
}

static const char *make_filter(aw_op *op, const aw_list *wish)
{
    char text[65];
    kit_buf filter;
    kit_buf_init(&filter, kit_op_memory(op), 1024);
    if (wish->owner) {
        gcp_label_text(text, 64, wish->owner);
        kit_buf_addf(&filter, "labels.%s=%s", GCP_LABEL_OWNER, text);
    }
    if (wish->token) {
        gcp_label_text(text, 64, wish->token);
        kit_buf_addf(&filter, "%slabels.%s=%s", filter.size ? " AND " : "", GCP_LABEL_TOKEN, text);
    }
    return filter.size ? kit_buf_text(&filter) : NULL;
}

void gcp_list(aw_op *op, const aw_list *wish)
{
    struct listing *listing = aw_alloc(op, sizeof *listing);
    if (!listing)
        return;
    listing->filter = make_filter(op, wish);
    listing->each = emit_each;
    ask_page(op, listing, NULL);
}

/* A reference without a zone names a machine all the same: names are looked up. */
static struct listing *look_up(aw_op *op, const aw_ref *ref)
{
    struct listing *listing = aw_alloc(op, sizeof *listing);
    kit_buf filter;
    if (!listing)
        return NULL;
    kit_buf_init(&filter, kit_op_memory(op), 256);
    kit_buf_addf(&filter, "name=%s", ref->id);
    listing->filter = filter.state == KIT_BUF_OK ? kit_buf_text(&filter) : NULL;
    listing->name = kit_copy_text(op, ref->id);
    return listing->filter && listing->name ? listing : NULL;
}

static const char *zone_of(const aw_ref *ref)
{
    if (ref->zone && *ref->zone && !strchr(ref->zone, ','))
        return ref->zone;
    return ref->data && *ref->data ? ref->data : NULL;
}

static void init_machine(kit_request *request, aw_op *op, const char *name, const char *method,
                         const char *zone, const char *id)
{
    gcp_compute_init(request, op, name, method);
    kit_request_path(request, "zones");
    kit_request_path(request, zone);
    kit_request_path(request, "instances");
    kit_request_path(request, id);
}

static void on_machine(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    (void)arg;
    if (gcp_emit_instance(op, &root))
        gcp_fail_unread(op, "get", &document.error);
}

static void at_end_of_get(aw_op *op, struct listing *listing)
{
    if (!listing->found)
        kit_fail(op, AW_E_NOT_FOUND, "Google knows no machine named %.60s.", listing->name);
}

void gcp_get(aw_op *op, const aw_ref *ref)
{
    const char *zone = zone_of(ref);
    kit_request request;
    if (!zone) {
        struct listing *listing = look_up(op, ref);
        if (!listing)
            return;
        listing->each = emit_each;
        listing->at_end = at_end_of_get;
        return ask_page(op, listing, NULL);
    }
    init_machine(&request, op, "get", "GET", zone, ref->id);
    kit_request_send(&request, on_machine, NULL, NULL);
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
    const char *operation = kit_json_text(&root, "name");
    if (document.error.code)
        gcp_fail_unread(op, "delete", &document.error);
    else
        gcp_watch(op, arg, operation, on_deleted, NULL);
}

static void on_not_deleting(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

static void delete_machine(aw_op *op, const char *zone, const char *id)
{
    char request_id[37];
    char *own_zone = kit_copy_text(op, zone);
    kit_request request;
    if (!own_zone)
        return;
    if (gcp_request_id(id, "delete", request_id))
        return kit_fail(op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
    init_machine(&request, op, "delete", "DELETE", zone, id);
    kit_request_query(&request, "requestId", request_id);
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_deleting, on_not_deleting, own_zone);
}

static int delete_each(aw_op *op, struct listing *listing, const kit_json_node *instance)
{
    const char *zone = gcp_last_part(kit_json_text(instance, "zone"));
    if (instance->document->error.code)
        return -1;
    delete_machine(op, zone, listing->name);
    return 0;
}

void gcp_terminate(aw_op *op, const aw_ref *ref)
{
    const char *zone = zone_of(ref);
    if (zone)
        return delete_machine(op, zone, ref->id);
    struct listing *listing = look_up(op, ref);
    if (!listing)
        return;
    listing->each = delete_each;
    ask_page(op, listing, NULL);
}

static void on_regions(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node items = kit_json_array(&root, "items");
    (void)arg;
    for (size_t i = 0; i < kit_json_count(&items); i++) {
        kit_json_node item = kit_json_item(&items, i);
        const aw_region region = {.size = sizeof region, .name = kit_json_text(&item, "name")};
        if (document.error.code)
            break;
        aw_emit_region(op, &region);
    }
    if (document.error.code)
        gcp_fail_unread(op, "regions", &document.error);
}

void gcp_regions(aw_op *op)
{
    kit_request request;
    gcp_compute_init(&request, op, "regions", "GET");
    kit_request_path(&request, "regions");
    kit_request_query(&request, "maxResults", "500");
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_regions, NULL, NULL);
}
