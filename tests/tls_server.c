/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets, TLS and threads of the scripted server. */
#include "tests/tls_server.h"

#include "tests/authority.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#define LONGEST_HEAD 65536

struct peer {
    struct peer *next;
    struct tls_server *server;
    pthread_t thread;
    unsigned number;
    int fd; /* -1: closed; changes under the server's lock */
    SSL *tls;
    bool gone;
    char head[LONGEST_HEAD + 1];
    size_t head_size; /* what has been read of the next request */
};

struct tls_server {
    struct server_plan plan;
    int fd;
    int port;
    SSL_CTX *context;
    pthread_t thread;
    pthread_mutex_t lock;
    struct peer *peers;
    atomic_uint requests;
    atomic_uint connections;
};

void peer_send(struct peer *peer, const void *data, size_t size)
{
    const char *from = data;
    while (size && !peer->gone) {
        int step = size < 16384 ? (int)size : 16384;
        ssize_t sent = peer->tls ? SSL_write(peer->tls, from, step)
                                 : send(peer->fd, from, (size_t)step, MSG_NOSIGNAL);
        if (sent <= 0) {
            peer->gone = true;
            return;
        }
        from += sent;
        size -= (size_t)sent;
    }
}

void peer_say(struct peer *peer, const char *text)
{
    peer_send(peer, text, strlen(text));
}

void peer_answer(struct peer *peer, const char *body)
{
    char head[128];
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", strlen(body));
    peer_say(peer, head);
    peer_say(peer, body);
}

size_t peer_read(struct peer *peer, void *data, size_t size)
{
    if (peer->gone)
        return 0;
    ssize_t got = peer->tls ? SSL_read(peer->tls, data, (int)size) : read(peer->fd, data, size);
    peer->gone = got <= 0;
    return got > 0 ? (size_t)got : 0;
}

void peer_wait(struct peer *peer)
{
    char waste[4096];
    while (peer_read(peer, waste, sizeof waste))
        continue;
}

void peer_pause(struct peer *peer, unsigned ms)
{
    (void)peer;
    usleep(ms * 1000);
}

static void close_socket(struct peer *peer)
{
    pthread_mutex_lock(&peer->server->lock);
    if (peer->fd >= 0)
        close(peer->fd);
    peer->fd = -1;
    pthread_mutex_unlock(&peer->server->lock);
    peer->gone = true;
}

void peer_end(struct peer *peer)
{
    if (peer->tls && !peer->gone)
        SSL_shutdown(peer->tls);
    close_socket(peer);
}

void peer_cut(struct peer *peer)
{
    if (peer->fd >= 0)
        shutdown(peer->fd, SHUT_WR);
    close_socket(peer);
}

