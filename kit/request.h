/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one request builder. Everything goes into the operation's arena and errors stick; send it once
 * at the end, and a request that could not be built fails the operation instead of leaving.
 *
 *     kit_request request;
 *     kit_request_init(&request, op, "launch", "POST", base_url);
 *     kit_request_path(&request, "instance-operations");
 *     kit_request_path(&request, "launch");
 *     kit_request_json(&request, body);
 *     kit_request_send(&request, on_launched, on_launch_failed, arg);
 */
#ifndef ARCHWAY_KIT_REQUEST_H
#define ARCHWAY_KIT_REQUEST_H

#include "kit/buf.h"

#include <jansson.h>

#define KIT_REQUEST_HEADERS 16

typedef struct kit_request {
    aw_op *op;
    aw_request wire; /* flags, region, service, limits may be set directly */
    kit_buf url;
    kit_buf body;
    int failed;
    aw_header headers[KIT_REQUEST_HEADERS];
} kit_request;

/* `name` and `method` must outlive the call of kit_request_send; `base_url` is copied. When it is
 * sent it gets the content-type of its body, and accept: application/json unless that is a form,
 * where kit_request_header has not set these. */
void kit_request_init(kit_request *request, aw_op *op, const char *name, const char *method,
                      const char *base_url);
/* A segment that would name another resource ("", "." and "..", as a hostile id might be) fails it. */
void kit_request_path(kit_request *request, const char *segment);
/* NULL values, here and below, add nothing. */
void kit_request_query(kit_request *request, const char *name, const char *value);
/* Name and value are copied. A value with a control character fails the request. */
void kit_request_header(kit_request *request, const char *name, const char *value);
/* The body as a form or as JSON (takes over the reference;
 * NULL means that it could not be built). Compact, members in the order in which they were set. */
void kit_request_form(kit_request *request, const char *name, const char *value);
void kit_request_json(kit_request *request, json_t *body);
void kit_request_send(kit_request *request, aw_answer_fn on_answer, aw_error_fn on_error,
                      void *arg);

#endif
