/* SPDX-License-Identifier: Apache-2.0 */
/* Requests and programs on their way through a recorder, which waits for their end in between. */
#include "core/mem.h"
#include "core/record.h"
#include "core/vec.h"

#include <string.h>

/* Either a request (`call`, for `outer`) or a program (`run`, for `outer_run`). */
struct flight {
    struct link link;
    struct recorder *recorder;
    size_t index; /* of the exchange: in the order of sending */
    uint64_t sent_at_ms;
    struct wire_call *outer;
    struct wire_call call;
    struct run_call *outer_run;
    struct run_call run;
};

static struct flight *begin(struct recorder *recorder)
{
    struct flight *flight = mem_alloc(sizeof *flight);
    if (!flight || !VEC_PUSH(&recorder->taken.exchanges, &recorder->taken.exchange_count)) {
        recorder->incomplete = true;
        mem_free(flight);
        return NULL;
    }
    flight->recorder = recorder;
    flight->index = recorder->taken.exchange_count - 1;
    flight->sent_at_ms = loop_now_ms(recorder->world.loop);
    list_append(&recorder->flights, &flight->link);
    /* What is under way together may come in any order the next time. */
    if (recorder->under_way++ > 0)
        recorder->taken.any_order = true;
    return flight;
}

/* The exchange, its end and duration filled in. */
static struct recorded_exchange *end(struct flight *flight, enum recorded_end how)
{
    struct recorder *recorder = flight->recorder;
    struct recorded_exchange *exchange = &recorder->taken.exchanges[flight->index];
    list_remove(&flight->link);
    recorder->under_way--;
    exchange->end = how;
    exchange->after_ms = loop_now_ms(recorder->world.loop) - flight->sent_at_ms;
    return exchange;
}

static struct flight *find(const struct recorder *recorder, const struct wire_call *outer,
                           const struct run_call *outer_run)
{
    for (struct link *link = recorder->flights.next; link != &recorder->flights;
         link = link->next) {
        struct flight *flight = list_item(link, struct flight, link);
        if (flight->outer == outer && flight->outer_run == outer_run)
            return flight;
    }
    return NULL;
}

static void end_call(struct flight *flight, enum recorded_end how)
{
    struct recorder *recorder = flight->recorder;
    struct recorded_exchange *exchange = end(flight, how);
    if (how == RECORDED_NOTHING)
        return;
    exchange->is_secret = flight->call.secret;
    if (recorder_take_request(recorder, &flight->call, exchange) ||
        (how == RECORDED_ANSWER && recorder_take_answer(recorder, &flight->call, exchange)))
        recorder->incomplete = true;
}

static enum recorded_end end_of_call(const struct wire_call *call)
{
    switch (call->outcome) {
    case WIRE_ANSWERED:
        return RECORDED_ANSWER;
    case WIRE_NOT_SENT:
        return RECORDED_REFUSED;
    case WIRE_LOST:
        return RECORDED_LOST;
    case WIRE_TIMED_OUT:
        return RECORDED_TIMEOUT;
    case WIRE_TOO_LARGE:
        return RECORDED_TOO_LARGE;
    case WIRE_FORBIDDEN:
        break;
    }
    return RECORDED_NOTHING;
}

static void on_answer(struct wire_call *call)
{
    struct flight *flight = call->owner;
    struct wire_call *outer = flight->outer;
    outer->outcome = call->outcome;
    outer->answer = call->answer;
    memcpy(outer->problem, call->problem, sizeof outer->problem);
    end_call(flight, end_of_call(call));
    outer->done(outer);
    mem_free(flight);
}

void recorder_send(struct world *world, struct wire_call *call)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    struct flight *flight = begin(recorder);
    if (!flight) {
        inner->ops->send(inner, call);
        return;
    }
    flight->outer = call;
    flight->call = *call;
    flight->call.done = on_answer;
    flight->call.owner = flight;
    inner->ops->send(inner, &flight->call);
}

void recorder_cancel(struct world *world, struct wire_call *call)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    struct flight *flight = find(recorder, call, NULL);
    inner->ops->cancel(inner, flight ? &flight->call : call);
    if (!flight)
        return;
    /* For whoever waited there was no answer in time. */
    end_call(flight, RECORDED_TIMEOUT);
    mem_free(flight);
}

static void end_run(struct flight *flight, enum recorded_end how)
{
    struct recorder *recorder = flight->recorder;
    struct recorded_exchange *exchange = end(flight, how);
    exchange->is_secret = flight->run.secret;
    if (recorder_take_program(recorder, &flight->run, exchange) ||
        (how == RECORDED_ANSWER && recorder_take_result(recorder, &flight->run, exchange)))
        recorder->incomplete = true;
}

static enum recorded_end end_of_run(const struct run_call *run)
{
    if (!run->started)
        return RECORDED_REFUSED;
    if (run->timed_out)
        return RECORDED_TIMEOUT;
    return run->too_large ? RECORDED_TOO_LARGE : RECORDED_ANSWER;
}

static void on_exit_of_run(struct run_call *run)
{
    struct flight *flight = run->owner;
    struct run_call *outer = flight->outer_run;
    outer->started = run->started;
    outer->timed_out = run->timed_out;
    outer->too_large = run->too_large;
    outer->no_memory = run->no_memory;
    outer->result = run->result;
    memcpy(outer->problem, run->problem, sizeof outer->problem);
    end_run(flight, end_of_run(run));
    outer->done(outer);
    mem_free(flight);
}

void recorder_run(struct world *world, struct run_call *call)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    struct flight *flight = begin(recorder);
    if (!flight) {
        inner->ops->run(inner, call);
        return;
    }
    flight->outer_run = call;
    flight->run = *call;
    flight->run.done = on_exit_of_run;
    flight->run.owner = flight;
    inner->ops->run(inner, &flight->run);
}

void recorder_cancel_run(struct world *world, struct run_call *call)
{
    struct recorder *recorder = recorder_of(world);
    struct world *inner = recorder->inner;
    struct flight *flight = find(recorder, NULL, call);
    inner->ops->cancel_run(inner, flight ? &flight->run : call);
    if (!flight)
        return;
    end_run(flight, RECORDED_TIMEOUT);
    mem_free(flight);
}

void recorder_drop_flights(struct recorder *recorder)
{
    while (!list_empty(&recorder->flights)) {
        struct flight *flight = list_item(recorder->flights.next, struct flight, link);
        list_remove(&flight->link);
        mem_free(flight);
    }
}
