/* SPDX-License-Identifier: Apache-2.0 */
/* Operations, and the firewall rules that are made by them. */
#include "tests/cloud/gcp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As the API shows it at this time. */
static json_t *shown(const struct call *call, const json_t *operation)
{
    const char *error = text_of(operation, "error");
    bool is_done =
        (json_int_t)call->now_ms >= json_integer_value(json_object_get(operation, "done_ms"));
    json_t *face = json_pack("{s:s,s:s,s:s,s:s,s:s,s:i}", "kind", "compute#operation", "name",
                             text_of(operation, "name"), "operationType",
                             text_of(operation, "type"), "targetLink", text_of(operation, "target"),
                             "status", is_done ? "DONE" : "RUNNING", "progress", is_done ? 100 : 0);
    if (is_done && *error)
        json_object_set_new(face, "error",
                            json_pack("{s:[{s:s,s:s}]}", "errors", "code", error, "message",
                                      "The operation could not be carried out."));
    return face;
}

void gcp_operation_answer(struct call *call, const char *type, const char *zone, const char *target,
                          const char *request_id, const char *error)
{
    json_t *operations = call->cloud->operations;
    char name[40];
    snprintf(name, sizeof name, "operation-%zu", json_array_size(operations));
    json_t *operation = json_pack(
        "{s:s,s:s,s:s,s:s,s:s,s:s,s:I}", "name", name, "type", type, "zone", zone, "target", target,
        "request_id", request_id, "error", error ? error : "", "done_ms",
        (json_int_t)(call->now_ms + call->cloud->knobs[CLOUD_GCP].operation_ms));
    json_array_append_new(operations, operation);
    answer_json(call, 200, shown(call, operation));
}

bool gcp_operation_repeat(struct call *call, const char *request_id)
{
    const json_t *operations = call->cloud->operations;
    for (size_t i = json_array_size(operations); i > 0 && *request_id; i--) {
        const json_t *operation = json_array_get(operations, i - 1);
        if (strcmp(text_of(operation, "request_id"), request_id) != 0)
            continue;
        answer_json(call, 200, shown(call, operation));
        return true;
    }
    return false;
}

void gcp_operation_get(struct call *call)
{
    const char *name = strrchr(call->request->path, '/') + 1;
    const char *number = behind(name, "operation-");
    const json_t *operation =
        number ? json_array_get(call->cloud->operations, strtoul(number, NULL, 10)) : NULL;
    if (operation)
        answer_json(call, 200, shown(call, operation));
    else
        gcp_fail_absent(call);
}

/* ---- firewall rules ---- */

void gcp_firewall_get(struct call *call)
{
    const char *name = strrchr(call->request->path, '/') + 1;
    json_t *rule = json_object_get(call->cloud->firewalls, name);
    if (rule)
        answer_json(call, 200, json_incref(rule));
    else
        gcp_fail_absent(call);
}

void gcp_firewalls(struct call *call)
{
    json_t *items = json_array();
    const char *name;
    json_t *rule;
    json_object_foreach(call->cloud->firewalls, name, rule) json_array_append(items, rule);
    answer_json(call, 200, json_pack("{s:o}", "items", items));
}

void gcp_firewall_insert(struct call *call)
{
    json_t *body = json_loads(call->request->body, 0, NULL);
    char name[80];
    put_text(name, sizeof name, text_of(body, "name"));
    if (!*name || json_object_get(call->cloud->firewalls, name)) {
        json_decref(body);
        return gcp_fail(call, *name ? 409 : 400, *name ? "alreadyExists" : "invalid",
                        "The resource already exists, or has no name");
    }
    json_object_set_new(call->cloud->firewalls, name, body);
    gcp_operation_answer(call, "insert", "", name, "", NULL);
}

void gcp_firewall_delete(struct call *call)
{
    const char *name = strrchr(call->request->path, '/') + 1;
    if (json_object_del(call->cloud->firewalls, name))
        gcp_fail_absent(call);
    else
        gcp_operation_answer(call, "delete", "", name, "", NULL);
}
