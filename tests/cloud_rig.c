/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the program, and the least of an HTTP client to talk to its other side. */
#include "tests/cloud_rig.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct cloud_rig {
    pid_t child;
    int stop_fd; /* its standard input */
    unsigned port;
    char last[256];
};

static unsigned read_port(int fd)
{
    char text[16] = "";
    size_t size = 0;
    while (size + 1 < sizeof text && !memchr(text, '\n', size)) {
        ssize_t got = read(fd, text + size, sizeof text - 1 - size);
        if (got <= 0)
            fail_msg("the cloud does not start");
        size += (size_t)got;
    }
    return (unsigned)strtoul(text, NULL, 10);
}

struct cloud_rig *cloud_rig_create(const char *folder)
{
    const char *const argv[] = {"cloud_server", folder, NULL};
    struct cloud_rig *rig = calloc(1, sizeof *rig);
    int in[2];
    int out[2];
    posix_spawn_file_actions_t actions;
    assert_non_null(rig);
    assert_int_equal(pipe2(in, O_CLOEXEC) | pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    assert_int_equal(posix_spawn(&rig->child, CLOUD_SERVER, &actions, NULL,
                                 (char *const *)(uintptr_t)argv, (char *const[]){NULL}),
                     0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    rig->stop_fd = in[1];
    rig->port = read_port(out[0]);
    close(out[0]);
    return rig;
}

void cloud_rig_destroy(struct cloud_rig *rig)
{
    int status = -1;
    if (!rig)
        return;
    close(rig->stop_fd);
    assert_int_equal(waitpid(rig->child, &status, 0), rig->child);
    assert_int_equal(status, 0);
    free(rig);
}

/* ---- asking it ---- */

static int connect_to(unsigned port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static char *read_all(int fd)
{
    size_t size = 0;
    size_t room = 1 << 16;
    char *text = malloc(room);
    ssize_t got = 1;
    while (got > 0) {
        if (size + 1 == room)
            text = realloc(text, room *= 2);
        assert_non_null(text);
        got = read(fd, text + size, room - size - 1);
        size += got > 0 ? (size_t)got : 0;
    }
    text[size] = '\0';
    return text;
}

static json_t *ask(const struct cloud_rig *rig, const char *method, const char *path,
                   const char *body)
{
    char head[256];
    int fd = connect_to(rig->port);
    int size = snprintf(head, sizeof head,
                        "%s %s HTTP/1.1\r\nHost: cloud\r\nConnection: close\r\n"
                        "Content-Length: %zu\r\n\r\n",
                        method, path, strlen(body));
    assert_int_equal(write(fd, head, (size_t)size), size);
    assert_int_equal(write(fd, body, strlen(body)), strlen(body));
    char *answer = read_all(fd);
    close(fd);
    const char *text = strstr(answer, "\r\n\r\n");
    json_t *root = text ? json_loads(text, 0, NULL) : NULL;
    if (!root || strncmp(answer, "HTTP/1.1 200", 12) != 0)
        fail_msg("the cloud answers to %s with %.300s", body, answer);
    free(answer);
    return root;
}

void cloud_rig_script(struct cloud_rig *rig, const char *format, ...)
{
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    json_decref(ask(rig, "POST", "/_script", text));
}

json_t *cloud_rig_truth(struct cloud_rig *rig)
{
    return ask(rig, "GET", "/_truth", "");
}

/* ---- counting ---- */

static const char *member(const json_t *item, const char *name)
{
    const char *text = json_string_value(json_object_get(item, name));
    return text ? text : "";
}

static int is_of(const json_t *item, const char *cloud)
{
    return !cloud || strcmp(member(item, "cloud"), cloud) == 0;
}

static int is_living(const json_t *machine)
{
    return json_integer_value(json_object_get(machine, "ended_ms")) == 0;
}

static size_t count(struct cloud_rig *rig, const char *cloud, int living_only)
{
    json_t *truth = cloud_rig_truth(rig);
    const json_t *machines = json_object_get(truth, "machines");
    size_t found = 0;
    for (size_t i = 0; i < json_array_size(machines); i++) {
        const json_t *machine = json_array_get(machines, i);
        found += is_of(machine, cloud) && (!living_only || is_living(machine));
    }
    json_decref(truth);
    return found;
}

size_t cloud_rig_made(struct cloud_rig *rig, const char *cloud)
{
    return count(rig, cloud, 0);
}

size_t cloud_rig_living(struct cloud_rig *rig, const char *cloud)
{
    return count(rig, cloud, 1);
}

size_t cloud_rig_asked(struct cloud_rig *rig, const char *cloud, const char *request)
{
    json_t *truth = cloud_rig_truth(rig);
    const json_t *requests = json_object_get(truth, "requests");
    size_t found = 0;
    for (size_t i = 0; i < json_array_size(requests); i++) {
        const json_t *note = json_array_get(requests, i);
        found += is_of(note, cloud) && strcmp(member(note, "request"), request) == 0;
    }
    json_decref(truth);
    return found;
}

const char *cloud_rig_last(struct cloud_rig *rig, const char *cloud, const char *name)
{
    json_t *truth = cloud_rig_truth(rig);
    const json_t *machines = json_object_get(truth, "machines");
    rig->last[0] = '\0';
    for (size_t i = 0; i < json_array_size(machines); i++) {
        const json_t *machine = json_array_get(machines, i);
        if (is_of(machine, cloud))
            snprintf(rig->last, sizeof rig->last, "%s", member(machine, name));
    }
    json_decref(truth);
    return rig->last;
}
