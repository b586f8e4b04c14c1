/* SPDX-License-Identifier: Apache-2.0 */
/* A request made into curl's options, and curl's result made into an outcome. */
#include "core/real_transfer.h"

#include "core/endpoint.h"
#include "core/mem.h"
#include "core/real_tls.h"
#include "core/vec.h"
#include "kit/error.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define DEFAULT_MAX_BODY ((uint64_t)64 * 1024 * 1024)
#define LARGE_BODY ((size_t)1024 * 1024)
#define LARGEST_SPARE ((size_t)16 * 1024 * 1024)
#define MOST_HEADERS 256u
#define MOST_HEADER_BYTES ((size_t)256 * 1024) /* less than what curl itself gives up at */
#define CONNECT_TIMEOUT_MS 10000L
#define RECEIVE_BYTES (64L * 1024) /* at once: four times what curl takes by itself */
#define STALL_SECONDS 60L /* waiting for the answer counts too, so no less than an attempt has */

/* A list node made by hand, so that a line with a secret lies in memory that is wiped. */
static int add_line(struct transfer *transfer, const char *name, const char *value)
{
    size_t size = strlen(name) + strlen(value) + 3;
    struct curl_slist *node = arena_alloc(&transfer->secrets, sizeof *node);
    char *line = arena_alloc(&transfer->secrets, size);
    if (!node || !line)
        return -1;
    /* curl takes "name:" as an order to leave the header out, and "name;" as an empty one. */
    bool blank = value[strspn(value, " \t")] == '\0';
    snprintf(line, size, blank ? "%s;" : "%s: %s", name, value);
    node->data = line;
    node->next = transfer->lines;
    transfer->lines = node;
    return 0;
}

static int leave_out(struct transfer *transfer, const char *name)
{
    const aw_request *request = transfer->call->request;
    char line[32];
    for (uint64_t i = 0; i < request->header_count; i++)
        if (!strcasecmp(request->headers[i].name, name))
            return 0;
    snprintf(line, sizeof line, "%s:", name);
    struct curl_slist *node = arena_alloc(&transfer->secrets, sizeof *node);
    char *copy = arena_text(&transfer->secrets, line);
    if (!node || !copy)
        return -1;
    *node = (struct curl_slist){.data = copy, .next = transfer->lines};
    transfer->lines = node;
    return 0;
}

static int add_headers(struct transfer *transfer)
{
    const struct wire_call *call = transfer->call;
    for (uint64_t i = 0; i < call->request->header_count; i++)
        if (add_line(transfer, call->request->headers[i].name, call->request->headers[i].value))
            return -1;
    for (size_t i = 0; i < call->signed_header_count; i++)
        if (add_line(transfer, call->signed_headers[i].name, call->signed_headers[i].value))
            return -1;
    /* What is sent is what was signed: nothing of curl's own. */
    return leave_out(transfer, "Accept") || leave_out(transfer, "Content-Type") ||
                   leave_out(transfer, "Expect")
               ? -1
               : 0;
}

/* ---- large answers ---- */

void spare_body_finish(struct spare_body *spare)
{
    mem_free(spare->data);
    *spare = (struct spare_body){0};
}

static void take_spare(struct transfer *transfer)
{
    struct spare_body *spare = transfer->spare;
    kit_buf *body = &transfer->body;
    if (transfer->secret || spare->capacity <= body->capacity)
        return;
    memcpy(spare->data, kit_buf_text(body), body->size + 1);
    mem_free(body->data);
    body->data = spare->data;
    body->capacity = spare->capacity;
    *spare = (struct spare_body){0};
}

static void leave_spare(struct transfer *transfer)
{
    struct spare_body *spare = transfer->spare;
    kit_buf *body = &transfer->body;
    if (transfer->secret || body->capacity <= spare->capacity || body->size <= LARGE_BODY ||
        body->capacity > LARGEST_SPARE)
        return;
    spare_body_finish(spare);
    *spare = (struct spare_body){body->data, body->capacity};
    body->data = NULL;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    if (transfer->body.size + size * count > LARGE_BODY)
        take_spare(transfer);
    kit_buf_add(&transfer->body, data, size * count);
    transfer->too_large = transfer->body.state == KIT_BUF_FULL;
    transfer->no_memory = transfer->body.state == KIT_BUF_NO_MEMORY;
    return transfer->body.state == KIT_BUF_OK ? size * count : 0;
}

