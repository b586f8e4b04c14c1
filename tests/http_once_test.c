/* SPDX-License-Identifier: Apache-2.0 */
/* Connections are used again, but never at the price of sending something twice. */
#include "tests/authority.h"
#include "tests/http_call.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <stdatomic.h>

static struct http_call call;
static atomic_uint posts;

/* Reads are answered, and the connection stays. A write is heard, and the connection ends. */
static void drop_posts(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)arg;
    if (strncmp(heard->head, "POST", 4) != 0)
        return peer_answer(peer, "fine");
    posts++;
    peer_end(peer);
}

static void answer_once(struct peer *peer, const struct heard *heard, void *arg)
{
    (void)arg;
    posts += strncmp(heard->head, "POST", 4) == 0;
    peer_answer(peer, "fine");
    peer_end(peer);
}

static void serve(server_script script)
{
    posts = 0;
    server_stop(server);
    server = server_start(&(struct server_plan){.script = script});
}

static void read_something(void)
{
    http_do(&call, "GET", server_url(server, "/"));
    assert_answered(&call, 200, "fine");
}

static void post(bool once)
{
    http_call_init(&call, "POST", server_url(server, "/launch"));
    call.request.body = (aw_bytes){"{}", 2};
    call.wire.once = once;
    http_call_send(&call);
    http_call_wait(&call, 1);
}

static void test_reads_share_a_connection(void **state)
{
    (void)state;
    serve(drop_posts);
    for (int i = 0; i < 5; i++)
        read_something();
    assert_int_equal(server_connections(server), 1);
    assert_int_equal(server_requests(server), 5);
}

/* What `once` is there for: curl takes the end of a used connection for a stale one. */
static void test_without_once_a_write_is_sent_again_behind_our_back(void **state)
{
    (void)state;
    serve(drop_posts);
    read_something();
    post(false);
    assert_outcome(&call, WIRE_LOST, "");
    assert_int_equal(posts, 2);
}

static void test_with_once_a_write_is_sent_once(void **state)
{
    (void)state;
    serve(drop_posts);
    for (int i = 0; i < 3; i++) {
        read_something();
        post(true);
        assert_outcome(&call, WIRE_LOST, "");
    }
    assert_int_equal(posts, 3);
}

static void test_with_once_a_connection_that_went_stale_does_no_harm(void **state)
{
    (void)state;
    serve(answer_once);
    read_something();
    http_pass_time(20);
    post(true);
    assert_answered(&call, 200, "fine");
    assert_int_equal(posts, 1);
}

static void test_a_stale_connection_is_replaced_for_reads(void **state)
{
    (void)state;
    serve(answer_once);
    for (int i = 0; i < 5; i++) {
        read_something();
        if (i % 2)
            http_pass_time(20);
    }
    assert_int_equal(server_connections(server), 5);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, http_world_open, http_world_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reads_share_a_connection),
        TEST(test_without_once_a_write_is_sent_again_behind_our_back),
        TEST(test_with_once_a_write_is_sent_once),
        TEST(test_with_once_a_connection_that_went_stale_does_no_harm),
        TEST(test_a_stale_connection_is_replaced_for_reads),
    };
    return cmocka_run_group_tests(tests, authority_create, authority_remove);
}
