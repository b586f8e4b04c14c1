/* SPDX-License-Identifier: Apache-2.0 */
/* HTTP over the network, on curl's multi interface driven by the loop. */
#ifndef ARCHWAY_CORE_REAL_HTTP_H
#define ARCHWAY_CORE_REAL_HTTP_H

#include "core/world.h"

struct http;

struct http *http_create(struct loop *loop, aw_error *ret_error);
void http_destroy(struct http *http);

/* As struct world_ops says of `send` and `cancel`. */
void http_send(struct http *http, struct wire_call *call);
void http_cancel(struct http *http, struct wire_call *call);

#endif
