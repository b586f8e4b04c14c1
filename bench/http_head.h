/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the head of a request. */
#ifndef ARCHWAY_BENCH_HTTP_HEAD_H
#define ARCHWAY_BENCH_HTTP_HEAD_H

#include "bench/http_server.h"

enum http_head {
    HTTP_PARTIAL,
    HTTP_WHOLE,
    HTTP_BAD
};

/* Reads what has come so far; cuts it into texts, in place, once the request is whole. */
enum http_head http_head_read(kit_buf *in, struct http_request *ret_request);

#endif
