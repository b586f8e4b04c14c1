/* SPDX-License-Identifier: Apache-2.0 */
/* Google at the door: names of requests, tokens, errors, and which request is whose. */
#include "tests/cloud/gcp.h"

#include <stdio.h>
#include <string.h>

#define COMPUTE "/compute/v1/projects/"
#define TOKEN_LIFE_MS 3600000u

/* In order; "*" is any part, and a pattern holds for whatever begins with it. */
static const struct {
    const char *name;
    const char *method;
    const char *pattern; /* behind the project */
    void (*answer)(struct call *call);
} requests[] = {
    {"operations", "GET", "zones/*/operations/*", gcp_operation_get},
    {"operations", "GET", "global/operations/*", gcp_operation_get},
    {"get", "GET", "zones/*/instances/*", gcp_get},
    {"delete", "DELETE", "zones/*/instances/*", gcp_delete},
    {"insert", "POST", "zones/*/instances", gcp_insert},
    {"machineTypes", "GET", "zones/*/machineTypes", gcp_machine_types},
    {"zones", "GET", "zones", gcp_zones},
    {"regions", "GET", "regions", gcp_regions},
    {"instances", "GET", "aggregated/instances", gcp_instances},
    {"disks", "GET", "aggregated/disks", gcp_disks},
    {"delete-disk", "DELETE", "zones/*/disks/*", gcp_disk_delete},
    {"aggregated", "GET", "aggregated/*", gcp_nothing},
    {"image", "GET", "global/images/*", gcp_image},
    {"firewall", "GET", "global/firewalls/*", gcp_firewall_get},
    {"firewall-delete", "DELETE", "global/firewalls/*", gcp_firewall_delete},
    {"firewalls", "GET", "global/firewalls", gcp_firewalls},
    {"firewall-insert", "POST", "global/firewalls", gcp_firewall_insert},
    {"project", "GET", "", gcp_project},
};
#define REQUESTS (sizeof requests / sizeof *requests)

static bool is_like(const char *path, const char *pattern)
{
    while (*pattern) {
        size_t size = strcspn(path, "/");
        size_t pattern_size = strcspn(pattern, "/");
        bool any = pattern_size == 1 && *pattern == '*';
        if (size == 0 || (!any && (size != pattern_size || strncmp(path, pattern, size) != 0)))
            return false;
        path += size + (path[size] == '/');
        pattern += pattern_size + (pattern[pattern_size] == '/');
    }
    return true;
}

static size_t find(const struct cloud_request *request)
{
    const char *path = behind(request->path, COMPUTE);
    size_t at = path ? 0 : REQUESTS;
    path = path ? path + strcspn(path, "/") : "";
    path += *path == '/';
    while (at < REQUESTS && (strcmp(requests[at].method, request->method) != 0 ||
                             !is_like(path, requests[at].pattern)))
        at++;
    return at;
}

static const char *gcp_name(const struct cloud_request *request, char *text, size_t size)
{
    size_t at = find(request);
    const char *name = at < REQUESTS ? requests[at].name : NULL;
    if (strcmp(request->path, "/token") == 0)
        name = "token";
    if (strstr(request->path, "/skus"))
        name = "skus";
    snprintf(text, size, "%s", name ? name : "");
    return name ? text : NULL;
}

const char *gcp_part(const struct call *call, unsigned index, char *text, size_t size)
{
    return path_part(behind(call->request->path, COMPUTE), index, text, size);
}

/* ---- errors ---- */

void gcp_fail(struct call *call, unsigned status, const char *reason, const char *message)
{
    answer_json(call, status,
                json_pack("{s:{s:i,s:s,s:[{s:s,s:s,s:s}]}}", "error", "code", (int)status,
                          "message", message, "errors", "message", message, "domain", "global",
                          "reason", reason));
}

void gcp_fail_absent(struct call *call)
{
    char message[512];
    snprintf(message, sizeof message, "The resource '%.400s' was not found",
             behind(call->request->path, "/compute/v1/"));
    gcp_fail(call, 404, "notFound", message);
}

static void gcp_refuse(struct call *call, enum refusal why)
{
    switch (why) {
    case REFUSED_THROTTLED:
        gcp_fail(call, 403, "rateLimitExceeded", "Rate Limit Exceeded");
        break;
    case REFUSED_UNAVAILABLE:
        gcp_fail(call, 503, "backendError", "Backend Error");
        break;
    case REFUSED_NO_CAPACITY:
        gcp_fail(call, 503, "insufficientCapacity",
                 "The zone does not currently have sufficient capacity for the requested "
                 "resources.");
        break;
    case REFUSED_QUOTA:
        gcp_fail(call, 403, "quotaExceeded",
                 "Quota 'INSTANCES' exceeded.  Limit: 8.0 in region us-central1.");
        break;
    }
}

/* ---- tokens ---- */

void gcp_token(struct call *call)
{
    char token[64];
    json_t *form = form_read(call->request->body);
    bool right = strcmp(text_of(form, "refresh_token"), CLOUD_GCP_REFRESH) == 0;
    json_decref(form);
    if (!right)
        return answer_json(call, 400, json_pack("{s:s}", "error", "invalid_grant"));
    snprintf(token, sizeof token, "ya29.cloud-%u-%llx", call->number,
             (unsigned long long)(call->now_ms * 2654435761u));
    json_object_set_new(call->cloud->tokens, token,
                        json_integer((json_int_t)(call->now_ms + TOKEN_LIFE_MS)));
    answer_json(call, 200,
                json_pack("{s:s,s:i,s:s}", "access_token", token, "expires_in", 3599, "token_type",
                          "Bearer"));
}

bool gcp_is_known(const struct call *call)
{
    const char *token = behind(header_of(call->request, "authorization"), "Bearer ");
    const json_t *until = token ? json_object_get(call->cloud->tokens, token) : NULL;
    return until && json_integer_value(until) > (json_int_t)call->now_ms;
}

static void gcp_answer(struct call *call)
{
    size_t at = find(call->request);
    if (strcmp(call->name, "token") == 0)
        gcp_token(call);
    else if (!gcp_is_known(call))
        gcp_fail(call, 401, "authError", "Invalid Credentials");
    else if (strcmp(call->name, "skus") == 0)
        gcp_skus(call);
    else
        requests[at].answer(call);
}

const struct face gcp_face = {.prefixes = {"/compute/v1/", "/token", "/v1/"},
                              .name = gcp_name,
                              .answer = gcp_answer,
                              .refuse = gcp_refuse};
