/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RunInstances, DescribeInstances, TerminateInstances, as far as one machine a request goes. A client token is
 * the same machine for as long as it is remembered, in its region:
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
#include "tests/cloud/aws.h"
#include "tests/cloud/catalog.h"
#include "tests/cloud/disks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- as text ---- */

static void write_state(kit_buf *body, const char *name, const struct machine *machine,
                        uint64_t now_ms)
{
    static const struct {
        unsigned code;
        const char *name;
    } states[] = {[MACHINE_PENDING] = {0, "pending"},
                  [MACHINE_RUNNING] = {16, "running"},
                  [MACHINE_ENDING] = {32, "shutting-down"},
                  [MACHINE_GONE] = {48, "terminated"}};
    enum machine_state state = machine_state(machine, now_ms);
    xml_open(body, name);
    xml_number(body, "code", states[state].code);
    xml_text(body, "name", states[state].name);
    xml_close(body, name);
}

static void write_machine(kit_buf *body, const struct machine *machine, uint64_t now_ms)
{
    const struct sale *sale = sale_find(CLOUD_AWS, machine->type);
    char time[40];
    time_text(machine->made_ms, time, sizeof time);
    xml_open(body, "item");
    xml_text(body, "instanceId", machine->id);
    xml_text(body, "imageId", ec2_image_of(sale->arch));
    write_state(body, "instanceState", machine, now_ms);
    xml_text(body, "instanceType", machine->type);
    xml_text(body, "launchTime", time);
    xml_open(body, "placement");
    xml_text(body, "availabilityZone", machine->place);
    xml_close(body, "placement");
    xml_text(body, "privateIpAddress", "172.31.7.41");
    if (machine_state(machine, now_ms) == MACHINE_RUNNING)
        xml_text(body, "ipAddress", "203.0.113.25");
    xml_text(body, "architecture", sale->arch == AW_ARCH_ARM64 ? "arm64" : "x86_64");
    if (machine->spot)
        xml_text(body, "instanceLifecycle", "spot");
    if (machine->why)
        xml_text(body, "reason", machine->why);
    xml_text(body, "clientToken", machine->key);
    xml_tags(body, machine->tags);
    xml_open(body, "cpuOptions");
    xml_number(body, "coreCount", sale->vcpus);
    xml_number(body, "threadsPerCore", 1);
    xml_close(body, "cpuOptions");
    xml_close(body, "item");
}

static void write_reservation(struct query *query, const struct machine *machine)
{
    kit_buf *body = &query->call->answer->body;
    char id[32];
    snprintf(id, sizeof id, "r-%017u", (unsigned)machine->number + 1);
    xml_text(body, "reservationId", id);
    xml_text(body, "ownerId", AWS_ACCOUNT);
    xml_open(body, "instancesSet");
    write_machine(body, machine, query->call->now_ms);
    xml_close(body, "instancesSet");
}

/* ---- run ---- */

/* All parameters but the token make the hash, as they make the reservation. */
static uint64_t hash_of(const json_t *form)
{
    uint64_t hash = 1469598103934665603u;
    json_t *copy = json_copy((json_t *)form);
    json_object_del(copy, "ClientToken");
    char *text = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT);
    for (const char *c = text ? text : ""; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    free(text);
    json_decref(copy);
    return hash;
}

static json_t *tags_of(const json_t *form, unsigned place)
{
    json_t *tags = json_object();
    char word[64];
    for (unsigned i = 1;; i++) {
        snprintf(word, sizeof word, "TagSpecification.%u.Tag.%u.Key", place, i);
        const char *name = text_of(form, word);
        snprintf(word, sizeof word, "TagSpecification.%u.Tag.%u.Value", place, i);
        if (!*name)
            return tags;
        json_object_set_new(tags, name, json_string(text_of(form, word)));
    }
}

/* True: the parameters are refused. */
static bool is_refused(const struct query *query, const struct sale *sale, const char *zone)
{
    const char *image = text_of(query->form, "ImageId");
    const char *group = text_of(query->form, "NetworkInterface.1.SecurityGroupId.1");
    struct call *call = query->call;
    if (!sale)
        aws_fail(call, 400, "InvalidParameterValue", "Invalid value for InstanceType");
    else if (!zone)
        aws_fail(call, 400, "InvalidSubnetID.NotFound", "The subnet ID does not exist");
    else if (!ec2_group_is_there(query, group))
        aws_fail(call, 400, "InvalidGroup.NotFound", "The security group does not exist");
    else if (strcmp(image, ec2_image_of(sale->arch)) != 0)
        aws_fail(call, 400, "InvalidParameterValue",
                 "The architecture of the image does not match the instance type");
    else if (strlen(text_of(query->form, "ClientToken")) > 64)
        aws_fail(call, 400, "InvalidParameterValue", "ClientToken is too long");
    else
        return false;
    return true;
}

static void run_again(struct query *query, const struct machine *machine)
{
    if (machine->hash != hash_of(query->form))
        return aws_fail(query->call, 400, "IdempotentParameterMismatch",
                        "The client token has been used before, with other parameters.");
    if (machine->ending_ms)
        return aws_fail(query->call, 400, "IdempotentInstanceTerminated",
                        "The instance of this client token has been terminated.");
    xml_begin(query);
    write_reservation(query, machine);
    xml_end(query);
}