static int keep_header(struct transfer *transfer, char *line, size_t size)
{
    char *colon = memchr(line, ':', size);
    if (!colon)
        return 0;
    size_t name_size = (size_t)(colon - line);
    const char *value = colon + 1;
    const char *end = line + size;
    while (value < end && isspace((unsigned char)*value))
        value++;
    while (end > value && isspace((unsigned char)end[-1]))
        end--;
    char *name = arena_copy(&transfer->arena, line, name_size);
    char *text = arena_copy(&transfer->arena, value, (size_t)(end - value));
    aw_header *header = NULL;
    if (name && text)
        header = VEC_PUSH(&transfer->headers, &transfer->header_count);
    if (!header)
        return -1;
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    *header = (aw_header){.name = name, .value = text};
    return 0;
}

static size_t on_header(char *line, size_t size, size_t count, void *arg)
{
    struct transfer *transfer = arg;
    size *= count;
    /* An interim answer, such as 103, comes before the one that counts. */
    if (size > 5 && !memcmp(line, "HTTP/", 5)) {
        transfer->header_count = 0;
        transfer->head_ended = false;
    }
    transfer->head_ended |= *line == '\r' || *line == '\n';
    transfer->header_bytes += size;
    transfer->too_large =
        transfer->header_count > MOST_HEADERS || transfer->header_bytes > MOST_HEADER_BYTES;
    if (transfer->too_large)
        return 0;
    transfer->no_memory = keep_header(transfer, line, size) != 0;
    return transfer->no_memory ? 0 : size;
}

static void set_method(struct transfer *transfer)
{
    const aw_request *request = transfer->call->request;
    bool has_body = request->body.size || !strcmp(request->method, "POST") ||
                    !strcmp(request->method, "PUT") || !strcmp(request->method, "PATCH");
    if (has_body) {
        curl_easy_setopt(transfer->easy, CURLOPT_POST, 1L);
        curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDSIZE_LARGE,
                         (curl_off_t)request->body.size);
        curl_easy_setopt(transfer->easy, CURLOPT_POSTFIELDS, request->body.data);
    }
    if (!strcmp(request->method, "HEAD"))
        curl_easy_setopt(transfer->easy, CURLOPT_NOBODY, 1L);
    curl_easy_setopt(transfer->easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static bool is_plain(const aw_request *request)
{
    return !strncmp(request->url, "http://", 7);
}

static void set_network(struct transfer *transfer, const struct authorities *authorities)
{
    const struct wire_call *call = transfer->call;
    bool plain = is_plain(call->request);
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, plain ? "http" : "https");
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                     (long)(call->once ? CURL_HTTP_VERSION_1_1 : CURL_HTTP_VERSION_2TLS));
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, RECEIVE_BYTES);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_TIMEOUT_MS);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)call->timeout_ms);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    if (plain)
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    const char *ca_file = call->request->ca_file ? call->request->ca_file : authorities->file;
    if (ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    if (authorities->folder)
        curl_easy_setopt(easy, CURLOPT_CAPATH, authorities->folder);
    /* When a connection ends without an answer that others have used or use, curl sends the request
     * again by itself. What must not be sent twice gets one of its own, without HTTP/2's sharing. */
    if (call->once)
        curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
    else if (!plain)
        curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
}

static void set_options(struct transfer *transfer, const struct authorities *authorities)
{
    CURL *easy = transfer->easy;
    curl_easy_setopt(easy, CURLOPT_URL, transfer->call->request->url);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "archway/" ARCHWAY_VERSION);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer->lines);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer->problem);
    tls_wipe_plaintext(easy);
    set_method(transfer);
    set_network(transfer, authorities);
}

struct transfer *transfer_create(struct wire_call *call, const struct authorities *authorities,
                                 struct spare_body *spare)
{
    struct transfer *transfer = mem_alloc(sizeof *transfer);
    uint64_t max = call->request->max_body ? call->request->max_body : DEFAULT_MAX_BODY;
    if (!transfer)
        return NULL;
    transfer->call = call;
    transfer->secret = call->secret;
    transfer->spare = spare;
    arena_init(&transfer->secrets, true);
    arena_init(&transfer->arena, call->secret);
    kit_buf_init(&transfer->body, call->secret ? arena_kit(&transfer->secrets) : mem_kit(), max);
    transfer->easy = curl_easy_init();
    if (!transfer->easy || add_headers(transfer)) {
        transfer_destroy(transfer);
        return NULL;
    }
    set_options(transfer, authorities);
    return transfer;
}

