/* SPDX-License-Identifier: Apache-2.0 */
/* Requests into the real world, for tests: one call is one request and what became of it. */
#ifndef ARCHWAY_TESTS_HTTP_CALL_H
#define ARCHWAY_TESTS_HTTP_CALL_H

#include "core/world.h"
#include "tests/tls_server.h"

#define HTTP_BODY_KEPT 65536

struct http_call {
    aw_request request;
    struct wire_call wire; /* `once`, `secret`, `timeout_ms` may be set before it is sent */
    bool done;
    uint32_t status;
    char head[16384];          /* "name: value" lines */
    char body[HTTP_BODY_KEPT]; /* as much as fits */
    uint64_t body_size;
};

extern struct loop *loop;
extern struct world *world;
extern struct tls_server *server; /* stopped at the end of the test, if it started one */

/* For cmocka, around each test: a fresh loop and world, no proxy, and no descriptor left. */
int http_world_open(void **state);
int http_world_close(void **state);

void http_call_init(struct http_call *call, const char *method, const char *url);
void http_call_send(struct http_call *call);
void http_call_cancel(struct http_call *call);
/* Lets the loop run until all are done; fails when that takes too long. */
void http_call_wait(struct http_call *calls, size_t count);
/* Lets the loop run until *flag. */
void http_wait_until(const volatile bool *flag);
void http_pass_time(uint64_t delay_ms);

/* Init, send and wait, in one. */
void http_do(struct http_call *call, const char *method, const char *url);

void assert_answered(const struct http_call *call, uint32_t status, const char *body);
/* Not answered, for this reason, and `why` is in the sentence. */
void assert_outcome(const struct http_call *call, enum wire_outcome outcome, const char *why);
/* The descriptors of this process become as few as before, within a while. */
void assert_descriptors(size_t count);

#endif
