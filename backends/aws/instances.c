/* SPDX-License-Identifier: Apache-2.0 */
/* Machines as EC2 describes them: read, listed, ended. */
#include "backends/aws/launch.h"

#include "kit/error.h"
#include "kit/time.h"

#include <string.h>

#define MOST_PAGES 1000
#define STATE_MASK 0xff
/* EC2 may not know a machine yet that it has just made. */
#define UNSEEN_TRIES 5
#define UNSEEN_DELAY_MS 12000u

static const struct {
    int64_t
        code; /* the low byte: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
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

const char *aws_tag(const kit_xml_node *item, const char *key)
{
    const kit_xml_node *set = kit_xml_find(item, "tagSet");
    for (const kit_xml_node *tag = kit_xml_first(set, "item"); tag; tag = kit_xml_next(tag, "item"))
        if (!strcmp(kit_xml_find_text(tag, "key", ""), key))
            return kit_xml_find_text(tag, "value", "");
    return NULL;
}

/* "Server.SpotInstanceTermination: ..." says why a machine ended; while it runs there is none. */
static const char *reason_of(const kit_xml_node *item)
{
    const kit_xml_node *reason = kit_xml_find(item, "stateReason");
    const char *message = kit_xml_find_text(reason, "message", NULL);
    if (!message)
        message = kit_xml_find_text(item, "reason", NULL);
    return message && *message ? message : NULL;
}

int aws_emit_instance(aw_op *op, kit_xml *document, const kit_xml_node *item, const char *region)
{
    const kit_xml_node *state = kit_xml_child(document, item, "instanceState");
    const kit_xml_node *placement = kit_xml_find(item, "placement");
    aw_instance instance = {
        .size = sizeof instance,
        .state = state_of(kit_xml_integer(document, state, "code", 0, 65535)),
        .arch = aw_arch(op, kit_xml_find_text(item, "architecture", "")),
        .spot = !strcmp(kit_xml_find_text(item, "instanceLifecycle", ""), "spot"),
        .created_at_ms = kit_time_read(kit_xml_find_text(item, "launchTime", NULL)),
        .id = kit_xml_text(document, item, "instanceId"),
        .region = region,
        .zone = kit_xml_find_text(placement, "availabilityZone", NULL),
        .name = aws_tag(item, "Name"),
        .instance_type = kit_xml_text(document, item, "instanceType"),
        .public_ip = kit_xml_find_text(item, "ipAddress", NULL),
        .private_ip = kit_xml_find_text(item, "privateIpAddress", NULL),
        .ssh_user = "ubuntu",
        .owner = aws_tag(item, AWS_TAG_OWNER),
        .token = aws_tag(item, AWS_TAG_TOKEN),
        .provider_state = kit_xml_text(document, state, "name"),
        .reason = reason_of(item),
    };
    if (document->error.code)
        return -1;
    aw_emit_instance(op, &instance);
    return 0;
}

/* All machines of an answer; the number of them, or -1 when it cannot be read. */
static int emit_all(aw_op *op, kit_xml *document, const kit_xml_node *root, const char *region)
{
    const kit_xml_node *reservations = kit_xml_child(document, root, "reservationSet");
    int count = 0;
    for (const kit_xml_node *reservation = kit_xml_first(reservations, "item"); reservation;
         reservation = kit_xml_next(reservation, "item")) {
        const kit_xml_node *set = kit_xml_child(document, reservation, "instancesSet");
        for (const kit_xml_node *item = kit_xml_first(set, "item"); item;
             item = kit_xml_next(item, "item"), count++)
            if (aws_emit_instance(op, document, item, region))
                return -1;
    }
    return document->error.code ? -1 : count;
}

struct listing {
    aw_list wish;
    size_t pages;
};

static void ask_page(aw_op *op, struct listing *listing, const char *next_token);

static void on_page(aw_op *op, const aw_response *answer, void *arg)
{
    struct listing *listing = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    if (emit_all(op, &document, root, listing->wish.region) < 0)
        return aws_fail_unread(op, "DescribeInstances", &document.error);
    const char *next_token = aws_next_token(root);
    if (next_token && ++listing->pages == MOST_PAGES)
        return kit_fail(op, AW_E_PROTOCOL, "EC2's list of machines does not end after %d pages.",
                        MOST_PAGES);
    if (next_token)
        ask_page(op, listing, next_token);
}

static void add_filter(kit_request *request, int *count, const char *name, const char *value)
{
    if (!value)
        return;
    aws_query_add(request, name, "Filter.%d.Name", ++*count);
    aws_query_add(request, value, "Filter.%d.Value.1", *count);
}

/* What is gone stays in the list for an hour, and is left out. */
static void add_living(kit_request *request, int *count)
{
    static const char *const living[] = {"pending", "running", "shutting-down", "stopping",
                                         "stopped"};
    aws_query_add(request, "instance-state-name", "Filter.%d.Name", ++*count);
    for (size_t i = 0; i < sizeof living / sizeof *living; i++)
        aws_query_add(request, living[i], "Filter.%d.Value.%d", *count, (int)i + 1);
}

static void ask_page(aw_op *op, struct listing *listing, const char *next_token)
{
    int filters = 0;
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, "DescribeInstances", listing->wish.region);
    add_living(&request, &filters);
    add_filter(&request, &filters, "tag:" AWS_TAG_OWNER, listing->wish.owner);
    add_filter(&request, &filters, "tag:" AWS_TAG_TOKEN, listing->wish.token);
    aws_query_add(&request, "1000", "MaxResults");
    aws_query_add(&request, next_token, "NextToken");
    request.wire.flags |= AW_REQUEST_SHARED;
    kit_request_send(&request, on_page, NULL, listing);
}

