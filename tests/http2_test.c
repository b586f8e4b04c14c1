/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP/2, against a server that knows just enough of it. */
#include "tests/authority.h"
#include "tests/http_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>

#define MANY 20

enum {
    DATA = 0,
    HEADERS = 1,
    RST_STREAM = 3,
    SETTINGS = 4,
    GOAWAY = 7
};
enum {
    END_STREAM = 1,
    ACK = 1,
    END_HEADERS = 4,
    PRIORITY = 0x20
};

/* Called when a request has come: for GET (0x82) or POST (0x83), the first byte of its header block. */
typedef void (*stream_script)(struct peer *peer, uint32_t stream, unsigned char method);

static struct http_call calls[MANY];
static atomic_uint posts;
static atomic_uint gets;
static atomic_uint plain_posts;

static void send_frame(struct peer *peer, int type, int flags, uint32_t stream, const void *data,
                       size_t size)
{
    const unsigned char head[9] = {
        (unsigned char)(size >> 16),   (unsigned char)(size >> 8),   (unsigned char)size,
        (unsigned char)type,           (unsigned char)flags,         (unsigned char)(stream >> 24),
        (unsigned char)(stream >> 16), (unsigned char)(stream >> 8), (unsigned char)stream};
    peer_send(peer, head, sizeof head);
    peer_send(peer, data, size);
}

static bool read_all(struct peer *peer, unsigned char *data, size_t size)
{
    size_t have = 0;
    while (have < size) {
        size_t got = peer_read(peer, data + have, size - have);
        if (!got)
            return false;
        have += got;
    }
    return true;
}

static void on_frame(struct peer *peer, const unsigned char *head, const unsigned char *data,
                     stream_script script)
{
    uint32_t stream =
        (uint32_t)head[5] << 24 | (uint32_t)head[6] << 16 | (uint32_t)head[7] << 8 | head[8];
    if (head[3] == SETTINGS && !(head[4] & ACK))
        send_frame(peer, SETTINGS, ACK, 0, NULL, 0);
    if (head[3] != HEADERS)
        return;
    unsigned char method = data[head[4] & PRIORITY ? 5 : 0];
    gets += method == 0x82;
    posts += method == 0x83;
    script(peer, stream, method);
}

static void serve_frames(struct peer *peer, stream_script script)
{
    static const size_t largest = (size_t)1 << 16;
    unsigned char head[9];
    unsigned char *data = malloc(largest);
    send_frame(peer, SETTINGS, 0, 0, NULL, 0);
    while (read_all(peer, head, sizeof head)) {
        size_t size = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
        if (size > largest || !read_all(peer, data, size))
            break;
        on_frame(peer, head, data, script);
    }
    free(data);
}

static void serve_connection(struct peer *peer, void *script)
{
    unsigned char preface[24];
    if (!read_all(peer, preface, sizeof preface))
        return;
    if (memcmp(preface, "PRI * HTTP/2.0", 14) == 0)
        serve_frames(peer, *(stream_script *)script);
    else
        plain_posts += memcmp(preface, "POST", 4) == 0;
}

static void serve(stream_script *script)
{
    posts = gets = plain_posts = 0;
    server_stop(server);
    server = server_start(
        &(struct server_plan){.raw = serve_connection, .protocol = "h2", .arg = script});
}

static void prepare(struct http_call *call, const char *method)
{
    http_call_init(call, method, server_url(server, "/"));
    http_call_send(call);
}

static void send_one(stream_script script)
{
    stream_script scripts[] = {script};
    serve(scripts);
    prepare(calls, "GET");
    http_call_wait(calls, 1);
}

/* ":status: 200" is one byte, from the static table. */
static void send_head(struct peer *peer, uint32_t stream)
{
    send_frame(peer, HEADERS, END_HEADERS, stream, "\x88", 1);
}

static void answer(struct peer *peer, uint32_t stream, unsigned char method)
{
    (void)method;
    send_head(peer, stream);
    send_frame(peer, DATA, END_STREAM, stream, "fine", 4);
}

static void test_an_answer_needs_no_length(void **state)
{
    (void)state;
    send_one(answer);
    assert_answered(&calls[0], 200, "fine");
    assert_int_equal(gets, 1);
}

