/* SPDX-License-Identifier: Apache-2.0 */
/* The least of an HTTP server: one connection for each request, JSON only. */
#include "cli_server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

int cli_listen(unsigned *ret_port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    *ret_port = ntohs(address.sin_port);
    return listener;
}

static int is_whole(const char *request)
{
    const char *body = strstr(request, "\r\n\r\n");
    const char *length = strcasestr(request, "content-length:");
    if (!body)
        return 0;
    size_t wanted =
        length && length < body ? strtoul(length + strlen("content-length:"), NULL, 10) : 0;
    return strlen(body + 4) >= wanted;
}

int cli_read_request(int connection, char *request, unsigned long request_size)
{
    size_t size = 0;
    request[0] = '\0';
    while (!is_whole(request)) {
        ssize_t got = read(connection, request + size, request_size - size - 1);
        if (got <= 0)
            return -1;
        size += (size_t)got;
        request[size] = '\0';
    }
    return 0;
}

static const struct cli_answer *find_answer(const struct cli_answer *answers, const char *request)
{
    for (; answers->request; answers++)
        if (strncmp(request, answers->request, strlen(answers->request)) == 0)
            return answers;
    fail_msg("unexpected: %s", request);
    return NULL;
}

void cli_serve_until_stuck(int listener, const struct cli_answer *answers)
{
    for (;;) {
        char request[8192];
        char head[160];
        int connection = accept(listener, NULL, NULL);
        assert_true(connection >= 0);
        assert_int_equal(cli_read_request(connection, request, sizeof request), 0);
        const struct cli_answer *answer = find_answer(answers, request);
        const char *body = answer->body;
        /* The connection stays open: nobody hears that the answer never comes. */
        if (!body)
            return;
        int size = snprintf(head, sizeof head,
                            "HTTP/1.1 %s\r\ncontent-type: application/json\r\n"
                            "content-length: %zu\r\nconnection: close\r\n\r\n",
                            answer->status ? answer->status : "200 OK", strlen(body));
        assert_int_equal(write(connection, head, (size_t)size), size);
        assert_int_equal(write(connection, body, strlen(body)), strlen(body));
        close(connection);
    }
}
