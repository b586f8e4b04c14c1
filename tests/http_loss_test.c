/* SPDX-License-Identifier: Apache-2.0 */
/* Connections that fail, and what is known then: nothing was sent, or nobody knows. */
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
#define SHORT_MS 300

static struct http_call call;

/* What a server says before it does something else. */
static void reset_after(struct peer *peer, const struct heard *heard, void *text)
{
    (void)heard;
    peer_say(peer, text);
    peer_pause(peer, 20);
    peer_reset(peer);
}

static void cut_after(struct peer *peer, const struct heard *heard, void *text)
{
    (void)heard;
    peer_say(peer, text);
    peer_cut(peer);
}

static void end_after(struct peer *peer, const struct heard *heard, void *text)
{
    (void)heard;
    peer_say(peer, text);
    peer_end(peer);
}

static void stall_after(struct peer *peer, const struct heard *heard, void *text)
{
    (void)heard;
    peer_say(peer, text);
    peer_wait(peer);
}

static void drip(struct peer *peer, const struct heard *heard, void *text)
{
    (void)heard;
    for (const char *at = text; *at && !peer_gone(peer); at++) {
        peer_send(peer, at, 1);
        peer_pause(peer, 20);
    }
    peer_wait(peer);
}

static void prepare(enum server_kind kind, server_script script, const char *text)
{
    server_stop(server);
    server = server_start(
        &(struct server_plan){.kind = kind, .script = script, .arg = (void *)(uintptr_t)text});
    http_call_init(&call, "GET", server_url(server, "/"));
}

static void send_it(void)
{
    http_call_send(&call);
    http_call_wait(&call, 1);
}

static void assert_lost(enum server_kind kind, server_script script, const char *text)
{
    prepare(kind, script, text);
    send_it();
    assert_outcome(&call, WIRE_LOST, "");
    assert_true(call.wire.problem[0]);
    assert_int_equal(call.wire.answer.status, 0);
}

static const enum server_kind kinds[] = {SERVER_TRUSTED, SERVER_PLAIN};

static void test_a_connection_that_breaks_before_the_answer_loses_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_lost(kinds[i], reset_after, "");
        assert_lost(kinds[i], cut_after, "");
        assert_lost(kinds[i], end_after, "");
        assert_lost(kinds[i], end_after, "HTTP/1.1 100 Continue\r\n\r\n");
    }
}

static void test_headers_that_break_off_are_no_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_lost(kinds[i], end_after, "HTTP/1.1 200");
        assert_lost(kinds[i], end_after, OK);
        assert_lost(kinds[i], end_after, OK "Content-Le");
        assert_lost(kinds[i], end_after, OK "Content-Length: 0\r\n");
        assert_lost(kinds[i], end_after, "HTTP/1.1 100 Continue\r\n");
        assert_lost(kinds[i], end_after, "HTTP/1.1 100 Continue\r\n\r\n" OK);
    }
}

static void test_a_body_that_breaks_off_is_never_a_short_success(void **state)
{
    (void)state;
    static const char counted[] = OK "Content-Length: 100\r\n\r\n[1, 2]";
    static const char chunked[] = OK "Transfer-Encoding: chunked\r\n\r\n6\r\n[1, 2]\r\n";
    for (size_t i = 0; i < 2; i++) {
        assert_lost(kinds[i], reset_after, counted);
        assert_lost(kinds[i], cut_after, counted);
        assert_lost(kinds[i], end_after, counted);
        assert_lost(kinds[i], reset_after, chunked);
        assert_lost(kinds[i], cut_after, chunked);
        assert_lost(kinds[i], end_after, chunked);
    }
}

/* curl does not tell an end in order from a cut. */
static void test_over_tls_an_answer_must_say_how_long_it_is(void **state)
{
    (void)state;
    assert_lost(SERVER_TRUSTED, cut_after, OK "\r\n[1, 2]");
    assert_lost(SERVER_TRUSTED, end_after, OK "\r\n[1, 2]");
    assert_non_null(strstr(call.wire.problem, "does not say how long it is"));
    assert_lost(SERVER_TRUSTED, end_after, OK "Transfer-Encoding: identity\r\n\r\n[1, 2]");
    assert_lost(SERVER_TRUSTED, end_after, OK "Content-Length: 99999999999999999999\r\n\r\n[1, 2]");
    assert_lost(SERVER_PLAIN, reset_after, OK "\r\n[1, 2]");
}

