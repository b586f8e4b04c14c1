/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random requests, each signed as the reference signs it, all with the same kept keys.
 * ARCHWAY_TEST_SEED repeats a run.
 */
#include "header_collector.h"
#include "sigv4_reference.h"

#include "backends/aws/sigv4.h"
#include "core/mem.h"
#include "tests/emulated.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define ONE_OF(words) (words)[below(COUNT_OF(words))]

enum {
    REQUESTS = 3000 / SWEEP_STEP,
    MOST_HEADERS = 12,
    LARGEST_BODY = 700
};

static uint64_t random_state;

static uint32_t below(uint32_t bound)
{
    random_state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = random_state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((mixed ^ mixed >> 31) % bound);
}

/* One request, with the memory of its texts. */
struct sample {
    kit_buf url;
    kit_buf names[MOST_HEADERS];
    kit_buf values[MOST_HEADERS];
    aw_header headers[MOST_HEADERS];
    aw_request request;
    aw_credentials credentials;
    uint64_t now_ms;
    char time[20];
    char body[LARGEST_BODY];
};

static void add_words(kit_buf *out, const char *const *words, size_t count, uint32_t most)
{
    for (uint32_t left = below(most + 1); left > 0; left--)
        kit_buf_add_text(out, words[below((uint32_t)count)]);
}
#define ADD_WORDS(out, words, most) add_words(out, words, COUNT_OF(words), most)

static void add_path(kit_buf *url)
{
    static const char *const segments[] = {
        "/",    "//",   "/.",         "/..",           "/a",   "/b.c", "/~-",
        "/%20", "/%2f", "/%e1%88%b4", "/\xe1\x88\xb4", "/x y", "/$@",  "/...",
        "/=&+", "/%25", "/%41",       "/long-name"};
    static const char *const first[] = {"/", "/a", "/..", "/%3A"};
    if (below(8) == 0)
        return;
    kit_buf_add_text(url, ONE_OF(first));
    ADD_WORDS(url, segments, 9);
}

static void add_query(kit_buf *url)
{
    static const char *const pieces[] = {
        "a",      "a",   "B",   "-", ".",   "=",     "=",   "&",      "&",       "&",
        "%20",    "%2b", "%2F", "+", "/",   "?",     "~",   "Action", "Version", "\xc3\xa9",
        "%C3%A9", "%26", "%3d", "*", "a=1", "a-b=2", "a.b", " "};
    if (below(3) == 0)
        return;
    kit_buf_add_char(url, '?');
    ADD_WORDS(url, pieces, 40);
}

static void make_url(struct sample *sample)
{
    static const char *const bases[] = {"https://ec2.us-east-1.amazonaws.com",
                                        "https://example.amazonaws.com:443",
                                        "https://example.amazonaws.com:8443",
                                        "http://localhost:4566",
                                        "http://127.0.0.1:80",
                                        "http://[::1]:8080",
                                        "https://api.pricing.us-east-1.amazonaws.com",
                                        "https://Bucket_1.S3.amazonaws.com"};
    kit_buf_init(&sample->url, mem_kit(), 8192);
    kit_buf_add_text(&sample->url, ONE_OF(bases));
    add_path(&sample->url);
    add_query(&sample->url);
    sample->request.url = kit_buf_text(&sample->url);
}

static void make_header(struct sample *sample, size_t i)
{
    static const char *const names[] = {"Content-Type",
                                        "x-amz-target",
                                        "X-Amz-Meta-a",
                                        "x-amz-meta-A",
                                        "x-amz-meta",
                                        "Accept",
                                        "ACCEPT",
                                        "Date",
                                        "Range",
                                        "my_header",
                                        "my-header",
                                        "my.header",
                                        "User-Agent",
                                        "Expect",
                                        "connection",
                                        "Proxy-Authorization",
                                        "TE",
                                        "Keep-Alive",
                                        "content-length",
                                        "If-Match",
                                        "z"};
    static const char *const words[] = {" ",
                                        " ",
                                        "  ",
                                        "\t",
                                        "a",
                                        "value",
                                        ",",
                                        ";",
                                        "\"",
                                        "\xc3\xa9",
                                        "application/x-www-form-urlencoded; charset=utf-8",
                                        "12345678",
                                        "1234567",
                                        "123456789",
                                        ":",
                                        "=",
                                        "~"};
    kit_buf_init(&sample->names[i], mem_kit(), 64);
    kit_buf_init(&sample->values[i], mem_kit(), 1024);
    kit_buf_add_text(&sample->names[i], ONE_OF(names));
    ADD_WORDS(&sample->values[i], words, 9);
    sample->headers[i].name = kit_buf_text(&sample->names[i]);
    sample->headers[i].value = kit_buf_text(&sample->values[i]);
}

