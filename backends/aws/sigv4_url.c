/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a URL: the host as it is sent, the canonical path. */
#include "backends/aws/sigv4_parts.h"

#include "kit/error.h"

#include <stdio.h>

#define LONGEST_NAME 253
#define LONGEST_PORT 5

/* Of a name, an IPv4 address, or an IPv6 address with its brackets; 0 when it is none of these. */
static size_t host_size(const char *text, size_t size)
{
    if (size == 0 || text[0] != '[')
        return sigv4_span(text, size, SIGV4_NAME);
    size_t inner = strspn(text + 1, "0123456789abcdefABCDEF:.");
    return inner > 0 && text[1 + inner] == ']' ? inner + 2 : 0;
}

/* ":8443"; 0 when there is none, -1 when it is no port. */
static int read_port(const char *text, size_t size)
{
    int port = 0;
    if (size == 0)
        return 0;
    if (text[0] != ':' || size > 1 + LONGEST_PORT)
        return -1;
    for (size_t i = 1; i < size; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        port = 10 * port + (text[i] - '0');
    }
    return port >= 1 && port <= 65535 ? port : -1;
}

static void write_host(struct sigv4_url *url, aw_bytes name, int port)
{
    size_t left = sizeof url->host_memory - name.size;
    char *at = sigv4_put(url->host_memory, name);
    url->host.data = url->host_memory;
    url->host.size = name.size + (size_t)snprintf(at, left, ":%d", port);
}

static int read_authority(struct sigv4_url *url, const char *text, size_t size, aw_error *ret_error)
{
    size_t name_size = host_size(text, size);
    size_t port_size = 0;
    for (const char *at = text + name_size; at < text + size && *at != '/' && *at != '?'; at++)
        port_size++;
    int port = read_port(text + name_size, port_size);
    if (name_size == 0 || name_size > LONGEST_NAME || port < 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The URL of a request to sign must name a host after //, perhaps with "
                             "a port, and no user: https://ec2.us-east-1.amazonaws.com/.");
    url->host = (aw_bytes){.data = text, .size = name_size};
    if (port > 0 && port != (url->is_secure ? 443 : 80))
        write_host(url, url->host, port);
    url->path.data = text + name_size + port_size;
    return 0;
}

static int read_rest(struct sigv4_url *url, const char *end, aw_error *ret_error)
{
    const char *path = url->path.data;
    size_t path_size = sigv4_span(path, (size_t)(end - path), SIGV4_PATH);
    const char *query = path + path_size;
    query += query < end && *query == '?';
    url->path.size = path_size;
    url->query = sigv4_between(query, end);
    if (path_size == 0)
        url->path = (aw_bytes){.data = "/", .size = 1};
    if (sigv4_span(query, url->query.size, SIGV4_QUERY) == url->query.size)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID,
                         "The URL of a request to sign has a # or a control character in it. Write "
                         "them percent-encoded.");
}

int sigv4_url_split(struct sigv4_url *url, const char *text, aw_error *ret_error)
{
    size_t size = text ? strnlen(text, SIGV4_MAX_URL + 1) : 0;
    if (size > SIGV4_MAX_URL)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The URL of a request to sign may have at most %d bytes. Send the "
                             "parameters as the body of a POST.",
                             SIGV4_MAX_URL);
    url->is_secure = size >= 8 && memcmp(text, "https://", 8) == 0;
    size_t scheme_size = url->is_secure ? 8 : 7;
    if (!url->is_secure && (size < 7 || memcmp(text, "http://", 7) != 0))
        return kit_error_set(ret_error, AW_E_INVALID,
                             "The URL of a request to sign must start with https://, as in "
                             "https://ec2.us-east-1.amazonaws.com/.");
    if (read_authority(url, text + scheme_size, size - scheme_size, ret_error))
        return -1;
    return read_rest(url, text + size, ret_error);
}

static char *cut_segment(char *at, const char *start)
{
    while (at > start && *--at != '/')
        continue;
    return at;
}

/* Without "." and empty segments, and ".." carried out. Encoded segments hold no slash. */
static char *put_normalized(char *start, aw_bytes path)
{
    char *at = start;
    const char *end = path.data + path.size;
    for (const char *from = path.data; from < end;) {
        const char *slash = memchr(from, '/', (size_t)(end - from));
        aw_bytes segment = sigv4_between(from, slash ? slash : end);
        if (sigv4_equal(segment, "..", 2)) {
            at = cut_segment(at, start);
        } else if (segment.size > 0 && !sigv4_equal(segment, ".", 1)) {
            *at++ = '/';
            at = sigv4_put_encoded(at, segment, false);
        }
        from += segment.size + 1;
    }
    if (at == start || end[-1] == '/')
        *at++ = '/';
    return at;
}

char *sigv4_put_path(char *at, aw_bytes path, enum sigv4_encoding encoding, aw_error *ret_error)
{
    if (encoding == SIGV4_ENCODE_ONCE)
        return sigv4_put_recoded(at, path, true, ret_error);
    if (encoding == SIGV4_ENCODE_AGAIN)
        return sigv4_put_encoded(at, path, true);
    return put_normalized(at, path);
}
