/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on its road, the same for all: credentials, rate limiter, signature, sending, classification,
 * repetition, and the answer or the failure to the operation.
 */
#ifndef ARCHWAY_CORE_EXCHANGE_H
#define ARCHWAY_CORE_EXCHANGE_H

#include <archway/backend.h>

struct op;

/* The service `send`. */
void exchange_start(struct op *op, const aw_request *request, aw_answer_fn on_answer,
                    aw_error_fn on_error, void *arg);

/* A request that the operation waits for; NULL: there is none. */
const aw_request *exchange_awaited(const struct op *op);

#endif
