/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a trial on a real provider, in order, and what is told of each. */
#include "check/live.h"

#include "core/query.h"
#include "core/record_act.h"
#include "core/sized.h"
#include "kit/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WAIT_MS 600000u

struct step {
    const char *rule;
    const char *text;
    void (*run)(struct live *live);
    bool on_machine; /* it needs one that was made */
    bool always;     /* an interruption does not stop it */
};

static const struct step steps[] = {
    {"V1", "finds its credentials, and lists what can be rented", live_list, false, false},
    {"O1", "offers one of the two architectures, and says who says so", live_judge_archs, false,
     false},
    {"O2", "names a price, or says that there is none", live_judge_prices, false, false},
    {"O3", "offers machines as there are, in the units of the ABI", live_judge_numbers, false,
     false},
    {"V2", "makes the machine that was ordered, and it comes to run", live_make, false, false},
    {"I3", "finds the machine by its owner and by its token", live_find, true, false},
    {"I2", "has the same machine for the same token", live_make_again, true, false},
    {"V3", "ends the machine, and what was made beside it", live_end, true, true},
    {"I1", "ends a machine that is gone with success", live_end_again, true, false},
};

void live_drop_job(archway_job **job)
{
    archway_job_destroy(*job);
}

static void note_interrupt(struct live *live)
{
    if (++live->interrupts == 1)
        live_note(live, "interrupted: what was made is ended first; once more leaves it as it is");
}

bool live_run(struct live *live, const archway_job *job)
{
    if (!live->interrupts && archway_run(live->aw, job) != 0)
        note_interrupt(live);
    return live->interrupts == 0;
}

bool live_run_on(struct live *live, const archway_job *job)
{
    while (live->interrupts < 2 && archway_run(live->aw, job) != 0)
        note_interrupt(live);
    return archway_job_done(job);
}

void live_note(const struct live *live, const char *format, ...)
{
    char text[1024];
    char clean[1024];
    va_list args;
    if (!live->options->on_note)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    kit_error_text(clean, sizeof clean, text);
    live->options->on_note(clean, live->arg);
}

struct live_machine *live_add_machine(struct live *live, const aw_instance *instance)
{
    struct arena *arena = &live->arena;
    for (size_t i = 0; i < live->machine_count; i++)
        if (strcmp(live->machines[i].face.id, instance->id) == 0)
            return &live->machines[i];
    if (live->machine_count == LIVE_MACHINES)
        return NULL;
    struct live_machine *machine = &live->machines[live->machine_count];
    *machine = (struct live_machine){.face = {.size = sizeof machine->face,
                                              .backend = live->backend->name,
                                              .region = arena_text(arena, instance->region),
                                              .id = arena_text(arena, instance->id),
                                              .zone = arena_text(arena, instance->zone),
                                              .data = arena_text(arena, instance->data)}};
    live->machine_count += machine->face.id != NULL;
    return machine->face.id ? machine : NULL;
}

static const char *reason_to_skip(const struct live *live, const struct step *step)
{
    if (live->interrupts && !(step->always && live->machine_count))
        return "it was interrupted";
    if (step->on_machine && !live->machine_count)
        return "no machine was made";
    return NULL;
}

static void take_step(struct live *live, const struct step *step, archway_check_fn on_result)
{
    struct verdict *verdict = &live->verdict;
    memset(verdict, 0, sizeof *verdict);
    const char *why = reason_to_skip(live, step);
    if (!why)
        step->run(live);
    if (!why && verdict->skipped[0])
        why = verdict->skipped;
    if (!why && live->interrupts && !verdict_failed(verdict) && !step->always)
        why = "it was interrupted";
    bool broken = verdict_failed(verdict);
    const archway_check_result result = {
        .size = sizeof result,
        .outcome = broken ? ARCHWAY_CHECK_BROKEN
                   : why  ? ARCHWAY_CHECK_SKIPPED
                          : ARCHWAY_CHECK_KEPT,
        .rule = step->rule,
        .text = step->text,
        .detail = broken || !why ? verdict->detail : why,
        .tried = verdict->tried,
    };
    on_result(&result, live->arg);
}

/* What somebody must see to. */
static void tell_left(const struct live *live)
{
    if (!live->options->on_left)
        return;
    for (size_t i = 0; i < live->machine_count; i++)
        if (!live->machines[i].gone)
            live->options->on_left(&live->machines[i].face, live->token, live->arg);
    const archway_machine nameless = {.size = sizeof nameless, .backend = live->backend->name};
    if (live->unknown)
        live->options->on_left(&nameless, live->token, live->arg);
}

static int check_options(archway *aw, const archway_check_live_options *options,
                         struct backend **ret_backend, aw_error *ret_error)
{
    *ret_backend = options->backend ? context_backend(aw, options->backend) : NULL;
    if (!*ret_backend)
        return kit_error_set(ret_error, AW_E_INVALID, "no backend is called \"%s\"",
                             options->backend ? options->backend : "");
    if ((*ret_backend)->error.code) {
        *ret_error = (*ret_backend)->error;
        return -1;
    }
    if (!options->query || options->query->max_price_nusd_per_hour == UINT64_MAX)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "a query must say what an hour may cost at most: max-price");
    return archway_query_set(options->query, "backend", options->backend, ret_error);
}

int archway_check_live(archway *aw, const archway_check_live_options *options,
                       archway_check_fn on_result, void *arg, aw_error *ret_error)
{
    archway_check_live_options known;
    struct backend *backend;
    SIZED_COPY(&known, options);
    if (check_options(aw, &known, &backend, ret_error))
        return -1;
    record_act_spoil(aw, "it is a trial of the rules on a provider");
    known.wait_ms = known.wait_ms ? known.wait_ms : WAIT_MS;
    struct live live = {.aw = aw, .options = &known, .arg = arg, .backend = backend};
    arena_init(&live.arena, false);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        take_step(&live, &steps[i], on_result);
    tell_left(&live);
    archway_job_destroy(live.listing);
    archway_job_destroy(live.made);
    arena_finish(&live.arena);
    return 0;
}
