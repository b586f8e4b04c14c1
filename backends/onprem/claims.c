/* SPDX-License-Identifier: Apache-2.0 */
/* Claims, as a machine tells them. */
#include "backends/onprem/onprem.h"

#include "kit/error.h"
#include "kit/kept.h"
#include "kit/tags.h"

#include <string.h>

#define SECONDS_MAX (UINT64_C(1) << 40)

static const struct {
    const char *word;
    uint32_t state;
} states[] = {
    {"claimed", AW_STATE_RUNNING},    {"bootstrapping", AW_STATE_PENDING},
    {"running", AW_STATE_RUNNING},    {"failed", AW_STATE_FAILED},
    {"ending", AW_STATE_TERMINATING},
};

struct reading {
    const struct onprem_host *host;
    aw_instance claim;
    uint64_t blocks;
    uint64_t port;
};

static void read_state(const char *word, aw_instance *claim)
{
    claim->provider_state = word;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (!strcmp(states[i].word, word))
            claim->state = states[i].state;
}

static void read_field(struct reading *reading, const struct onprem_answer *line)
{
    aw_instance *claim = &reading->claim;
    uint64_t seconds = 0;
    if (!strcmp(line->word, "token"))
        claim->id = claim->token = line->rest;
    else if (!strcmp(line->word, "owner"))
        claim->owner = line->rest;
    else if (!strcmp(line->word, "name"))
        claim->name = line->rest;
    else if (!strcmp(line->word, "reason"))
        claim->reason = line->rest;
    else if (!strcmp(line->word, "state"))
        read_state(line->rest, claim);
    else if (!strcmp(line->word, "expires"))
        claim->expires_at_ms = kit_expires_read(line->rest);
    else if (!strcmp(line->word, "keep"))
        claim->keep = 1;
    else if (!strcmp(line->word, "blocks"))
        kit_kept_number(line->rest, ONPREM_BLOCKS_MAX, &reading->blocks);
    else if (!strcmp(line->word, "created") && !kit_kept_number(line->rest, SECONDS_MAX, &seconds))
        claim->created_at_ms = seconds * 1000;
}

static void begin(struct reading *reading, uint32_t arch)
{
    reading->blocks = 0;
    reading->claim = (aw_instance){
        .size = sizeof reading->claim,
        .arch = arch,
        .priced = 1,
        .ssh_port = (uint32_t)reading->port,
        .region = reading->host->name,
        .public_ip = reading->host->address,
        .ssh_user = reading->host->user,
    };
}

/* -1: the operation has failed. A claim that cannot be read is not passed over: somebody pays for it. */
static int end(aw_op *op, struct reading *reading, onprem_claim_fn found, void *arg)
{
    aw_instance *claim = &reading->claim;
    if (!claim->id || !*claim->id || !claim->owner || !reading->blocks || !claim->state) {
        kit_fail(op, AW_E_PROTOCOL,
                 "a claim cannot be read (its token is \"%.64s\"). Look into the "
                 "`claims` folder of the machine's `state_dir`",
                 claim->id ? claim->id : "");
        return -1;
    }
    claim->instance_type = onprem_type_name(op, (uint32_t)reading->blocks);
    claim->price_nusd_per_hour = onprem_price_nusd(reading->host, (uint32_t)reading->blocks);
    if (!claim->instance_type)
        return -1;
    found(op, claim, arg);
    return 0;
}

void onprem_claims_read(aw_op *op, const struct onprem_call *call, struct onprem_answer *answer,
                        onprem_claim_fn found, void *arg)
{
    struct reading reading = {.host = call->host};
    uint32_t arch = AW_ARCH_UNKNOWN;
    bool inside = false;
    if (call->host->port)
        kit_kept_number(call->host->port, 65535, &reading.port);
    while (onprem_answer_next(answer)) {
        bool next = !strcmp(answer->word, "claim");
        if (next && inside && end(op, &reading, found, arg))
            return;
        if (next)
            begin(&reading, arch);
        else if (inside)
            read_field(&reading, answer);
        else if (!strcmp(answer->word, "machine"))
            arch = aw_arch(op, answer->rest);
        inside = inside || next;
    }
    if (inside)
        end(op, &reading, found, arg);
}
