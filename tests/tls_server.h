/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A server on loopback that does what a test tells it, right or wrong: HTTP/1.1 with a script called
 * for each request, or whole connections as raw bytes. Each connection has a thread of its own.
 */
#ifndef ARCHWAY_TESTS_TLS_SERVER_H
#define ARCHWAY_TESTS_TLS_SERVER_H

#include <stddef.h>

struct tls_server;

/* One connection, in the hands of a script. */
struct peer;

/* One request, as it was heard. */
struct heard {
    const char *head; /* the request line and all header lines, as they came */
    const char *body; /* a NUL stands behind it */
    size_t body_size;
    unsigned number;     /* of the request, from 1 */
    unsigned connection; /* which it came on, from 1 */
};

/* When it returns, the next request on this connection is read, unless the script has ended it. */
typedef void (*server_script)(struct peer *peer, const struct heard *heard, void *arg);

enum server_kind {
    SERVER_TRUSTED = 0, /* TLS, with a certificate of the authority's for 127.0.0.1 and localhost */
    SERVER_SELF_SIGNED,
    SERVER_WRONG_NAME,
    SERVER_EXPIRED,
    SERVER_PLAIN /* no TLS */
};

struct server_plan {
    enum server_kind kind;
    server_script script;
    void (*raw)(struct peer *peer, void *arg); /* instead of `script`: called once a connection */
    const char *protocol;                      /* what ALPN agrees on: "h2"; NULL: nothing */
    void *arg;
};

struct tls_server *server_start(const struct server_plan *plan);
/* Ends all connections and threads. Takes NULL. */
void server_stop(struct tls_server *server);

int server_port(const struct tls_server *server);
/* "https://127.0.0.1:PORT" and the path, in memory that lives until the next but fifteen calls. */
const char *server_url(const struct tls_server *server, const char *path);
unsigned server_requests(struct tls_server *server);
unsigned server_connections(struct tls_server *server);

/* What a script does. Whatever fails because the other side has gone does nothing. */
void peer_say(struct peer *peer, const char *text);
void peer_send(struct peer *peer, const void *data, size_t size);
/* "HTTP/1.1 200 OK" with this body. */
void peer_answer(struct peer *peer, const char *body);
/* Reads what comes next; 0: the other side has gone. */
size_t peer_read(struct peer *peer, void *data, size_t size);
/* Nothing more is said until the other side has gone. */
void peer_wait(struct peer *peer);
void peer_pause(struct peer *peer, unsigned ms);
/* Ends the connection: in order, without TLS's farewell, or with a reset. */
void peer_end(struct peer *peer);
void peer_cut(struct peer *peer);
void peer_reset(struct peer *peer);
/* Has it been ended, by whichever side? */
int peer_gone(const struct peer *peer);
/* The socket, for a script that goes on without TLS. */
int peer_socket(const struct peer *peer);

#endif
