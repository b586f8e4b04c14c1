/* SPDX-License-Identifier: Apache-2.0 */
/* The server's sockets: one epoll set, and a queue of answers that are not due yet. */
#include "bench/http_server.h"

#include "bench/http_head.h"
#include "bench/measure.h"
#include "core/list.h"
#include "core/mem.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 256
#define LARGEST_MESSAGE ((size_t)64 << 20)
#define READ_SIZE 16384

struct http_server {
    int epoll_fd;
    int listen_fd;
    int stop_fd;
    bool stopped;
    uint64_t latency_us;
    uint64_t open;
    struct link waiting; /* connections whose answer is not due yet, the first one first */
    struct link others;
    http_answer_fn answer;
    void *arg;
    struct http_counts counts;
};

struct connection {
    struct link link;
    int fd;
    bool answering;
    bool blocked; /* waits until more can be sent */
    uint64_t due_us;
    size_t sent;
    kit_buf in;
    kit_buf head;
    kit_buf body;
};

static void watch(const struct http_server *server, int operation, int fd, uint32_t events,
                  void *pointer)
{
    struct epoll_event event = {.events = events, .data.ptr = pointer};
    if (epoll_ctl(server->epoll_fd, operation, fd, &event))
        die("epoll_ctl: %s", strerror(errno));
}

struct http_server *http_server_create(uint64_t latency_ms, http_answer_fn answer, void *arg)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct http_server *server = mem_alloc(sizeof *server);
    if (!server)
        die("no memory");
    server->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    server->latency_us = latency_ms * 1000;
    server->answer = answer;
    server->arg = arg;
    list_init(&server->others);
    list_init(&server->waiting);
    if (server->epoll_fd < 0 || server->listen_fd < 0 ||
        bind(server->listen_fd, (struct sockaddr *)&address, sizeof address) ||
        listen(server->listen_fd, SOMAXCONN))
        die("no socket to listen on: %s", strerror(errno));
    watch(server, EPOLL_CTL_ADD, server->listen_fd, EPOLLIN, &server->listen_fd);
    return server;
}

unsigned http_server_port(const struct http_server *server)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    if (getsockname(server->listen_fd, (struct sockaddr *)&address, &size))
        die("getsockname: %s", strerror(errno));
    return ntohs(address.sin_port);
}

const struct http_counts *http_server_counts(const struct http_server *server)
{
    return &server->counts;
}

static void hang_up(struct http_server *server, struct connection *connection)
{
    list_remove(&connection->link);
    close(connection->fd);
    kit_buf_finish(&connection->in);
    kit_buf_finish(&connection->head);
    kit_buf_finish(&connection->body);
    mem_free(connection);
    server->open--;
}

