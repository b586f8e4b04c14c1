/* SPDX-License-Identifier: Apache-2.0 */
/* The published signature vectors: each through the vtable, and each one's canonical request. */
#include "backend_host.h"
#include "header_collector.h"
#include "sigv4_reference.h"
#include "sigv4_vectors.h"

#include "backends/aws/sigv4_parts.h"
#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void assert_is(const struct vector *vector, const char *what, const char *found,
                      const char *expected)
{
    if (strcmp(found, expected) != 0)
        fail_msg("%s: the %s is\n%s\nand not\n%s", vector->name, what, found, expected);
}

/* The line before the last one of a canonical request. */
static void signed_names(const struct vector *vector, char *out, size_t size)
{
    const char *text = kit_buf_text(&vector->canonical);
    const char *end = strrchr(text, '\n');
    assert_non_null(end);
    const char *start = end;
    while (start > text && start[-1] != '\n')
        start--;
    snprintf(out, size, "%.*s", (int)(end - start), start);
}

static void sign(const struct vector *vector, void *arg)
{
    struct backend_host *host = arg;
    struct header_collector headers;
    collector_init(&headers);
    char service[128];
    snprintf(service, sizeof service, "%s%s", vector->service,
             vector->is_unnormalized ? ";unnormalized" : "");
    aw_request request = vector->request;
    request.region = vector->region;
    request.service = service;
    aw_error error = {.size = sizeof error};
    if (vtable()->sign(host->op.state, &request, &vector->credentials, vector->now_ms,
                       &headers.face, &error))
        fail_msg("%s: %s", vector->name, error.message);
    char names[512];
    char expected[2048];
    signed_names(vector, names, sizeof names);
    snprintf(expected, sizeof expected,
             "AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/%s/aws4_request, SignedHeaders=%s, "
             "Signature=%s",
             vector->credentials.key_id, vector->time, vector->region, vector->service, names,
             vector->signature ? vector->signature : "");
    const char *found = collected_value(&headers, "authorization");
    if (vector->signature)
        assert_is(vector, "authorization", found, expected);
    assert_is(vector, "date", collected_value(&headers, "x-amz-date"), vector->time);
    assert_is(vector, "token", collected_value(&headers, "x-amz-security-token"),
              vector->credentials.token ? vector->credentials.token : "");
}

/* The second time as the last request again. */
static void sign_twice(const struct vector *vector, void *arg)
{
    sign(vector, arg);
    sign(vector, arg);
}

static void canonicalise(const struct vector *vector, void *arg)
{
    static struct sigv4_canonical canonical;
    char payload[SIGV4_HEX];
    char text[8192];
    aw_error error = {.size = sizeof error};
    assert_int_equal(sigv4_keys_prepare(arg, &error), 0);
    assert_int_equal(sigv4_keys_hash(arg, vector->request.body, payload, &error), 0);
    struct sigv4_input input = {
        .request = &vector->request,
        .service = vector->service,
        .path = vector->is_unnormalized ? SIGV4_PATH_UNNORMALIZED : SIGV4_PATH_OF_SERVICE,
        .time = {vector->time, SIGV4_TIME},
        .token = sigv4_trimmed(vector->credentials.token),
        .payload = {payload, sizeof payload},
    };
    if (sigv4_canonical_write(&canonical, &input, &error))
        fail_msg("%s: %s", vector->name, error.message);
    snprintf(text, sizeof text, "%.*s", (int)canonical.text.size, canonical.text.data);
    assert_is(vector, "canonical request", text, kit_buf_text(&vector->canonical));
}

/* Those that it is made for: it knows no paths that are not normalised and adds what S3 gets. */
static void compare_reference(const struct vector *vector, void *arg)
{
    size_t *compared = arg;
    aw_request request = vector->request;
    if (vector->is_unnormalized || !vector->signature)
        return;
    for (uint64_t i = 0; i < request.header_count; i++)
        if (strcmp(request.headers[i].name, "x-amz-content-sha256") == 0)
            return;
    request.region = vector->region;
    request.service = vector->service;
    struct reference_input input = {
        .request = &request, .credentials = &vector->credentials, .time = vector->time};
    char *canonical = reference_canonical(&input);
    char *authorization = reference_authorization(&input);
    assert_is(vector, "reference's canonical request", canonical, kit_buf_text(&vector->canonical));
    assert_is(vector, "reference's signature", strstr(authorization, "Signature=") + 10,
              vector->signature);
    mem_free(canonical);
    mem_free(authorization);
    ++*compared;
}

static const struct {
    const char *file;
    size_t count;
} files[] = {
    {"suite.txt", 38}, {"classic.txt", 34}, {"crosschecked.txt", 24}, {"double-encoding.txt", 2}};
#define FILES (sizeof files / sizeof *files)

static void test_every_vector_is_signed_through_the_vtable(void **state)
{
    for (size_t i = 0; i < FILES; i++)
        assert_int_equal(vectors_read(files[i].file, sign_twice, *state), files[i].count);
}

static void test_every_vector_has_its_canonical_request(void **state)
{
    (void)state;
    struct sigv4_keys *keys = mem_alloc(sizeof *keys);
    assert_non_null(keys);
    for (size_t i = 0; i < FILES; i++)
        assert_int_equal(vectors_read(files[i].file, canonicalise, keys), files[i].count);
    sigv4_keys_finish(keys);
    mem_free(keys);
}

static void test_the_reference_agrees_with_the_vectors(void **state)
{
    (void)state;
    size_t compared = 0;
    for (size_t i = 0; i < FILES; i++)
        vectors_read(files[i].file, compare_reference, &compared);
    assert_int_equal(compared, 87);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_every_vector_is_signed_through_the_vtable),
        cmocka_unit_test(test_the_reference_agrees_with_the_vectors),
        cmocka_unit_test(test_every_vector_has_its_canonical_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
