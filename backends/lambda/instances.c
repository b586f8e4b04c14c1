/* SPDX-License-Identifier: Apache-2.0 */
/* Machines as they are now: get, list, terminate. */
#include "backends/lambda/lambda.h"

#include "kit/error.h"
#include "kit/tags.h"

#include <string.h>

/* An unhealthy machine is there and billed, and not what was asked for: that is what FAILED means.
 * A word that is not here is UNKNOWN. */
static const struct {
    const char *status;
    uint32_t state;
    const char *reason;
} states[] = {
    {"booting", AW_STATE_PENDING, NULL},
    {"active", AW_STATE_RUNNING, NULL},
    {"unhealthy", AW_STATE_FAILED, "it fails the health checks of Lambda Cloud"},
    {"terminating", AW_STATE_TERMINATING, NULL},
    {"terminated", AW_STATE_TERMINATED, NULL},
    {"preempted", AW_STATE_TERMINATED, "preempted by Lambda Cloud"},
};

static void state_read(const char *status, aw_instance *ret_instance)
{
    ret_instance->provider_state = status;
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(states[i].status, status) != 0)
            continue;
        ret_instance->state = states[i].state;
        ret_instance->reason = states[i].reason;
    }
}

/* The value of a tag, or NULL. */
static const char *tag_read(const kit_json_node *machine, const char *key)
{
    kit_json_node tags = kit_json_find(machine, "tags");
    size_t count = kit_json_count(&tags);
    for (size_t i = 0; i < count; i++) {
        kit_json_node tag = kit_json_item(&tags, i);
        if (strcmp(kit_json_text(&tag, "key"), key) == 0)
            return kit_json_text(&tag, "value");
    }
    return NULL;
}

/* NULL for "" too, which stands for an address that is not given yet. */
static const char *address_read(const kit_json_node *machine, const char *key)
{
    const char *address = kit_json_find_text(machine, key, "");
    return *address ? address : NULL;
}

/* The texts live as long as the document. A machine whose architecture cannot be told is a machine
 * all the same: it is billed. What only its owner may see (the jupyter fields) is not looked at. */
static void instance_read(aw_op *op, const kit_json_node *machine, aw_instance *ret_instance)
{
    const char *id = kit_json_name(machine, "id");
    kit_json_node region = kit_json_object(machine, "region");
    kit_json_node type = kit_json_object(machine, "instance_type");
    uint32_t arch = AW_ARCH_UNKNOWN;
    uint32_t source = AW_ARCH_SOURCE_UNKNOWN;
    aw_error ignored;
    lambda_arch_read(op, &type, &arch, &source, &ignored);
    uint64_t price = lambda_price_read(&type);
    *ret_instance = (aw_instance){
        .size = sizeof *ret_instance,
        .arch = arch,
        .priced = price > 0,
        .price_nusd_per_hour = price,
        .id = id,
        .region = kit_json_name(&region, "name"),
        .name = kit_json_find_name(machine, "name"),
        .instance_type = kit_json_name(&type, "name"),
        .public_ip = address_read(machine, "ip"),
        .private_ip = address_read(machine, "private_ip"),
        .ssh_user = "ubuntu",
        .owner = tag_read(machine, LAMBDA_TAG_OWNER),
        .token = tag_read(machine, LAMBDA_TAG_TOKEN),
        .expires_at_ms = kit_expires_read(tag_read(machine, KIT_TAG_EXPIRES)),
        .keep = kit_keep_read(tag_read(machine, KIT_TAG_KEEP)),
    };
    state_read(kit_json_text(machine, "status"), ret_instance);
}

static void on_machine(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node machine = kit_json_object(&root, "data");
    aw_instance instance;
    instance_read(op, &machine, &instance);
    if (document.error.code)
        return lambda_fail_unread(op, "instance", &document.error, AW_RETRY_NEVER);
    aw_emit_instance(op, &instance);
}

void lambda_get(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    lambda_request_init(&request, op, "instance", "GET");
    kit_request_path(&request, "instances");
    kit_request_path(&request, ref->id);
    request.wire.flags = AW_REQUEST_SHARED;
    kit_request_send(&request, on_machine, NULL, NULL);
}

/* What is wanted of a listing; NULL is anything. */
struct listing {
    const char *region;
    const char *owner;
    const char *token;
};

static bool is_as_wished(const char *wish, const char *value)
{
    return !wish || (value && strcmp(wish, value) == 0);
}

static void on_machines(aw_op *op, const aw_response *answer, void *arg)
{
    const struct listing *wish = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node machines = kit_json_array(&root, "data");
    size_t count = kit_json_count(&machines);
    for (size_t i = 0; i < count && !document.error.code; i++) {
        kit_json_node machine = kit_json_item(&machines, i);
        aw_instance instance;
        instance_read(op, &machine, &instance);
        bool wanted = is_as_wished(wish->region, instance.region) &&
                      is_as_wished(wish->owner, instance.owner) &&
                      is_as_wished(wish->token, instance.token);
        if (wanted && !document.error.code)
            aw_emit_instance(op, &instance);
    }
    if (document.error.code)
        lambda_fail_unread(op, "instances", &document.error, AW_RETRY_NEVER);
}

/* The API filters by nothing that is of use here, but one answer has all machines. */
void lambda_list(aw_op *op, const aw_list *wish)
{
    struct listing *listing = aw_alloc(op, sizeof *listing);
    if (!listing)
        return;
    listing->region = kit_copy_text(op, wish->region);
    listing->owner = kit_copy_text(op, wish->owner);
    listing->token = kit_copy_text(op, wish->token);
    bool copied = (!wish->region || listing->region) && (!wish->owner || listing->owner) &&
                  (!wish->token || listing->token);
    if (!copied)
        return;
    kit_request request;
    lambda_request_init(&request, op, "instances", "GET");
    kit_request_path(&request, "instances");
    request.wire.flags = AW_REQUEST_SHARED;
    kit_request_send(&request, on_machines, NULL, listing);
}

/* The order is taken when the answer names the machine; what else it says is only nice to have. */
static void on_terminated(aw_op *op, const aw_response *answer, void *arg)
{
    const char *id = arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node data = kit_json_object(&root, "data");
    kit_json_node machines = kit_json_array(&data, "terminated_instances");
    size_t count = kit_json_count(&machines);
    for (size_t i = 0; i < count && !document.error.code; i++) {
        kit_json_node machine = kit_json_item(&machines, i);
        if (strcmp(kit_json_name(&machine, "id"), id) != 0)
            continue;
        aw_instance instance;
        instance_read(op, &machine, &instance);
        if (!document.error.code)
            aw_emit_instance(op, &instance);
        return;
    }
    if (document.error.code)
        return lambda_fail_unread(op, "terminate", &document.error, AW_RETRY_NEVER);
    kit_fail(op, AW_E_PROTOCOL,
             "Lambda Cloud did not say that it terminates the machine %.100s. Look whether it is "
             "still there.",
             id);
}

/* One that Lambda Cloud does not know fails as not found: core knows whether it may be too new to be known. */
void lambda_terminate(aw_op *op, const aw_ref *ref)
{
    char *id = kit_copy_text(op, ref->id ? ref->id : "");
    if (!id)
        return;
    if (!*id)
        return kit_fail(op, AW_E_INVALID, "The machine to terminate has no id.");
    kit_request request;
    lambda_request_init(&request, op, "terminate", "POST");
    kit_request_path(&request, "instance-operations");
    kit_request_path(&request, "terminate");
    kit_request_json(&request, json_pack("{s:[s]}", "instance_ids", id));
    request.wire.flags = AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_terminated, NULL, id);
}
