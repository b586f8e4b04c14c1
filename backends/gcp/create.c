/* SPDX-License-Identifier: Apache-2.0 */
/* Inserting a machine, in one zone after the other while they are sold out. */
#include "backends/gcp/create.h"

#include "kit/buf.h"
#include "kit/error.h"
#include "kit/token_name.h"
#include "kit/wish.h"

#include <string.h>

/* Networks for RDMA are in one zone: https://cloud.google.com/vpc/docs/rdma-network-profiles */
#define ELSEWHERE "Network profile only allows resource creation in location"

static void emit_new(const struct creation *creation)
{
    const aw_create *wish = creation->wish;
    char region[64];
    gcp_region_of(creation->zone, region, sizeof region);
    const aw_instance instance = {
        .size = sizeof instance,
        .state = AW_STATE_PENDING,
        .arch = wish->arch,
        .spot = wish->spot,
        .id = creation->name,
        .region = region,
        .zone = creation->zone,
        .name = creation->name,
        .instance_type = wish->instance_type,
        .ssh_user = GCP_SSH_USER,
        .owner = wish->owner,
        .token = wish->token,
        .provider_state = "PROVISIONING",
        .data = creation->zone,
    };
    aw_emit_instance(creation->op, &instance);
}

/* Whose machine has our name? It is ours if it has our token. */
static void on_namesake(aw_op *op, const aw_response *answer, void *arg)
{
    const struct creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    const char *token = gcp_mark_of(&root, GCP_TOKEN);
    if (document.error.code)
        gcp_fail_unread(op, "get", &document.error);
    else if (!token || strcmp(token, creation->wish->token) != 0)
        kit_fail(op, AW_E_CONFLICT,
                 "There is a machine named %s in %s already, and it is another's: choose another "
                 "name.",
                 creation->name, creation->zone);
    else if (gcp_emit_machine(op, &root))
        gcp_fail_unread(op, "get", &document.error);
}

/* It is not a machine that has our name (but a disk that a machine left, say), or it has gone by now. */
static void on_no_namesake(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    const struct creation *creation = arg;
    aw_error copy = *error;
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        return aw_fail(op, &creation->conflict);
    copy.retry = AW_RETRY_UNKNOWN;
    aw_fail(op, &copy);
}

static void look_at_namesake(struct creation *creation, const aw_error *error)
{
    kit_request request;
    creation->conflict = *error;
    gcp_machine_init(&request, creation->op, "get", "GET", creation->zone, creation->name);
    kit_request_send(&request, on_namesake, on_no_namesake, creation);
}

static void on_failed(struct creation *creation, const aw_error *error)
{
    /* Only a zone that certainly made nothing leads to the next one. */
    if (error->retry == AW_RETRY_UNKNOWN)
        aw_fail(creation->op, error);
    else if (error->code == AW_E_CONFLICT)
        look_at_namesake(creation, error);
    else if (error->code == AW_E_NO_CAPACITY && *creation->zones)
        creation_insert(creation);
    else
        aw_fail(creation->op, error);
}

static void on_ended(aw_op *op, const aw_error *error, void *arg)
{
    struct creation *creation = arg;
    (void)op;
    if (error->code)
        on_failed(creation, error);
    else
        emit_new(creation);
}

static void on_accepted(aw_op *op, const aw_response *answer, void *arg)
{
    struct creation *creation = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    if (gcp_watch(op, creation->zone, &root, on_ended, creation))
        gcp_fail_unread(op, "insert", &document.error);
}

static void on_refused(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct creation *creation = arg;
    aw_error copy = *error;
    (void)op;
    (void)answer;
    int names_type = strstr(error->message, "machineType") != NULL;
    int is_absent = error->code == AW_E_NOT_FOUND ||
                    (error->code == AW_E_INVALID && strstr(error->message, "does not exist"));
    /* What an insert names and does not exist, the wish named; but not every zone has every type. */
    int is_elsewhere = strstr(error->message, ELSEWHERE) != NULL;
    if ((is_absent && names_type) || is_elsewhere) {
        copy.code = AW_E_NO_CAPACITY;
        copy.scope = AW_SCOPE_ZONE;
    } else if (is_absent) {
        copy.code = AW_E_INVALID;
    }
    on_failed(creation, &copy);
}

static const char *take_zone(struct creation *creation)
{
    size_t size = strcspn(creation->zones, ",");
    const char *zone = kit_copy(creation->op, creation->zones, size);
    creation->zones += size + (creation->zones[size] == ',');
    return zone;
}

void creation_insert(struct creation *creation)
{
    char request_id[37];
    kit_request request;
    creation->zone = take_zone(creation);
    if (!creation->zone)
        return;
    creation->reserved = creation_reserved(creation, creation->zone);
    if (gcp_request_id(creation->wish->token, creation->zone, request_id))
        return kit_fail(creation->op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
    gcp_compute_init(&request, creation->op, "insert", "POST");
    kit_request_path(&request, "zones");
    kit_request_path(&request, creation->zone);
    kit_request_path(&request, "instances");
    kit_request_query(&request, "requestId", request_id);
    kit_request_json(&request, creation_body(creation));
    /* The same request id is the same machine, however often it is asked for. */
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_accepted, on_refused, creation);
}

/* The zones of the offer, the user's own first. */
static const char *order_zones(aw_op *op, const char *zones)
{
    const struct gcp *gcp = op->state;
    kit_buf ordered;
    size_t own_size = gcp->zone ? strlen(gcp->zone) : 0;
    kit_buf_init(&ordered, kit_op_memory(op), (size_t)8 * 1024);
    for (int own = 1; own >= 0; own--)
        for (const char *zone = zones; *zone;) {
            size_t size = strcspn(zone, ",");
            int is_own = own_size && size == own_size && !memcmp(zone, gcp->zone, size);
            if (size && is_own == own)
                kit_buf_addf(&ordered, "%s%.*s", ordered.size ? "," : "", (int)size, zone);
            zone += size + (zone[size] == ',');
        }
    return ordered.state == KIT_BUF_OK ? kit_buf_text(&ordered) : "";
}

void gcp_create(aw_op *op, const aw_create *wish)
{
    aw_error error;
    struct creation *creation = aw_alloc(op, sizeof *creation);
    aw_create *copy = kit_wish_copy(op, wish);
    if (!creation || !copy)
        return;
    if (kit_wish_options_check(copy, GCP_TITLE, gcp_wish_options, &error))
        return aw_fail(op, &error);
    if (gcp_needs_project(op))
        return;
    creation->op = op;
    creation->wish = copy;
    creation->zones = order_zones(op, copy->zone ? copy->zone : "");
    creation->name = kit_token_name(op, copy);
    if (!creation->name)
        kit_fail(op, AW_E_INTERNAL, "libcrypto has no SHA-256.");
    else if (!*creation->zones)
        kit_fail(op, AW_E_INVALID, "The offer names no zone: ask for the offers anew.");
    else
        creation_find_reservation(creation);
}
