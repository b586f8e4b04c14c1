/* SPDX-License-Identifier: Apache-2.0 */
/* A recording played again, and again otherwise, with what must then be the same: C6, C3, M1, S1, T1, T2. */
#include "check/rules.h"
#include "check/run.h"

#include <pthread.h>
#include <string.h>

#define AT_ONCE 3
#define ROUNDS 2

/* The transcript is that of a clean run, whatever the knobs do. */
static void play_like(struct subject *subject, const char *recording, struct verdict *verdict,
                      const struct stage_knobs *knobs)
{
    struct run clean;
    struct run other;
    if (!run_clean(&clean, subject, recording, NULL))
        return;
    verdict->applied++;
    verdict->tried++;
    run_play(&other, subject, recording, knobs);
    run_compare(&clean, &other, verdict);
    if (other.stage.impure[0])
        verdict_fail(verdict, "%s is not the same twice", other.stage.impure);
    run_finish(&other);
    run_finish(&clean);
}

static const char *fault_of(const struct run *run)
{
    if (!run->opened || !run->played || !run->used)
        return run->error.message;
    if (run->player.broken[0])
        return run->player.broken;
    return run->player.unexpected;
}

/* The recording is asked for its acts before it is closed. */
void rule_replay(struct subject *subject, const char *recording, struct verdict *verdict)
{
    const struct stage_knobs knobs = {.lenient = false};
    struct run run;
    run_play(&run, subject, recording, &knobs);
    if (run.stage.world && !run.stage.has_acts) {
        verdict_note(verdict,
                     "passed over, since it does not tell what was done: write a line such "
                     "as `do offers` before its first request");
        run_finish(&run);
        return;
    }
    verdict->applied++;
    verdict->tried += 2;
    const char *fault = fault_of(&run);
    if (fault[0])
        verdict_fail(verdict, "%s", fault);
    run_finish(&run);
    if (!fault[0])
        play_like(subject, recording, verdict, &knobs);
}

void rule_pure(struct subject *subject, const char *recording, struct verdict *verdict)
{
    play_like(subject, recording, verdict, &(struct stage_knobs){.twice = true});
}

void rule_lent(struct subject *subject, const char *recording, struct verdict *verdict)
{
    play_like(subject, recording, verdict, &(struct stage_knobs){.lend = true, .take_back = true});
}

void rule_older(struct subject *subject, const char *recording, struct verdict *verdict)
{
    if (run_is_newer(recording)) {
        verdict_note(verdict, "passed over, since a core of version 1.0 asks for no such thing");
        return;
    }
    play_like(subject, recording, verdict,
              &(struct stage_knobs){.lend = true, .sizes = LEND_FIRST});
}

void rule_newer(struct subject *subject, const char *recording, struct verdict *verdict)
{
    play_like(subject, recording, verdict,
              &(struct stage_knobs){.lend = true, .sizes = LEND_LATER});
}

void rule_threads(struct subject *subject, const char *recording, struct verdict *verdict)
{
    play_like(subject, recording, verdict, &(struct stage_knobs){.threads = true});
}

struct rival {
    struct subject *subject;
    const char *recording;
    struct run run;
};

static void *play_rival(void *arg)
{
    struct rival *rival = arg;
    const struct stage_knobs knobs = {.lenient = false};
    run_play(&rival->run, rival->subject, rival->recording, &knobs);
    return NULL;
}

static void play_at_once(const struct run *clean, struct subject *subject, const char *recording,
                         struct verdict *verdict)
{
    struct rival rivals[AT_ONCE];
    pthread_t threads[AT_ONCE];
    size_t count = 0;
    for (; count < AT_ONCE; count++) {
        rivals[count] = (struct rival){.subject = subject, .recording = recording};
        if (pthread_create(&threads[count], NULL, play_rival, &rivals[count]))
            break;
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
        run_compare(clean, &rivals[i].run, verdict);
        run_finish(&rivals[i].run);
    }
}

void rule_at_once(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct run clean;
    if (!run_clean(&clean, subject, recording, NULL))
        return;
    verdict->applied++;
    for (int i = 0; i < ROUNDS && !verdict_failed(verdict); i++) {
        verdict->tried += AT_ONCE;
        play_at_once(&clean, subject, recording, verdict);
    }
    run_finish(&clean);
}
