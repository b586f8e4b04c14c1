/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lambda Cloud: https://docs.lambda.ai/api/cloud. It has no idempotency key, so each launch is a machine more, and
 * its list has no pages.
 */
#include "tests/cloud/catalog.h"
#include "tests/cloud/parts.h"

#include <stdio.h>
#include <string.h>

#define BASE "/api/v1/"

static void fail(struct call *call, unsigned status, const char *code, const char *message)
{
    answer_json(call, status,
                json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message));
}

static void answer_data(struct call *call, json_t *data)
{
    answer_json(call, 200, json_pack("{s:o}", "data", data));
}

/* ---- what is sold ---- */

static json_t *type_json(const struct sale *sale)
{
    return json_pack("{s:s,s:s,s:s,s:I,s:{s:i,s:i,s:i,s:i}}", "name", sale->type, "description",
                     sale->gpu, "gpu_description", sale->gpu, "price_cents_per_hour",
                     (json_int_t)(sale->nusd / 10000000), "specs", "vcpus", (int)sale->vcpus,
                     "memory_gib", (int)(sale->memory_mib / 1024), "storage_gib", 4096, "gpus", 1);
}

static json_t *region_json(const char *region)
{
    return json_pack("{s:s,s:s}", "name", region, "description", "somewhere");
}

static void types(struct call *call)
{
    json_t *data = json_object();
    for (const struct sale *sale = sale_next(CLOUD_LAMBDA, NULL); sale;
         sale = sale_next(CLOUD_LAMBDA, sale)) {
        json_t *regions = json_array();
        for (const struct place *place = place_next(CLOUD_LAMBDA, NULL); place;
             place = place_next(CLOUD_LAMBDA, place)) {
            const struct capacity *capacity =
                capacity_of(&call->cloud->faults, place->region, sale->type);
            if (!capacity || capacity->left > 0)
                json_array_append_new(regions, region_json(place->region));
        }
        json_object_set_new(data, sale->type,
                            json_pack("{s:o,s:o}", "instance_type", type_json(sale),
                                      "regions_with_capacity_available", regions));
    }
    answer_data(call, data);
}

static void images(struct call *call)
{
    json_t *data = json_array();
    static const char *const archs[] = {"arm64", "x86_64"};
    for (const struct place *place = place_next(CLOUD_LAMBDA, NULL); place;
         place = place_next(CLOUD_LAMBDA, place))
        for (size_t i = 0; i < 2; i++)
            json_array_append_new(
                data, json_pack("{s:s,s:s,s:s,s:s,s:s,s:o}", "id", archs[i], "name", "Lambda Stack",
                                "family", "lambda-stack-24-04", "version", "24.4.2-1459",
                                "architecture", archs[i], "region", region_json(place->region)));
    answer_data(call, data);
}

/* ---- keys ---- */

static void keys(struct call *call)
{
    answer_data(call, json_incref(call->cloud->ssh_keys));
}

static bool has_key(const struct call *call, const char *name)
{
    const json_t *list = call->cloud->ssh_keys;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "name"), name) == 0)
            return true;
    return false;
}

static void key_add(struct call *call)
{
    json_t *body = json_loads(call->request->body, 0, NULL);
    char id[40];
    snprintf(id, sizeof id, "%032x", call->number);
    if (!*text_of(body, "name") || !*text_of(body, "public_key")) {
        fail(call, 400, "global/invalid-parameters", "A key has a name and a public_key.");
    } else if (has_key(call, text_of(body, "name"))) {
        fail(call, 400, "global/duplicate", "There is a key of that name.");
    } else {
        json_object_set_new(body, "id", json_string(id));
        json_array_append(call->cloud->ssh_keys, body);
        answer_data(call, json_incref(body));
    }
    json_decref(body);
}