void peer_reset(struct peer *peer)
{
    const struct linger at_once = {.l_onoff = 1};
    if (peer->fd >= 0)
        setsockopt(peer->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close_socket(peer);
}

int peer_gone(const struct peer *peer)
{
    return peer->gone;
}

int peer_socket(const struct peer *peer)
{
    return peer->fd;
}

static size_t content_length(const char *head)
{
    const char *line = strcasestr(head, "\r\ncontent-length:");
    return line ? strtoul(line + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

/* Reads until `head` holds a whole head. The size of it, or 0: there is none any more. */
static size_t read_head(struct peer *peer)
{
    for (;;) {
        peer->head[peer->head_size] = '\0';
        const char *end = strstr(peer->head, "\r\n\r\n");
        if (end)
            return (size_t)(end - peer->head) + 4;
        size_t got = peer_read(peer, peer->head + peer->head_size, LONGEST_HEAD - peer->head_size);
        if (!got)
            return 0;
        peer->head_size += got;
    }
}

static void drop(struct peer *peer, size_t size)
{
    peer->head_size -= size;
    memmove(peer->head, peer->head + size, peer->head_size);
}

static char *read_body(struct peer *peer, size_t size)
{
    char *body = calloc(1, size + 1);
    size_t have = peer->head_size < size ? peer->head_size : size;
    memcpy(body, peer->head, have);
    drop(peer, have);
    while (have < size && !peer->gone)
        have += peer_read(peer, body + have, size - have);
    return body;
}

static void serve_requests(struct peer *peer)
{
    struct tls_server *server = peer->server;
    size_t head_size;
    while (!peer->gone && (head_size = read_head(peer))) {
        char *head = strndup(peer->head, head_size);
        drop(peer, head_size);
        size_t body_size = content_length(head);
        char *body = read_body(peer, body_size);
        struct heard heard = {head, body, body_size, ++server->requests, peer->number};
        if (!peer->gone)
            server->plan.script(peer, &heard, server->plan.arg);
        free(head);
        free(body);
    }
}

static bool shake_hands(struct peer *peer)
{
    if (!peer->server->context)
        return true;
    peer->tls = SSL_new(peer->server->context);
    SSL_set_fd(peer->tls, peer->fd);
    return SSL_accept(peer->tls) == 1;
}

static void *serve_peer(void *arg)
{
    struct peer *peer = arg;
    const struct server_plan *plan = &peer->server->plan;
    if (shake_hands(peer) && plan->raw)
        plan->raw(peer, plan->arg);
    else if (!plan->raw)
        serve_requests(peer);
    close_socket(peer);
    SSL_free(peer->tls);
    return NULL;
}

/* A peer's thread gets no SIGPIPE, whatever the program does: it is blocked here. */
static void *accept_peers(void *arg)
{
    struct tls_server *server = arg;
    int fd;
    while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
        struct peer *peer = calloc(1, sizeof *peer);
        peer->server = server;
        peer->fd = fd;
        peer->number = ++server->connections;
        pthread_mutex_lock(&server->lock);
        peer->next = server->peers;
        server->peers = peer;
        pthread_mutex_unlock(&server->lock);
        pthread_create(&peer->thread, NULL, serve_peer, peer);
    }
    return NULL;
}

static int choose_protocol(SSL *tls, const unsigned char **ret, unsigned char *ret_size,
                           const unsigned char *offers, unsigned size, void *arg)
{
    const char *wanted = arg;
    (void)tls;
    for (unsigned i = 0; i < size; i += offers[i] + 1u) {
        if (offers[i] != strlen(wanted) || memcmp(offers + i + 1, wanted, offers[i]) != 0)
            continue;
        *ret = offers + i + 1;
        *ret_size = offers[i];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_NOACK;
}

static SSL_CTX *context_create(const struct server_plan *plan)
{
    static const char here[] = "IP:127.0.0.1,DNS:localhost";
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    assert_non_null(context);
    authority_certify(context, plan->kind == SERVER_WRONG_NAME ? "DNS:elsewhere.example" : here,
                      plan->kind == SERVER_EXPIRED ? -3600 : 3600,
                      plan->kind != SERVER_SELF_SIGNED);
    if (plan->protocol)
        SSL_CTX_set_alpn_select_cb(context, choose_protocol, (void *)(uintptr_t)plan->protocol);
    return context;
}

static void listen_here(struct tls_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    server->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->fd >= 0);
    assert_int_equal(bind(server->fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(server->fd, 512), 0);
    assert_int_equal(getsockname(server->fd, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
}

struct tls_server *server_start(const struct server_plan *plan)
{
    struct tls_server *server = calloc(1, sizeof *server);
    sigset_t pipe_signal, before;
    assert_non_null(server);
    server->plan = *plan;
    server->context = plan->kind == SERVER_PLAIN ? NULL : context_create(plan);
    pthread_mutex_init(&server->lock, NULL);
    listen_here(server);
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    assert_int_equal(pthread_create(&server->thread, NULL, accept_peers, server), 0);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return server;
}

void server_stop(struct tls_server *server)
{
    if (!server)
        return;
    shutdown(server->fd, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    pthread_mutex_lock(&server->lock);
    for (struct peer *peer = server->peers; peer; peer = peer->next)
        if (peer->fd >= 0)
            shutdown(peer->fd, SHUT_RDWR);
    pthread_mutex_unlock(&server->lock);
    while (server->peers) {
        struct peer *peer = server->peers;
        server->peers = peer->next;
        pthread_join(peer->thread, NULL);
        free(peer);
    }
    close(server->fd);
    SSL_CTX_free(server->context);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

int server_port(const struct tls_server *server)
{
    return server->port;
}

const char *server_url(const struct tls_server *server, const char *path)
{
    static char urls[16][512];
    static unsigned turn;
    char *url = urls[turn++ % 16];
    snprintf(url, sizeof urls[0], "http%s://127.0.0.1:%d%s", server->context ? "s" : "",
             server->port, path);
    return url;
}

unsigned server_requests(struct tls_server *server)
{
    return server->requests;
}

unsigned server_connections(struct tls_server *server)
{
    return server->connections;
}
