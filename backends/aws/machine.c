/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what EC2 says of a machine. */
#include "backends/aws/machine.h"

#include "kit/error.h"
#include "kit/tags.h"
#include "kit/time.h"

#include <stdio.h>
#include <string.h>

#define STATE_MASK 0xff
#define UNSEEN_MS 60000u
#define CREATED "created="

enum {
    LONGEST_NAME = 255, /* as EC2 itself has it for tags */
    LONGEST_REASON = 400
};

/* https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
static const struct {
    int64_t code; /* the low byte */
    uint32_t state;
} states[] = {
    {0, AW_STATE_PENDING},     {16, AW_STATE_RUNNING},  {32, AW_STATE_TERMINATING},
    {48, AW_STATE_TERMINATED}, {64, AW_STATE_STOPPING}, {80, AW_STATE_STOPPED},
};

static uint32_t state_of(int64_t code)
{
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (states[i].code == (code & STATE_MASK))
            return states[i].state;
    return AW_STATE_UNKNOWN;
}

/* An empty element says as little as none. */
static const char *find_text(const kit_xml_node *item, const char *name)
{
    const char *text = kit_xml_find_text(item, name, "");
    return *text ? text : NULL;
}

const char *aws_tag(const kit_xml_node *item, const char *key)
{
    const kit_xml_node *set = kit_xml_find(item, "tagSet");
    for (const kit_xml_node *tag = kit_xml_first(set, "item"); tag; tag = kit_xml_next(tag, "item"))
        if (!strcmp(kit_xml_find_text(tag, "key", ""), key))
            return kit_xml_find_text(tag, "value", "");
    return NULL;
}

/* "Server.SpotInstanceTermination: ..." says why a machine ended. One that starts is "pending", and says
 * nothing by that. */
static void read_reason(const kit_xml_node *item, char reason[LONGEST_REASON])
{
    const kit_xml_node *state_reason = kit_xml_find(item, "stateReason");
    const char *code = kit_xml_find_text(state_reason, "code", "");
    const char *message = find_text(state_reason, "message");
    if (!message)
        message = find_text(item, "reason");
    kit_error_text(reason, LONGEST_REASON, strcmp(code, "pending") != 0 ? message : NULL);
}

static int is_name(const char *text)
{
    return !text || strnlen(text, LONGEST_NAME + 1) <= LONGEST_NAME;
}

/* It stands in a reference and on a command line. */
static int is_id(const char *text)
{
    static const char characters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";
    return *text && text[strspn(text, characters)] == '\0';
}

/* The lengths that EC2 itself has. */
static int check(kit_xml *document, const aw_instance *instance)
{
    const char *const names[] = {
        instance->id,
        instance->zone,
        instance->name,
        instance->instance_type,
        instance->public_ip,
        instance->private_ip,
        instance->owner,
        instance->token,
        instance->provider_state,
        instance->ssh_user,
    };
    if (document->error.code)
        return -1;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!is_name(names[i]))
            return kit_error_set(&document->error, AW_E_PROTOCOL,
                                 "a machine has a name of more than %d bytes", LONGEST_NAME);
    if (!is_id(instance->id))
        return kit_error_set(&document->error, AW_E_PROTOCOL, "instanceId: expected an id");
    return 0;
}

int machine_emit(aw_op *op, kit_xml *document, const kit_xml_node *item,
                 const struct machine_context *context)
{
    const kit_xml_node *state = kit_xml_child(document, item, "instanceState");
    const char *owner = aws_tag(item, AWS_TAG_OWNER);
    const char *token = aws_tag(item, AWS_TAG_TOKEN);
    char reason[LONGEST_REASON];
    char data[64];
    aw_instance instance = {
        .size = sizeof instance,
        .state = state_of(kit_xml_integer(document, state, "code", 0, 65535)),
        .arch = aw_arch(op, kit_xml_find_text(item, "architecture", "")),
        .spot = !strcmp(kit_xml_find_text(item, "instanceLifecycle", ""), "spot"),
        .created_at_ms = kit_time_read(find_text(item, "launchTime")),
        .id = kit_xml_text(document, item, "instanceId"),
        .region = context->region,
        .zone = find_text(kit_xml_find(item, "placement"), "availabilityZone"),
        .name = aws_tag(item, "Name"),
        .instance_type = kit_xml_text(document, item, "instanceType"),
        .public_ip = find_text(item, "ipAddress"),
        .private_ip = find_text(item, "privateIpAddress"),
        .ssh_user = aws_tag(item, AWS_TAG_SSH_USER),
        .owner = owner ? owner : context->owner,
        .token = token ? token : context->token,
        .provider_state = kit_xml_text(document, state, "name"),
        .expires_at_ms = kit_expires_read(aws_tag(item, KIT_TAG_EXPIRES)),
        .keep = kit_keep_read(aws_tag(item, KIT_TAG_KEEP)),
    };
    if (check(document, &instance))
        return -1;
    snprintf(data, sizeof data, CREATED "%llu", (unsigned long long)instance.created_at_ms);
    instance.data = instance.created_at_ms ? data : NULL;
    read_reason(item, reason);
    instance.reason = *reason ? reason : NULL;
    aw_emit_instance(op, &instance);
    return 0;
}

int machine_emit_change(aw_op *op, kit_xml *document, const kit_xml_node *item, const char *region)
{
    const kit_xml_node *state = kit_xml_child(document, item, "currentState");
    aw_instance instance = {
        .size = sizeof instance,
        .state = state_of(kit_xml_integer(document, state, "code", 0, 65535)),
        .id = kit_xml_text(document, item, "instanceId"),
        .region = region,
        .provider_state = kit_xml_text(document, state, "name"),
    };
    if (check(document, &instance))
        return -1;
    aw_emit_instance(op, &instance);
    return 0;
}

uint64_t machine_unseen_until_ms(const char *data, uint64_t fallback_ms)
{
    uint64_t created_at_ms = 0;
    if (!data || strncmp(data, CREATED, strlen(CREATED)) != 0)
        return fallback_ms;
    for (const char *c = data + strlen(CREATED); *c >= '0' && *c <= '9'; c++)
        if (created_at_ms < UINT64_MAX / 100)
            created_at_ms = created_at_ms * 10 + (uint64_t)(*c - '0');
    return created_at_ms + UNSEEN_MS;
}
