/* SPDX-License-Identifier: Apache-2.0 */
/* Requests into the real world. */
#include "tests/http_call.h"
#include "tests/emulated.h"

#include "tests/descriptors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <unistd.h>

#define PATIENCE_MS 30000
#define TIMEOUT_MS (20000 * PATIENCE)

struct loop *loop;
struct world *world;
struct tls_server *server;
static size_t descriptors_before;

int http_world_open(void **state)
{
    static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",
                                          "all_proxy",  "ALL_PROXY",   "no_proxy"};
    aw_error error = {0};
    (void)state;
    for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)
        unsetenv(proxies[i]);
    descriptors_before = descriptor_count();
    loop = loop_create(false);
    world = loop ? world_real_create(loop, false, &error) : NULL;
    return world ? 0 : -1;
}

int http_world_close(void **state)
{
    (void)state;
    world->ops->destroy(world);
    loop_destroy(loop);
    server_stop(server);
    server = NULL;
    assert_descriptors(descriptors_before);
    return 0;
}

void assert_descriptors(size_t count)
{
    for (int i = 0; i < 1000 && descriptor_count() != count; i++)
        usleep(5000);
    assert_int_equal(descriptor_count(), count);
}

static void keep_head(struct http_call *call, const aw_response *answer)
{
    size_t used = 0;
    for (uint64_t i = 0; i < answer->header_count && used < sizeof call->head; i++)
        used += (size_t)snprintf(call->head + used, sizeof call->head - used, "%s: %s\n",
                                 answer->headers[i].name, answer->headers[i].value);
}

static void on_done(struct wire_call *wire)
{
    struct http_call *call = wire->owner;
    const aw_response *answer = &wire->answer;
    assert_false(call->done);
    call->done = true;
    if (wire->outcome != WIRE_ANSWERED)
        return;
    call->status = answer->status;
    call->body_size = answer->body.size;
    assert_int_equal(answer->size, sizeof *answer);
    assert_int_equal(answer->body.data[answer->body.size], '\0');
    memcpy(call->body, answer->body.data,
           answer->body.size < HTTP_BODY_KEPT ? answer->body.size : HTTP_BODY_KEPT - 1);
    keep_head(call, answer);
}

void http_call_init(struct http_call *call, const char *method, const char *url)
{
    memset(call, 0, sizeof *call);
    call->request = (aw_request){
        .size = sizeof call->request,
        .name = "test",
        .method = method,
        .url = url,
        .body = {"", 0},
    };
    call->wire = (struct wire_call){
        .request = &call->request,
        .timeout_ms = TIMEOUT_MS,
        .done = on_done,
        .owner = call,
    };
}

void http_call_send(struct http_call *call)
{
    world->ops->send(world, &call->wire);
    assert_false(call->done);
}

void http_call_cancel(struct http_call *call)
{
    world->ops->cancel(world, &call->wire);
}

static void on_impatience(void *arg)
{
    (void)arg;
    fail_msg("nothing happened for too long");
}

static void set_true(void *arg)
{
    *(bool *)arg = true;
}

void http_wait_until(const volatile bool *flag)
{
    struct loop_timer patience = {.run = on_impatience};
    loop_set(loop, &patience, PATIENCE_MS);
    while (!*flag)
        loop_wait(loop);
    loop_stop(loop, &patience);
}

void http_call_wait(struct http_call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        http_wait_until(&calls[i].done);
}

void http_pass_time(uint64_t delay_ms)
{
    bool passed = false;
    struct loop_timer timer = {.run = set_true, .arg = &passed};
    loop_set(loop, &timer, delay_ms);
    http_wait_until(&passed);
}

void http_do(struct http_call *call, const char *method, const char *url)
{
    http_call_init(call, method, url);
    http_call_send(call);
    http_call_wait(call, 1);
}

void assert_answered(const struct http_call *call, uint32_t status, const char *body)
{
    assert_true(call->done);
    if (call->wire.outcome != WIRE_ANSWERED)
        fail_msg("not answered: %s", call->wire.problem);
    assert_int_equal(call->status, status);
    assert_string_equal(call->body, body);
    assert_int_equal(call->body_size, strlen(body));
}

void assert_outcome(const struct http_call *call, enum wire_outcome outcome, const char *why)
{
    assert_true(call->done);
    if (call->wire.outcome != outcome || !strstr(call->wire.problem, why))
        fail_msg("outcome %d: \"%s\" instead of %d: \"%s\"", call->wire.outcome, call->wire.problem,
                 outcome, why);
}
