/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that are given up wherever they are, and many at once. */
#include "core/mem.h"
#include "tests/authority.h"
#include "tests/descriptors.h"
#include "tests/emulated.h"
#include "tests/http_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdatomic.h>

#define MANY 200

static struct http_call call;
static struct http_call other;
static atomic_bool reached;
static atomic_bool left;

static void arrive_and_wait(struct peer *peer)
{
    reached = true;
    peer_wait(peer);
    left = true;
}

static void silent(struct peer *peer, void *arg)
{
    (void)arg;
    arrive_and_wait(peer);
}

static void no_answer(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    arrive_and_wait(peer);
}

static void half_a_body(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_say(peer, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1, 2]");
    arrive_and_wait(peer);
}

static void answer(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)heard;
    (void)arg;
    peer_answer(peer, "fine");
}

static void answer_slowly(struct peer *peer, const struct heard *heard, void *arg)
{
    peer_pause(peer, 50);
    answer(peer, heard, arg);
}

static void serve(struct server_plan plan)
{
    server_stop(server);
    server = server_start(&plan);
    reached = left = false;
}

/* Gives a request up once the server is where it wants it, and some time after that. */
static void cancel_when_reached(struct server_plan plan)
{
    serve(plan);
    size_t before = descriptor_count();
    http_call_init(&call, "GET", server_url(server, "/"));
    http_call_send(&call);
    for (int i = 0; i < 1000 && !reached; i++)
        http_pass_time(5);
    assert_true(reached);
    http_pass_time(20);
    http_call_cancel(&call);
    assert_descriptors(before);
    http_pass_time(20);
    assert_true(left);
    assert_false(call.done);
}

static void test_a_request_is_given_up_before_it_connects(void **state)
{
    (void)state;
    serve((struct server_plan){.script = answer});
    size_t before = descriptor_count();
    http_call_init(&call, "GET", server_url(server, "/"));
    http_call_send(&call);
    http_call_cancel(&call);
    assert_descriptors(before);
    http_pass_time(20);
    assert_false(call.done);
    assert_int_equal(server_requests(server), 0);
}

static void test_a_request_is_given_up_while_the_server_is_silent(void **state)
{
    (void)state;
    cancel_when_reached((struct server_plan){.kind = SERVER_PLAIN, .raw = silent});
}

static void test_a_request_is_given_up_while_it_waits_for_the_answer(void **state)
{
    (void)state;
    cancel_when_reached((struct server_plan){.script = no_answer});
}

static void test_a_request_is_given_up_in_the_middle_of_the_body(void **state)
{
    (void)state;
    cancel_when_reached((struct server_plan){.script = half_a_body});
}

static void test_a_request_that_failed_at_once_may_still_be_given_up(void **state)
{
    (void)state;
    http_call_init(&call, "GET", "ftp://127.0.0.1/");
    http_call_send(&call);
    http_call_cancel(&call);
    http_pass_time(20);
    assert_false(call.done);
}

static void cancel_other(struct wire_call *wire)
{
    (void)wire;
    call.done = true;
    http_call_cancel(&other);
}

static void test_one_answer_may_give_up_the_other_request(void **state)
{
    (void)state;
    serve((struct server_plan){.script = answer_slowly});
    http_call_init(&call, "GET", server_url(server, "/a"));
    http_call_init(&other, "GET", server_url(server, "/b"));
    call.wire.done = cancel_other;
    other.wire.timeout_ms = 5000;
    http_call_send(&other);
    http_call_send(&call);
    http_call_wait(&call, 1);
    http_pass_time(100);
}

static void send_again(struct wire_call *wire)
{
    http_call_init(&call, "GET", wire->request->url);
    http_call_send(&call);
}

static void test_an_answer_may_send_the_next_request(void **state)
{
    (void)state;
    serve((struct server_plan){.script = answer});
    http_call_init(&call, "GET", server_url(server, "/"));
    call.wire.done = send_again;
    http_call_send(&call);
    http_call_wait(&call, 1);
    assert_answered(&call, 200, "fine");
    assert_int_equal(server_requests(server), 2);
}

static void test_many_requests_are_under_way_at_once(void **state)
{
    (void)state;
    NOT_EMULATED(TIME_REASON);
    struct http_call *calls = calloc(MANY, sizeof *calls);
    serve((struct server_plan){.script = answer_slowly});
    uint64_t begin_ms = loop_now_ms(loop);
    for (size_t i = 0; i < MANY; i++) {
        http_call_init(&calls[i], "GET", server_url(server, "/"));
        http_call_send(&calls[i]);
    }
    http_call_wait(calls, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_answered(&calls[i], 200, "fine");
    assert_int_equal(server_requests(server), MANY);
    assert_true(loop_now_ms(loop) - begin_ms < MANY * 50);
    free(calls);
}

static int fail_one(void *arg)
{
    int *count = arg;
    return (*count)-- == 0;
}

static void test_every_allocation_may_fail_and_is_never_a_success(void **state)
{
    (void)state;
    static const aw_header header = {"x-some", "thing"};
    bool failed = true;
    serve((struct server_plan){.script = answer});
    for (int nth = 0; failed; nth++) {
        int count = nth;
        http_call_init(&call, "GET", server_url(server, "/"));
        call.request.headers = &header;
        call.request.header_count = 1;
        mem_set_fault(fail_one, &count);
        http_call_send(&call);
        http_call_wait(&call, 1);
        mem_set_fault(NULL, NULL);
        failed = count < 0;
        if (call.wire.outcome == WIRE_ANSWERED)
            assert_answered(&call, 200, "fine");
        else
            assert_true(call.wire.problem[0] && failed);
    }
    assert_answered(&call, 200, "fine");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, http_world_open, http_world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_request_is_given_up_before_it_connects),
        TEST(test_a_request_is_given_up_while_the_server_is_silent),
        TEST(test_a_request_is_given_up_while_it_waits_for_the_answer),
        TEST(test_a_request_is_given_up_in_the_middle_of_the_body),
        TEST(test_a_request_that_failed_at_once_may_still_be_given_up),
        TEST(test_one_answer_may_give_up_the_other_request),
        TEST(test_an_answer_may_send_the_next_request),
        TEST(test_many_requests_are_under_way_at_once),
        TEST(test_every_allocation_may_fail_and_is_never_a_success),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