static void assert_times_out(server_script script, const char *text)
{
    prepare(SERVER_TRUSTED, script, text);
    call.wire.timeout_ms = SHORT_MS;
    uint64_t begin_ms = loop_now_ms(loop);
    send_it();
    assert_outcome(&call, WIRE_TIMED_OUT, "timed out");
    assert_true(loop_now_ms(loop) - begin_ms >= SHORT_MS - 5);
}

static void test_a_server_that_stalls_is_given_up_in_time(void **state)
{
    (void)state;
    assert_times_out(stall_after, "");
    assert_times_out(stall_after, OK "Content-Length: 100\r\n\r\n[1, 2]");
    assert_times_out(stall_after, "HTTP/1.1 100 Continue\r\n\r\n");
}

static void test_a_server_that_drips_is_given_up_in_time(void **state)
{
    (void)state;
    assert_times_out(drip, OK "x-slow: 0123456789012345678901234567890123456789\r\n");
    assert_times_out(drip, "HTTP/1.1 200 OK\r\n\r\n0123456789012345678901234567890123456789");
}

static void test_a_limit_beyond_all_time_is_no_instant(void **state)
{
    (void)state;
    static const uint64_t limits_ms[] = {UINT64_MAX, (uint64_t)1 << 32, (uint64_t)INT64_MAX + 1};
    for (size_t i = 0; i < 3; i++) {
        prepare(SERVER_TRUSTED, drip, OK "\r\n");
        call.wire.timeout_ms = limits_ms[i];
        http_call_send(&call);
        http_pass_time(100);
        assert_false(call.done);
        http_call_cancel(&call);
    }
}

static void silent(struct peer *peer, void *arg)
{
    (void)arg;
    peer_wait(peer);
}

static void babble(struct peer *peer, void *arg)
{
    (void)arg;
    peer_say(peer, "220 mail.example ESMTP\r\n");
    peer_wait(peer);
}

static void hang_up(struct peer *peer, void *arg)
{
    (void)arg;
    peer_reset(peer);
}

/* A request over https to a server that speaks no TLS. */
static void send_to_raw(void (*raw)(struct peer *peer, void *arg))
{
    char url[64];
    server_stop(server);
    server = server_start(&(struct server_plan){.kind = SERVER_PLAIN, .raw = raw});
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", server_port(server));
    http_call_init(&call, "POST", url);
    call.wire.timeout_ms = SHORT_MS;
    send_it();
}

static void test_what_fails_before_the_request_leaves_was_not_sent(void **state)
{
    (void)state;
    send_to_raw(silent);
    assert_outcome(&call, WIRE_NOT_SENT, "timed out");
    send_to_raw(babble);
    assert_outcome(&call, WIRE_NOT_SENT, "SSL");
    send_to_raw(hang_up);
    assert_outcome(&call, WIRE_NOT_SENT, "");
}

static void test_a_refused_connection_was_not_sent(void **state)
{
    (void)state;
    prepare(SERVER_TRUSTED, drip, "");
    server_stop(server);
    server = NULL;
    send_it();
    assert_outcome(&call, WIRE_NOT_SENT, "Failed to connect to 127.0.0.1");
}

static void reset_in_body(struct peer *peer, void *arg)
{
    char waste[4096];
    (void)arg;
    peer_read(peer, waste, sizeof waste);
    peer_reset(peer);
}

static void test_a_server_that_leaves_while_a_body_is_sent_raises_no_signal(void **state)
{
    (void)state;
    size_t size = (size_t)8 * 1024 * 1024;
    char *large = calloc(1, size);
    for (size_t i = 0; i < 6; i++) {
        server_stop(server);
        server = server_start(&(struct server_plan){.kind = kinds[i % 2], .raw = reset_in_body});
        http_call_init(&call, "POST", server_url(server, "/"));
        call.request.body = (aw_bytes){large, size};
        send_it();
        assert_outcome(&call, WIRE_LOST, "");
    }
    free(large);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, http_world_open, http_world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_connection_that_breaks_before_the_answer_loses_it),
        TEST(test_headers_that_break_off_are_no_answer),
        TEST(test_a_body_that_breaks_off_is_never_a_short_success),
        TEST(test_over_tls_an_answer_must_say_how_long_it_is),
        TEST(test_a_server_that_stalls_is_given_up_in_time),
        TEST(test_a_server_that_drips_is_given_up_in_time),
        TEST(test_a_limit_beyond_all_time_is_no_instant),
        TEST(test_what_fails_before_the_request_leaves_was_not_sent),
        TEST(test_a_refused_connection_was_not_sent),
        TEST(test_a_server_that_leaves_while_a_body_is_sent_raises_no_signal),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
