/* SPDX-License-Identifier: Apache-2.0 */
/* Requests to sign: a line with the service, one with the URL, then headers, as lines. What is
 * signed must be signed as the reference signs it. */
#include "tests/fuzz/fuzz.h"

#include "backends/aws/sigv4.h"
#include "core/mem.h"
#include "tests/sigv4_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MOST_HEADERS 70
#define TIME "20260101T000000Z"
#define TIME_MS UINT64_C(1767225600000)

struct outcome {
    aw_header_sink face; /* first */
    unsigned count;
    char authorization[8192];
};

static const aw_credentials credentials = {.size = sizeof credentials,
                                           .key_id = "AKIDEXAMPLE",
                                           .secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
                                           .token = "token"};

static void add(aw_header_sink *sink, const char *name, const char *value, size_t size,
                int32_t secret)
{
    struct outcome *outcome = (struct outcome *)(void *)sink;
    (void)secret;
    outcome->count++;
    for (size_t i = 0; i < size; i++)
        FUZZ_CHECK((unsigned char)value[i] >= ' ' && value[i] != 0x7f);
    if (strcmp(name, "authorization") == 0)
        snprintf(outcome->authorization, sizeof outcome->authorization, "%.*s", (int)size, value);
}

/* Cuts the text at the end of its first line; returns the next line. */
static char *cut_line(char *text)
{
    size_t size = strcspn(text, "\n");
    char *next = text + size + (text[size] == '\n');
    text[size] = '\0';
    return next;
}

static void read_headers(aw_request *request, aw_header *headers, char *text)
{
    while (*text && request->header_count < MOST_HEADERS) {
        char *next = cut_line(text);
        char *colon = strchr(text, ':');
        if (colon) {
            *colon = '\0';
            headers[request->header_count++] = (aw_header){.name = text, .value = colon + 1};
        }
        text = next;
    }
    request->headers = headers;
}

static int sign(struct sigv4_keys *keys, const aw_request *request, enum sigv4_path path,
                struct outcome *ret_outcome)
{
    aw_error error = {.size = sizeof error};
    struct sigv4_scope scope = {
        .region = request->region, .service = request->service, .path = path};
    *ret_outcome = (struct outcome){.face = {.size = sizeof ret_outcome->face, .add = add}};
    int status =
        sigv4_sign(keys, &scope, request, &credentials, TIME_MS, &ret_outcome->face, &error);
    if (status) {
        fuzz_check_error(&error);
        FUZZ_CHECK(ret_outcome->count == 0);
    }
    return status;
}

/* The reference decodes no NUL, and takes no hash that is given. */
static int reference_knows(const aw_request *request)
{
    if (strstr(request->url, "%00"))
        return 0;
    for (uint64_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, "x-amz-content-sha256") == 0)
            return 0;
    return 1;
}

static void check(const aw_request *request, const struct outcome *outcome)
{
    struct reference_input input = {.request = request, .credentials = &credentials, .time = TIME};
    char *expected = reference_authorization(&input);
    FUZZ_CHECK(strcmp(expected, outcome->authorization) == 0);
    mem_free(expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sigv4_keys keys;
    aw_header headers[MOST_HEADERS];
    struct outcome outcome;
    char *service = fuzz_text(data, size);
    char *url = cut_line(service);
    char *rest = cut_line(url);
    aw_request request = {.size = sizeof request,
                          .name = "fuzz",
                          .method = "GET",
                          .url = url,
                          .region = "us-east-1",
                          .service = strcmp(service, "s3") == 0 ? "s3" : "ec2"};
    read_headers(&request, headers, rest);
    int status = sign(&keys, &request, SIGV4_PATH_OF_SERVICE, &outcome);
    if (status == 0 && reference_knows(&request))
        check(&request, &outcome);
    request.body = (aw_bytes){.data = service, .size = strlen(service)};
    FUZZ_CHECK(sign(&keys, &request, SIGV4_PATH_OF_SERVICE, &outcome) == status);
    if (status == 0 && reference_knows(&request))
        check(&request, &outcome);
    FUZZ_CHECK(sign(&keys, &request, SIGV4_PATH_UNNORMALIZED, &outcome) == status);
    free(service);
    return 0;
}
