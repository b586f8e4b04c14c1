/* SPDX-License-Identifier: Apache-2.0 */
/* Finding claims again, and releasing them. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"

#include <string.h>

#define RELEASE_TIMEOUT_MS 300000

/* What is wanted; NULL is anything. */
struct search {
    const char *owner;
    const char *token;
    bool found;
};

static struct search *search_new(aw_op *op, const char *owner, const char *token)
{
    struct search *search = aw_alloc(op, sizeof *search);
    if (!search)
        return NULL;
    search->owner = kit_copy_text(op, owner);
    search->token = kit_copy_text(op, token);
    return (owner && !search->owner) || (token && !search->token) ? NULL : search;
}

static void on_claim(aw_op *op, const aw_instance *claim, void *arg)
{
    struct search *search = arg;
    if ((search->owner && strcmp(search->owner, claim->owner) != 0) ||
        (search->token && strcmp(search->token, claim->token) != 0))
        return;
    search->found = true;
    aw_emit_instance(op, claim);
}

static void on_list(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer)
{
    onprem_claims_read(op, call, answer, on_claim, call->arg);
}

static void on_one(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer)
{
    const struct search *search = call->arg;
    onprem_claims_read(op, call, answer, on_claim, call->arg);
    if (!search->found)
        kit_fail(op, AW_E_NOT_FOUND, "the machine has no claim %.64s (any more)", search->token);
}

static void list(aw_op *op, const char *region, struct search *search,
                 void (*told)(aw_op *op, const struct onprem_call *call,
                              struct onprem_answer *answer))
{
    const struct onprem *onprem = op->state;
    const struct onprem_host *host = search ? onprem_host_find(op, region) : NULL;
    const char *const arguments[] = {onprem->state_dir, "list", NULL};
    struct onprem_call *call = host ? onprem_call_claim(op, host, "claims", arguments) : NULL;
    if (!call)
        return;
    kit_buf_add(&call->input, onprem_claim_script.data, onprem_claim_script.size);
    call->told = told;
    call->arg = search;
    onprem_call_start(op, call);
}

void onprem_list(aw_op *op, const aw_list *wish)
{
    list(op, wish->region, search_new(op, wish->owner, wish->token), on_list);
}

void onprem_get(aw_op *op, const aw_ref *ref)
{
    list(op, ref->region, search_new(op, NULL, ref->id ? ref->id : ""), on_one);
}

static void on_released(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer)
{
    while (onprem_answer_next(answer))
        if (!strcmp(answer->word, "gone")) {
            const aw_instance gone = {.size = sizeof gone,
                                      .state = AW_STATE_TERMINATED,
                                      .id = call->arg,
                                      .region = call->host->name};
            return aw_emit_instance(op, &gone);
        }
    kit_fail(op, AW_E_PROTOCOL,
             "the machine did not say that the claim is released. Look whether it is");
}

/* The id is the token, which nobody guesses: whoever has it speaks of this very claim. */
void onprem_terminate(aw_op *op, const aw_ref *ref)
{
    const struct onprem *onprem = op->state;
    const struct onprem_host *host = onprem_host_find(op, ref->region);
    if (!host)
        return;
    char *id = kit_copy_text(op, ref->id ? ref->id : "");
    const char *const arguments[] = {onprem->state_dir, "release", id, NULL};
    if (id && !*id)
        return kit_fail(op, AW_E_INVALID, "The machine to terminate has no id.");
    struct onprem_call *call = id ? onprem_call_claim(op, host, "release", arguments) : NULL;
    if (!call)
        return;
    kit_buf_add(&call->input, onprem_claim_script.data, onprem_claim_script.size);
    call->timeout_ms = RELEASE_TIMEOUT_MS;
    call->told = on_released;
    call->arg = id;
    onprem_call_start(op, call);
}
