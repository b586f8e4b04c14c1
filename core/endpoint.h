/* SPDX-License-Identifier: Apache-2.0 */
/* Where a provider is asked: https anywhere, plain http on this machine only. */
#ifndef ARCHWAY_CORE_ENDPOINT_H
#define ARCHWAY_CORE_ENDPOINT_H

#include <stdbool.h>

/* What is wrong with the base URL of an API, as the rest of a sentence ("must start with https://...");
 * NULL when nothing is: scheme, host, perhaps a port and a path, and no more. */
const char *endpoint_fault(const char *url);

/* The same for the URL of one request, which may have a query. */
const char *url_fault(const char *url);

/* And for what `authenticate` asks: plain http to a link-local address too, where machines find the
 * metadata server of their cloud. */
const char *url_fault_in_authenticate(const char *url);

/* Is this host (a name or an address, IPv6 without brackets) certainly the machine itself: localhost,
 * 127.0.0.0/8, ::1? */
bool endpoint_host_is_loopback(const char *host);

#endif
