/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rate limiter of one backend: for each limit that its plugin declares, a bucket and a queue. A
 * request passes the bucket of its own name and then the one of "*". It is held back, never failed.
 */
#ifndef ARCHWAY_CORE_LIMITER_H
#define ARCHWAY_CORE_LIMITER_H

#include "core/list.h"
#include "core/loop.h"

#include <archway/backend.h>

struct limiter_bucket;

struct limiter {
    struct loop *loop;
    struct limiter_bucket *buckets;
    size_t count;
};

/* One request in the limiter. `go` is called when it may leave, unless limiter_enter said so at once. */
struct limiter_pass {
    struct link link;
    struct limiter *limiter;
    const char *request;
    size_t stage;
    void (*go)(struct limiter_pass *pass);
};

/* Returns -1 when there is no memory. No limits: everything passes. */
int limiter_init(struct limiter *limiter, struct loop *loop, const aw_rate_limit *limits,
                 size_t count);
void limiter_finish(struct limiter *limiter); /* with nobody waiting */

/* True: it may leave now. False: it waits. `request` must stay until then. */
bool limiter_enter(struct limiter *limiter, struct limiter_pass *pass, const char *request);
/* Gives up waiting; again, or without waiting, does nothing. The pass must have entered once or be zero. */
void limiter_leave(struct limiter_pass *pass);

/* The provider itself asked to wait: nothing that this request's limits hold leaves before. */
void limiter_hold(struct limiter *limiter, const char *request, uint64_t delay_ms);

#endif
