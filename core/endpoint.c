/* SPDX-License-Identifier: Apache-2.0 */
/* Judging the base URL of an API. */
#include "core/endpoint.h"

#include <arpa/inet.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
#define HOST_CHARACTERS LETTERS DIGITS ".-_"
#define PATH_CHARACTERS LETTERS DIGITS "-._~%!$&'()*+,;=:@/"
#define LONGEST_HOST 253

struct authority {
    char host[LONGEST_HOST + 1];
    bool bracketed;   /* an IPv6 address */
    const char *port; /* what follows the host */
    size_t port_size;
};

bool endpoint_host_is_loopback(const char *host)
{
    unsigned char v4[4];
    unsigned char v6[16];
    static const unsigned char loopback_v6[16] = {[15] = 1};
    if (inet_pton(AF_INET, host, v4) == 1)
        return v4[0] == 127;
    if (inet_pton(AF_INET6, host, v6) == 1)
        return memcmp(v6, loopback_v6, sizeof v6) == 0;
    return strcasecmp(host, "localhost") == 0;
}

static bool split(const char *text, size_t size, struct authority *ret)
{
    const char *end = text + size;
    ret->bracketed = text[0] == '[';
    const char *host = text + ret->bracketed;
    const char *host_end = memchr(host, ret->bracketed ? ']' : ':', (size_t)(end - host));
    if (!host_end && ret->bracketed)
        return false;
    if (!host_end)
        host_end = end;
    size_t host_size = (size_t)(host_end - host);
    if (host_size == 0 || host_size > LONGEST_HOST)
        return false;
    memcpy(ret->host, host, host_size);
    ret->host[host_size] = '\0';
    ret->port = host_end + ret->bracketed;
    ret->port_size = (size_t)(end - ret->port);
    return true;
}

static bool host_is_good(const struct authority *authority)
{
    unsigned char address[16];
    if (authority->bracketed)
        return inet_pton(AF_INET6, authority->host, address) == 1;
    return strspn(authority->host, HOST_CHARACTERS) == strlen(authority->host);
}

static bool port_is_good(const struct authority *authority)
{
    if (authority->port_size == 0)
        return true;
    if (authority->port[0] != ':' || authority->port_size < 2 || authority->port_size > 6)
        return false;
    unsigned port = 0;
    for (size_t i = 1; i < authority->port_size; i++) {
        if (authority->port[i] < '0' || authority->port[i] > '9')
            return false;
        port = port * 10 + (unsigned)(authority->port[i] - '0');
    }
    return port >= 1 && port <= 65535;
}

/* Where clouds put their metadata servers. */
static bool host_is_link_local(const char *host)
{
    unsigned char address[16];
    if (inet_pton(AF_INET, host, address) == 1)
        return address[0] == 169 && address[1] == 254;
    if (inet_pton(AF_INET6, host, address) != 1)
        return false;
    return (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) ||
           memcmp(address, "\xfd\x00\x0e\xc2", 4) == 0;
}

static const char *fault(const char *url, bool link_local_too)
{
    bool plain = strncmp(url, "http://", 7) == 0;
    if (!plain && strncmp(url, "https://", 8) != 0)
        return "must start with https://, as in https://api.example.com/v1.";
    const char *text = url + (plain ? 7 : 8);
    size_t size = strcspn(text, "/?#");
    if (memchr(text, '@', size))
        return "must not hold a user or a password. Credentials have keys of their own.";
    struct authority authority = {0};
    if (!split(text, size, &authority) || !host_is_good(&authority))
        return "must name a host after //, as in https://api.example.com/v1.";
    if (!port_is_good(&authority))
        return "must have a port from 1 to 65535 after the host, or none.";
    if (strspn(text + size, PATH_CHARACTERS "?") != strlen(text + size))
        return "must be percent-encoded: its path holds a character that does not stand in a URL.";
    if (plain && !endpoint_host_is_loopback(authority.host) &&
        !(link_local_too && host_is_link_local(authority.host)))
        return "may be plain http:// on this machine only (127.0.0.0/8, ::1, localhost). Write "
               "https://.";
    return NULL;
}

const char *url_fault(const char *url)
{
    return fault(url, false);
}

const char *url_fault_in_authenticate(const char *url)
{
    return fault(url, true);
}

const char *endpoint_fault(const char *url)
{
    if (url[strcspn(url, "?#")])
        return "must end before the first `?` or `#`: it is what all requests start with.";
    return url_fault(url);
}
