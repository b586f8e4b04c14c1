/* SPDX-License-Identifier: Apache-2.0 */
/* The road of a request. */
#include "core/exchange.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/mem.h"
#include "core/request_copy.h"
#include "core/signing.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ATTEMPT_TIMEOUT_MS 60000u

struct exchange {
    struct task task;      /* first */
    struct link shared;    /* in the backend's list, while others may join */
    struct link followers; /* exchanges that wait for this one's answer */
    struct link following; /* in a leader's list */
    struct arena arena;
    aw_request request;
    aw_answer_fn on_answer;
    aw_error_fn on_error;
    void *arg;
    unsigned attempts;
    unsigned remedies; /* bits of enum aw_remedy that were tried */
    uint64_t generation;
    uint64_t sent_at_ms;
    bool pacing;
    bool sent;
    bool unsettled; /* it may have changed something, and no answer says so or not */
    bool lost; /* an attempt ended without one, so that no later answer settles it but success */
    struct loop_timer timer;
    struct limiter_pass pass;
    struct credentials_wait wait;
    struct signed_headers signature;
    struct wire_call call;
};

static void take_road(struct exchange *exchange);
static void follow(struct exchange *exchange, struct exchange *leader);

static struct backend *backend_of(const struct exchange *exchange)
{
    return exchange->task.op->backend;
}

static bool is_read(const struct exchange *exchange)
{
    return !strcmp(exchange->request.method, "GET") || !strcmp(exchange->request.method, "HEAD");
}

static bool repeatable(const struct exchange *exchange)
{
    return is_read(exchange) || (exchange->request.flags & AW_REQUEST_REPEATABLE);
}

