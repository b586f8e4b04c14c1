/* SPDX-License-Identifier: Apache-2.0 */
/* Connections, how an answer comes (late, cut, never), and the loop. */
#include "tests/cloud/server.h"

#include "core/list.h"
#include "core/mem.h"
#include "tests/cloud/parts.h"

#include <ctype.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST_HEADERS 64
#define LARGEST_BODY ((size_t)16 << 20)

struct cloud_server {
    struct cloud *cloud;
    struct MHD_Daemon *daemon;
    unsigned port;
    struct link waiting; /* exchanges whose answer is not due yet, or never */
};

/* A request that comes, is answered, and waits to be told. */
struct exchange {
    struct link link;
    struct cloud_server *server;
    struct MHD_Connection *connection;
    char *path;
    char *query;
    kit_buf body;
    bool is_answered;
    bool is_waiting;
    uint64_t due_ms;
    struct cloud_answer answer;
};

static uint64_t wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* What is closed now is reset. */
static void arm_reset(struct MHD_Connection *connection)
{
    const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

/* ---- a request ---- */

/* Before libmicrohttpd decodes it. */
static void *on_uri(void *arg, const char *uri, struct MHD_Connection *connection)
{
    struct exchange *exchange = mem_alloc(sizeof *exchange);
    size_t size = strcspn(uri, "?");
    if (!exchange)
        cloud_die("no memory for", "a request");
    *exchange = (struct exchange){.server = arg,
                                  .connection = connection,
                                  .path = mem_copy(uri, size),
                                  .query = mem_copy_text(uri + size + (uri[size] == '?'))};
    if (!exchange->path || !exchange->query)
        cloud_die("no memory for", "a request");
    list_init(&exchange->link);
    kit_buf_init(&exchange->body, mem_kit(), LARGEST_BODY);
    return exchange;
}

static void on_end(void *arg, struct MHD_Connection *connection, void **exchange_place,
                   enum MHD_RequestTerminationCode code)
{
    struct exchange *exchange = *exchange_place;
    (void)arg;
    (void)connection;
    (void)code;
    if (!exchange)
        return;
    list_remove(&exchange->link);
    kit_buf_finish(&exchange->body);
    kit_buf_finish(&exchange->answer.body);
    mem_free(exchange->path);
    mem_free(exchange->query);
    mem_free(exchange);
}

struct headers {
    size_t count;
    aw_header items[MOST_HEADERS];
    char names[MOST_HEADERS][64];
};

static enum MHD_Result on_header(void *arg, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    struct headers *headers = arg;
    (void)kind;
    if (headers->count == MOST_HEADERS)
        return MHD_NO;
    char *copy = headers->names[headers->count];
    put_text(copy, sizeof headers->names[0], name);
    for (char *c = copy; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    headers->items[headers->count++] = (aw_header){copy, value ? value : ""};
    return MHD_YES;
}

static void find_answer(struct exchange *exchange, const char *method)
{
    struct headers headers = {0};
    MHD_get_connection_values(exchange->connection, MHD_HEADER_KIND, on_header, &headers);
    struct cloud_request request = {
        .method = method,
        .path = exchange->path,
        .query = exchange->query,
        .headers = headers.items,
        .header_count = headers.count,
        .body = kit_buf_text(&exchange->body),
        .body_size = exchange->body.size,
    };
    request.host = header_of(&request, "host");
    cloud_answer(exchange->server->cloud, &request, wall_ms(), &exchange->answer);
    exchange->is_answered = true;
    exchange->due_ms = wall_ms() + exchange->answer.latency_ms;
}

/* ---- its answer ---- */

static ssize_t read_cut(void *arg, uint64_t position, char *out, size_t most)
{
    struct exchange *exchange = arg;
    size_t left = exchange->answer.cut_after - (size_t)position;
    size_t size = left < most ? left : most;
    if (size == 0) {
        arm_reset(exchange->connection);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    memcpy(out, exchange->answer.body.data + position, size);
    return (ssize_t)size;
}

static struct MHD_Response *response_of(struct exchange *exchange)
{
    struct cloud_answer *answer = &exchange->answer;
    const char *text = kit_buf_text(&answer->body);
    if (answer->ending == CLOUD_CUT)
        return MHD_create_response_from_callback(answer->body.size, 16384, read_cut, exchange,
                                                 NULL);
    return MHD_create_response_from_buffer(answer->body.size, (void *)(uintptr_t)text,
                                           MHD_RESPMEM_PERSISTENT);
}

/* libmicrohttpd's own clock is not the cloud's. */
static void add_date(struct MHD_Response *response, uint64_t now_ms)
{
    time_t seconds = (time_t)(now_ms / 1000);
    struct tm parts;
    char text[64];
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    MHD_add_response_header(response, "Date", text);
}

static enum MHD_Result tell(struct exchange *exchange)
{
    struct cloud_answer *answer = &exchange->answer;
    if (answer->ending == CLOUD_RESET) {
        arm_reset(exchange->connection);
        return MHD_NO;
    }
    struct MHD_Response *response = response_of(exchange);
    MHD_add_response_header(response, "Content-Type", answer->type);
    add_date(response, answer->now_ms);
    if (answer->retry_after)
        MHD_add_response_header(response, "Retry-After", answer->retry_after);
    enum MHD_Result result = MHD_queue_response(exchange->connection, answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static bool must_wait(const struct exchange *exchange)
{
    return exchange->answer.ending == CLOUD_STALL || exchange->due_ms > wall_ms();
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *uri,
                                  const char *method, const char *version, const char *data,
                                  size_t *data_size, void **exchange_place)
{
    struct exchange *exchange = *exchange_place;
    (void)arg;
    (void)uri;
    (void)version;
    if (*data_size > 0) {
        kit_buf_add(&exchange->body, data, *data_size);
        *data_size = 0;
        return MHD_YES;
    }
    /* The first call comes before the body. */
    if (!exchange->is_waiting && !exchange->is_answered) {
        exchange->is_waiting = true;
        return MHD_YES;
    }
    if (!exchange->is_answered)
        find_answer(exchange, method);
    if (must_wait(exchange)) {
        list_append(&exchange->server->waiting, &exchange->link);
        MHD_suspend_connection(connection);
        return MHD_YES;
    }
    return tell(exchange);
}

/* ---- the loop ---- */

/* Wakes those that are due. Returns in how many milliseconds the next one is; -1: never. */
static int wake(struct cloud_server *server)
{
    int64_t first_ms = -1;
    uint64_t now_ms = wall_ms();
    for (struct link *link = server->waiting.next; link != &server->waiting;) {
        struct exchange *exchange = list_item(link, struct exchange, link);
        link = link->next;
        if (exchange->answer.ending == CLOUD_STALL)
            continue;
        if (exchange->due_ms > now_ms) {
            int64_t left_ms = (int64_t)(exchange->due_ms - now_ms);
            first_ms = first_ms < 0 || left_ms < first_ms ? left_ms : first_ms;
            continue;
        }
        list_remove(&exchange->link);
        list_init(&exchange->link);
        MHD_resume_connection(exchange->connection);
        first_ms = 0; /* MHD_run must bring it on, and no descriptor says so */
    }
    return first_ms > 60000 ? 60000 : (int)first_ms;
}

static int timeout_of(struct cloud_server *server)
{
    MHD_UNSIGNED_LONG_LONG own_ms = 0;
    int due_ms = wake(server);
    if (MHD_get_timeout(server->daemon, &own_ms) != MHD_YES)
        return due_ms;
    int most_ms = own_ms < 60000 ? (int)own_ms : 60000;
    return due_ms < 0 || most_ms < due_ms ? most_ms : due_ms;
}

void cloud_server_run(struct cloud_server *server, int stop_fd)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[] = {{.fd = info->epoll_fd, .events = POLLIN},
                           {.fd = stop_fd, .events = POLLIN}};
    char byte;
    for (;;) {
        poll(fds, 2, timeout_of(server));
        if (fds[1].revents && read(stop_fd, &byte, 1) <= 0)
            return;
        MHD_run(server->daemon);
    }
}

struct cloud_server *cloud_server_create(struct cloud *cloud)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct cloud_server *server = mem_alloc(sizeof *server);
    if (!server)
        cloud_die("no memory for", "a server");
    server->cloud = cloud;
    list_init(&server->waiting);
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
        on_request, server, MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, on_uri,
        server, MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_LISTEN_BACKLOG_SIZE, 4096u,
        MHD_OPTION_CONNECTION_LIMIT, 4096u, MHD_OPTION_END);
    const union MHD_DaemonInfo *info =
        server->daemon ? MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
    if (!info)
        cloud_die("no server", "libmicrohttpd could not start one");
    server->port = info->port;
    return server;
}

unsigned cloud_server_port(const struct cloud_server *server)
{
    return server->port;
}

void cloud_server_destroy(struct cloud_server *server)
{
    if (!server)
        return;
    while (!list_empty(&server->waiting)) {
        struct exchange *exchange = list_item(server->waiting.next, struct exchange, link);
        list_remove(&exchange->link);
        list_init(&exchange->link);
        exchange->answer.ending = CLOUD_RESET;
        MHD_resume_connection(exchange->connection);
    }
    MHD_stop_daemon(server->daemon);
    mem_free(server);
}
