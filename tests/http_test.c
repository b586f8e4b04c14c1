/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP over the network: what leaves as it was asked for. */
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

static struct http_call call;
static char head[8192];
static char body[65536];
static size_t body_size;

static void note(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)arg;
    snprintf(head, sizeof head, "%s", heard->head);
    snprintf(body, sizeof body, "%s", heard->body);
    body_size = heard->body_size;
    peer_answer(peer, strncmp(head, "HEAD", 4) == 0 ? "" : "fine");
}

static int open_world(void **state)
{
    head[0] = body[0] = '\0';
    return http_world_open(state);
}

static void prepare(const char *method)
{
    server = server_start(&(struct server_plan){.script = note});
    http_call_init(&call, method, server_url(server, "/v1/a%20b?c=%2F"));
}

static void set_headers(const aw_header *headers, size_t count)
{
    call.request.headers = headers;
    call.request.header_count = count;
}

static void send_it(void)
{
    http_call_send(&call);
    http_call_wait(&call, 1);
    assert_answered(&call, 200, strcmp(call.request.method, "HEAD") == 0 ? "" : "fine");
}

/* There is such a line in the head that was heard, and there is no other of that name. */
static void assert_line(const char *line)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "\r\n%s\r\n", line);
    const char *found = strstr(head, wanted);
    if (!found)
        fail_msg("no line `%s` in:\n%s", line, head);
    snprintf(wanted, sizeof wanted, "\r\n%.*s:", (int)strcspn(line, ":"), line);
    assert_null(strcasestr(found + 2, wanted));
}

static void assert_begins(const char *text)
{
    if (strncmp(head, text, strlen(text)) != 0)
        fail_msg("not `%s` but:\n%s", text, head);
}

static void assert_no_header(const char *name)
{
    char wanted[256];
    snprintf(wanted, sizeof wanted, "\r\n%s:", name);
    if (strcasestr(head, wanted))
        fail_msg("there is a `%s` in:\n%s", name, head);
}

static void assert_nothing_of_curls(void)
{
    assert_no_header("Accept");
    assert_no_header("Content-Type");
    assert_no_header("Expect");
    assert_no_header("Transfer-Encoding");
    assert_no_header("Cookie");
    assert_no_header("Authorization");
}

static void test_a_read_leaves_as_it_was_asked_for(void **state)
{
    (void)state;
    prepare("GET");
    send_it();
    assert_begins("GET /v1/a%20b?c=%2F HTTP/1.1\r\nHost: 127.0.0.1:");
    assert_line("User-Agent: archway/0.1.0");
    assert_no_header("Content-Length");
    assert_nothing_of_curls();
}

static void test_a_path_with_dots_is_not_made_into_another(void **state)
{
    (void)state;
    prepare("GET");
    call.request.url = server_url(server, "/a/../b/./c");
    send_it();
    assert_begins("GET /a/../b/./c HTTP/1.1\r\n");
}

static void test_headers_of_the_request_and_of_the_signature_leave_as_they_are(void **state)
{
    (void)state;
    static const aw_header given[] = {
        {"content-type", "application/json"}, {"Accept", "text/x-odd"}, {"x-many", "a; b, c"}};
    static const aw_header signature[] = {{"authorization", "Bearer  two blanks"}};
    prepare("POST");
    set_headers(given, 3);
    call.wire.signed_headers = signature;
    call.wire.signed_header_count = 1;
    call.request.body = (aw_bytes){"{}", 2};
    send_it();
    assert_line("content-type: application/json");
    assert_line("Accept: text/x-odd");
    assert_line("x-many: a; b, c");
    assert_line("authorization: Bearer  two blanks");
    assert_line("Content-Length: 2");
    assert_string_equal(body, "{}");
}

static void test_a_header_without_a_value_leaves_all_the_same(void **state)
{
    (void)state;
    static const aw_header given[] = {{"x-empty", ""}, {"x-blank", " \t"}, {"Accept", ""}};
    prepare("GET");
    set_headers(given, 3);
    send_it();
    assert_line("x-empty:");
    assert_line("x-blank:");
    assert_line("Accept:");
}

