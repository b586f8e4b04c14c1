/* SPDX-License-Identifier: Apache-2.0 */
/* curl's sockets and its timer in the loop, and transfers from start to end. */
#include "core/real_http.h"

#include "core/mem.h"
#include "core/real_transfer.h"
#include "core/wipe.h"
#include "kit/error.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#define FEWEST_CONNECTIONS 16u
#define MOST_CONNECTIONS 4096u

struct http {
    struct loop *loop;
    CURLM *multi;
    struct loop_timer timer;
    struct authorities authorities;
    struct spare_body spare;
    size_t transfers; /* under way; without any nothing is spared */
};

struct socket_watch {
    struct loop_watch watch;
    struct http *http;
    curl_socket_t fd;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;
static CURLcode curl_status;

static void init_curl(void)
{
    curl_status =
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, wipe_free, wipe_resize, strdup, calloc);
}

static void drop(struct http *http, struct transfer *transfer)
{
    transfer_destroy(transfer);
    if (--http->transfers == 0)
        spare_body_finish(&http->spare);
}

static void finish(struct http *http, struct transfer *transfer, CURLcode result)
{
    struct wire_call *call = transfer->call;
    curl_multi_remove_handle(http->multi, transfer->easy);
    loop_stop(http->loop, &call->timer);
    transfer_finish(transfer, result);
    call->transport = NULL;
    call->done(call);
    drop(http, transfer);
}

static void reap(struct http *http)
{
    CURLMsg *message;
    int left;
    while ((message = curl_multi_info_read(http->multi, &left))) {
        struct transfer *transfer = NULL;
        if (message->msg != CURLMSG_DONE)
            continue;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
        finish(http, transfer, message->data.result);
    }
}

static void act(struct http *http, curl_socket_t fd, int events)
{
    int running;
    curl_multi_socket_action(http->multi, fd, events, &running);
    reap(http);
}

static void on_timer(void *arg)
{
    act(arg, CURL_SOCKET_TIMEOUT, 0);
}

static void on_ready(void *arg, uint32_t epoll_events)
{
    struct socket_watch *socket = arg;
    int events = 0;
    if (epoll_events & (EPOLLIN | EPOLLHUP))
        events |= CURL_CSELECT_IN;
    if (epoll_events & EPOLLOUT)
        events |= CURL_CSELECT_OUT;
    if (epoll_events & EPOLLERR)
        events |= CURL_CSELECT_ERR;
    act(socket->http, socket->fd, events);
}

static int unwatch(struct http *http, struct socket_watch *socket)
{
    if (!socket)
        return 0;
    loop_watch_fd(http->loop, socket->fd, 0, &socket->watch);
    curl_multi_assign(http->multi, socket->fd, NULL);
    mem_free(socket);
    return 0;
}

static struct socket_watch *watch_create(struct http *http, curl_socket_t fd)
{
    struct socket_watch *socket = mem_alloc(sizeof *socket);
    if (!socket)
        return NULL;
    *socket = (struct socket_watch){.http = http, .fd = fd};
    socket->watch = (struct loop_watch){.ready = on_ready, .arg = socket};
    curl_multi_assign(http->multi, fd, socket);
    return socket;
}

static void on_starved(void *arg)
{
    struct transfer *transfer = arg;
    finish(transfer->http, transfer, CURLE_OUT_OF_MEMORY);
}

/* A socket that cannot be watched ends its transfer, from the loop: curl would end all of them. */
static int starve(struct http *http, CURL *easy)
{
    struct transfer *transfer = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, &transfer);
    if (!transfer)
        return 0;
    struct loop_timer *timer = &transfer->call->timer;
    loop_stop(http->loop, timer);
    *timer = (struct loop_timer){.run = on_starved, .arg = transfer};
    loop_set(http->loop, timer, 0);
    transfer->no_memory = true;
    return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *socket_arg)
{
    struct http *http = arg;
    struct socket_watch *socket = socket_arg;
    uint32_t events = 0;
    if (what == CURL_POLL_REMOVE)
        return unwatch(http, socket);
    if (!socket)
        socket = watch_create(http, fd);
    if (!socket)
        return starve(http, easy);
    if (what & CURL_POLL_IN)
        events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        events |= EPOLLOUT;
    return loop_watch_fd(http->loop, fd, events, &socket->watch) ? 0 : starve(http, easy);
}

static int on_timeout(CURLM *multi, long timeout_ms, void *arg)
{
    struct http *http = arg;
    (void)multi;
    if (timeout_ms < 0)
        loop_stop(http->loop, &http->timer);
    else
        loop_set(http->loop, &http->timer, (uint64_t)timeout_ms);
    return 0;
}

/* Half of the descriptors that the process may have: the rest is the host's. */
static long most_connections(void)
{
    struct rlimit limit;
    rlim_t most = MOST_CONNECTIONS;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur / 2 < most)
        most = limit.rlim_cur / 2;
    return most < FEWEST_CONNECTIONS ? (long)FEWEST_CONNECTIONS : (long)most;
}

/* libcurl, unlike the curl command, does not look at these by itself. */
static int find_authorities(struct authorities *authorities)
{
    const char *file = getenv("CURL_CA_BUNDLE");
    const char *folder = getenv("SSL_CERT_DIR");
    if (!file || !*file)
        file = getenv("SSL_CERT_FILE");
    if (file && *file && !(authorities->file = mem_copy_text(file)))
        return -1;
    if (folder && *folder && !(authorities->folder = mem_copy_text(folder)))
        return -1;
    return 0;
}

struct http *http_create(struct loop *loop, aw_error *ret_error)
{
    struct http *http = mem_alloc(sizeof *http);
    pthread_once(&curl_once, init_curl);
    if (http)
        http->multi = curl_status == CURLE_OK ? curl_multi_init() : NULL;
    if (!http || !http->multi || find_authorities(&http->authorities)) {
        http_destroy(http);
        kit_error_set(ret_error, AW_E_NO_MEMORY, "libcurl cannot be initialised");
        return NULL;
    }
    http->loop = loop;
    http->timer = (struct loop_timer){.run = on_timer, .arg = http};
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, on_timeout);
    curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
    curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, most_connections());
    curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, most_connections());
    return http;
}

void http_destroy(struct http *http)
{
    if (!http)
        return;
    curl_multi_cleanup(http->multi);
    spare_body_finish(&http->spare);
    if (http->loop)
        loop_stop(http->loop, &http->timer);
    mem_free(http->authorities.file);
    mem_free(http->authorities.folder);
    mem_free(http);
}

static void report_not_sent(void *arg)
{
    struct wire_call *call = arg;
    call->outcome = WIRE_NOT_SENT;
    kit_error_text(call->problem, sizeof call->problem, "out of memory for the request");
    call->done(call);
}

void http_send(struct http *http, struct wire_call *call)
{
    struct transfer *transfer = transfer_create(call, &http->authorities, &http->spare);
    call->timer = (struct loop_timer){.run = report_not_sent, .arg = call};
    call->transport = transfer;
    if (transfer) {
        transfer->http = http;
        http->transfers++;
        if (curl_multi_add_handle(http->multi, transfer->easy) == CURLM_OK)
            return;
        drop(http, transfer);
    }
    call->transport = NULL;
    loop_set(http->loop, &call->timer, 0);
}

void http_cancel(struct http *http, struct wire_call *call)
{
    struct transfer *transfer = call->transport;
    loop_stop(http->loop, &call->timer);
    call->transport = NULL;
    if (!transfer)
        return;
    curl_multi_remove_handle(http->multi, transfer->easy);
    drop(http, transfer);
}