static void key_delete(struct call *call)
{
    json_t *list = call->cloud->ssh_keys;
    const char *id = strrchr(call->request->path, '/') + 1;
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "id"), id) == 0) {
            json_array_remove(list, i);
            return answer_data(call, json_object());
        }
    fail(call, 404, "global/object-does-not-exist", "There is no such key.");
}

/* ---- machines ---- */

/* What may be done with it: https://docs.lambda.ai/api/cloud, InstanceActionAvailability. */
static json_t *actions_json(bool is_active)
{
    static const char *const names[] = {"migrate", "rebuild", "restart", "cold_reboot"};
    json_t *actions = json_pack("{s:{s:b}}", "terminate", "available", 1);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        json_object_set_new(actions, names[i],
                            is_active ? json_pack("{s:b}", "available", 1)
                                      : json_pack("{s:b,s:s,s:s}", "available", 0, "reason_code",
                                                  "vm-not-active", "reason_description",
                                                  "The machine is not active."));
    return actions;
}

static json_t *machine_json(const struct machine *machine, uint64_t now_ms)
{
    static const char *const states[] = {"booting", "active", "terminating", "terminated"};
    json_t *tags = json_object_get(machine->wish, "tags");
    bool is_active = machine_state(machine, now_ms) == MACHINE_RUNNING;
    return json_pack("{s:s,s:s,s:s,s:s?,s:o,s:s,s:O*,s:[],s:o,s:o,s:O*}", "id", machine->id, "name",
                     text_of(machine->wish, "name"), "ip", is_active ? "192.0.2.44" : "",
                     "private_ip", is_active ? "10.19.0.44" : NULL, "actions",
                     actions_json(is_active), "status", states[machine_state(machine, now_ms)],
                     "ssh_key_names", json_object_get(machine->wish, "ssh_key_names"),
                     "file_system_names", "region", region_json(machine->region), "instance_type",
                     type_json(sale_find(CLOUD_LAMBDA, machine->type)), "tags", tags);
}

static json_t *tags_of(const json_t *wish)
{
    json_t *tags = json_object();
    const json_t *list = json_object_get(wish, "tags");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *tag = json_array_get(list, i);
        json_object_set(tags, text_of(tag, "key"), json_object_get(tag, "value"));
    }
    return tags;
}

static void make(struct call *call, json_t *wish)
{
    struct machine *machine = machine_make(call, text_of(wish, "region_name"), "");
    snprintf(machine->id, sizeof machine->id, "%032x", (unsigned)machine->number + 0x1000);
    put_text(machine->place, sizeof machine->place, machine->region);
    put_text(machine->type, sizeof machine->type, text_of(wish, "instance_type_name"));
    machine->wish = json_incref(wish);
    machine->tags = tags_of(wish);
    answer_data(call, json_pack("{s:[s]}", "instance_ids", machine->id));
}

static void launch(struct call *call)
{
    json_t *wish = json_loads(call->request->body, JSON_REJECT_DUPLICATES, NULL);
    const char *type = text_of(wish, "instance_type_name");
    const char *region = text_of(wish, "region_name");
    const char *key = json_string_value(json_array_get(json_object_get(wish, "ssh_key_names"), 0));
    if (!sale_find(CLOUD_LAMBDA, type) || !place_find(CLOUD_LAMBDA, region))
        fail(call, 404, "global/object-does-not-exist", "There is no such type or region.");
    else if (!key || !has_key(call, key))
        fail(call, 404, "global/object-does-not-exist", "There is no such ssh key.");
    else if (may_make(call, type, region))
        make(call, wish);
    json_decref(wish);
}

static struct machine *find(const struct call *call, const char *id)
{
    struct machine *machine = machine_next(call, NULL);
    while (machine &&
           (strcmp(machine->id, id) != 0 || machine_state(machine, call->now_ms) == MACHINE_GONE ||
            !machine_is_seen(machine, call->now_ms)))
        machine = machine_next(call, machine);
    return machine;
}

static void fail_absent(struct call *call)
{
    fail(call, 404, "global/object-does-not-exist", "Specified instance does not exist.");
}

