/* SPDX-License-Identifier: Apache-2.0 */
/* Signature Version 4, computed anew from what came, as AWS describes it. */
#include "core/mem.h"
#include "kit/time.h"
#include "tests/cloud/aws.h"
#include "tests/sigv4_reference.h"

#include <stdio.h>
#include <string.h>

#define MOST_HEADERS 64
#define SKEW_MS 300000u

/* "NAME=..." of the header, up to a comma. */
static void field(const char *authorization, const char *name, char *text, size_t size)
{
    const char *at = strstr(authorization, name);
    at = at ? at + strlen(name) : "";
    snprintf(text, size, "%.*s", (int)strcspn(at, ", "), at);
}

/* Is the name in a list with semicolons? */
static bool is_signed(const char *list, const char *name)
{
    size_t size = strlen(name);
    for (const char *at = list; *at; at += strcspn(at, ";"), at += *at == ';')
        if (strncmp(at, name, size) == 0 && (at[size] == ';' || !at[size]))
            return true;
    return false;
}

/* "20260601T120003Z" as kit_time_read knows it. */
static uint64_t date_of(const char *text)
{
    char time[32];
    if (strlen(text) != 16)
        return 0;
    snprintf(time, sizeof time, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6,
             text + 9, text + 11, text + 13);
    return kit_time_read(time);
}

static bool is_timely(const struct call *call)
{
    uint64_t at_ms = date_of(header_of(call->request, "x-amz-date"));
    uint64_t apart_ms = at_ms > call->now_ms ? at_ms - call->now_ms : call->now_ms - at_ms;
    return at_ms > 0 && apart_ms <= SKEW_MS;
}

/* The date and the session token are added by the reference itself. */
static size_t signed_headers(const struct cloud_request *request, const char *list,
                             aw_header headers[MOST_HEADERS])
{
    size_t count = 0;
    for (size_t i = 0; i < request->header_count && count < MOST_HEADERS; i++) {
        const char *name = request->headers[i].name;
        if (is_signed(list, name) && strcmp(name, "x-amz-date") != 0 &&
            strcmp(name, "x-amz-security-token") != 0)
            headers[count++] = request->headers[i];
    }
    return count;
}

static bool is_right(const struct call *call, const char *region, const char *service)
{
    const struct cloud_request *request = call->request;
    const char *given = header_of(request, "authorization");
    char list[512];
    char url[1024];
    aw_header headers[MOST_HEADERS];
    field(given, "SignedHeaders=", list, sizeof list);
    snprintf(url, sizeof url, "http://%s%s%s%s", request->host, request->path,
             *request->query ? "?" : "", request->query);
    const aw_request wire = {
        .size = sizeof wire,
        .method = request->method,
        .url = url,
        .headers = headers,
        .header_count = signed_headers(request, list, headers),
        .body = {request->body, request->body_size},
        .region = region,
        .service = service,
    };
    const aw_credentials credentials = {
        .size = sizeof credentials, .key_id = CLOUD_AWS_KEY_ID, .secret = CLOUD_AWS_SECRET};
    const struct reference_input input = {&wire, &credentials, header_of(request, "x-amz-date")};
    char *wanted = reference_authorization(&input);
    bool right = strcmp(wanted, given) == 0;
    mem_free(wanted);
    return right;
}

const char *aws_auth_check(const struct call *call, char region[32], char service[32])
{
    char scope[256];
    char key_id[64];
    field(header_of(call->request, "authorization"), "Credential=", scope, sizeof scope);
    path_part(scope, 0, key_id, sizeof key_id);
    path_part(scope, 2, region, 32);
    path_part(scope, 3, service, 32);
    if (strcmp(key_id, CLOUD_AWS_KEY_ID) != 0)
        return "AuthFailure";
    if (!is_timely(call))
        return "RequestExpired";
    return is_right(call, region, service) ? NULL : "SignatureDoesNotMatch";
}
