/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the cloud and its answers. */
#include "bench/lambda_cloud.h"

#include "bench/measure.h"
#include "core/mem.h"
#include "core/vec.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define ROOT "/api/v1/"
#define KEY "Bearer "

struct machine {
    char id[33];
    char token[65];
    char *
        constant; /* what does not change, as the members of a JSON object, with a "}" at the end */
    unsigned number;
    uint64_t launched_us;
    uint64_t ended_us; /* 0: not ordered to end */
};

struct lambda_cloud {
    uint64_t boot_us;
    uint64_t end_us;
    json_t *types;
    json_t *keys;
    struct machine *machines;
    size_t machine_count;
    struct lambda_counts counts;
};

struct lambda_cloud *lambda_cloud_create(const char *types_path, uint64_t boot_ms, uint64_t end_ms)
{
    json_error_t error;
    struct lambda_cloud *cloud = mem_alloc(sizeof *cloud);
    if (!cloud)
        die("no memory");
    cloud->boot_us = boot_ms * 1000;
    cloud->end_us = end_ms * 1000;
    cloud->types = json_load_file(types_path, 0, &error);
    cloud->keys = json_array();
    if (!json_object_get(cloud->types, "data") || !cloud->keys)
        die("%s: %s", types_path, cloud->types ? "there is no `data` in it" : error.text);
    return cloud;
}

void lambda_cloud_destroy(struct lambda_cloud *cloud)
{
    if (!cloud)
        return;
    for (size_t i = 0; i < cloud->machine_count; i++)
        free(cloud->machines[i].constant);
    mem_free(cloud->machines);
    json_decref(cloud->types);
    json_decref(cloud->keys);
    mem_free(cloud);
}

struct lambda_counts lambda_cloud_counts(const struct lambda_cloud *cloud)
{
    struct lambda_counts counts = cloud->counts;
    for (size_t i = 0; i < cloud->machine_count; i++)
        counts.left += cloud->machines[i].ended_us == 0;
    return counts;
}

static unsigned refuse(struct lambda_cloud *cloud, kit_buf *body, unsigned status, const char *code)
{
    cloud->counts.refused++;
    kit_buf_addf(body, "{\"error\":{\"code\":\"%s\",\"message\":\"Refused.\"}}", code);
    return status;
}

/* Takes the value. */
static unsigned answer_data(kit_buf *body, json_t *data)
{
    char *text = json_dumps(data, JSON_COMPACT);
    if (!text)
        die("an answer cannot be written");
    kit_buf_addf(body, "{\"data\":%s}", text);
    free(text);
    json_decref(data);
    return 200;
}

static bool is_gone(const struct lambda_cloud *cloud, const struct machine *machine)
{
    return machine->ended_us && now_us() >= machine->ended_us + cloud->end_us;
}

static const char *status_of(const struct lambda_cloud *cloud, const struct machine *machine)
{
    if (machine->ended_us)
        return "terminating";
    return now_us() < machine->launched_us + cloud->boot_us ? "booting" : "active";
}

/* As large as the real ones: what an active machine has and a booting one lacks is there too. */
static void write_machine(const struct lambda_cloud *cloud, const struct machine *machine,
                          kit_buf *body)
{
    static const char *const actions[] = {"migrate", "rebuild", "restart", "cold_reboot"};
    const char *status = status_of(cloud, machine);
    bool active = !strcmp(status, "active");
    unsigned high = machine->number / 250;
    unsigned low = machine->number % 250 + 1;
    kit_buf_addf(body, "{\"id\":\"%s\",\"status\":\"%s\",\"ip\":", machine->id, status);
    if (active)
        kit_buf_addf(body,
                     "\"192.0.%u.%u\",\"private_ip\":\"10.19.%u.%u\",\"hostname\":\"192-0-%u-%u\","
                     "\"jupyter_token\":\"%s\",\"jupyter_url\":\"https://%s.example.org/?t=%s\",",
                     high, low, high, low, high, low, machine->id, machine->id, machine->id);
    else
        kit_buf_add_text(body, "null,\"private_ip\":null,");
    kit_buf_add_text(body, "\"actions\":{");
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        kit_buf_addf(body,
                     active ? "\"%s\":{\"available\":true},"
                            : "\"%s\":{\"available\":false,\"reason_code\":\"vm-not-active\","
                              "\"reason_description\":\"The machine is not active.\"},",
                     actions[i]);
    kit_buf_addf(body, "\"terminate\":{\"available\":true}},%s", machine->constant);
}