/* The streams that have come wait for the last one, and are answered from the last to the first. */
static void answer_when_all_have_come(struct peer *peer, uint32_t stream, unsigned char method)
{
    if (gets < MANY)
        return;
    for (uint32_t number = stream; number != UINT32_MAX; number -= 2)
        answer(peer, number, method);
}

static void test_many_requests_share_one_connection(void **state)
{
    (void)state;
    stream_script script[] = {answer_when_all_have_come};
    serve(script);
    for (size_t i = 0; i < MANY; i++)
        prepare(&calls[i], "GET");
    http_call_wait(calls, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_answered(&calls[i], 200, "fine");
    assert_int_equal(server_connections(server), 1);
}

static void reset_in_body(struct peer *peer, uint32_t stream, unsigned char method)
{
    (void)method;
    send_head(peer, stream);
    send_frame(peer, DATA, 0, stream, "fi", 2);
    send_frame(peer, RST_STREAM, 0, stream, "\0\0\0\2", 4);
}

static void cut_in_body(struct peer *peer, uint32_t stream, unsigned char method)
{
    (void)method;
    send_head(peer, stream);
    send_frame(peer, DATA, 0, stream, "fi", 2);
    peer_cut(peer);
}

static void end_in_body(struct peer *peer, uint32_t stream, unsigned char method)
{
    (void)method;
    send_head(peer, stream);
    send_frame(peer, DATA, 0, stream, "fi", 2);
    send_frame(peer, GOAWAY, 0, 0, "\0\0\0\0\0\0\0\0", 8);
    peer_end(peer);
}

static void end_after_head(struct peer *peer, uint32_t stream, unsigned char method)
{
    (void)method;
    send_head(peer, stream);
    peer_end(peer);
}

/* content-length: 9, and four bytes of it. */
static void end_early(struct peer *peer, uint32_t stream, unsigned char method)
{
    (void)method;
    send_frame(peer, HEADERS, END_HEADERS, stream,
               "\x88\x0f\x0d\x01"
               "9",
               5);
    send_frame(peer, DATA, END_STREAM, stream, "fine", 4);
}

static void say_nothing(struct peer *peer, uint32_t stream, unsigned char method)
{
    (void)stream;
    (void)method;
    peer_end(peer);
}

static void test_an_answer_that_breaks_off_is_lost(void **state)
{
    (void)state;
    static const stream_script scripts[] = {reset_in_body,  cut_in_body, end_in_body,
                                            end_after_head, end_early,   say_nothing};
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        send_one(scripts[i]);
        if (calls[0].wire.outcome != WIRE_LOST)
            fail_msg("script %zu: outcome %d, \"%s\"", i, calls[0].wire.outcome, calls[0].body);
    }
}

/* curl would send it again if the connection broke that others have come to share. */
static void test_a_write_that_must_not_be_sent_twice_shares_with_nobody(void **state)
{
    (void)state;
    stream_script script[] = {answer};
    serve(script);
    http_call_init(&calls[0], "POST", server_url(server, "/launch"));
    calls[0].request.body = (aw_bytes){"{}", 2};
    calls[0].wire.once = true;
    http_call_send(&calls[0]);
    prepare(&calls[1], "GET");
    http_call_wait(calls, 2);
    assert_answered(&calls[1], 200, "fine");
    assert_outcome(&calls[0], WIRE_LOST, "");
    assert_int_equal(posts, 0);
    assert_int_equal(plain_posts, 1);
}

static void test_other_writes_share(void **state)
{
    (void)state;
    stream_script script[] = {answer};
    serve(script);
    prepare(&calls[0], "POST");
    prepare(&calls[1], "GET");
    http_call_wait(calls, 2);
    assert_answered(&calls[0], 200, "fine");
    assert_int_equal(posts, 1);
    assert_int_equal(server_connections(server), 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, http_world_open, http_world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_answer_needs_no_length),
        TEST(test_many_requests_share_one_connection),
        TEST(test_an_answer_that_breaks_off_is_lost),
        TEST(test_a_write_that_must_not_be_sent_twice_shares_with_nobody),
        TEST(test_other_writes_share),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