static void instance(struct call *call)
{
    const struct machine *machine = find(call, strrchr(call->request->path, '/') + 1);
    if (machine)
        answer_data(call, machine_json(machine, call->now_ms));
    else
        fail_absent(call);
}

static void instances(struct call *call)
{
    json_t *data = json_array();
    for (struct machine *machine = machine_next(call, NULL); machine;
         machine = machine_next(call, machine))
        if (machine_state(machine, call->now_ms) != MACHINE_GONE &&
            machine_is_listed(machine, call->now_ms))
            json_array_append_new(data, machine_json(machine, call->now_ms));
    answer_data(call, data);
}

static void terminate(struct call *call)
{
    json_t *body = json_loads(call->request->body, 0, NULL);
    const char *id = json_string_value(json_array_get(json_object_get(body, "instance_ids"), 0));
    struct machine *machine = id ? find(call, id) : NULL;
    json_decref(body);
    if (!machine)
        return fail_absent(call);
    machine_end(call, machine, "terminate");
    answer_data(call,
                json_pack("{s:[o]}", "terminated_instances", machine_json(machine, call->now_ms)));
}

/* ---- the door ---- */

static const struct {
    const char *name;
    const char *method;
    const char *path;
    void (*answer)(struct call *call);
} requests[] = {
    {"instance-types", "GET", "instance-types", types},
    {"images", "GET", "images", images},
    {"ssh-keys", "GET", "ssh-keys", keys},
    {"add-ssh-key", "POST", "ssh-keys", key_add},
    {"delete-ssh-key", "DELETE", "ssh-keys/", key_delete},
    {"launch", "POST", "instance-operations/launch", launch},
    {"terminate", "POST", "instance-operations/terminate", terminate},
    {"instance", "GET", "instances/", instance},
    {"instances", "GET", "instances", instances},
};
#define REQUESTS (sizeof requests / sizeof *requests)

/* A pattern that ends in "/" wants something behind it. */
static size_t find_request(const struct cloud_request *request)
{
    size_t at = 0;
    for (; at < REQUESTS; at++) {
        const char *rest = behind(request->path + strlen(BASE), requests[at].path);
        size_t size = strlen(requests[at].path);
        bool wants_more = requests[at].path[size - 1] == '/';
        if (rest && wants_more == (*rest != '\0') &&
            strcmp(requests[at].method, request->method) == 0)
            break;
    }
    return at;
}

static const char *lambda_name(const struct cloud_request *request, char *text, size_t size)
{
    size_t at = find_request(request);
    snprintf(text, size, "%s", at < REQUESTS ? requests[at].name : "");
    return at < REQUESTS ? text : NULL;
}

static void lambda_answer(struct call *call)
{
    const char *key = behind(header_of(call->request, "authorization"), "Bearer ");
    if (key && strcmp(key, CLOUD_LAMBDA_KEY) == 0)
        requests[find_request(call->request)].answer(call);
    else
        fail(call, 401, "global/invalid-api-key", "API key was invalid, expired, or deleted.");
}

static void lambda_refuse(struct call *call, enum refusal why)
{
    switch (why) {
    case REFUSED_THROTTLED:
        call->answer->retry_after = "1";
        fail(call, 429, "global/too-many-requests", "Too many requests.");
        break;
    case REFUSED_UNAVAILABLE:
        fail(call, 500, "global/internal-error", "An internal error has occurred.");
        break;
    case REFUSED_NO_CAPACITY:
        fail(call, 400, "instance-operations/launch/insufficient-capacity",
             "Not enough capacity to fulfill launch request.");
        break;
    case REFUSED_QUOTA:
        fail(call, 400, "global/quota-exceeded", "Quota exceeded.");
        break;
    }
}

const struct face lambda_face = {.prefixes = {"/api/v1/", NULL},
                                 .name = lambda_name,
                                 .answer = lambda_answer,
                                 .refuse = lambda_refuse};
