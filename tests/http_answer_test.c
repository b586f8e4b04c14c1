/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP over the network: answers are what the server meant, or none. */
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

#define OK "HTTP/1.1 200 OK\r\n"

static struct http_call call;

static void say(struct peer *peer, const struct heard *heard, void *text)
{
    (void)heard;
    peer_say(peer, text);
}

static void say_and_end(struct peer *peer, const struct heard *heard, void *text)
{
    say(peer, heard, text);
    peer_end(peer);
}

static void prepare(server_script script, const char *text)
{
    server_stop(server);
    server = server_start(&(struct server_plan){.script = script, .arg = (void *)(uintptr_t)text});
    http_call_init(&call, "GET", server_url(server, "/"));
}

static void send_it(void)
{
    http_call_send(&call);
    http_call_wait(&call, 1);
}

/* A GET that is answered with these bytes. */
static void get(const char *text)
{
    prepare(say, text);
    send_it();
}

static void test_headers_are_lower_case_and_without_blanks_around_their_values(void **state)
{
    (void)state;
    get(OK "X-Request-ID:   a b  \r\nset-cookie: 1\r\nSet-Cookie: 2\r\nX-Empty:\r\n"
           "X-Colon: a:b\r\nContent-Length: 2\r\n\r\nok");
    assert_answered(&call, 200, "ok");
    assert_string_equal(call.head, "x-request-id: a b\nset-cookie: 1\nset-cookie: 2\nx-empty: \n"
                                   "x-colon: a:b\ncontent-length: 2\n");
}

static void test_a_status_that_is_no_success_is_an_answer(void **state)
{
    (void)state;
    get("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy");
    assert_answered(&call, 503, "busy");
    assert_non_null(strstr(call.head, "retry-after: 7\n"));
    get("HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n");
    assert_answered(&call, 401, "");
}

static void test_interim_answers_are_passed_over(void **state)
{
    (void)state;
    get("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" OK
        "Content-Length: 2\r\n\r\nok");
    assert_answered(&call, 200, "ok");
    assert_string_equal(call.head, "content-length: 2\n");
}

static void test_chunks_are_put_together(void **state)
{
    (void)state;
    get(OK "Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n4;x=y\r\n two\r\n0\r\n\r\n");
    assert_answered(&call, 200, "one two");
}

static void say_compressed(struct peer *peer, const struct heard *heard, void *arg)
{
    static const unsigned char packed[] = {
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0xce, 0xcf, 0x2d,
        0x28, 0x4a, 0x2d, 0x2e, 0x4e, 0x4d, 0x51, 0x28, 0xcf, 0x2f, 0x4a, 0x29, 0xd6, 0x51,
        0x48, 0x46, 0x13, 0x01, 0x00, 0xf7, 0x98, 0xa6, 0x28, 0x22, 0x00, 0x00, 0x00};
    (void)arg;
    if (!strstr(heard->head, "gzip"))
        return peer_end(peer);
    peer_say(peer, OK "Content-Encoding: gzip\r\nContent-Length: 41\r\n\r\n");
    peer_send(peer, packed, sizeof packed);
}

static void test_a_compressed_body_is_unpacked(void **state)
{
    (void)state;
    prepare(say_compressed, NULL);
    send_it();
    assert_answered(&call, 200, "compressed words, compressed words");
}

static void test_a_body_that_is_not_compressed_as_it_says_is_no_answer(void **state)
{
    (void)state;
    get(OK "Content-Encoding: gzip\r\nContent-Length: 9\r\n\r\nplaintext");
    assert_outcome(&call, WIRE_LOST, "");
    get(OK "Content-Encoding: rot13\r\nContent-Length: 9\r\n\r\nplaintext");
    assert_outcome(&call, WIRE_LOST, "");
}

static void get_plain(const char *text)
{
    server_stop(server);
    server = server_start(&(struct server_plan){
        .kind = SERVER_PLAIN, .script = say_and_end, .arg = (void *)(uintptr_t)text});
    http_do(&call, "GET", server_url(server, "/"));
}

static void test_in_plain_http_a_body_without_a_length_ends_with_the_connection(void **state)
{
    (void)state;
    get_plain(OK "\r\nall of it");
    assert_answered(&call, 200, "all of it");
    get_plain("HTTP/1.0 200 OK\r\n\r\nold");
    assert_answered(&call, 200, "old");
}

static void test_an_answer_without_a_body_needs_no_length(void **state)
{
    (void)state;
    get("HTTP/1.1 204 Nothing\r\n\r\n");
    assert_answered(&call, 204, "");
    get("HTTP/1.1 304 Same\r\n\r\n");
    assert_answered(&call, 304, "");
    prepare(say, OK "\r\n");
    call.request.method = "HEAD";
    send_it();
    assert_answered(&call, 200, "");
}

