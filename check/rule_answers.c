/* SPDX-License-Identifier: Apache-2.0 */
/* E2 and E3: answers that are cut, odd, or none, and what is said of them. */
#include "check/rules.h"
#include "check/run.h"

#include "kit/error.h"

#include <string.h>

#define SHORTEST_SENTENCE 8

static const char *const kind_names[] = {[MUTATE_CUT] = "cut to byte",
                                         [MUTATE_VALUE] = "with odd value",
                                         [MUTATE_DOCUMENT] = "replaced by document"};

/* A listing that comes out whole may not lack anything, when its answer cannot have been read. */
static void judge(const struct run *clean, const struct run *run, bool unreadable,
                  struct verdict *verdict)
{
    const char *lost = unreadable ? run_lost(clean, run) : NULL;
    if (!run->opened || !run->played)
        verdict_fail(verdict, "%s", run->error.message);
    else if (run->player.broken[0])
        verdict_fail(verdict, "%s", run->player.broken);
    else if (lost)
        verdict_fail(verdict, "`%s` lacks something, and does not say so", lost);
}

static void try_one(const struct run *clean, struct subject *subject,
                    const struct recording *recording, const struct stage_knobs *knobs,
                    struct verdict *verdict)
{
    const struct mutation *mutation = &knobs->mutation;
    const struct recorded_exchange *exchange = &recording->exchanges[mutation->exchange - 1];
    struct run run;
    verdict_place(verdict, "%s:%d, answer %s %llu", recording->name, exchange->line,
                  kind_names[mutation->kind], (unsigned long long)mutation->variant);
    run_play(&run, subject, recording->path, knobs);
    judge(clean, &run, mutate_is_unreadable(mutation, exchange->answer.body), verdict);
    run_finish(&run);
}

static uint64_t variants_of(const struct recording *recording, size_t at, enum mutation_kind kind)
{
    const struct recorded_exchange *exchange = &recording->exchanges[at];
    return exchange->end == RECORDED_ANSWER ? mutate_variants(kind, exchange->answer.body) : 0;
}

/* Takes the answers one after the other, so that each has its turn, and the points within each. */
static void sweep(const struct run *clean, struct subject *subject,
                  const struct recording *recording, struct stage_knobs *knobs,
                  struct verdict *verdict)
{
    enum mutation_kind kind = knobs->mutation.kind;
    size_t count = recording->exchange_count;
    uint64_t possible = 0;
    for (size_t i = 0; i < count; i++)
        possible += variants_of(recording, i, kind);
    uint64_t points = run_points(subject, possible, verdict);
    verdict->applied += possible > 0;
    for (size_t i = 0; i < count && points > 0; i++) {
        uint64_t variants = variants_of(recording, i, kind);
        uint64_t share = points / (count - i) + (points % (count - i) > 0);
        share = share < variants ? share : variants;
        points -= share;
        for (uint64_t k = 0; k < share; k++) {
            knobs->mutation.exchange = i + 1;
            knobs->mutation.variant = run_point(k, share, variants);
            try_one(clean, subject, recording, knobs, verdict);
        }
    }
}

static void disturb(struct subject *subject, const char *path, struct stage_knobs *knobs,
                    struct verdict *verdict)
{
    struct run clean;
    struct recording recording;
    aw_error error = {0};
    if (!run_clean(&clean, subject, path, NULL))
        return;
    recording_init(&recording);
    if (recording_read(&recording, path, &error) == 0)
        sweep(&clean, subject, &recording, knobs, verdict);
    recording_finish(&recording);
    run_finish(&clean);
}

static void disturb_by(enum mutation_kind kind, struct subject *subject, const char *recording,
                       struct verdict *verdict)
{
    struct stage_knobs knobs = {.lenient = true, .mutation = {.kind = kind}};
    disturb(subject, recording, &knobs, verdict);
}

void rule_cut(struct subject *subject, const char *recording, struct verdict *verdict)
{
    disturb_by(MUTATE_CUT, subject, recording, verdict);
}

void rule_values(struct subject *subject, const char *recording, struct verdict *verdict)
{
    disturb_by(MUTATE_VALUE, subject, recording, verdict);
}

void rule_documents(struct subject *subject, const char *recording, struct verdict *verdict)
{
    disturb_by(MUTATE_DOCUMENT, subject, recording, verdict);
}

static bool is_sentence(const char *message)
{
    char clean[sizeof((aw_error *)0)->message];
    kit_error_text(clean, sizeof clean, message);
    return strlen(message) >= SHORTEST_SENTENCE && strchr(message, ' ') &&
           strcmp(clean, message) == 0;
}

static void see_error(struct stage *stage, const aw_error *error)
{
    struct verdict *verdict = stage->knobs.observer.arg;
    if (error->code == AW_OK || error->code > AW_E_INTERNAL)
        verdict_fail(verdict, "it fails with the code %u", error->code);
    else if (!is_sentence(error->message))
        verdict_fail(verdict, "the error \"%s\" is no sentence for a person", error->message);
}

void rule_sentences(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct stage_knobs knobs = {.lenient = true,
                                .mutation = {.kind = MUTATE_DOCUMENT},
                                .observer = {.error = see_error, .arg = verdict}};
    struct verdict others = {0}; /* of E3 */
    disturb(subject, recording, &knobs, &others);
    verdict->tried += others.tried;
    verdict->possible += others.possible;
    verdict->applied += others.applied;
}
