/* SPDX-License-Identifier: Apache-2.0 */
/* Proxies, as the usual environment variables name them. */
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

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

static struct http_call call;
static struct tls_server *proxy;
static char heard_by_proxy[4096];

/* Passes on what comes from one socket to the other, until one of them ends. */
static void relay(int here, int there)
{
    struct pollfd ends[2] = {{.fd = here, .events = POLLIN}, {.fd = there, .events = POLLIN}};
    char bytes[16384];
    for (;;) {
        poll(ends, 2, -1);
        for (int i = 0; i < 2; i++) {
            if (!ends[i].revents)
                continue;
            ssize_t got = read(ends[i].fd, bytes, sizeof bytes);
            if (got <= 0 || send(ends[1 - i].fd, bytes, (size_t)got, MSG_NOSIGNAL) != got)
                return;
        }
    }
}

static void tunnel(struct peer *peer, const struct heard *heard, void *arg)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int port = 0;
    (void)arg;
    snprintf(heard_by_proxy, sizeof heard_by_proxy, "%s", heard->head);
    if (sscanf(heard->head, "CONNECT 127.0.0.1:%d ", &port) != 1)
        return peer_end(peer);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((uint16_t)port);
    int there = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(there, (struct sockaddr *)&address, sizeof address) == 0) {
        peer_say(peer, "HTTP/1.1 200 Established\r\nx-proxy: 1\r\n\r\n");
        relay(peer_socket(peer), there);
    }
    close(there);
    peer_end(peer);
}

static void refuse(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_say(peer, "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic realm=\"x\"\r\n"
                   "Content-Length: 0\r\n\r\n");
}

static void answer(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_answer(peer, "fine");
}

static int open_world(void **state)
{
    heard_by_proxy[0] = '\0';
    return http_world_open(state);
}

static int close_world(void **state)
{
    server_stop(proxy);
    proxy = NULL;
    return http_world_close(state);
}

static void name_proxy(const char *variable, server_script script)
{
    proxy = server_start(&(struct server_plan){.kind = SERVER_PLAIN, .script = script});
    setenv(variable, server_url(proxy, ""), 1);
}

static void prepare(enum server_kind kind)
{
    server = server_start(&(struct server_plan){.kind = kind, .script = answer});
    http_call_init(&call, "GET", server_url(server, "/secret/path"));
}

static void send_it(void)
{
    static const aw_header signature[] = {{"authorization", "Bearer key"}};
    call.wire.signed_headers = signature;
    call.wire.signed_header_count = 1;
    http_call_send(&call);
    http_call_wait(&call, 1);
}

static void test_https_goes_through_the_proxy_which_sees_no_secret(void **state)
{
    (void)state;
    name_proxy("https_proxy", tunnel);
    prepare(SERVER_TRUSTED);
    send_it();
    assert_answered(&call, 200, "fine");
    assert_string_equal(call.head, "content-length: 4\n");
    assert_int_equal(server_requests(proxy), 1);
    assert_null(strstr(heard_by_proxy, "Bearer"));
    assert_null(strstr(heard_by_proxy, "secret"));
}

static void test_all_proxy_counts_for_https_too(void **state)
{
    (void)state;
    name_proxy("all_proxy", tunnel);
    prepare(SERVER_TRUSTED);
    send_it();
    assert_answered(&call, 200, "fine");
    assert_int_equal(server_requests(proxy), 1);
}

static void test_plain_http_on_loopback_goes_straight(void **state)
{
    (void)state;
    name_proxy("http_proxy", refuse);
    setenv("https_proxy", getenv("http_proxy"), 1);
    setenv("all_proxy", getenv("http_proxy"), 1);
    prepare(SERVER_PLAIN);
    send_it();
    assert_answered(&call, 200, "fine");
    assert_int_equal(server_connections(proxy), 0);
}

static void test_hosts_in_no_proxy_are_reached_straight(void **state)
{
    (void)state;
    name_proxy("https_proxy", refuse);
    setenv("no_proxy", "example.com,127.0.0.1", 1);
    prepare(SERVER_TRUSTED);
    send_it();
    assert_answered(&call, 200, "fine");
    assert_int_equal(server_connections(proxy), 0);
}

static void test_a_proxy_that_refuses_means_that_nothing_was_sent(void **state)
{
    (void)state;
    name_proxy("https_proxy", refuse);
    prepare(SERVER_TRUSTED);
    send_it();
    assert_outcome(&call, WIRE_NOT_SENT, "407");
    assert_int_equal(server_connections(server), 0);
}

static void test_a_proxy_that_is_not_there_means_that_nothing_was_sent(void **state)
{
    (void)state;
    name_proxy("https_proxy", refuse);
    server_stop(proxy);
    proxy = NULL;
    prepare(SERVER_TRUSTED);
    send_it();
    assert_outcome(&call, WIRE_NOT_SENT, "Failed to connect");
}

static void test_the_password_of_a_proxy_is_in_no_error(void **state)
{
    (void)state;
    prepare(SERVER_TRUSTED);
    setenv("https_proxy", "http://user:hunter2@127.0.0.1:1", 1);
    send_it();
    assert_outcome(&call, WIRE_NOT_SENT, "");
    assert_null(strstr(call.wire.problem, "hunter2"));
    http_call_init(&call, "GET", server_url(server, "/"));
    setenv("https_proxy", "http://user:hunter2@[::bad", 1);
    send_it();
    assert_outcome(&call, WIRE_NOT_SENT, "");
    assert_null(strstr(call.wire.problem, "hunter2"));
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_world, close_world)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_https_goes_through_the_proxy_which_sees_no_secret),
        TEST(test_all_proxy_counts_for_https_too),
        TEST(test_plain_http_on_loopback_goes_straight),
        TEST(test_hosts_in_no_proxy_are_reached_straight),
        TEST(test_a_proxy_that_refuses_means_that_nothing_was_sent),
        TEST(test_a_proxy_that_is_not_there_means_that_nothing_was_sent),
        TEST(test_the_password_of_a_proxy_is_in_no_error),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