static void stop(struct exchange *exchange)
{
    struct backend *backend = backend_of(exchange);
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

static void release(struct exchange *exchange)
{
    signed_headers_finish(&exchange->signature);
    arena_finish(&exchange->arena);
    mem_free(exchange);
}

/* When the one that others follow goes away, the first of them takes the road in its place. */
static void promote_follower(struct exchange *exchange)
{
    if (list_empty(&exchange->followers))
        return;
    struct exchange *heir = list_item(exchange->followers.next, struct exchange, following);
    list_remove(&heir->following);
    while (!list_empty(&exchange->followers)) {
        struct exchange *next = list_item(exchange->followers.next, struct exchange, following);
        list_remove(&next->following);
        follow(next, heir);
    }
    list_append(&backend_of(heir)->shared, &heir->shared);
    loop_set(backend_of(heir)->aw->loop, &heir->timer, 0);
}

static void drop(struct task *task)
{
    struct exchange *exchange = (struct exchange *)(void *)task;
    stop(exchange);
    promote_follower(exchange);
    release(exchange);
}

static void deliver_one(struct exchange *exchange, const aw_response *answer, const aw_error *error)
{
    struct op *op = exchange->task.op;
    op_remove_task(&exchange->task);
    if (!error)
        exchange->on_answer(&op->face, answer, exchange->arg);
    else if (exchange->on_error && error->code != AW_E_NO_MEMORY)
        exchange->on_error(&op->face, error, answer, exchange->arg);
    else
        op_fail(op, error);
    release(exchange);
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
static void deliver(struct exchange *exchange, const aw_response *answer, aw_error *error)
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

static void fail(struct exchange *exchange, uint32_t code, const char *message)
{
    aw_error error = {0};
    kit_error_set(&error, code, "%s", message);
    deliver(exchange, NULL, &error);
}

static const char *answer_header(const aw_response *answer, const char *name)
{
    for (uint64_t i = 0; answer && i < answer->header_count; i++)
        if (!strcmp(answer->headers[i].name, name))
            return answer->headers[i].value;
    return NULL;
}

/* What the answer's Date says of this machine's clock. */
static void read_date(struct exchange *exchange, const aw_response *answer)
{
    struct backend *backend = backend_of(exchange);
    struct world *world = backend->aw->world;
    const char *date = answer_header(answer, "date");
    struct tm parts = {0};
    if (!date || !strptime(date, "%a, %d %b %Y %H:%M:%S GMT", &parts))
        return;
    backend->date_skew_ms = (int64_t)timegm(&parts) * 1000 - (int64_t)world->ops->wall_ms(world);
    backend->date_known = true;
}

static bool learn_skew(struct backend *backend)
{
    if (!backend->date_known)
        return false;
    backend->skew_ms = backend->date_skew_ms;
    context_log(backend->aw, AW_LOG_WARNING, "%s: this machine's clock is off by %lld s",
                backend->name, (long long)(-backend->skew_ms / 1000));
    return true;
}

/* Does what would make a repetition succeed. False: there is nothing to do, or it was done already. */
static bool remedy(struct exchange *exchange, const aw_error *error)
{
    unsigned bit = 1u << error->remedy;
    if (error->remedy == AW_REMEDY_NONE || (exchange->remedies & bit))
        return false;
    exchange->remedies |= bit;
    if (error->remedy == AW_REMEDY_CREDENTIALS) {
        if (exchange->request.credentials || (exchange->request.flags & AW_REQUEST_UNSIGNED))
            return false;
        credentials_drop(&backend_of(exchange)->credentials, exchange->generation);
        return true;
    }
    return error->remedy == AW_REMEDY_CLOCK && learn_skew(backend_of(exchange));
}

static bool beyond_deadline(const struct exchange *exchange, uint64_t delay_ms)
{
    const struct op *op = exchange->task.op;
    return op->deadline.set &&
           loop_now_ms(backend_of(exchange)->aw->loop) + delay_ms > op->deadline.at_ms;
}

static bool may_repeat(const struct exchange *exchange, const aw_error *error)
{
    return error->retry == AW_RETRY_SAFE ||
           (error->retry == AW_RETRY_UNKNOWN && repeatable(exchange));
}

/* True: it will be sent again. */
static bool repeat(struct exchange *exchange, aw_error *error)
{
    struct backend *backend = backend_of(exchange);
    uint64_t delay_ms = 0;
    if (!remedy(exchange, error)) {
        if (!may_repeat(exchange, error) ||
            !retry_allowed(&backend->budget, error, exchange->attempts))
            return false;
        delay_ms = retry_delay_ms(error, exchange->attempts, context_random(backend->aw));
    }
    if (beyond_deadline(exchange, delay_ms))
        return false;
    if (error->code == AW_E_THROTTLED)
        limiter_hold(&backend->limiter, exchange->request.name, error->retry_after_ms);
    context_log(backend->aw, AW_LOG_INFO, "%s %s: again in %llu ms: %s", backend->name,
                exchange->request.name, (unsigned long long)delay_ms, error->message);
    loop_set(backend->aw->loop, &exchange->timer, delay_ms);
    return true;
}

static void classify(struct exchange *exchange, aw_error *error)
{
    const struct backend *backend = backend_of(exchange);
    aw_error raw = {.size = sizeof raw};
    backend->plugin->vtable.classify(backend->state, &exchange->request, &exchange->call.answer,
                                     &raw);
    error_copy(error, &raw);
    if (error->code && !error->http_status)
        error->http_status = exchange->call.answer.status;
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
        [WIRE_TOO_LARGE] = {AW_E_PROTOCOL, AW_RETRY_NEVER},
        [WIRE_FORBIDDEN] = {AW_E_INVALID, AW_RETRY_NEVER},
    };
    kit_error_set(error, meaning[call->outcome].code, "%s", call->problem);
    error->retry = meaning[call->outcome].retry;
}

static void log_attempt(const struct exchange *exchange)
{
    const struct backend *backend = backend_of(exchange);
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
        read_date(exchange, &answer);
    if (answered)
        classify(exchange, &error);
    else
        explain_outcome(exchange, &error);
    settle(exchange, &error);
    if (error.code == AW_OK) {
        retry_succeeded(&backend_of(exchange)->budget, exchange->attempts);
        deliver(exchange, &answer, NULL);
        return;
    }
    if (repeat(exchange, &error))
        return;
    if (is_read(exchange) && error.retry == AW_RETRY_UNKNOWN)
        error.retry = AW_RETRY_SAFE;
    if (exchange->unsettled)
        error.retry = AW_RETRY_UNKNOWN;
    deliver(exchange, answered ? &answer : NULL, &error);
}

static void send_now(struct exchange *exchange)
{
    struct backend *backend = backend_of(exchange);
    struct op *op = exchange->task.op;
    exchange->call = (struct wire_call){
        .request = &exchange->request,
        .signed_headers = exchange->signature.items,
        .signed_header_count = exchange->signature.count,
        .once = !repeatable(exchange),
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
    if (!is_read(exchange)) {
        op->unsettled += !exchange->unsettled;
        op->writes++;
        exchange->unsettled = true;
    }
    backend->aw->world->ops->send(backend->aw->world, &exchange->call);
}

static void sign_and_send(struct exchange *exchange, const aw_credentials *credentials)
{
    aw_error error = {0};
    if (credentials &&
        signing_run(backend_of(exchange), &exchange->request, credentials,
                    backend_now_ms(backend_of(exchange)), &exchange->signature, &error)) {
        deliver(exchange, NULL, &error);
        return;
    }
    send_now(exchange);
}

static void use_cached(struct exchange *exchange)
{
    struct credentials *cache = &backend_of(exchange)->credentials;
    const aw_credentials *credentials = credentials_current(cache);
    if (!credentials) {
        fail(exchange, AW_E_UNAUTHENTICATED,
             "the credentials that were found have expired already");
        return;
    }
    exchange->generation = cache->generation;
    sign_and_send(exchange, credentials);
}

static void on_credentials(struct credentials_wait *wait, const aw_error *error)
{
    struct exchange *exchange = list_item(wait, struct exchange, wait);
    if (error->code) {
        aw_error copy = *error;
        deliver(exchange, NULL, &copy);
        return;
    }
    use_cached(exchange);
}

static void find_credentials(struct exchange *exchange)
{
    const aw_request *request = &exchange->request;
    bool own = exchange->task.op->kind == OP_AUTHENTICATE;
    if (own || (request->flags & AW_REQUEST_UNSIGNED)) {
        sign_and_send(exchange, own ? request->credentials : NULL);
        return;
    }
    int found = credentials_get(&backend_of(exchange)->credentials, &exchange->wait);
    if (found < 0)
        fail(exchange, AW_E_NO_MEMORY, "out of memory for the credentials");
    else if (found)
        use_cached(exchange);
}

static void on_pass(struct limiter_pass *pass)
{
    struct exchange *exchange = list_item(pass, struct exchange, pass);
    exchange->pacing = false;
    op_pacing(exchange->task.op, false);
    find_credentials(exchange);
}

static void take_road(struct exchange *exchange)
{
    struct backend *backend = backend_of(exchange);
    if (limiter_enter(&backend->limiter, &exchange->pass, exchange->request.name)) {
        find_credentials(exchange);
        return;
    }
    exchange->pacing = true;
    op_pacing(exchange->task.op, true);
}

static void on_timer(void *arg)
{
    take_road(arg);
}

static void follow(struct exchange *exchange, struct exchange *leader)
{
    list_append(&leader->followers, &exchange->following);
}

static struct exchange *find_leader(const struct exchange *exchange)
{
    struct link *shared = &backend_of(exchange)->shared;
    for (struct link *link = shared->next; link != shared; link = link->next) {
        struct exchange *other = list_item(link, struct exchange, shared);
        if (request_equal(&other->request, &exchange->request))
            return other;
    }
    return NULL;
}

static struct exchange *exchange_create(struct op *op, const aw_request *request)
{
    struct exchange *exchange = mem_alloc(sizeof *exchange);
    if (!exchange)
        return NULL;
    arena_init(&exchange->arena, op->kind == OP_AUTHENTICATE);
    signed_headers_init(&exchange->signature);
    list_init(&exchange->shared);
    list_init(&exchange->followers);
    list_init(&exchange->following);
    exchange->task.drop = drop;
    exchange->timer = (struct loop_timer){.run = on_timer, .arg = exchange};
    exchange->pass.go = on_pass;
    exchange->wait.ready = on_credentials;
    if (request_copy(&exchange->arena, request, op->region, &exchange->request)) {
        release(exchange);
        return NULL;
    }
    return exchange;
}

void exchange_start(struct op *op, const aw_request *request, aw_answer_fn on_answer,
                    aw_error_fn on_error, void *arg)
{
    aw_error error = {0};
    if (op->failed)
        return;
    if (request_check(request, &error)) {
        op_fail(op, &error);
        return;
    }
    struct exchange *exchange = exchange_create(op, request);
    if (!exchange) {
        kit_error_set(&error, AW_E_NO_MEMORY, "out of memory for the request `%s`", request->name);
        op_fail(op, &error);
        return;
    }
    exchange->on_answer = on_answer;
    exchange->on_error = on_error;
    exchange->arg = arg;
    op_add_task(op, &exchange->task);
    bool shared = (exchange->request.flags & AW_REQUEST_SHARED) && op->kind != OP_AUTHENTICATE;
    struct exchange *leader = shared ? find_leader(exchange) : NULL;
    if (leader) {
        follow(exchange, leader);
        return;
    }
    if (shared)
        list_append(&op->backend->shared, &exchange->shared);
    loop_set(op->backend->aw->loop, &exchange->timer, 0);
}
