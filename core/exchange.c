/* SPDX-License-Identifier: Apache-2.0 */
/* The road of a request. */
#include "core/exchange.h"

#include "core/error.h"
#include "core/exchange_parts.h"
#include "core/mem.h"
#include "core/request_copy.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ATTEMPT_TIMEOUT_MS 60000u

static void fail(struct exchange *exchange, uint32_t code, const char *message)
{
    aw_error error = {0};
    kit_error_set(&error, code, "%s", message);
    exchange_deliver(exchange, NULL, &error);
}

static void classify(struct exchange *exchange, aw_error *error)
{
    const struct backend *backend = exchange_backend(exchange);
    aw_error raw = {.size = sizeof raw};
    backend->plugin->vtable.classify(backend->state, &exchange->request, &exchange->call.answer,
                                     &raw);
    raw.size = sizeof raw; /* it is core's own, whatever was written over it */
    error_copy(error, &raw);
    credentials_hide(&backend->credentials, error); /* before they are dropped, and it is logged */
    if (error->code && !error->http_status)
        error->http_status = exchange->call.answer.status;
}

bool exchange_is_read(const struct exchange *exchange)
{
    return !strcmp(exchange->request.method, "GET") || !strcmp(exchange->request.method, "HEAD");
}

bool exchange_is_repeatable(const struct exchange *exchange)
{
    return exchange_is_read(exchange) || (exchange->request.flags & AW_REQUEST_REPEATABLE);
}

bool exchange_is_making(const struct exchange *exchange)
{
    return !exchange_is_read(exchange) && !(exchange->request.flags & AW_REQUEST_SHARED);
}

static void explain_outcome(struct exchange *exchange, aw_error *error)
{
    const struct wire_call *call = &exchange->call;
    static const struct {
        uint32_t code;
        uint32_t retry;
    } meaning[] = {
        [WIRE_NOT_SENT] = {AW_E_UNAVAILABLE, AW_RETRY_SAFE},
        [WIRE_LOST] = {AW_E_UNAVAILABLE, AW_RETRY_UNKNOWN},
        [WIRE_TIMED_OUT] = {AW_E_TIMEOUT, AW_RETRY_UNKNOWN},
        [WIRE_TOO_LARGE] = {AW_E_PROTOCOL, AW_RETRY_UNKNOWN},
        [WIRE_FORBIDDEN] = {AW_E_INVALID, AW_RETRY_NEVER},
    };
    kit_error_set(error, meaning[call->outcome].code, "%s", call->problem);
    error->retry = meaning[call->outcome].retry;
    /* Reading the same flood again helps nobody. */
    if (call->outcome == WIRE_TOO_LARGE && !exchange_is_making(exchange))
        error->retry = AW_RETRY_NEVER;
}

static void log_attempt(const struct exchange *exchange)
{
    const struct backend *backend = exchange_backend(exchange);
    const aw_request *request = &exchange->request;
    const struct wire_call *call = &exchange->call;
    unsigned long long took_ms = loop_now_ms(backend->aw->loop) - exchange->sent_at_ms;
    if (call->outcome == WIRE_ANSWERED)
        context_log(backend->aw, AW_LOG_INFO, "%s %s: %s %.*s: %u, %llu bytes, %llu ms",
                    backend->name, request->name, request->method, (int)strcspn(request->url, "?"),
                    request->url, call->answer.status, (unsigned long long)call->answer.body.size,
                    took_ms);
    else
        context_log(backend->aw, AW_LOG_INFO, "%s %s: %s %.*s: %s, %llu ms", backend->name,
                    request->name, request->method, (int)strcspn(request->url, "?"), request->url,
                    call->problem, took_ms);
}

static void settle(struct exchange *exchange, const aw_error *error)
{
    bool answered = exchange->call.outcome == WIRE_ANSWERED;
    if (error->retry == AW_RETRY_UNKNOWN && error->code)
        exchange->lost = true;
    if (!exchange->unsettled || (exchange->lost && !(answered && error->code == AW_OK)))
        return;
    exchange->unsettled = false;
    exchange->task.op->unsettled--;
}

