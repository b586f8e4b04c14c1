/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.1 on loopback: one thread, keep-alive, and every answer so much later. Refuses what it does
 * not do (pipelining, chunked bodies) by closing the connection.
 */
#ifndef ARCHWAY_BENCH_HTTP_SERVER_H
#define ARCHWAY_BENCH_HTTP_SERVER_H

#include "kit/buf.h"

#include <stdint.h>

struct http_request {
    const char *method;
    const char *path;
    const char *authorization; /* "" without one */
    const char *body;          /* a NUL stands behind it */
    size_t body_size;
};

/* Writes the body, which is JSON, or lends it, and returns the status. */
typedef unsigned (*http_answer_fn)(void *arg, const struct http_request *request, kit_buf *body);

/* The body is one that stays as it is as long as the server: it is sent from where it lies. */
void http_body_lend(kit_buf *body, const kit_buf *page);

struct http_counts {
    uint64_t requests;
    uint64_t connections;
    uint64_t connections_at_once;
};

struct http_server;

/* Listens on a free port of 127.0.0.1. Ends the program when it cannot. */
struct http_server *http_server_create(uint64_t latency_ms, http_answer_fn answer, void *arg);
void http_server_destroy(struct http_server *server);
unsigned http_server_port(const struct http_server *server);
const struct http_counts *http_server_counts(const struct http_server *server);

/* Serves until nothing more can be read from `stop_fd`. */
void http_server_run(struct http_server *server, int stop_fd);

#endif
