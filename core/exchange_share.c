/* SPDX-License-Identifier: Apache-2.0 */
/* Equal requests share one answer; the end of an exchange. */
#include "core/error.h"
#include "core/exchange_parts.h"
#include "core/mem.h"
#include "core/request_copy.h"

#include <stdio.h>
#include <string.h>

static void stop(struct exchange *exchange)
{
    struct backend *backend = exchange_backend(exchange);
    loop_stop(backend->aw->loop, &exchange->timer);
    limiter_leave(&exchange->pass);
    credentials_leave(&exchange->wait);
    if (exchange->pacing)
        op_pacing(exchange->task.op, false);
    exchange->pacing = false;
    if (exchange->sent)
        backend->aw->world->ops->cancel(backend->aw->world, &exchange->call);
    exchange->sent = false;
    list_remove(&exchange->following);
    list_remove(&exchange->shared);
}

void exchange_release(struct exchange *exchange)
{
    signed_headers_finish(&exchange->signature);
    arena_finish(&exchange->arena);
    mem_free(exchange);
}

static void follow(struct exchange *exchange, struct exchange *leader)
{
    list_append(&leader->followers, &exchange->following);
}

void exchange_part(struct exchange *exchange, uint64_t delay_ms)
{
    struct exchange *heir = NULL;
    for (struct link *link = exchange->followers.next; link != &exchange->followers;) {
        struct exchange *next = list_item(link, struct exchange, following);
        link = link->next;
        if (delay_ms && exchange_is_late(next, delay_ms))
            continue;
        list_remove(&next->following);
        if (heir)
            follow(next, heir);
        else
            heir = next;
    }
    if (!heir)
        return;
    list_append(&exchange_backend(heir)->shared, &heir->shared);
    loop_set(exchange_backend(heir)->aw->loop, &heir->timer, delay_ms);
}

void exchange_drop(struct task *task)
{
    struct exchange *exchange = (struct exchange *)(void *)task;
    stop(exchange);
    /* The first of those who follow takes the road in its place. */
    exchange_part(exchange, 0);
    exchange_release(exchange);
}

/* The plugin is not asked what it means that a read failed, or that memory ran out: a create that was
 * accepted before may come to be. */
static void fail_unasked(const struct exchange *exchange, const aw_error *error)
{
    struct op *op = exchange->task.op;
    aw_error copy = *error;
    if (op->made && (!exchange_is_making(exchange) || error->code == AW_E_NO_MEMORY))
        copy.retry = AW_RETRY_UNKNOWN;
    op_fail(op, &copy);
}

static void deliver_one(struct exchange *exchange, const aw_response *answer, const aw_error *error)
{
    struct op *op = exchange->task.op;
    op_remove_task(&exchange->task);
    op->reading_write = !error && exchange_is_making(exchange);
    op->made = op->made || op->reading_write;
    if (!error)
        exchange->on_answer(&op->face, answer, exchange->arg);
    else if (exchange->on_error && error->code != AW_E_NO_MEMORY)
        exchange->on_error(&op->face, error, answer, exchange->arg);
    else
        fail_unasked(exchange, error);
    op->reading_write = false;
    exchange_release(exchange);
    op_settle(op);
}

static void describe(const struct exchange *exchange, aw_error *error)
{
    const aw_request *request = &exchange->request;
    /* Not the query: it may hold a key. */
    int path_size = (int)strcspn(request->url, "?#");
    char text[sizeof error->request];
    snprintf(text, sizeof text, "%s: %s %.*s", request->name, request->method, path_size,
             request->url);
    kit_error_text(error->request, sizeof error->request, text);
    op_sign_error(exchange->task.op, error);
}

/* Ends the exchange and all that follow it. The answer is borrowed until then. */
void exchange_deliver(struct exchange *exchange, const aw_response *answer, aw_error *error)
{
    struct link followers;
    list_init(&followers);
    stop(exchange);
    if (error && !error->request[0])
        describe(exchange, error);
    while (!list_empty(&exchange->followers)) {
        struct exchange *follower = list_item(exchange->followers.next, struct exchange, following);
        list_remove(&follower->following);
        list_append(&followers, &follower->following);
    }
    deliver_one(exchange, answer, error);
    while (!list_empty(&followers)) {
        struct exchange *follower = list_item(followers.next, struct exchange, following);
        list_remove(&follower->following);
        deliver_one(follower, answer, error);
    }
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* Where one endpoint serves several regions or services, requests may differ in nothing but their signatures. */
static bool same_scope(const struct exchange *a, const struct exchange *b)
{
    return a->names_region == b->names_region &&
           (!a->names_region || same_text(a->request.region, b->request.region)) &&
           same_text(a->request.service, b->request.service);
}

static struct exchange *find_leader(const struct exchange *exchange)
{
    struct link *shared = &exchange_backend(exchange)->shared;
    for (struct link *link = shared->next; link != shared; link = link->next) {
        struct exchange *other = list_item(link, struct exchange, shared);
        if (request_equal(&other->request, &exchange->request) && same_scope(other, exchange))
            return other;
    }
    return NULL;
}

bool exchange_share(struct exchange *exchange)
{
    struct op *op = exchange->task.op;
    if (!(exchange->request.flags & AW_REQUEST_SHARED) || op->kind == OP_AUTHENTICATE)
        return false;
    struct exchange *leader = find_leader(exchange);
    if (leader)
        follow(exchange, leader);
    else
        list_append(&op->backend->shared, &exchange->shared);
    return leader != NULL;
}