void aws_list(aw_op *op, const aw_list *wish)
{
    struct listing *listing = aw_alloc(op, sizeof *listing);
    if (!listing)
        return;
    listing->wish = (aw_list){
        .size = sizeof listing->wish,
        .region = kit_copy_text(op, wish->region),
        .owner = kit_copy_text(op, wish->owner),
        .token = kit_copy_text(op, wish->token),
    };
    if (!listing->wish.region || (wish->owner && !listing->wish.owner) ||
        (wish->token && !listing->wish.token))
        return;
    ask_page(op, listing, NULL);
}

static void on_machine(aw_op *op, const aw_response *answer, void *arg)
{
    const char *region = arg;
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    int count = emit_all(op, &document, root, region);
    if (count < 0)
        aws_fail_unread(op, "DescribeInstances", &document.error);
    else if (count == 0)
        kit_fail(op, AW_E_NOT_FOUND, "EC2 knows no such machine.");
}

void aws_get(aw_op *op, const aw_ref *ref)
{
    char *region = kit_copy_text(op, ref->region);
    kit_request request;
    if (!region)
        return;
    aws_query_init(&request, op, AWS_EC2, "DescribeInstances", ref->region);
    aws_query_add(&request, ref->id, "InstanceId.1");
    kit_request_send(&request, on_machine, NULL, region);
}

struct ending {
    const char *region;
    const char *id;
    unsigned tries;
};

static void on_ended(aw_op *op, const aw_response *answer, void *arg)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    const kit_xml_node *root = kit_xml_parse(&document, answer);
    (void)arg;
    kit_xml_child(&document, root, "instancesSet");
    if (document.error.code)
        aws_fail_unread(op, "TerminateInstances", &document.error);
}

static void terminate(aw_op *op, void *arg);

static void on_not_ended(aw_op *op, const aw_error *error, const aw_response *answer, void *arg)
{
    struct ending *ending = arg;
    (void)answer;
    if (error->code != AW_E_NOT_FOUND)
        aw_fail(op, error);
    else if (++ending->tries < UNSEEN_TRIES)
        aw_after(op, UNSEEN_DELAY_MS, terminate, ending);
}

static void terminate(aw_op *op, void *arg)
{
    struct ending *ending = arg;
    kit_request request;
    aws_query_init(&request, op, AWS_EC2, "TerminateInstances", ending->region);
    aws_query_add(&request, ending->id, "InstanceId.1");
    request.wire.flags |= AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_ended, on_not_ended, ending);
}

void aws_terminate(aw_op *op, const aw_ref *ref)
{
    struct ending *ending = aw_alloc(op, sizeof *ending);
    if (!ending)
        return;
    ending->region = kit_copy_text(op, ref->region);
    ending->id = kit_copy_text(op, ref->id);
    if (ending->region && ending->id)
        terminate(op, ending);
}
