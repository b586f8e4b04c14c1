/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule that lets ssh in to the machines that carry Archway's tag. It is made once for each network;
 * whoever finds that another was quicker is content. A network of another project's is that project's affair.
 */
#include "backends/gcp/create.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <string.h>

#define RULE_PREFIX "archway-ssh-"
#define LONGEST_NAME 63

/* A network's name may leave no room for it. */
static const char *rule_name(aw_op *op)
{
    const struct gcp *gcp = op->state;
    const char *network = gcp_last_part(gcp->network);
    char uuid[37];
    kit_buf name;
    if (strlen(RULE_PREFIX) + strlen(network) > LONGEST_NAME &&
        !gcp_request_id(network, "firewall", uuid))
        network = uuid;
    kit_buf_init(&name, kit_op_memory(op), LONGEST_NAME);
    kit_buf_addf(&name, RULE_PREFIX "%s", network);
    return name.state == KIT_BUF_OK ? kit_buf_text(&name) : "archway-ssh";
}

static void on_ready(aw_op *op, const aw_error *error, void *arg)
{
    aw_error copy = *error;
    if (!error->code || error->code == AW_E_CONFLICT)
        return creation_find_networks(arg);
    /* No machine has been asked for: the whole create may be repeated. */
    copy.retry = error->retry == AW_RETRY_UNKNOWN ? (uint32_t)AW_RETRY_SAFE : error->retry;
    aw_fail(op, &copy);
}

static void on_made(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    if (gcp_watch(op, NULL, &root, on_ready, arg))
        gcp_fail_unread(op, "firewalls", &document.error);
}

static void on_not_made(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    on_ready(op, error, arg);
}

static json_t *rule_body(aw_op *op)
{
    const struct gcp *gcp = op->state;
    const char *network = creation_network(op, gcp->network);
    return json_pack("{s:s,s:s,s:s,s:s,s:[s],s:[s],s:[{s:s,s:[s]}]}", "name", rule_name(op),
                     "description", "ssh to the machines that Archway starts", "network",
                     network ? network : "", "direction", "INGRESS", "sourceRanges", "0.0.0.0/0",
                     "targetTags", GCP_TAG, "allowed", "IPProtocol", "tcp", "ports", "22");
}

static void make(struct creation *creation)
{
    const aw_resource resource = {
        .size = sizeof resource,
        .shared = 1,
        .kind = "firewall",
        .id = rule_name(creation->op),
    };
    kit_request request;
    aw_emit_resource(creation->op, &resource);
    gcp_compute_init(&request, creation->op, "firewalls", "POST");
    kit_request_path(&request, "global");
    kit_request_path(&request, "firewalls");
    kit_request_json(&request, rule_body(creation->op));
    /* A second one of the same name is refused, so asking twice makes one. */
    request.wire.flags |= AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED;
    kit_request_send(&request, on_made, on_not_made, creation);
}

static void on_there(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    creation_find_networks(arg);
}

static void on_absent(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    (void)answer;
    if (error->code == AW_E_NOT_FOUND)
        make(arg);
    else
        aw_fail(op, error);
}

void creation_open_firewall(struct creation *creation)
{
    const struct gcp *gcp = creation->op->state;
    kit_request request;
    if (strchr(gcp->network, '/'))
        return creation_find_networks(creation);
    gcp_compute_init(&request, creation->op, "firewalls", "GET");
    kit_request_path(&request, "global");
    kit_request_path(&request, "firewalls");
    kit_request_path(&request, rule_name(creation->op));
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_there, on_absent, creation);
}