static void on_wire_done(struct wire_call *call)
{
    struct exchange *exchange = call->owner;
    aw_response answer = call->answer;
    bool answered = call->outcome == WIRE_ANSWERED;
    aw_error error = {.size = sizeof error};
    exchange->sent = false;
    log_attempt(exchange);
    if (answered)
        exchange_read_date(exchange, &answer);
    if (answered)
        classify(exchange, &error);
    else
        explain_outcome(exchange, &error);
    settle(exchange, &error);
    if (error.code == AW_OK) {
        exchange_backend(exchange)->trouble[0] = '\0';
        retry_succeeded(&exchange_backend(exchange)->budget, exchange->attempts);
        exchange_deliver(exchange, &answer, NULL);
        return;
    }
    if (exchange_repeat(exchange, &error))
        return;
    if (!exchange_is_making(exchange) && error.retry == AW_RETRY_UNKNOWN)
        error.retry = AW_RETRY_SAFE;
    if (exchange->unsettled)
        error.retry = AW_RETRY_UNKNOWN;
    exchange_deliver(exchange, answered ? &answer : NULL, &error);
}

static void send_now(struct exchange *exchange)
{
    struct backend *backend = exchange_backend(exchange);
    struct op *op = exchange->task.op;
    exchange->call = (struct wire_call){
        .request = &exchange->request,
        .signed_headers = exchange->signature.items,
        .signed_header_count = exchange->signature.count,
        .once = !exchange_is_repeatable(exchange),
        .secret = op->kind == OP_AUTHENTICATE,
        .secret_fields = backend->plugin->entry.secret_fields,
        .timeout_ms =
            exchange->request.timeout_ms ? exchange->request.timeout_ms : ATTEMPT_TIMEOUT_MS,
        .done = on_wire_done,
        .owner = exchange,
    };
    exchange->attempts++;
    exchange->sent = true;
    exchange->sent_at_ms = loop_now_ms(backend->aw->loop);
    if (exchange_is_making(exchange)) {
        op->unsettled += !exchange->unsettled;
        exchange->unsettled = true;
    }
    backend->aw->world->ops->send(backend->aw->world, &exchange->call);
}

static void find_credentials(struct exchange *exchange);

/* What may make something is written down first. */
static bool may_leave(struct exchange *exchange)
{
    aw_error error = {.size = sizeof error};
    if (!exchange_is_making(exchange) || op_may_make(exchange->task.op, &error) == 0)
        return true;
    error.retry = exchange->unsettled ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    exchange_deliver(exchange, NULL, &error);
    return false;
}

static void sign_and_send(struct exchange *exchange, const aw_credentials *credentials)
{
    aw_error error = {0};
    if (credentials &&
        signing_run(exchange_backend(exchange), &exchange->request, credentials,
                    backend_now_ms(exchange_backend(exchange)), &exchange->signature, &error)) {
        exchange_deliver(exchange, NULL, &error);
        return;
    }
    if (may_leave(exchange))
        send_now(exchange);
}

static bool needs_no_credentials(const struct exchange *exchange)
{
    return exchange->task.op->kind == OP_AUTHENTICATE ||
           (exchange->request.flags & AW_REQUEST_UNSIGNED);
}

/* It has credentials, or needs none, and the limiter lets it go. */
static void leave(struct exchange *exchange)
{
    struct credentials *cache = &exchange_backend(exchange)->credentials;
    if (needs_no_credentials(exchange)) {
        bool own = exchange->task.op->kind == OP_AUTHENTICATE;
        sign_and_send(exchange, own ? exchange->request.credentials : NULL);
        return;
    }
    const aw_credentials *credentials = credentials_current(cache);
    if (!credentials) {
        find_credentials(exchange); /* they have expired in the limiter */
        return;
    }
    exchange->generation = cache->generation;
    exchange->skew_ms = exchange_backend(exchange)->skew_ms;
    sign_and_send(exchange, credentials);
}