void ec2_run(struct query *query)
{
    struct call *call = query->call;
    const struct knobs *knobs = &call->cloud->knobs[call->id];
    const char *token = text_of(query->form, "ClientToken");
    const char *type = text_of(query->form, "InstanceType");
    const char *subnet = text_of(query->form, "NetworkInterface.1.SubnetId");
    const char *zone = ec2_zone_of(query, subnet);
    const struct machine *same = *token ? machine_by_key(call, query->region, token) : NULL;
    if (same && !knobs->forgets_keys)
        return run_again(query, same);
    if (is_refused(query, sale_find(CLOUD_AWS, type), zone) || !may_make(call, type, zone))
        return;
    char id[64];
    struct machine *machine = machine_make(call, query->region, token);
    snprintf(machine->id, sizeof machine->id, "i-%017x", (unsigned)machine->number + 1);
    put_text(machine->place, sizeof machine->place, zone);
    put_text(machine->type, sizeof machine->type, type);
    machine->tags = knobs->drops_tags ? json_object() : tags_of(query->form, 1);
    snprintf(id, sizeof id, "vol-%017x", (unsigned)machine->number + 1);
    disk_make(call, machine, id, tags_of(query->form, 2));
    machine->hash = hash_of(query->form);
    machine->spot = *text_of(query->form, "InstanceMarketOptions.MarketType") != '\0';
    xml_begin(query);
    write_reservation(query, machine);
    xml_end(query);
}

/* ---- describe ---- */

static struct machine *machine_of(const struct query *query, const char *id)
{
    struct machine *machine = machine_next(query->call, NULL);
    while (machine &&
           (strcmp(machine->id, id) != 0 || strcmp(machine->region, query->region) != 0 ||
            !machine_is_seen(machine, query->call->now_ms)))
        machine = machine_next(query->call, machine);
    return machine;
}

static void fail_unknown(struct query *query, const char *id)
{
    char message[160];
    snprintf(message, sizeof message, "The instance ID '%.60s' does not exist", id);
    aws_fail(query->call, 400, "InvalidInstanceID.NotFound", message);
}

static void write_item(struct query *query, const struct machine *machine)
{
    xml_open(&query->call->answer->body, "item");
    write_reservation(query, machine);
    xml_close(&query->call->answer->body, "item");
}

static void describe_one(struct query *query, const char *id)
{
    const struct machine *machine = machine_of(query, id);
    if (!machine)
        return fail_unknown(query, id);
    xml_begin(query);
    xml_open(&query->call->answer->body, "reservationSet");
    write_item(query, machine);
    xml_close(&query->call->answer->body, "reservationSet");
    xml_end(query);
}

static bool is_wanted(const struct query *query, const struct machine *machine)
{
    static const char *const states[] = {"pending", "running", "shutting-down", "terminated"};
    const char *state = states[machine_state(machine, query->call->now_ms)];
    return strcmp(machine->region, query->region) == 0 &&
           ec2_tags_allow(query->form, machine->tags) &&
           ec2_filter_allows(query->form, "instance-state-name", state) &&
           ec2_filter_allows(query->form, "client-token", machine->key);
}

static uint64_t page_size(const struct query *query)
{
    uint64_t asked = strtoull(text_of(query->form, "MaxResults"), NULL, 10);
    uint64_t most = query->call->cloud->knobs[CLOUD_AWS].page;
    asked = asked ? asked : 1000;
    return most && most < asked ? most : asked;
}

/* The token is the number of the first machine that is left. */
void ec2_describe(struct query *query)
{
    kit_buf *body = &query->call->answer->body;
    size_t first = (size_t)strtoull(text_of(query->form, "NextToken"), NULL, 10);
    uint64_t left = page_size(query);
    struct machine *machine = machine_next(query->call, NULL);
    if (*text_of(query->form, "InstanceId.1"))
        return describe_one(query, text_of(query->form, "InstanceId.1"));
    xml_begin(query);
    xml_open(body, "reservationSet");
    for (; machine && left > 0; machine = machine_next(query->call, machine)) {
        if (machine->number < first || !is_wanted(query, machine) ||
            !machine_is_listed(machine, query->call->now_ms))
            continue;
        write_item(query, machine);
        left--;
    }
    xml_close(body, "reservationSet");
    if (machine)
        xml_number(body, "nextToken", machine->number);
    xml_end(query);
}

/* ---- terminate ---- */

void ec2_terminate(struct query *query)
{
    kit_buf *body = &query->call->answer->body;
    const char *id = text_of(query->form, "InstanceId.1");
    struct machine *machine = machine_of(query, id);
    if (!machine)
        return fail_unknown(query, id);
    xml_begin(query);
    xml_open(body, "instancesSet");
    xml_open(body, "item");
    xml_text(body, "instanceId", id);
    write_state(body, "previousState", machine, query->call->now_ms);
    machine_end(query->call, machine, "terminate");
    write_state(body, "currentState", machine, query->call->now_ms);
    xml_close(body, "item");
    xml_close(body, "instancesSet");
    xml_end(query);
}
