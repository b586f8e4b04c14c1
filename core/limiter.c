/* SPDX-License-Identifier: Apache-2.0 */
/* Token buckets as the generic cell rate algorithm keeps them: one time stamp each. */
#include "core/limiter.h"

#include "core/mem.h"

#include <string.h>

struct limiter_bucket {
    struct limiter *limiter;
    const char *request;
    uint64_t period_ms;
    uint64_t tolerance_ms; /* how far a burst may run ahead */
    uint64_t full_ms;      /* when the bucket will be full again */
    uint64_t held_until_ms;
    struct link waiting;
    struct loop_timer timer;
};

static void serve(void *arg);

int limiter_init(struct limiter *limiter, struct loop *loop, const aw_rate_limit *limits,
                 size_t count)
{
    *limiter = (struct limiter){.loop = loop};
    if (!count)
        return 0;
    limiter->buckets = mem_alloc(count * sizeof *limiter->buckets);
    if (!limiter->buckets)
        return -1;
    limiter->count = count;
    for (size_t i = 0; i < count; i++) {
        struct limiter_bucket *bucket = &limiter->buckets[i];
        uint64_t burst = limits[i].burst ? limits[i].burst : 1;
        bucket->limiter = limiter;
        bucket->request = limits[i].request;
        bucket->period_ms = limits[i].period_ms;
        bucket->tolerance_ms = (burst - 1) * limits[i].period_ms;
        bucket->timer = (struct loop_timer){.run = serve, .arg = bucket};
        list_init(&bucket->waiting);
    }
    return 0;
}

void limiter_finish(struct limiter *limiter)
{
    for (size_t i = 0; i < limiter->count; i++)
        loop_stop(limiter->loop, &limiter->buckets[i].timer);
    mem_free(limiter->buckets);
    *limiter = (struct limiter){0};
}

static uint64_t wait_ms(const struct limiter_bucket *bucket)
{
    uint64_t now_ms = loop_now_ms(bucket->limiter->loop);
    uint64_t at_ms = bucket->held_until_ms;
    if (bucket->full_ms > bucket->tolerance_ms && bucket->full_ms - bucket->tolerance_ms > at_ms)
        at_ms = bucket->full_ms - bucket->tolerance_ms;
    return at_ms > now_ms ? at_ms - now_ms : 0;
}

static bool take(struct limiter_bucket *bucket)
{
    if (wait_ms(bucket))
        return false;
    uint64_t now_ms = loop_now_ms(bucket->limiter->loop);
    bucket->full_ms = (bucket->full_ms > now_ms ? bucket->full_ms : now_ms) + bucket->period_ms;
    return true;
}

/* Stage 0 is the request's own bucket, stage 1 the common one. */
static bool applies(const struct limiter_bucket *bucket, const char *request, size_t stage)
{
    return !strcmp(bucket->request, stage ? "*" : request);
}

static struct limiter_bucket *find(struct limiter *limiter, const char *request, size_t stage)
{
    for (size_t i = 0; i < limiter->count; i++)
        if (applies(&limiter->buckets[i], request, stage))
            return &limiter->buckets[i];
    return NULL;
}

static void wait_in(struct limiter_bucket *bucket, struct limiter_pass *pass)
{
    list_append(&bucket->waiting, &pass->link);
    if (!bucket->timer.set)
        loop_set(bucket->limiter->loop, &bucket->timer, wait_ms(bucket));
}

static bool advance(struct limiter_pass *pass)
{
    for (; pass->stage < 2; pass->stage++) {
        struct limiter_bucket *bucket = find(pass->limiter, pass->request, pass->stage);
        if (!bucket)
            continue;
        if (!list_empty(&bucket->waiting) || !take(bucket)) {
            wait_in(bucket, pass);
            return false;
        }
    }
    return true;
}

static void serve(void *arg)
{
    struct limiter_bucket *bucket = arg;
    while (!list_empty(&bucket->waiting) && take(bucket)) {
        struct limiter_pass *pass = list_item(bucket->waiting.next, struct limiter_pass, link);
        list_remove(&pass->link);
        pass->stage++;
        if (advance(pass))
            pass->go(pass);
    }
    if (!list_empty(&bucket->waiting))
        loop_set(bucket->limiter->loop, &bucket->timer, wait_ms(bucket));
}

bool limiter_enter(struct limiter *limiter, struct limiter_pass *pass, const char *request)
{
    list_init(&pass->link);
    pass->limiter = limiter;
    pass->request = request;
    pass->stage = 0;
    return advance(pass);
}

void limiter_leave(struct limiter_pass *pass)
{
    if (pass->link.next)
        list_remove(&pass->link);
}

void limiter_hold(struct limiter *limiter, const char *request, uint64_t delay_ms)
{
    uint64_t now_ms = loop_now_ms(limiter->loop);
    uint64_t until_ms = delay_ms > UINT64_MAX - now_ms ? UINT64_MAX : now_ms + delay_ms;
    for (size_t stage = 0; stage < 2; stage++) {
        struct limiter_bucket *bucket = find(limiter, request, stage);
        if (bucket && bucket->held_until_ms < until_ms)
            bucket->held_until_ms = until_ms;
    }
}
