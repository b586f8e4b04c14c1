/* SPDX-License-Identifier: Apache-2.0 */
/* Finding the exchange that answers a request, or saying why there is none. */
#include "core/mask.h"
#include "core/mem.h"
#include "core/replay.h"
#include "kit/error.h"

#include <string.h>

enum {
    REPORT_MAX = 4096,
    SHOWN_URL = 160
};

static enum diff_result match(struct replay *replay, const struct outgoing *outgoing,
                              struct replayed **ret_exchange)
{
    const struct recording *recording = &replay->recording;
    while (replay->first_unused < recording->exchange_count &&
           replay->exchanges[replay->first_unused].used)
        replay->first_unused++;
    for (size_t i = replay->first_unused; i < recording->exchange_count; i++) {
        struct replayed *exchange = &replay->exchanges[i];
        if (exchange->used)
            continue;
        enum diff_result result = diff_compare(exchange->recorded, outgoing, &replay->names, NULL);
        if (result == DIFF_EQUAL)
            *ret_exchange = exchange;
        if (result != DIFF_DIFFERENT || !recording->any_order)
            return result;
    }
    return DIFF_DIFFERENT;
}

/* The one that was meant, most likely; NULL when all are used. */
static const struct recorded_exchange *nearest(const struct replay *replay,
                                               const struct outgoing *outgoing)
{
    const struct recorded_exchange *best = NULL;
    size_t best_likeness = 0;
    for (size_t i = replay->first_unused; i < replay->recording.exchange_count; i++) {
        const struct replayed *exchange = &replay->exchanges[i];
        size_t likeness = exchange->used ? 0 : diff_likeness(exchange->recorded, outgoing);
        if (!exchange->used && (!best || likeness > best_likeness)) {
            best = exchange->recorded;
            best_likeness = likeness;
        }
        if (best && !replay->recording.any_order)
            return best;
    }
    return best;
}

static void explain_surplus(const struct replay *replay, const struct outgoing *outgoing,
                            kit_buf *text)
{
    kit_buf_addf(text, "%s: everything in it has been asked for, and here is one more: ",
                 replay->recording.name);
    if (!outgoing->method) {
        kit_buf_addf(text, "run %.*s", SHOWN_URL, outgoing->argv[0]);
        return;
    }
    /* Not the query of a secret one. */
    size_t shown = outgoing->secret ? strcspn(outgoing->url, "?") : strlen(outgoing->url);
    kit_buf_addf(text, "%s %.*s", outgoing->method, shown < SHOWN_URL ? (int)shown : SHOWN_URL,
                 outgoing->url);
}

static void explain(const struct replay *replay, const struct outgoing *outgoing, kit_buf *text)
{
    const struct recorded_exchange *expected = nearest(replay, outgoing);
    if (!expected) {
        explain_surplus(replay, outgoing, text);
        return;
    }
    KIT_CLEANUP(kit_buf_finish) kit_buf report;
    kit_buf_init(&report, mem_kit(), REPORT_MAX);
    diff_compare(expected, outgoing, &replay->names, &report);
    /* What did not fit into the report any more is not missed. */
    kit_buf_addf(text, "%s:%d expects something else: %s", replay->recording.name, expected->line,
                 report.size ? report.data : "see there");
}

static enum wire_outcome refuse(struct replay *replay, const struct outgoing *outgoing,
                                char *problem, size_t problem_size)
{
    aw_error error = {0};
    KIT_CLEANUP(kit_buf_finish) kit_buf text;
    kit_buf_init(&text, mem_kit(), SIZE_MAX);
    explain(replay, outgoing, &text);
    kit_error_set(&error, AW_E_INVALID, "%s", text.size ? text.data : "an unexpected request");
    replay_fail(replay, &error);
    kit_error_text(problem, problem_size, error.message);
    return WIRE_FORBIDDEN;
}

bool replay_hide_secrets(const struct replay *replay, struct outgoing *outgoing, kit_buf *body)
{
    const struct mask mask = {.words = replay->secret_words, .word_count = replay->secret_count};
    kit_buf_init(body, mem_kit(), SIZE_MAX);
    if (!replay->secret_count)
        return true;
    mask_add(&mask, outgoing->body, body);
    outgoing->body = (aw_bytes){kit_buf_text(body), body->size};
    return body->state == KIT_BUF_OK;
}

struct replayed *replay_take(struct replay *replay, struct outgoing *outgoing,
                             enum wire_outcome *ret_outcome, char *problem, size_t problem_size)
{
    struct replayed *exchange = NULL;
    KIT_CLEANUP(kit_buf_finish) kit_buf body;
    enum diff_result result = replay_hide_secrets(replay, outgoing, &body)
                                  ? match(replay, outgoing, &exchange)
                                  : DIFF_NO_MEMORY;
    if (exchange) {
        exchange->used = true;
        exchange->told = replay->names.count;
    } else if (result == DIFF_DIFFERENT) {
        *ret_outcome = refuse(replay, outgoing, problem, problem_size);
    } else {
        *ret_outcome = WIRE_NOT_SENT;
        kit_error_text(problem, problem_size, "out of memory");
    }
    return exchange;
}