static struct machine *find(const struct lambda_cloud *cloud, const char *id)
{
    for (size_t i = 0; i < cloud->machine_count; i++)
        if (!strcmp(cloud->machines[i].id, id))
            return is_gone(cloud, &cloud->machines[i]) ? NULL : &cloud->machines[i];
    return NULL;
}

static unsigned list_types(struct lambda_cloud *cloud, const json_t *wish, kit_buf *body)
{
    (void)wish;
    return answer_data(body, json_incref(json_object_get(cloud->types, "data")));
}

static unsigned list_keys(struct lambda_cloud *cloud, const json_t *wish, kit_buf *body)
{
    (void)wish;
    return answer_data(body, json_incref(cloud->keys));
}

static unsigned add_key(struct lambda_cloud *cloud, const json_t *wish, kit_buf *body)
{
    const char *name = json_string_value(json_object_get(wish, "name"));
    const char *line = json_string_value(json_object_get(wish, "public_key"));
    size_t i;
    json_t *key;
    if (!name || !line)
        return refuse(cloud, body, 400, "global/invalid-parameters");
    json_array_foreach(cloud->keys, i,
                       key) if (!strcmp(json_string_value(json_object_get(key, "name")),
                                        name)) return refuse(cloud, body, 400, "global/duplicate");
    key = json_pack("{s:s, s:s, s:s}", "id", "0", "name", name, "public_key", line);
    json_array_append_new(cloud->keys, key);
    return answer_data(body, json_incref(key));
}

static unsigned list_machines(struct lambda_cloud *cloud, const json_t *wish, kit_buf *body)
{
    const char *comma = "";
    (void)wish;
    cloud->counts.listings++;
    kit_buf_add_text(body, "{\"data\":[");
    for (size_t i = 0; i < cloud->machine_count; i++) {
        if (is_gone(cloud, &cloud->machines[i]))
            continue;
        kit_buf_add_text(body, comma);
        write_machine(cloud, &cloud->machines[i], body);
        comma = ",";
    }
    kit_buf_add_text(body, "]}");
    return 200;
}

static unsigned get_machine(struct lambda_cloud *cloud, const char *id, kit_buf *body)
{
    const struct machine *machine = find(cloud, id);
    if (!machine)
        return refuse(cloud, body, 404, "global/object-does-not-exist");
    kit_buf_add_text(body, "{\"data\":");
    write_machine(cloud, machine, body);
    kit_buf_add_text(body, "}");
    return 200;
}

static const char *token_of(const json_t *tags)
{
    size_t i;
    json_t *tag;
    json_array_foreach(
        tags, i,
        tag) if (!strcmp(json_string_value(json_object_get(tag, "key")),
                         "archway-token")) return json_string_value(json_object_get(tag, "value"));
    return NULL;
}

