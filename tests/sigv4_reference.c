/* SPDX-License-Identifier: Apache-2.0 */
/* Signature Version 4, step by step as AWS describes it. */
#include "sigv4_reference.h"

#include "core/mem.h"
#include "sigv4_reference_parts.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_name_and_place(const void *a, const void *b)
{
    const struct pair *left = a;
    const struct pair *right = b;
    int order = strcmp(left->name, right->name);
    return order ? order : (left->place > right->place) - (left->place < right->place);
}

static char *lower(const char *text)
{
    char *copy = part(text, strlen(text));
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return copy;
}

/* Words with one space between. */
static char *folded(const char *text)
{
    kit_buf out = new_text();
    size_t size = 0;
    for (const char *at = text; *at; at += size) {
        size = strspn(at, " \t");
        if (size > 0)
            continue;
        size = strcspn(at, " \t");
        if (out.size > 0)
            kit_buf_add_char(&out, ' ');
        kit_buf_add(&out, at, size);
    }
    return taken(&out);
}

static bool is_never_signed(const char *name)
{
    static const char *const names[] = {
        "connection",        "expect",     "keep-alive",     "te", "trailer", "upgrade",
        "transfer-encoding", "user-agent", "x-amzn-trace-id"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strncmp(name, "proxy-", 6) == 0;
}

static void add_header(struct pairs *pairs, const char *name, const char *value)
{
    char *lowered = lower(name);
    if (is_never_signed(lowered))
        mem_free(lowered);
    else
        add_pair(pairs, lowered, folded(value));
}

static bool has_header(const struct pairs *pairs, const char *name)
{
    for (size_t i = 0; i < pairs->count; i++)
        if (strcmp(pairs->items[i].name, name) == 0)
            return true;
    return false;
}

static char *sha256_hex(const char *data, size_t size)
{
    unsigned char hash[32];
    kit_buf out = new_text();
    must(EVP_Digest(data, size, hash, NULL, EVP_sha256(), NULL));
    for (size_t i = 0; i < sizeof hash; i++)
        kit_buf_addf(&out, "%02x", hash[i]);
    return taken(&out);
}

static void hmac(const void *key, size_t key_size, const char *text, unsigned char out[32])
{
    unsigned char result[32];
    must(HMAC(EVP_sha256(), key, (int)key_size, (const unsigned char *)text, strlen(text), result,
              NULL));
    memcpy(out, result, sizeof result);
}

/* "host:port", but for the port that goes without saying. */
static char *host_of(const char *url)
{
    unsigned long usual = strncmp(url, "https:", 6) == 0 ? 443 : 80;
    const char *start = strstr(url, "//") + 2;
    char *host = part(start, strcspn(start, "/?"));
    char *colon = strrchr(host, ':');
    if (!colon || strchr(colon, ']'))
        return host;
    unsigned long port = strtoul(colon + 1, NULL, 10);
    *colon = '\0';
    kit_buf out = new_text();
    kit_buf_add_text(&out, host);
    if (port != usual)
        kit_buf_addf(&out, ":%lu", port);
    mem_free(host);
    return taken(&out);
}

static char *token_of(const aw_credentials *credentials)
{
    const char *token = credentials->token ? credentials->token : "";
    token += strspn(token, " \t\r\n");
    return part(token, strcspn(token, " \t\r\n"));
}

static struct pairs *headers_of(const struct reference_input *input, const char *payload)
{
    const aw_request *request = input->request;
    struct pairs *pairs = mem_alloc(sizeof *pairs);
    must(pairs != NULL);
    for (uint64_t i = 0; i < request->header_count; i++)
        add_header(pairs, request->headers[i].name, request->headers[i].value);
    char *host = host_of(request->url);
    char *token = token_of(input->credentials);
    if (!has_header(pairs, "host"))
        add_header(pairs, "host", host);
    add_header(pairs, "x-amz-date", input->time);
    if (*token)
        add_header(pairs, "x-amz-security-token", token);
    if (strcmp(request->service, "s3") == 0)
        add_header(pairs, "x-amz-content-sha256", payload);
    qsort(pairs->items, pairs->count, sizeof *pairs->items, by_name_and_place);
    mem_free(host);
    mem_free(token);
    return pairs;
}

static bool is_first(const struct pairs *pairs, size_t i)
{
    return i == 0 || strcmp(pairs->items[i - 1].name, pairs->items[i].name) != 0;
}

static char *header_lines(const struct pairs *pairs)
{
    kit_buf out = new_text();
    for (size_t i = 0; i < pairs->count; i++) {
        if (is_first(pairs, i))
            kit_buf_addf(&out, "%s%s:", i ? "\n" : "", pairs->items[i].name);
        else
            kit_buf_add_char(&out, ',');
        kit_buf_add_text(&out, pairs->items[i].value);
    }
    kit_buf_add_char(&out, '\n');
    return taken(&out);
}

static char *header_names(const struct pairs *pairs)
{
    kit_buf out = new_text();
    for (size_t i = 0; i < pairs->count; i++)
        if (is_first(pairs, i))
            kit_buf_addf(&out, "%s%s", i ? ";" : "", pairs->items[i].name);
    return taken(&out);
}

/* What the canonical request and the header both need. */
struct steps {
    char *names;
    char *canonical;
};

static struct steps steps_of(const struct reference_input *input)
{
    const aw_request *request = input->request;
    const char *target = strstr(request->url, "//") + 2;
    target += strcspn(target, "/?");
    size_t path_size = strcspn(target, "?");
    char *raw_path = part(target, path_size);
    char *path = canonical_path(raw_path, request->service);
    char *query = canonical_query(target[path_size] ? target + path_size + 1 : "");
    char *payload = sha256_hex(request->body.data, request->body.size);
    struct pairs *headers = headers_of(input, payload);
    char *lines = header_lines(headers);
    struct steps steps = {.names = header_names(headers)};
    kit_buf out = new_text();
    kit_buf_addf(&out, "%s\n%s\n%s\n%s\n%s\n%s", request->method, path, query, lines, steps.names,
                 payload);
    steps.canonical = taken(&out);
    free_pairs(headers);
    char *texts[] = {raw_path, path, query, payload, lines};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        mem_free(texts[i]);
    return steps;
}

char *reference_canonical(const struct reference_input *input)
{
    struct steps steps = steps_of(input);
    mem_free(steps.names);
    return steps.canonical;
}

static void sign(const struct reference_input *input, const char *to_sign, unsigned char out[32])
{
    const aw_request *request = input->request;
    char first[512];
    char day[9];
    snprintf(first, sizeof first, "AWS4%s", input->credentials->secret);
    snprintf(day, sizeof day, "%.8s", input->time);
    hmac(first, strlen(first), day, out);
    hmac(out, 32, request->region, out);
    hmac(out, 32, request->service, out);
    hmac(out, 32, "aws4_request", out);
    hmac(out, 32, to_sign, out);
}

char *reference_authorization(const struct reference_input *input)
{
    const aw_request *request = input->request;
    struct steps steps = steps_of(input);
    char *hash = sha256_hex(steps.canonical, strlen(steps.canonical));
    char scope[256];
    char to_sign[512];
    unsigned char signature[32];
    snprintf(scope, sizeof scope, "%.8s/%s/%s/aws4_request", input->time, request->region,
             request->service);
    snprintf(to_sign, sizeof to_sign, "AWS4-HMAC-SHA256\n%s\n%s\n%s", input->time, scope, hash);
    sign(input, to_sign, signature);
    kit_buf out = new_text();
    kit_buf_addf(&out, "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=",
                 input->credentials->key_id, scope, steps.names);
    for (size_t i = 0; i < sizeof signature; i++)
        kit_buf_addf(&out, "%02x", signature[i]);
    mem_free(hash);
    mem_free(steps.names);
    mem_free(steps.canonical);
    return taken(&out);
}
