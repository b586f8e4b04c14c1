/* SPDX-License-Identifier: Apache-2.0 */
/* C8: many operations on one backend, their answers in random order, come out as one by one. */
#include "check/rules.h"
#include "check/run.h"

#include <string.h>

#define LANES 3

/* What depends on the token beyond what a placeholder says can be played by one only. */
static bool alone(struct run *run, struct subject *subject, const char *recording,
                  const struct run *clean)
{
    const struct stage_knobs knobs = {.lenient = true, .other_seed = 0x5eed};
    run_play(run, subject, recording, &knobs);
    if (run->opened && run->played && run_same_outcomes(clean, run))
        return true;
    run_finish(run);
    return false;
}

static bool play_lanes(struct stage *stage, struct player players[LANES])
{
    bool going[LANES] = {true, true, true};
    for (unsigned steps = 0; steps < 1000000; steps++) {
        bool any = false;
        for (size_t i = 0; i < LANES; i++) {
            going[i] = going[i] && player_go_on(&players[i]);
            any = any || going[i];
        }
        if (!any)
            return true;
        if (!stage_step(stage))
            return false;
    }
    return false;
}

/* A token of the caller's is one create at a time. */
static bool names_token(const char *path)
{
    struct recording recording;
    recording_init(&recording);
    bool found = recording_read(&recording, path, NULL) != 0 || recording.token_count > 0;
    for (size_t i = 0; i < recording.act_count; i++)
        found = found || strstr(recording.acts[i].inputs, "\"token\"");
    recording_finish(&recording);
    return found;
}

static void compare(const struct run *one, const struct player *player, struct verdict *verdict)
{
    for (size_t i = 0; i < PLAY_ACTS; i++) {
        const struct act_record *left = &one->player.records[i];
        const struct act_record *right = &player->records[i];
        if (!left->outcome)
            continue;
        if (!right->outcome || strcmp(left->outcome, right->outcome) != 0)
            verdict_fail(verdict, "`%s` comes out as \"%s\" alone and as \"%s\" beside others",
                         left->verb, left->outcome, right->outcome ? right->outcome : "nothing");
        else if (strcmp(left->results, right->results) != 0)
            verdict_fail(verdict, "`%s` has other results alone than beside others", left->verb);
    }
}

static void play_together(const struct run *one, struct subject *subject, const char *recording,
                          uint64_t seed, struct verdict *verdict)
{
    const struct stage_knobs knobs = {
        .lenient = true, .lanes = LANES, .shuffle = seed, .other_seed = 0x5eed};
    struct player players[LANES];
    struct stage stage;
    verdict_place(verdict, "%s, shuffled by %llu", run_name(recording), (unsigned long long)seed);
    bool opened = stage_open(&stage, subject, recording, &knobs);
    for (size_t i = 0; i < LANES; i++)
        player_init(&players[i], &stage, i);
    if (!opened)
        verdict_fail(verdict, "%s", stage.error.message);
    else if (!play_lanes(&stage, players))
        verdict_fail(verdict, "an operation waits for nothing, or for ever");
    for (size_t i = 0; i < LANES; i++) {
        if (opened && !verdict_failed(verdict))
            compare(one, &players[i], verdict);
        player_finish(&players[i]);
    }
    stage_finish(&stage);
}

void rule_together(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct run clean;
    struct run one;
    uint64_t rounds = subject->points < 4 ? subject->points : 4;
    if (!run_calm(&clean, subject, recording))
        return;
    if (clean.player.steps > 0 && !run_repeats(recording) && !names_token(recording) &&
        alone(&one, subject, recording, &clean)) {
        verdict->applied++;
        for (uint64_t i = 1; i <= rounds; i++) {
            verdict->tried++;
            play_together(&one, subject, recording, i * 0x9e3779b97f4a7c15u, verdict);
        }
        run_finish(&one);
    }
    run_finish(&clean);
}
