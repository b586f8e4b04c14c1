/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an exchange, shared by the files that make up its road. */
#ifndef ARCHWAY_CORE_EXCHANGE_PARTS_H
#define ARCHWAY_CORE_EXCHANGE_PARTS_H

#include "core/backend.h"
#include "core/signing.h"

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
    unsigned remedies;   /* bits of enum aw_remedy that were tried */
    uint64_t generation; /* of the credentials that it was signed with */
    int64_t skew_ms;     /* of the clock that it was signed by */
    uint64_t sent_at_ms;
    bool names_region; /* the plugin itself named the region that it is signed for */
    bool pacing;
    bool passed; /* the limiter, in this attempt */
    bool sent;
    bool unsettled; /* it may have changed something, and no answer says so or not */
    bool lost; /* an attempt ended without one, so that no later answer settles it but success */
    struct loop_timer timer;
    struct limiter_pass pass;
    struct credentials_wait wait;
    struct signed_headers signature;
    struct wire_call call;
};

static inline struct backend *exchange_backend(const struct exchange *exchange)
{
    return exchange->task.op->backend;
}

/* GET or HEAD: changes nothing there. */
bool exchange_is_read(const struct exchange *exchange);
/* May be sent again although the first one may have worked. */
bool exchange_is_repeatable(const struct exchange *exchange);
/* Makes something of this operation's own: not so what others share, and may ask for as well. */
bool exchange_is_making(const struct exchange *exchange);

/* core/exchange_share.c: who waits for whose answer, and giving it to them. */

/* Joins an equal request under way if it may: true. Otherwise others may join this one. */
bool exchange_share(struct exchange *exchange);
/* Those who follow and have the time to wait take the road without it; the others stay. Without a delay all
 * go. */
void exchange_part(struct exchange *exchange, uint64_t delay_ms);
/* Ends the exchange and all that follow it, with the answer (borrowed until then) or the failure. */
void exchange_deliver(struct exchange *exchange, const aw_response *answer, aw_error *error);
/* Frees it, wherever on its road it is. A struct task's `drop`. */
void exchange_drop(struct task *task);
void exchange_release(struct exchange *exchange);

/* core/exchange_repeat.c: what to do about a failure. */

/* Would it be too late, after such a delay? */
bool exchange_is_late(const struct exchange *exchange, uint64_t delay_ms);
/* What the answer's Date says of this machine's clock. */
void exchange_read_date(struct exchange *exchange, const aw_response *answer);
/* True: it will be sent again, the timer is set. */
bool exchange_repeat(struct exchange *exchange, const aw_error *error);

#endif
