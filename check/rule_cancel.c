/* SPDX-License-Identifier: Apache-2.0 */
/* C7: an operation may end between any two calls, and the backend goes on. */
#include "check/rules.h"
#include "check/run.h"

enum way {
    BY_CANCELLING,
    BY_DESTROYING,
    BY_CLOSING,
    WAYS
};

static void drain(struct run *run)
{
    for (unsigned i = 0; i < 10000 && stage_step(&run->stage); i++)
        continue;
}

/* On the same backend everything is done from the start, and comes out as it did. */
static void play_again(struct run *run, const struct run *clean, struct verdict *verdict)
{
    struct replay *replay = run->stage.replays[0];
    for (size_t i = 0; i < replay->recording.exchange_count; i++)
        replay->exchanges[i].used = false;
    replay->first_unused = 0;
    player_finish(&run->player);
    player_init(&run->player, &run->stage, 0);
    if (!play(&run->player))
        verdict_fail(verdict, "afterwards: %s", run->player.error.message);
    else if (!run_same_outcomes(clean, run))
        verdict_fail(verdict, "afterwards the backend does not do what it did before%s%s",
                     run->player.unexpected[0] ? ": " : "", run->player.unexpected);
}

static void stop(struct run *run, enum way way)
{
    for (size_t i = 0; i < run->player.job_count && way == BY_CANCELLING; i++)
        archway_cancel(run->player.jobs[i]);
    if (way == BY_CANCELLING)
        drain(run);
    if (way != BY_CLOSING)
        player_drop(&run->player);
}

static void stop_after(const struct run *clean, struct subject *subject, const char *recording,
                       uint64_t steps, struct verdict *verdict)
{
    const struct stage_knobs knobs = {.lenient = true};
    enum way way = (enum way)(steps % WAYS);
    struct run run;
    verdict_place(verdict, "%s, stopped after %llu steps", run_name(recording),
                  (unsigned long long)steps);
    run_open(&run, subject, recording, &knobs);
    for (uint64_t i = 0; i < steps && run.opened && player_go_on(&run.player); i++)
        stage_step(&run.stage);
    if (!run.opened)
        verdict_fail(verdict, "%s", run.error.message);
    else if (way == BY_CLOSING) {
        stage_close(&run.stage, NULL);
        run.player.job_count = 0; /* they went with it */
    } else {
        stop(&run, way);
        play_again(&run, clean, verdict);
    }
    run_finish(&run);
}

/* What a second time comes out otherwise without being stopped too is the recording's affair: it has an end
 * that an open backend remembers. */
static bool can_be_repeated(const struct run *clean, struct subject *subject, const char *recording)
{
    const struct stage_knobs knobs = {.lenient = true};
    struct verdict verdict = {0};
    struct run run;
    run_open(&run, subject, recording, &knobs);
    bool whole = run.opened && play(&run.player);
    if (whole)
        play_again(&run, clean, &verdict);
    run_finish(&run);
    return whole && !verdict_failed(&verdict);
}

void rule_cancel(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct run clean;
    if (!run_calm(&clean, subject, recording))
        return;
    if (clean.player.steps > 0 && can_be_repeated(&clean, subject, recording)) {
        uint64_t possible = clean.player.steps;
        uint64_t points = run_points(subject, possible, verdict);
        verdict->applied++;
        for (uint64_t i = 0; i < points; i++)
            stop_after(&clean, subject, recording, run_point(i, points, possible), verdict);
    }
    run_finish(&clean);
}