static void accept_all(struct http_server *server)
{
    int fd;
    int on = 1;
    while ((fd = accept4(server->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        struct connection *connection = mem_alloc(sizeof *connection);
        if (!connection)
            die("no memory");
        connection->fd = fd;
        kit_buf_init(&connection->in, mem_kit(), LARGEST_MESSAGE);
        kit_buf_init(&connection->head, mem_kit(), LARGEST_MESSAGE);
        kit_buf_init(&connection->body, mem_kit(), LARGEST_MESSAGE);
        list_append(&server->others, &connection->link);
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(server, EPOLL_CTL_ADD, fd, EPOLLIN, connection);
        server->counts.connections++;
        if (++server->open > server->counts.connections_at_once)
            server->counts.connections_at_once = server->open;
    }
    if (errno != EAGAIN && errno != ECONNABORTED)
        die("accept: %s", strerror(errno));
}

static void *keep_block(void *context, void *old, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old;
    (void)old_size;
    (void)new_size;
    return NULL;
}

void http_body_lend(kit_buf *body, const kit_buf *page)
{
    *body = *page;
    body->memory = (kit_memory){.resize = keep_block};
}

static void write_head(struct connection *connection, unsigned status)
{
    char date[64];
    time_t now = time(NULL);
    struct tm parts;
    gmtime_r(&now, &parts);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    kit_buf_addf(&connection->head,
                 "HTTP/1.1 %u %s\r\nDate: %s\r\nContent-Type: application/json\r\n"
                 "Content-Length: %zu\r\n\r\n",
                 status, status < 300 ? "OK" : "Refused", date, connection->body.size);
}

static void answer(struct http_server *server, struct connection *connection,
                   const struct http_request *request)
{
    unsigned status = server->answer(server->arg, request, &connection->body);
    if (connection->body.state != KIT_BUF_OK)
        die("no memory for an answer");
    write_head(connection, status);
    server->counts.requests++;
    connection->answering = true;
    connection->due_us = now_us() + server->latency_us;
    list_remove(&connection->link);
    list_append(&server->waiting, &connection->link);
}

static void finish_answer(struct http_server *server, struct connection *connection)
{
    if (connection->blocked)
        watch(server, EPOLL_CTL_MOD, connection->fd, EPOLLIN, connection);
    connection->blocked = false;
    connection->answering = false;
    connection->sent = 0;
    kit_buf_clear(&connection->in);
    kit_buf_clear(&connection->head);
    kit_buf_finish(&connection->body);
    kit_buf_init(&connection->body, mem_kit(), LARGEST_MESSAGE);
}

/* What is left of the head, and of the body behind it. */
static ssize_t send_rest(const struct connection *connection)
{
    const kit_buf *head = &connection->head;
    const kit_buf *body = &connection->body;
    size_t of_head = connection->sent < head->size ? head->size - connection->sent : 0;
    size_t of_body = body->size - (connection->sent + of_head - head->size);
    struct iovec pieces[] = {{head->data + (head->size - of_head), of_head},
                             {body->data + (body->size - of_body), of_body}};
    const struct msghdr message = {.msg_iov = pieces + (of_head == 0),
                                   .msg_iovlen = (size_t)(of_head > 0) + (of_body > 0)};
    return sendmsg(connection->fd, &message, MSG_NOSIGNAL);
}

static void send_more(struct http_server *server, struct connection *connection)
{
    while (connection->sent < connection->head.size + connection->body.size) {
        ssize_t sent = send_rest(connection);
        if (sent < 0 && errno == EAGAIN) {
            connection->blocked = true;
            watch(server, EPOLL_CTL_MOD, connection->fd, EPOLLOUT, connection);
            return;
        }
        if (sent < 0) {
            hang_up(server, connection);
            return;
        }
        connection->sent += (size_t)sent;
    }
    finish_answer(server, connection);
}

static void receive(struct http_server *server, struct connection *connection)
{
    char data[READ_SIZE];
    struct http_request request = {0};
    ssize_t got = recv(connection->fd, data, sizeof data, 0);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got > 0)
        kit_buf_add(&connection->in, data, (size_t)got);
    enum http_head head = HTTP_BAD;
    if (got > 0 && connection->in.state == KIT_BUF_OK && !connection->answering)
        head = http_head_read(&connection->in, &request);
    if (head == HTTP_BAD)
        hang_up(server, connection);
    else if (head == HTTP_WHOLE)
        answer(server, connection, &request);
}

/* Sends what is due. Returns how long epoll may wait for the next. */
static int send_due(struct http_server *server)
{
    while (!list_empty(&server->waiting)) {
        struct connection *first = list_item(server->waiting.next, struct connection, link);
        uint64_t now = now_us();
        if (first->due_us > now)
            return (int)((first->due_us - now + 999) / 1000);
        list_remove(&first->link);
        list_append(&server->others, &first->link);
        send_more(server, first);
    }
    return -1;
}

static void handle(struct http_server *server, const struct epoll_event *event)
{
    char byte;
    if (event->data.ptr == &server->listen_fd)
        accept_all(server);
    else if (event->data.ptr == &server->stop_fd)
        server->stopped = read(server->stop_fd, &byte, 1) <= 0;
    else if (event->events & EPOLLOUT)
        send_more(server, event->data.ptr);
    else
        receive(server, event->data.ptr);
}

void http_server_run(struct http_server *server, int stop_fd)
{
    struct epoll_event events[EVENTS_AT_ONCE];
    server->stop_fd = stop_fd;
    watch(server, EPOLL_CTL_ADD, stop_fd, EPOLLIN, &server->stop_fd);
    while (!server->stopped) {
        int count = epoll_wait(server->epoll_fd, events, EVENTS_AT_ONCE, send_due(server));
        for (int i = 0; i < count; i++)
            handle(server, &events[i]);
    }
}

static void hang_up_all(struct http_server *server, struct link *list)
{
    while (!list_empty(list))
        hang_up(server, list_item(list->next, struct connection, link));
}

void http_server_destroy(struct http_server *server)
{
    if (!server)
        return;
    hang_up_all(server, &server->others);
    hang_up_all(server, &server->waiting);
    close(server->listen_fd);
    close(server->epoll_fd);
    mem_free(server);
}
