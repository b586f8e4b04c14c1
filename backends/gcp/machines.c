/* SPDX-License-Identifier: Apache-2.0 */
/* The machines of all zones, and those of an owner or of a create. */
#include "backends/gcp/machine.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <string.h>

#define MOST_PAGES 1000

static void ask_page(aw_op *op, struct gcp_machines *machines, const char *page_token);

/* A zone that did not answer is named: the list is not whole then. -1: it had to be. */
static int read_warning(aw_op *op, const struct gcp_machines *machines, const kit_json_node *zone)
{
    kit_json_node warning = kit_json_find(zone, "warning");
    const char *code = kit_json_find_text(&warning, "code", "");
    if (!*code || !strcmp(code, "NO_RESULTS_ON_PAGE"))
        return 0;
    const char *message = kit_json_find_text(&warning, "message", code);
    const char *name = gcp_last_part(zone->key ? zone->key : "Google");
    if (!machines->must_be_whole) {
        kit_report(op, AW_E_UNAVAILABLE, "%.60s: %.200s", name, message);
        return 0;
    }
    kit_fail(op, AW_E_UNAVAILABLE, "A machine may be where Google cannot look now (%.60s: %.200s).",
             name, message);
    return -1;
}

static int read_zone(aw_op *op, struct gcp_machines *machines, const kit_json_node *zone)
{
    kit_json_node instances = kit_json_find(zone, "instances");
    if (read_warning(op, machines, zone))
        return -1;
    for (size_t i = 0; i < kit_json_count(&instances); i++) {
        kit_json_node instance = kit_json_item(&instances, i);
        if (machines->each(op, machines, &instance))
            return -1;
    }
    return 0;
}

/* Newer answers name what did not answer here. */
static int read_unreachables(aw_op *op, const struct gcp_machines *machines,
                             const kit_json_node *root)
{
    kit_json_node unreachables = kit_json_find(root, "unreachables");
    for (size_t i = 0; i < kit_json_count(&unreachables); i++) {
        kit_json_node node = kit_json_item(&unreachables, i);
        const char *name = gcp_last_part(kit_json_node_text(&node));
        if (machines->must_be_whole) {
            kit_fail(op, AW_E_UNAVAILABLE, "A machine may be in %.60s, which does not answer now.",
                     name);
            return -1;
        }
        kit_report(op, AW_E_UNAVAILABLE, "%.60s does not answer.", name);
    }
    return 0;
}

/* What is nothing of Google's must not be taken for the news that there are no machines. */
static int is_list(const kit_json_node *root, const kit_json_node *items)
{
    return items->value ||
           !strcmp(kit_json_find_text(root, "kind", ""), "compute#instanceAggregatedList");
}

/* -1: the operation has failed, or the document says why. */
static int read_page(aw_op *op, struct gcp_machines *machines, const kit_json_node *root)
{
    kit_json_node items = kit_json_find(root, "items");
    kit_json_node zone;
    void *iterator = NULL;
    if (!root->document->error.code && !is_list(root, &items)) {
        kit_fail(op, AW_E_PROTOCOL,
                 "Google's answer to `instances` is no list of machines: it has no `items`.");
        return -1;
    }
    if (read_unreachables(op, machines, root))
        return -1;
    while (kit_json_next(&items, &iterator, &zone))
        if (read_zone(op, machines, &zone) || root->document->error.code)
            return -1;
    return root->document->error.code ? -1 : 0;
}

static void on_page(aw_op *op, const aw_response *answer, void *arg)
{
    struct gcp_machines *machines = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *next = kit_json_find_text(&root, "nextPageToken", "");
    int failed = read_page(op, machines, &root);
    if (document.error.code)
        gcp_fail_unread(op, "instances", &document.error);
    if (failed || document.error.code)
        return;
    if (*next && ++machines->pages == MOST_PAGES)
        kit_fail(op, AW_E_PROTOCOL, "Google's list of machines does not end after %d pages.",
                 MOST_PAGES);
    else if (*next)
        ask_page(op, machines, next);
    else if (machines->ended)
        machines->ended(op, machines);
}

static void ask_page(aw_op *op, struct gcp_machines *machines, const char *page_token)
{
    kit_request request;
    gcp_compute_init(&request, op, "instances", "GET");
    kit_request_path(&request, "aggregated");
    kit_request_path(&request, "instances");
    kit_request_query(&request, "maxResults", "500");
    kit_request_query(&request, "returnPartialSuccess", "true");
    kit_request_query(&request, "filter", machines->filter);
    kit_request_query(&request, "pageToken", page_token);
    kit_request_send(&request, on_page, NULL, machines);
}

void gcp_list_machines(aw_op *op, struct gcp_machines *machines)
{
    ask_page(op, machines, NULL);
}

/* ---- the vtable's list ---- */

static int emit_each(aw_op *op, struct gcp_machines *machines, const kit_json_node *instance)
{
    (void)machines;
    return gcp_emit_machine(op, instance);
}

static void add_label(kit_buf *filter, const char *name, const char *value)
{
    char text[GCP_LABEL_SIZE];
    if (!value)
        return;
    gcp_label_text(text, value);
    kit_buf_addf(filter, "%slabels.%s=%s", filter->size ? " AND " : "", name, text);
}

void gcp_list(aw_op *op, const aw_list *wish)
{
    struct gcp_machines *machines = aw_alloc(op, sizeof *machines);
    kit_buf filter;
    kit_buf_init(&filter, kit_op_memory(op), 512);
    add_label(&filter, GCP_OWNER, wish->owner);
    add_label(&filter, GCP_TOKEN, wish->token);
    if (!machines || filter.state != KIT_BUF_OK)
        return;
    *machines = (struct gcp_machines){
        .filter = filter.size ? kit_buf_text(&filter) : NULL,
        .each = emit_each,
        /* Whoever does not find a create's machine may make another. */
        .must_be_whole = wish->token != NULL,
    };
    gcp_list_machines(op, machines);
}
