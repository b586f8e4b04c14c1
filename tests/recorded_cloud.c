/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of recordings over HTTP, one connection for each request. */
#include "recorded_cloud.h"

#include "cli_server.h"
#include "core/recording.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define MOST_RECORDINGS 4
#define MOST_EXCHANGES 512
#define LONGEST_KEY 512

struct cloud {
    struct recording recordings[MOST_RECORDINGS];
    const struct recorded_exchange *exchanges[MOST_EXCHANGES];
    int used[MOST_EXCHANGES];
    size_t count;
};

/* What tells requests apart: "POST /path", "POST / Action=RunInstances". */
static void write_key(char key[LONGEST_KEY], const char *method, const char *path,
                      const char *target, const char *body)
{
    size_t path_size = strcspn(path, "?# ");
    const char *action = body ? strstr(body, "Action=") : NULL;
    if (target)
        snprintf(key, LONGEST_KEY, "%s %.*s", method, (int)strcspn(target, "\r\n"), target);
    else if (action)
        snprintf(key, LONGEST_KEY, "%s %.*s", method, (int)strcspn(action, "&"), action);
    else
        snprintf(key, LONGEST_KEY, "%s %.*s", method, (int)path_size, path);
}

static const char *target_of(const struct recorded_message *message)
{
    for (size_t i = 0; i < message->header_count; i++)
        if (strcasecmp(message->headers[i].name, "x-amz-target") == 0)
            return message->headers[i].value;
    return NULL;
}

static const char *path_of(const char *url)
{
    const char *host = strstr(url, "://");
    const char *path = host ? strchr(host + 3, '/') : NULL;
    return path ? path : "/";
}

static const struct recorded_exchange *find(struct cloud *cloud, const char *key)
{
    const struct recorded_exchange *found = NULL;
    char known[LONGEST_KEY];
    for (size_t i = 0; i < cloud->count; i++) {
        const struct recorded_exchange *exchange = cloud->exchanges[i];
        write_key(known, exchange->method, path_of(exchange->url), target_of(&exchange->request),
                  exchange->request.body.data);
        if (strcmp(known, key) != 0)
            continue;
        found = exchange;
        if (!cloud->used[i]++)
            break;
    }
    return found;
}

/* ---- HTTP ---- */

static const char *header_of(const char *request, const char *name)
{
    const char *at = strcasestr(request, name);
    return at && at < strstr(request, "\r\n\r\n") ? at + strlen(name) : NULL;
}

static void answer(struct cloud *cloud, int connection, char *request)
{
    char key[LONGEST_KEY];
    char head[512];
    char *path = strchr(request, ' ');
    const char *target = header_of(request, "\r\nx-amz-target: ");
    const char *body = strstr(request, "\r\n\r\n") + 4;
    *path++ = '\0';
    write_key(key, request, path, target, body);
    const struct recorded_exchange *exchange = find(cloud, key);
    aw_bytes content = exchange ? exchange->answer.body : (aw_bytes){"", 0};
    if (!exchange)
        fprintf(stderr, "nothing is recorded for %s\n", key);
    int size = snprintf(head, sizeof head,
                        "HTTP/1.1 %d x\r\ncontent-length: %zu\r\ncontent-type: %s\r\n"
                        "connection: close\r\n\r\n",
                        exchange ? exchange->status : 404, (size_t)content.size,
                        content.size && content.data[0] == '<' ? "text/xml" : "application/json");
    if (write(connection, head, (size_t)size) != size ||
        write(connection, content.data, content.size) != (ssize_t)content.size)
        fprintf(stderr, "%s: nobody takes the answer\n", key);
}

static void serve(struct cloud *cloud, int listener)
{
    static char request[256 * 1024];
    for (;;) {
        int connection = accept(listener, NULL, NULL);
        if (connection < 0)
            _exit(1);
        if (cli_read_request(connection, request, sizeof request) == 0)
            answer(cloud, connection, request);
        close(connection);
    }
}

/* ---- the process ---- */

static void load(struct cloud *cloud, const char *path)
{
    static size_t count;
    aw_error error = {.size = sizeof error};
    assert_true(count < MOST_RECORDINGS);
    struct recording *recording = &cloud->recordings[count++];
    recording_init(recording);
    if (recording_read(recording, path, &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < recording->exchange_count; i++)
        if (recording->exchanges[i].method && cloud->count < MOST_EXCHANGES)
            cloud->exchanges[cloud->count++] = &recording->exchanges[i];
}

pid_t recorded_cloud_start(const char *const *recordings, unsigned *ret_port)
{
    int listener = cli_listen(ret_port);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) {
        close(listener);
        return child;
    }
    static struct cloud cloud;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (; *recordings; recordings++)
        load(&cloud, *recordings);
    serve(&cloud, listener);
    _exit(0);
}

void recorded_cloud_stop(pid_t cloud)
{
    kill(cloud, SIGKILL);
    assert_int_equal(waitpid(cloud, NULL, 0), cloud);
}
