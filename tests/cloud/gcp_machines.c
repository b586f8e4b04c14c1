/* SPDX-License-Identifier: Apache-2.0 */
/*
 * insert, get, delete and the aggregated list. A request id is the same operation, and a name is one machine in
 * its zone: https://cloud.google.com/compute/docs/reference/rest/v1/instances/insert
 */
#include "tests/cloud/catalog.h"
#include "tests/cloud/disks.h"
#include "tests/cloud/gcp.h"

#include "kit/time.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_FILTER 512

static struct machine *find(const struct call *call, const char *zone, const char *name)
{
    struct machine *machine = machine_next(call, NULL);
    while (machine && (strcmp(machine->id, name) != 0 || strcmp(machine->place, zone) != 0 ||
                       machine_state(machine, call->now_ms) == MACHINE_GONE))
        machine = machine_next(call, machine);
    return machine;
}

/* ---- as JSON ---- */

static json_t *interface(const struct machine *machine, uint64_t now_ms)
{
    json_t *access = json_pack("{s:s,s:s}", "name", "External NAT", "type", "ONE_TO_ONE_NAT");
    if (machine_state(machine, now_ms) == MACHINE_RUNNING)
        json_object_set_new(access, "natIP", json_string("203.0.113.26"));
    return json_pack("{s:s,s:s,s:[o]}", "name", "nic0", "networkIP", "10.128.0.2", "accessConfigs",
                     access);
}

static json_t *shown(const struct machine *machine, uint64_t now_ms)
{
    static const char *const states[] = {"PROVISIONING", "RUNNING", "STOPPING", "STOPPING"};
    const struct sale *sale = sale_find(CLOUD_GCP, machine->type);
    char zone[160];
    char type[240];
    char time[40];
    snprintf(zone, sizeof zone, GCP_LINK "/zones/%s", machine->place);
    snprintf(type, sizeof type, "%s/machineTypes/%s", zone, machine->type);
    time_text(machine->made_ms, time, sizeof time);
    json_t *face =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:[{s:b,s:b,s:s}],s:[o]}", "kind", "compute#instance",
                  "name", machine->id, "creationTimestamp", time, "zone", zone, "machineType", type,
                  "status", states[machine_state(machine, now_ms)], "disks", "boot", 1,
                  "autoDelete", 1, "architecture", sale->arch == AW_ARCH_ARM64 ? "ARM64" : "X86_64",
                  "networkInterfaces", interface(machine, now_ms));
    json_object_set(face, "scheduling", json_object_get(machine->wish, "scheduling"));
    json_object_set(face, "metadata", json_object_get(machine->wish, "metadata"));
    json_object_set(face, "labels", json_object_get(machine->wish, "labels"));
    return face;
}

/* ---- insert ---- */

/* Metadata holds texts as they are; labels have them in small letters. */
static json_t *tags_of(const json_t *wish)
{
    json_t *tags = json_deep_copy(json_object_get(wish, "labels"));
    const json_t *items = json_object_get(json_object_get(wish, "metadata"), "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (behind(text_of(item, "key"), "archway-"))
            json_object_set(tags, text_of(item, "key"), json_object_get(item, "value"));
    }
    return tags;
}

static const char *late_error(const struct call *call)
{
    enum fault_kind kind = call->fault ? call->fault->kind : FAULT_NONE;
    if (kind == FAULT_LATE_CAPACITY)
        return "ZONE_RESOURCE_POOL_EXHAUSTED";
    return kind == FAULT_LATE_QUOTA ? "QUOTA_EXCEEDED" : NULL;
}

/* Whoever may run so long only is deleted by Google itself; and so is what could not be made after all. */
static void set_own_end(const struct call *call, struct machine *machine)
{
    const json_t *scheduling = json_object_get(machine->wish, "scheduling");
    const char *ends = text_of(scheduling, "terminationTime");
    if (*ends) {
        machine->own_end_ms = kit_time_read(ends);
        machine->own_why = "its time was over";
    }
    if (late_error(call)) {
        machine->own_end_ms = call->now_ms + call->cloud->knobs[CLOUD_GCP].operation_ms;
        machine->own_why = "the insert failed";
    }
}

static void make(struct call *call, json_t *wish, const struct place *place, const char *type,
                 const char *request_id)
{
    struct machine *machine = machine_make(call, place->region, request_id);
    put_text(machine->id, sizeof machine->id, text_of(wish, "name"));
    put_text(machine->place, sizeof machine->place, place->zone);
    put_text(machine->type, sizeof machine->type, type);
    machine->wish = json_incref(wish);
    machine->tags = tags_of(wish);
    machine->spot =
        strcmp(text_of(json_object_get(wish, "scheduling"), "provisioningModel"), "SPOT") == 0;
    set_own_end(call, machine);
    const json_t *boot = json_array_get(json_object_get(wish, "disks"), 0);
    disk_make(call, machine, machine->id,
              json_deep_copy(json_object_get(json_object_get(boot, "initializeParams"), "labels")));
    gcp_operation_answer(call, "insert", place->zone, machine->id, request_id, late_error(call));
}