static void on_pass(struct limiter_pass *pass)
{
    struct exchange *exchange = list_item(pass, struct exchange, pass);
    exchange->pacing = false;
    exchange->passed = true;
    op_pacing(exchange->task.op, false);
    leave(exchange);
}

/* Behind the credentials, so that those who waited for them do not leave all at once. */
static void pass_limiter(struct exchange *exchange)
{
    struct limiter *limiter = &exchange_backend(exchange)->limiter;
    exchange->passed =
        exchange->passed || limiter_enter(limiter, &exchange->pass, exchange->request.name);
    if (exchange->passed) {
        leave(exchange);
        return;
    }
    exchange->pacing = true;
    op_pacing(exchange->task.op, true);
}

static void on_credentials(struct credentials_wait *wait, const aw_error *error)
{
    struct exchange *exchange = list_item(wait, struct exchange, wait);
    if (error->code) {
        aw_error copy = *error;
        exchange_deliver(exchange, NULL, &copy);
        return;
    }
    pass_limiter(exchange);
}

static void find_credentials(struct exchange *exchange)
{
    if (needs_no_credentials(exchange)) {
        pass_limiter(exchange);
        return;
    }
    int found = credentials_get(&exchange_backend(exchange)->credentials, &exchange->wait);
    if (found < 0)
        fail(exchange, AW_E_NO_MEMORY, "out of memory for the credentials");
    else if (found)
        pass_limiter(exchange);
}

static void take_road(struct exchange *exchange)
{
    exchange->passed = false;
    find_credentials(exchange);
}

static void on_timer(void *arg)
{
    take_road(arg);
}

static struct exchange *exchange_create(struct op *op, const aw_request *request)
{
    struct exchange *exchange = mem_alloc(sizeof *exchange);
    if (!exchange)
        return NULL;
    arena_init(&exchange->arena, op->kind == OP_AUTHENTICATE || op->kind == OP_CREATE);
    signed_headers_init(&exchange->signature);
    list_init(&exchange->shared);
    list_init(&exchange->followers);
    list_init(&exchange->following);
    exchange->task.drop = exchange_drop;
    exchange->timer = (struct loop_timer){.run = on_timer, .arg = exchange};
    exchange->pass.go = on_pass;
    exchange->wait.ready = on_credentials;
    exchange->names_region = request->region != NULL;
    if (request_copy(&exchange->arena, request, op->region, &exchange->request)) {
        exchange_release(exchange);
        return NULL;
    }
    exchange->task.name = exchange->request.name;
    return exchange;
}

void exchange_start(struct op *op, const aw_request *request, aw_answer_fn on_answer,
                    aw_error_fn on_error, void *arg)
{
    aw_error error = {0};
    if (!op_may_queue(op))
        return;
    if (!on_answer) {
        op_refuse(op, "made a request without a callback");
        return;
    }
    if (request_check(request, op->kind == OP_AUTHENTICATE, &error)) {
        op_fail(op, &error);
        return;
    }
    struct exchange *exchange = exchange_create(op, request);
    if (!exchange) {
        op_fail_memory(op, "a request");
        return;
    }
    exchange->on_answer = on_answer;
    exchange->on_error = on_error;
    exchange->arg = arg;
    op_add_task(op, &exchange->task);
    if (exchange_share(exchange))
        return;
    loop_set(op->backend->aw->loop, &exchange->timer, 0);
}

const aw_request *exchange_awaited(const struct op *op)
{
    for (const struct link *link = op->tasks.next; link != &op->tasks; link = link->next) {
        struct task *task = list_item(link, struct task, link);
        if (task->drop == exchange_drop)
            return &((struct exchange *)(void *)task)->request;
    }
    return NULL;
}