static void test_what_is_not_http_is_no_answer(void **state)
{
    (void)state;
    static const char *const texts[] = {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "<html>hello</html>\r\n\r\n",
                                        "HTTP/1.1 abc\r\n\r\n", "HTTP/7.7 200 OK\r\n\r\n",
                                        "HTTP/1.1 7 OK\r\n\r\n"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        prepare(say_and_end, texts[i]);
        send_it();
        assert_outcome(&call, WIRE_LOST, "");
    }
}

static void test_lengths_that_cannot_be_are_no_answer(void **state)
{
    (void)state;
    get(OK "Content-Length: -5\r\n\r\nhello");
    assert_outcome(&call, WIRE_LOST, "");
    get(OK "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello");
    assert_outcome(&call, WIRE_LOST, "");
}

static void test_a_redirect_is_an_answer_and_nobody_goes_there(void **state)
{
    (void)state;
    static const aw_header signature[] = {{"authorization", "Bearer key"}};
    char text[256];
    struct tls_server *elsewhere =
        server_start(&(struct server_plan){.script = say, .arg = (void *)(uintptr_t)OK "\r\n"});
    snprintf(text, sizeof text, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
             server_url(elsewhere, "/trap"));
    prepare(say, text);
    call.wire.signed_headers = signature;
    call.wire.signed_header_count = 1;
    send_it();
    assert_answered(&call, 302, "");
    assert_non_null(strstr(call.head, "location: https://127.0.0.1:"));
    assert_int_equal(server_requests(server), 1);
    assert_int_equal(server_connections(elsewhere), 0);
    server_stop(elsewhere);
}

static void test_an_answer_of_the_largest_size_allowed_is_whole(void **state)
{
    (void)state;
    prepare(say, OK "Content-Length: 10\r\n\r\n0123456789");
    call.request.max_body = 10;
    send_it();
    assert_answered(&call, 200, "0123456789");
}

static void test_a_body_may_hold_any_byte(void **state)
{
    (void)state;
    get(OK "Transfer-Encoding: chunked\r\n\r\n2\r\na\xff\r\n0\r\n\r\n");
    assert_answered(&call, 200, "a\xff");
}

static void say_much(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)arg;
    bool is_second = strstr(heard->head, "/second") != NULL;
    char text[1001];
    memset(text, is_second ? '2' : '1', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    if (is_second)
        peer_pause(peer, 100);
    peer_say(peer, is_second ? OK "Content-Length: 1300000\r\n\r\n"
                             : OK "Content-Length: 3000000\r\n\r\n");
    for (int i = is_second ? 1300 : 3000; i > 0; i--)
        peer_say(peer, text);
}

static void assert_all(const struct http_call *answered, char byte, uint64_t size)
{
    assert_int_equal(answered->status, 200);
    assert_int_equal(answered->body_size, size);
    for (size_t i = 0; i < HTTP_BODY_KEPT - 1; i++)
        if (answered->body[i] != byte)
            fail_msg("byte %zu is %c", i, answered->body[i]);
}

/* The second one comes into the memory of the first. */
static void test_large_bodies_one_after_the_other_are_whole(void **state)
{
    static struct http_call calls[3];
    (void)state;
    prepare(say_much, NULL);
    http_call_init(&calls[0], "GET", server_url(server, "/first"));
    http_call_init(&calls[1], "GET", server_url(server, "/second"));
    http_call_send(&calls[0]);
    http_call_send(&calls[1]);
    http_call_wait(calls, 2);
    assert_all(&calls[0], '1', 3000000);
    assert_all(&calls[1], '2', 1300000);
    http_do(&calls[2], "GET", server_url(server, "/first"));
    assert_all(&calls[2], '1', 3000000);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, http_world_open, http_world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_headers_are_lower_case_and_without_blanks_around_their_values),
        TEST(test_a_status_that_is_no_success_is_an_answer),
        TEST(test_interim_answers_are_passed_over),
        TEST(test_chunks_are_put_together),
        TEST(test_a_compressed_body_is_unpacked),
        TEST(test_a_body_that_is_not_compressed_as_it_says_is_no_answer),
        TEST(test_in_plain_http_a_body_without_a_length_ends_with_the_connection),
        TEST(test_an_answer_without_a_body_needs_no_length),
        TEST(test_what_is_not_http_is_no_answer),
        TEST(test_lengths_that_cannot_be_are_no_answer),
        TEST(test_a_redirect_is_an_answer_and_nobody_goes_there),
        TEST(test_an_answer_of_the_largest_size_allowed_is_whole),
        TEST(test_a_body_may_hold_any_byte),
        TEST(test_large_bodies_one_after_the_other_are_whole),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