static void insert(struct call *call, json_t *wish, const char *request_id)
{
    char zone[64];
    const struct place *place = place_find(CLOUD_GCP, gcp_part(call, 2, zone, sizeof zone));
    const char *link = text_of(wish, "machineType");
    const char *type = strrchr(link, '/') ? strrchr(link, '/') + 1 : link;
    const char *name = text_of(wish, "name");
    if (!place || !*name)
        gcp_fail(call, 400, "invalid", "Invalid value for field 'zone' or 'name'");
    else if (!sale_find(CLOUD_GCP, type))
        gcp_fail(call, 404, "notFound", "The resource 'machineTypes' was not found");
    else if (find(call, zone, name))
        gcp_fail(call, 409, "alreadyExists", "The resource already exists");
    else if (may_make(call, type, zone))
        make(call, wish, place, type, request_id);
}

void gcp_insert(struct call *call)
{
    json_t *query = form_read(call->request->query);
    json_t *wish = json_loads(call->request->body, JSON_REJECT_DUPLICATES, NULL);
    const char *request_id = text_of(query, "requestId");
    if (!gcp_operation_repeat(call, request_id))
        insert(call, wish, request_id);
    json_decref(wish);
    json_decref(query);
}

/* ---- one of them ---- */

void gcp_get(struct call *call)
{
    char zone[64];
    char name[80];
    const struct machine *machine =
        find(call, gcp_part(call, 2, zone, sizeof zone), gcp_part(call, 4, name, sizeof name));
    if (machine && machine_is_seen(machine, call->now_ms))
        answer_json(call, 200, shown(machine, call->now_ms));
    else
        gcp_fail_absent(call);
}

void gcp_delete(struct call *call)
{
    char zone[64];
    char name[80];
    json_t *query = form_read(call->request->query);
    const char *request_id = text_of(query, "requestId");
    struct machine *machine =
        find(call, gcp_part(call, 2, zone, sizeof zone), gcp_part(call, 4, name, sizeof name));
    if (!gcp_operation_repeat(call, request_id) && machine) {
        machine_end(call, machine, "delete");
        gcp_operation_answer(call, "delete", zone, name, request_id, NULL);
    } else if (!machine && call->answer->body.size == 0) {
        gcp_fail_absent(call);
    }
    json_decref(query);
}

/* ---- all of them ---- */

/* "labels.a=b AND name=c" */
static bool has(const struct machine *machine, const char *filter)
{
    while (*filter) {
        char name[96];
        char value[160];
        if (sscanf(filter, "%95[^=]=%159s", name, value) != 2)
            cloud_die("a filter that is not understood", filter);
        const char *label = behind(name, "labels.");
        const char *is =
            label ? text_of(json_object_get(machine->wish, "labels"), label) : machine->id;
        if ((!label && strcmp(name, "name") != 0) || strcmp(is, value) != 0)
            return false;
        const char *and = strstr(filter, " AND ");
        filter = and? and+strlen(" AND ") : "";
    }
    return true;
}

static json_t *warning(const char *code)
{
    return json_pack("{s:{s:s,s:s}}", "warning", "code", code, "message",
                     "There are no results for this scope.");
}

/* Every zone stands in every page, if only to say that it has nothing. */
json_t *gcp_empty_page(const struct knobs *knobs)
{
    json_t *items = json_object();
    for (const struct place *place = place_next(CLOUD_GCP, NULL); place;
         place = place_next(CLOUD_GCP, place)) {
        char zone[64];
        bool unreachable = strcmp(place->zone, knobs->unreachable) == 0;
        snprintf(zone, sizeof zone, "zones/%s", place->zone);
        json_object_set_new(items, zone,
                            warning(unreachable ? "UNREACHABLE" : "NO_RESULTS_ON_PAGE"));
    }
    return items;
}

void gcp_page_add(json_t *items, const char *zone, const char *what, json_t *face)
{
    char name[64];
    snprintf(name, sizeof name, "zones/%s", zone);
    json_t *scope = json_object_get(items, name);
    if (!json_object_get(scope, what)) {
        json_object_del(scope, "warning");
        json_object_set_new(scope, what, json_array());
    }
    json_array_append_new(json_object_get(scope, what), face);
}

uint64_t gcp_page_size(const struct call *call, const json_t *query)
{
    uint64_t asked = strtoull(text_of(query, "maxResults"), NULL, 10);
    uint64_t most = call->cloud->knobs[CLOUD_GCP].page;
    asked = asked ? asked : 500;
    return most && most < asked ? most : asked;
}

void gcp_page_answer(struct call *call, const char *kind, json_t *items, size_t next)
{
    json_t *answer = json_pack("{s:s,s:o}", "kind", kind, "items", items);
    char token[32];
    snprintf(token, sizeof token, "%zu", next);
    if (next)
        json_object_set_new(answer, "nextPageToken", json_string(token));
    answer_json(call, 200, answer);
}

void gcp_instances(struct call *call)
{
    const struct knobs *knobs = &call->cloud->knobs[CLOUD_GCP];
    json_t *query = form_read(call->request->query);
    json_t *items = gcp_empty_page(knobs);
    size_t first = (size_t)strtoull(text_of(query, "pageToken"), NULL, 10);
    uint64_t left = gcp_page_size(call, query);
    struct machine *machine = machine_next(call, NULL);
    for (; machine && left > 0; machine = machine_next(call, machine)) {
        if (machine->number < first || machine_state(machine, call->now_ms) == MACHINE_GONE ||
            strcmp(machine->place, knobs->unreachable) == 0 ||
            !has(machine, text_of(query, "filter")) || !machine_is_listed(machine, call->now_ms))
            continue;
        gcp_page_add(items, machine->place, "instances", shown(machine, call->now_ms));
        left--;
    }
    gcp_page_answer(call, "compute#instanceAggregatedList", items, machine ? machine->number : 0);
    json_decref(query);
}
