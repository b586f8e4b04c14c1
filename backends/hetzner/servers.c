/* SPDX-License-Identifier: Apache-2.0 */
/* Machines as they are now: https://docs.hetzner.cloud/reference/cloud#servers */
#include "backends/hetzner/hetzner.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/tags.h"
#include "kit/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MOST_PAGES 1000
#define LONGEST_SELECTOR 256

/* A machine that is off is there and billed. A word that is not here is UNKNOWN. */
static const struct {
    const char *status;
    uint32_t state;
} states[] = {
    {"initializing", AW_STATE_PENDING}, {"starting", AW_STATE_PENDING},
    {"rebuilding", AW_STATE_PENDING},   {"migrating", AW_STATE_PENDING},
    {"running", AW_STATE_RUNNING},      {"stopping", AW_STATE_STOPPING},
    {"off", AW_STATE_STOPPED},          {"deleting", AW_STATE_TERMINATING},
};

static uint32_t state_of(const char *status)
{
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(states[i].status, status) == 0)
            return states[i].state;
    }
    return AW_STATE_UNKNOWN;
}

/* NULL where it has none. An IPv6 network is no address. */
static const char *address_of(const kit_json_node *server)
{
    kit_json_node net = kit_json_find(server, "public_net");
    kit_json_node ipv4 = kit_json_find(&net, "ipv4");
    const char *ip = kit_json_find_text(&ipv4, "ip", "");
    return *ip ? ip : NULL;
}

static const char *private_address_of(const kit_json_node *server)
{
    kit_json_node nets = kit_json_find(server, "private_net");
    if (kit_json_count(&nets) == 0)
        return NULL;
    kit_json_node net = kit_json_item(&nets, 0);
    const char *ip = kit_json_find_text(&net, "ip", "");
    return *ip ? ip : NULL;
}

const char *hetzner_token_of(aw_op *op, const kit_json_node *server)
{
    kit_json_node labels = kit_json_find(server, "labels");
    const char *start = kit_json_find_text(&labels, HETZNER_LABEL_TOKEN, NULL);
    const char *end = kit_json_find_text(&labels, HETZNER_LABEL_TOKEN_END, "");
    kit_buf text;
    if (!start)
        return NULL;
    kit_buf_init(&text, kit_op_memory(op), 2 * HETZNER_LABEL_MAX);
    kit_buf_add_text(&text, start);
    kit_buf_add_text(&text, end);
    return text.state == KIT_BUF_OK ? kit_buf_text(&text) : NULL;
}

int hetzner_emit_server(aw_op *op, const kit_json_node *server)
{
    char id[24];
    kit_json_node labels = kit_json_find(server, "labels");
    kit_json_node location = kit_json_object(server, "location");
    kit_json_node type = kit_json_object(server, "server_type");
    const char *status = kit_json_text(server, "status");
    snprintf(id, sizeof id, "%" PRId64, kit_json_integer(server, "id", 1, INT64_MAX));
    const aw_instance instance = {
        .size = sizeof instance,
        .state = state_of(status),
        .arch = aw_arch(op, kit_json_find_text(&type, "architecture", "")),
        .created_at_ms = kit_time_read(kit_json_find_text(server, "created", NULL)),
        .id = id,
        .region = kit_json_name(&location, "name"),
        .name = kit_json_name(server, "name"),
        .instance_type = kit_json_name(&type, "name"),
        .public_ip = address_of(server),
        .private_ip = private_address_of(server),
        .ssh_user = "root",
        .owner = kit_json_find_text(&labels, HETZNER_LABEL_OWNER, NULL),
        .token = hetzner_token_of(op, server),
        .provider_state = status,
        .expires_at_ms = kit_expires_read(kit_json_find_text(&labels, KIT_TAG_EXPIRES, NULL)),
        .keep = kit_keep_read(kit_json_find_text(&labels, KIT_TAG_KEEP, NULL)),
    };
    if (server->document->error.code)
        return -1;
    aw_emit_instance(op, &instance);
    return 0;
}

static void on_server(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node server = kit_json_object(&root, "server");
    if (hetzner_emit_server(op, &server))
        hetzner_fail_unread(op, "server", &document.error, AW_RETRY_NEVER);
}

void hetzner_get(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    hetzner_request_init(&request, op, "server", "GET", "servers");
    kit_request_path(&request, ref->id);
    request.wire.flags = AW_REQUEST_SHARED;
    kit_request_send(&request, on_server, NULL, NULL);
}

/* ---- list ---- */

static int on_servers(aw_op *op, void *owner, const aw_response *answer, const char **ret_token,
                      aw_error *ret_error)
{
    (void)owner;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node servers = kit_json_array(&root, "servers");
    for (size_t i = 0; i < kit_json_count(&servers) && !document.error.code; i++) {
        kit_json_node server = kit_json_item(&servers, i);
        hetzner_emit_server(op, &server);
    }
    *ret_token = hetzner_page_next(op, &root);
    *ret_error = document.error;
    return document.error.code ? -1 : 0;
}

/* `owner` is the label selector, or NULL: https://docs.hetzner.cloud/reference/cloud#label-selector */
static void ask_servers(kit_request *request, aw_op *op, void *owner, const char *token)
{
    hetzner_request_init(request, op, "servers", "GET", "servers");
    kit_request_query(request, "label_selector", owner);
    hetzner_page_query(request, token);
    request->wire.flags = AW_REQUEST_SHARED;
}

static void add_condition(kit_buf *selector, const char *label, const char *value)
{
    if (value)
        kit_buf_addf(selector, "%s%s==%.*s", selector->size ? "," : "", label, HETZNER_LABEL_MAX,
                     value);
}

void hetzner_list(aw_op *op, const aw_list *wish)
{
    static const struct kit_pages pages = {.title = HETZNER_TITLE,
                                           .name = "servers",
                                           .most = MOST_PAGES,
                                           .ask = ask_servers,
                                           .read = on_servers};
    kit_buf selector;
    kit_buf_init(&selector, kit_op_memory(op), LONGEST_SELECTOR);
    add_condition(&selector, HETZNER_LABEL_OWNER, wish->owner);
    add_condition(&selector, HETZNER_LABEL_TOKEN, wish->token);
    if (selector.state == KIT_BUF_FULL)
        return kit_fail(op, AW_E_INVALID, "The owner is too long to be asked for.");
    kit_pages_start(op, &pages, selector.size ? kit_copy_text(op, kit_buf_text(&selector)) : NULL);
}

/* ---- terminate ---- */

static void on_deleted(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    (void)arg;
}

static void on_delete_failed(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
}

void hetzner_terminate(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    hetzner_request_init(&request, op, "delete-server", "DELETE", "servers");
    kit_request_path(&request, ref->id);
    request.wire.flags = AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_deleted, on_delete_failed, NULL);
}