void transfer_destroy(struct transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    leave_spare(transfer);
    kit_buf_finish(&transfer->body);
    mem_free(transfer->headers);
    arena_finish(&transfer->arena);
    arena_finish(&transfer->secrets);
    mem_free(transfer);
}

static bool has_left(const struct transfer *transfer)
{
    curl_off_t before_us = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_PRETRANSFER_TIME_T, &before_us);
    return before_us > 0;
}

static bool is_untrusted(CURLcode result)
{
    return result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CACERT_BADFILE ||
           result == CURLE_SSL_CERTPROBLEM || result == CURLE_SSL_CRL_BADFILE ||
           result == CURLE_SSL_ISSUER_ERROR;
}

static enum wire_outcome outcome_of(const struct transfer *transfer, CURLcode result)
{
    if (result == CURLE_OK)
        return WIRE_ANSWERED;
    if (transfer->too_large)
        return WIRE_TOO_LARGE;
    if (is_untrusted(result))
        return WIRE_FORBIDDEN;
    if (!has_left(transfer))
        return WIRE_NOT_SENT;
    return result == CURLE_OPERATION_TIMEDOUT ? WIRE_TIMED_OUT : WIRE_LOST;
}

static void explain(struct transfer *transfer, CURLcode result)
{
    struct wire_call *call = transfer->call;
    char text[sizeof call->problem];
    /* What has an @ in it may be the URL of a proxy with its password. */
    bool telling = transfer->problem[0] && !strchr(transfer->problem, '@');
    const char *why = telling ? transfer->problem : curl_easy_strerror(result);
    if (transfer->too_large)
        snprintf(text, sizeof text,
                 "the answer is larger than the limit of %zu bytes or %u headers",
                 transfer->body.max, MOST_HEADERS);
    else if (transfer->no_memory)
        snprintf(text, sizeof text, "out of memory for the answer");
    else if (is_untrusted(result))
        snprintf(text, sizeof text,
                 "the server's certificate is not trusted: %.160s (SSL_CERT_FILE names other "
                 "authorities)",
                 why);
    else
        snprintf(text, sizeof text, "%.200s", why);
    kit_error_text(call->problem, sizeof call->problem, text);
}

static bool is_chunked(const struct transfer *transfer)
{
    for (size_t i = 0; i < transfer->header_count; i++)
        if (!strcmp(transfer->headers[i].name, "transfer-encoding") &&
            strcasestr(transfer->headers[i].value, "chunked"))
            return true;
    return false;
}

/* Does the answer say itself where it ends? TLS would tell too, but curl does not mind when its
 * farewell is missing. */
static bool is_bounded(const struct transfer *transfer)
{
    const aw_request *request = transfer->call->request;
    curl_off_t size = -1;
    long status = 0;
    long version = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->easy, CURLINFO_HTTP_VERSION, &version);
    return size >= 0 || version >= CURL_HTTP_VERSION_2_0 || status == 204 || status == 304 ||
           !strcmp(request->method, "HEAD") || is_chunked(transfer) || is_plain(request);
}

/* What curl takes for an answer although it may have been cut off. */
static CURLcode find_cut(struct transfer *transfer)
{
    const char *why = !transfer->head_ended ? "the connection ended within the answer's headers"
                      : !is_bounded(transfer)
                          ? "the answer does not say how long it is, so it may have been cut off"
                          : NULL;
    if (!why)
        return CURLE_OK;
    snprintf(transfer->problem, sizeof transfer->problem, "%s", why);
    return CURLE_PARTIAL_FILE;
}

void transfer_finish(struct transfer *transfer, CURLcode result)
{
    struct wire_call *call = transfer->call;
    long status = 0;
    if (result == CURLE_OK)
        result = find_cut(transfer);
    call->outcome = outcome_of(transfer, result);
    if (call->outcome != WIRE_ANSWERED) {
        explain(transfer, result);
        return;
    }
    curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
    call->answer = (aw_response){
        .size = sizeof call->answer,
        .status = (uint32_t)status,
        .headers = transfer->headers,
        .header_count = transfer->header_count,
        .body = {.data = kit_buf_text(&transfer->body), .size = transfer->body.size},
    };
}