static void make_credentials(struct sample *sample)
{
    static const char *const ids[] = {"AKIDEXAMPLE", "AKIAIOSFODNN7EXAMPLE", "test"};
    static const char *const secrets[] = {
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "test",
        "a-secret-that-together-with-its-prefix-is-longer-than-the-block-of-the-hash-is"};
    static const char *const tokens[] = {
        NULL, NULL, "", "IQoJb3JpZ2luX2VjEXAMPLE//token+with/slash==", "token\n", "  token \r\n"};
    sample->credentials = (aw_credentials){.size = sizeof sample->credentials,
                                           .key_id = ONE_OF(ids),
                                           .secret = ONE_OF(secrets),
                                           .token = ONE_OF(tokens)};
}

static void make_time(struct sample *sample)
{
    static const uint64_t starts[] = {0, 951782400, 1709164800, 1767225600, 253402300000};
    uint64_t second = ONE_OF(starts) + below(200);
    if (below(3) == 0)
        second = below(2) * UINT64_C(3000000000) + below(2000000000);
    time_t at = (time_t)second;
    struct tm tm;
    assert_non_null(gmtime_r(&at, &tm));
    assert_int_equal(strftime(sample->time, sizeof sample->time, "%Y%m%dT%H%M%SZ", &tm), 16);
    sample->now_ms = second * 1000 + below(1000);
}

static void make(struct sample *sample)
{
    static const char *const methods[] = {"GET", "POST", "PUT", "DELETE", "M-SEARCH"};
    static const char *const regions[] = {"us-east-1", "eu-central-1", "cn-north-1",
                                          "us-gov-west-1"};
    static const char *const services[] = {"ec2", "s3", "sts", "pricing", "s", "s3x"};
    *sample = (struct sample){.request = {.size = sizeof sample->request, .name = "random"}};
    aw_request *request = &sample->request;
    request->method = ONE_OF(methods);
    request->region = ONE_OF(regions);
    request->service = ONE_OF(services);
    request->headers = sample->headers;
    request->header_count = below(3) ? below(4) : below(MOST_HEADERS + 1);
    request->body.size = below(3) ? below(LARGEST_BODY) : 0;
    request->body.data = sample->body;
    for (size_t i = 0; i < request->body.size; i++)
        sample->body[i] = (char)below(256);
    for (size_t i = 0; i < request->header_count; i++)
        make_header(sample, i);
    make_url(sample);
    make_credentials(sample);
    make_time(sample);
}

static void clear(struct sample *sample)
{
    kit_buf_finish(&sample->url);
    for (size_t i = 0; i < MOST_HEADERS; i++) {
        kit_buf_finish(&sample->names[i]);
        kit_buf_finish(&sample->values[i]);
    }
}

static void compare(const struct sample *sample, struct sigv4_keys *keys)
{
    const aw_request *request = &sample->request;
    struct header_collector found;
    collector_init(&found);
    aw_error error = {.size = sizeof error};
    struct sigv4_scope scope = {.region = request->region, .service = request->service};
    if (sigv4_sign(keys, &scope, request, &sample->credentials, sample->now_ms, &found.face,
                   &error))
        fail_msg("%s: %s", request->url, error.message);
    struct reference_input input = {
        .request = request, .credentials = &sample->credentials, .time = sample->time};
    char *expected = reference_authorization(&input);
    const char *authorization = collected_value(&found, "authorization");
    if (strcmp(authorization, expected) != 0)
        fail_msg("%s %s in %s for %s:\n%s\nand not\n%s\nfor\n%s", request->method, request->url,
                 request->region, request->service, authorization, expected,
                 reference_canonical(&input));
    mem_free(expected);
}

/* The same request with another body and time, as paging and polling make them. */
static void change(struct sample *sample)
{
    sample->request.body.size = below(LARGEST_BODY);
    sample->body[below(LARGEST_BODY)] = (char)below(256);
    make_time(sample);
}

static void test_random_requests_are_signed_as_the_reference_signs_them(void **state)
{
    static struct sample sample;
    (void)state;
    struct sigv4_keys *keys = mem_alloc(sizeof *keys);
    assert_non_null(keys);
    for (unsigned i = 0; i < REQUESTS; i++) {
        make(&sample);
        compare(&sample, keys);
        for (uint32_t again = below(3); again > 0; again--) {
            change(&sample);
            compare(&sample, keys);
        }
        clear(&sample);
    }
    sigv4_keys_finish(keys);
    mem_free(keys);
}

int main(void)
{
    const char *seed = getenv("ARCHWAY_TEST_SEED");
    random_state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("ARCHWAY_TEST_SEED=%llu\n", (unsigned long long)random_state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_requests_are_signed_as_the_reference_signs_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
