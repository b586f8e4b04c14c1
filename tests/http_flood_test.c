/* SPDX-License-Identifier: Apache-2.0 */
/* Servers that say more than anybody wants to hear. */
#include "tests/authority.h"
#include "tests/http_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <sys/resource.h>

#define OK "HTTP/1.1 200 OK\r\n"
#define MEBIBYTE ((size_t)1024 * 1024)

static struct http_call call;

static void prepare(server_script script)
{
    server_stop(server);
    server = server_start(&(struct server_plan){.script = script});
    http_call_init(&call, "GET", server_url(server, "/"));
}

static void send_it(void)
{
    http_call_send(&call);
    http_call_wait(&call, 1);
}

static void say_until_gone(struct peer *peer, const char *text)
{
    while (!peer_gone(peer))
        peer_say(peer, text);
}

#define SIXTEEN(text)                                                                              \
    text text text text text text text text text text text text text text text text
#define CHUNK "100\r\n" SIXTEEN("0123456789abcdef") "\r\n"

static void long_body(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_say(peer, OK "Content-Length: 999999999999\r\n\r\n");
    say_until_gone(peer, SIXTEEN(SIXTEEN("0123456789abcdef0123456789abcdef")));
}

static void endless_chunks(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_say(peer, OK "Transfer-Encoding: chunked\r\n\r\n");
    say_until_gone(peer, SIXTEEN(CHUNK));
}

/* Bits as deflate wants them: the lowest of a byte first. */
struct bits {
    unsigned char bytes[65536];
    size_t count;
};

static void add_bits(struct bits *bits, unsigned value, unsigned size)
{
    for (unsigned i = 0; i < size; i++, bits->count++)
        if (value >> i & 1)
            bits->bytes[bits->count / 8] |= (unsigned char)(1u << bits->count % 8);
}

/* Codes go in with their highest bit first. */
static void add_code(struct bits *bits, unsigned code, unsigned size)
{
    while (size--)
        add_bits(bits, code >> size & 1, 1);
}

/* One letter, and "258 more of it" until the bits are full: 160 to 1. */
static void gzip_bomb(struct peer *peer, const struct heard *heard, void *arg)
{
    static const unsigned char head[10] = {0x1f, 0x8b, 8};
    struct bits *bits = calloc(1, sizeof *bits);
    (void)heard;
    (void)arg;
    add_bits(bits, 0, 1);
    add_bits(bits, 1, 2);
    add_code(bits, 0x30 + 'a', 8);
    while (bits->count < 8 * sizeof bits->bytes - 13) {
        add_code(bits, 0xc5, 8);
        add_code(bits, 0, 5);
    }
    peer_say(peer, OK "Content-Encoding: gzip\r\nContent-Length: 65546\r\n\r\n");
    peer_send(peer, head, sizeof head);
    peer_send(peer, bits->bytes, sizeof bits->bytes);
    free(bits);
    peer_wait(peer);
}

static void assert_flooded(server_script script, uint64_t max_body, const char *why)
{
    prepare(script);
    call.request.max_body = max_body;
    send_it();
    assert_outcome(&call, WIRE_TOO_LARGE, why);
    assert_int_equal(call.wire.answer.body.size, 0);
}

static void test_a_body_beyond_the_limit_is_too_large(void **state)
{
    (void)state;
    assert_flooded(long_body, 100000, "larger than the limit of 100000 bytes");
    assert_flooded(endless_chunks, 100000, "larger than the limit of 100000 bytes");
}

static void test_without_a_limit_of_its_own_a_request_has_the_default_one(void **state)
{
    (void)state;
    assert_flooded(long_body, 0, "larger than the limit of 67108864 bytes");
}

static void test_a_compressed_body_is_measured_unpacked(void **state)
{
    (void)state;
    assert_flooded(gzip_bomb, MEBIBYTE, "larger than the limit of 1048576 bytes");
}

static void say_headers(struct peer *peer, int count)
{
    char line[64];
    peer_say(peer, OK "Content-Length: 2\r\n");
    for (int i = 1; i < count; i++) {
        snprintf(line, sizeof line, "x-header-%d: %d\r\n", i, i);
        peer_say(peer, line);
    }
    peer_say(peer, "\r\nok");
}

static void many_headers(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    say_headers(peer, 256);
}

static void too_many_headers(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    say_headers(peer, 257);
    peer_wait(peer);
}

static void test_more_headers_than_anybody_needs_are_too_large(void **state)
{
    (void)state;
    prepare(many_headers);
    send_it();
    assert_answered(&call, 200, "ok");
    assert_flooded(too_many_headers, 0, "256 headers");
}

static void endless_line(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_say(peer, OK "x-long: ");
    say_until_gone(peer, SIXTEEN(SIXTEEN("0123456789abcdef")));
}

static void long_headers(struct peer *peer, const struct heard *heard, void *arg)
{
    static char line[90000];
    (void)heard;
    (void)arg;
    memset(line, 'x', sizeof line - 1);
    memcpy(line, "x-long:", 7);
    peer_say(peer, OK);
    for (int i = 0; i < 200 && !peer_gone(peer); i++) {
        peer_say(peer, line);
        peer_say(peer, "\r\n");
    }
    peer_say(peer, "Content-Length: 0\r\n\r\n");
    peer_wait(peer);
}

static void endless_hints(struct peer *peer, const struct heard *heard, void *arg)
{
    static char hint[40000];
    (void)heard;
    (void)arg;
    memset(hint, 'x', sizeof hint - 1);
    memcpy(hint, "HTTP/1.1 103 Early Hints\r\nlink:", 31);
    memcpy(hint + sizeof hint - 5, "\r\n\r\n", 5);
    say_until_gone(peer, hint);
}

static size_t largest_ever_kib(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss;
}

static void test_headers_without_end_are_given_up_before_they_fill_the_memory(void **state)
{
    (void)state;
    size_t before_kib = largest_ever_kib();
    prepare(endless_line);
    send_it();
    assert_int_not_equal(call.wire.outcome, WIRE_ANSWERED);
    assert_flooded(long_headers, 0, "headers");
    assert_flooded(endless_hints, 0, "headers");
    assert_true(largest_ever_kib() - before_kib < 32 * 1024);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, http_world_open, http_world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_headers_without_end_are_given_up_before_they_fill_the_memory),
        TEST(test_more_headers_than_anybody_needs_are_too_large),
        TEST(test_a_compressed_body_is_measured_unpacked),
        TEST(test_a_body_beyond_the_limit_is_too_large),
        TEST(test_without_a_limit_of_its_own_a_request_has_the_default_one),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
