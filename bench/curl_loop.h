/* SPDX-License-Identifier: Apache-2.0 */
/* The same requests as a program would make that uses libcurl and nothing else: the peer. */
#ifndef ARCHWAY_BENCH_CURL_LOOP_H
#define ARCHWAY_BENCH_CURL_LOOP_H

#include <stddef.h>

struct curl_loop;

struct curl_loop *curl_loop_create(const char *url, const char *authorization);
void curl_loop_destroy(struct curl_loop *loop);

/* One GET, on a connection that is kept. Returns the size of the body. */
size_t curl_loop_get(struct curl_loop *loop);

#endif
