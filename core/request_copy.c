/* SPDX-License-Identifier: Apache-2.0 */
/* Checking, copying and comparing requests. */
#include "core/request_copy.h"

#include "core/endpoint.h"
#include "core/error.h"
#include "core/sized.h"

#include <string.h>

#define LONGEST_URL 8192u

static bool is_token(const char *text)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~";
    return *text && text[strspn(text, allowed)] == '\0';
}

static bool is_value(const char *text)
{
    for (; *text; text++)
        if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
            return false;
    return true;
}

static int check_header(const aw_request *request, uint64_t index, aw_error *ret_error)
{
    const aw_header *header = &request->headers[index];
    unsigned long long number = index + 1;
    if (!header->name || !header->value)
        return kit_error_set(ret_error, AW_E_INTERNAL,
                             "header %llu of `%s` lacks a name or a value", number, request->name);
    if (!is_token(header->name) || !is_value(header->value))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "header %llu of `%s` has a character that HTTP forbids", number,
                             request->name);
    return 0;
}

int request_check(const aw_request *request, bool in_authenticate, aw_error *ret_error)
{
    if (!request->name || !request->method || !request->url || !is_token(request->method))
        return kit_error_set(ret_error, AW_E_INTERNAL, "the plugin made a request without %s",
                             !request->name  ? "a name"
                             : !request->url ? "a URL"
                                             : "a valid method");
    if (strlen(request->url) > LONGEST_URL)
        return kit_error_set(ret_error, AW_E_INVALID, "the URL of `%s` is longer than %u bytes",
                             request->name, LONGEST_URL);
    for (uint64_t i = 0; i < request->header_count; i++)
        if (check_header(request, i, ret_error))
            return -1;
    const char *fault =
        in_authenticate ? url_fault_in_authenticate(request->url) : url_fault(request->url);
    if (fault)
        return kit_error_set(ret_error, AW_E_INVALID, "the URL of `%s` %s", request->name, fault);
    return 0;
}

static int copy_text(struct arena *arena, const char **text)
{
    const char *source = *text;
    *text = arena_text(arena, source);
    return source && !*text ? -1 : 0;
}

static int copy_headers(struct arena *arena, aw_request *copy)
{
    aw_header *headers = arena_alloc(arena, (copy->header_count + 1) * sizeof *headers);
    if (!headers)
        return -1;
    for (uint64_t i = 0; i < copy->header_count; i++) {
        headers[i] = copy->headers[i];
        if (copy_text(arena, &headers[i].name) || copy_text(arena, &headers[i].value))
            return -1;
    }
    copy->headers = headers;
    return 0;
}

static int copy_credentials(struct arena *arena, aw_request *copy)
{
    if (!copy->credentials)
        return 0;
    aw_credentials *credentials = arena_alloc(arena, sizeof *credentials);
    if (!credentials)
        return -1;
    SIZED_COPY(credentials, copy->credentials);
    copy->credentials = credentials;
    return copy_text(arena, &credentials->key_id) || copy_text(arena, &credentials->secret) ||
                   copy_text(arena, &credentials->token) || copy_text(arena, &credentials->source)
               ? -1
               : 0;
}

int request_copy(struct arena *arena, const aw_request *request, const char *default_region,
                 aw_request *ret_copy)
{
    aw_request copy;
    SIZED_COPY(&copy, request);
    if (!copy.region)
        copy.region = default_region;
    if (copy_text(arena, &copy.name) || copy_text(arena, &copy.method) ||
        copy_text(arena, &copy.url) || copy_text(arena, &copy.region) ||
        copy_text(arena, &copy.service) || copy_text(arena, &copy.ca_file) ||
        copy_headers(arena, &copy) || copy_credentials(arena, &copy))
        return -1;
    copy.body.data = arena_copy(arena, request->body.data, copy.body.size);
    if (!copy.body.data)
        return -1;
    *ret_copy = copy;
    return 0;
}

static bool same_headers(const aw_request *a, const aw_request *b)
{
    if (a->header_count != b->header_count)
        return false;
    for (uint64_t i = 0; i < a->header_count; i++)
        if (strcmp(a->headers[i].name, b->headers[i].name) ||
            strcmp(a->headers[i].value, b->headers[i].value))
            return false;
    return true;
}

bool request_equal(const aw_request *a, const aw_request *b)
{
    return !strcmp(a->method, b->method) && !strcmp(a->url, b->url) &&
           a->body.size == b->body.size && a->flags == b->flags &&
           !memcmp(a->body.data, b->body.data, a->body.size) && same_headers(a, b);
}