static void test_the_callers_user_agent_counts(void **state)
{
    (void)state;
    static const aw_header given[] = {{"user-agent", "theirs"}};
    prepare("GET");
    set_headers(given, 1);
    send_it();
    assert_line("user-agent: theirs");
    assert_null(strstr(head, "archway/"));
}

static void test_a_post_without_a_body_says_so(void **state)
{
    (void)state;
    static const char *const methods[] = {"POST", "PUT", "PATCH"};
    for (size_t i = 0; i < 3; i++) {
        prepare(methods[i]);
        call.request.body = (aw_bytes){NULL, 0};
        send_it();
        assert_begins(methods[i]);
        assert_line("Content-Length: 0");
        assert_nothing_of_curls();
        server_stop(server);
    }
    server = NULL;
}

static void test_a_large_body_leaves_whole_and_without_waiting_for_leave(void **state)
{
    (void)state;
    size_t size = (size_t)3 * 1024 * 1024;
    char *large = malloc(size);
    memset(large, 'b', size);
    prepare("POST");
    call.request.body = (aw_bytes){large, size};
    send_it();
    free(large);
    assert_int_equal(body_size, size);
    assert_nothing_of_curls();
}

static void test_a_body_may_hold_any_byte(void **state)
{
    (void)state;
    prepare("PUT");
    call.request.body = (aw_bytes){"a\0b\r\n", 5};
    send_it();
    assert_int_equal(body_size, 5);
    assert_memory_equal(body, "a", 2);
}

static void test_a_delete_leaves_with_a_body_and_without(void **state)
{
    (void)state;
    prepare("DELETE");
    send_it();
    assert_begins("DELETE /v1");
    assert_no_header("Content-Length");
    server_stop(server);
    prepare("DELETE");
    call.request.body = (aw_bytes){"why", 3};
    send_it();
    assert_begins("DELETE /v1");
    assert_line("Content-Length: 3");
    assert_string_equal(body, "why");
    assert_nothing_of_curls();
}

static void test_a_get_may_have_a_body(void **state)
{
    (void)state;
    prepare("GET");
    call.request.body = (aw_bytes){"odd", 3};
    send_it();
    assert_begins("GET /v1");
    assert_string_equal(body, "odd");
}

static void test_a_head_waits_for_no_body(void **state)
{
    (void)state;
    prepare("HEAD");
    send_it();
    assert_begins("HEAD /v1");
    assert_nothing_of_curls();
}

static void test_plain_http_on_loopback_works_too(void **state)
{
    (void)state;
    server = server_start(&(struct server_plan){.kind = SERVER_PLAIN, .script = note});
    http_do(&call, "GET", server_url(server, "/"));
    assert_answered(&call, 200, "fine");
}

static void test_a_url_with_a_line_break_never_leaves(void **state)
{
    (void)state;
    prepare("GET");
    call.request.url = server_url(server, "/a\r\nx-evil: 1\r\n\r\n");
    http_call_send(&call);
    http_call_wait(&call, 1);
    assert_outcome(&call, WIRE_NOT_SENT, "");
    assert_int_equal(server_requests(server), 0);
}

static void test_other_protocols_than_http_never_leave(void **state)
{
    (void)state;
    static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/",
                                       "gopher://127.0.0.1/", "dict://127.0.0.1/"};
    for (size_t i = 0; i < 4; i++) {
        http_do(&call, "GET", urls[i]);
        assert_outcome(&call, WIRE_NOT_SENT, "not supported");
    }
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, open_world, http_world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_read_leaves_as_it_was_asked_for),
        TEST(test_a_path_with_dots_is_not_made_into_another),
        TEST(test_headers_of_the_request_and_of_the_signature_leave_as_they_are),
        TEST(test_a_header_without_a_value_leaves_all_the_same),
        TEST(test_the_callers_user_agent_counts),
        TEST(test_a_post_without_a_body_says_so),
        TEST(test_a_large_body_leaves_whole_and_without_waiting_for_leave),
        TEST(test_a_body_may_hold_any_byte),
        TEST(test_a_delete_leaves_with_a_body_and_without),
        TEST(test_a_get_may_have_a_body),
        TEST(test_a_head_waits_for_no_body),
        TEST(test_plain_http_on_loopback_works_too),
        TEST(test_a_url_with_a_line_break_never_leaves),
        TEST(test_other_protocols_than_http_never_leave),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