/* NULL when the wish lacks something that the API requires. */
static char *constant_of(const struct lambda_cloud *cloud, const json_t *wish)
{
    const char *type = json_string_value(json_object_get(wish, "instance_type_name"));
    const char *region = json_string_value(json_object_get(wish, "region_name"));
    const json_t *item = type ? json_object_get(json_object_get(cloud->types, "data"), type) : NULL;
    const json_t *name = json_object_get(wish, "name");
    const json_t *keys = json_object_get(wish, "ssh_key_names");
    if (!item || !region || json_array_size(keys) != 1 || !token_of(json_object_get(wish, "tags")))
        return NULL;
    json_t *members = json_pack(
        "{s:O?, s:O, s:[], s:{s:s, s:s}, s:O, s:O}", "name", name, "ssh_key_names", keys,
        "file_system_names", "region", "name", region, "description", "A region", "instance_type",
        json_object_get(item, "instance_type"), "tags", json_object_get(wish, "tags"));
    char *text = json_dumps(members, JSON_COMPACT);
    json_decref(members);
    return text;
}

static unsigned launch(struct lambda_cloud *cloud, const json_t *wish, kit_buf *body)
{
    char *constant = constant_of(cloud, wish);
    if (!constant)
        return refuse(cloud, body, 400, "global/invalid-parameters");
    /* Without the "{", so that it can stand behind other members. */
    memmove(constant, constant + 1, strlen(constant));
    const char *token = token_of(json_object_get(wish, "tags"));
    for (size_t i = 0; i < cloud->machine_count; i++)
        cloud->counts.launched_twice += !strcmp(cloud->machines[i].token, token);
    unsigned number = (unsigned)cloud->machine_count;
    struct machine *machine = VEC_PUSH(&cloud->machines, &cloud->machine_count);
    if (!machine)
        die("no memory");
    machine->constant = constant;
    machine->number = number;
    machine->launched_us = now_us();
    snprintf(machine->id, sizeof machine->id, "%08x%024x", number * 2654435761u, number);
    snprintf(machine->token, sizeof machine->token, "%s", token);
    cloud->counts.launches++;
    kit_buf_addf(body, "{\"data\":{\"instance_ids\":[\"%s\"]}}", machine->id);
    return 200;
}

static unsigned terminate(struct lambda_cloud *cloud, const json_t *wish, kit_buf *body)
{
    const char *id = json_string_value(json_array_get(json_object_get(wish, "instance_ids"), 0));
    struct machine *machine = id ? find(cloud, id) : NULL;
    if (!machine)
        return refuse(cloud, body, 404, "global/object-does-not-exist");
    if (!machine->ended_us)
        machine->ended_us = now_us();
    kit_buf_add_text(body, "{\"data\":{\"terminated_instances\":[");
    write_machine(cloud, machine, body);
    kit_buf_add_text(body, "]}}");
    return 200;
}

static const struct {
    const char *method;
    const char *path;
    unsigned (*answer)(struct lambda_cloud *cloud, const json_t *wish, kit_buf *body);
} routes[] = {
    {"GET", "instance-types", list_types},
    {"GET", "ssh-keys", list_keys},
    {"POST", "ssh-keys", add_key},
    {"GET", "instances", list_machines},
    {"POST", "instance-operations/launch", launch},
    {"POST", "instance-operations/terminate", terminate},
};

unsigned lambda_cloud_answer(void *arg, const struct http_request *request, kit_buf *body)
{
    struct lambda_cloud *cloud = arg;
    const char *path = request->path;
    if (strncmp(path, ROOT, strlen(ROOT)) != 0)
        return refuse(cloud, body, 404, "global/object-does-not-exist");
    path += strlen(ROOT);
    if (strncmp(request->authorization, KEY, strlen(KEY)) != 0)
        return refuse(cloud, body, 401, "global/invalid-api-key");
    if (!strcmp(request->method, "GET") && !strncmp(path, "instances/", strlen("instances/")))
        return get_machine(cloud, path + strlen("instances/"), body);
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(request->method, routes[i].method) != 0 || strcmp(path, routes[i].path) != 0)
            continue;
        json_t *wish = json_loadb(request->body, request->body_size, 0, NULL);
        unsigned status = routes[i].answer(cloud, wish, body);
        json_decref(wish);
        return status;
    }
    return refuse(cloud, body, 404, "global/object-does-not-exist");
}
