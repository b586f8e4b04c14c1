/* SPDX-License-Identifier: Apache-2.0 */
/* M4 and M5: memory that runs out, and memory that is not given back. */
#include "check/rules.h"
#include "check/run.h"

#include <malloc.h>
#include <stdlib.h>

#define ROUNDS 8
#define PLAYS 8 /* of four conversations each */
#define CACHED_SIZES 64
#define CACHED_BLOCKS 7
#define SMALLEST_LOSS 2048 /* bytes: less is the allocator's own coming and going */

static void fail_at(const struct run *clean, struct subject *subject, const char *recording,
                    uint64_t at, struct verdict *verdict)
{
    const struct stage_knobs knobs = {.lenient = true, .fails_at = at + 1};
    struct run run;
    verdict_place(verdict, "%s, without memory for allocation %llu", run_name(recording),
                  (unsigned long long)at + 1);
    run_play(&run, subject, recording, &knobs);
    const char *lost = run_lost(clean, &run);
    if (run.opened && !run.played)
        verdict_fail(verdict, "%s", run.error.message);
    else if (run.player.broken[0])
        verdict_fail(verdict, "%s", run.player.broken);
    else if (lost)
        verdict_fail(verdict, "`%s` lacks something, and does not say so", lost);
    run_finish(&run);
}

void rule_no_memory(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct run clean;
    if (!run_clean(&clean, subject, recording, NULL))
        return;
    uint64_t possible = clean.stage.allocations;
    uint64_t points = run_points(subject, possible, verdict);
    verdict->applied += possible > 0;
    for (uint64_t i = 0; i < points; i++)
        fail_at(&clean, subject, recording, run_point(i, points, possible), verdict);
    run_finish(&clean);
}

/* What is in use. What glibc keeps for this thread (tcache: 7 blocks of each of 64 sizes) counts as that too,
 * so it is taken out first. */
static size_t used_bytes(void)
{
    void *blocks[CACHED_SIZES][CACHED_BLOCKS];
    for (size_t i = 0; i < CACHED_SIZES; i++)
        for (size_t k = 0; k < CACHED_BLOCKS; k++)
            blocks[i][k] = malloc(24 + 16 * i);
    size_t used = mallinfo2().uordblks;
    for (size_t i = 0; i < CACHED_SIZES; i++)
        for (size_t k = 0; k < CACHED_BLOCKS; k++) {
            used -= malloc_usable_size(blocks[i][k]) + sizeof(size_t);
            free(blocks[i][k]);
        }
    return used;
}

static void play_with(struct subject *subject, const char *recording, enum mutation_kind kind,
                      size_t exchange)
{
    const struct stage_knobs knobs = {
        .lenient = true, .mutation = {.kind = kind, .exchange = exchange, .variant = 40}};
    struct run run;
    run_play(&run, subject, recording, &knobs);
    run_finish(&run);
}

/* The good way and the bad ones, once each. */
static void play_all(struct subject *subject, const char *recording, size_t exchanges,
                     struct verdict *verdict)
{
    verdict->tried += 4;
    verdict->beats++;
    play_with(subject, recording, MUTATE_NOTHING, 0);
    play_with(subject, recording, MUTATE_CUT, exchanges / 2 + 1);
    play_with(subject, recording, MUTATE_VALUE, exchanges / 2 + 1);
    play_with(subject, recording, MUTATE_CUT, exchanges);
}

/* What grows each time is lost each time: the allocator and the libraries keep what is freed, but not for
 * ever. The least of several rounds. */
static size_t least_growth(struct subject *subject, const char *recording, size_t exchanges,
                           struct verdict *verdict)
{
    size_t grown = SIZE_MAX;
    for (int i = 0; i < ROUNDS && grown >= SMALLEST_LOSS; i++) {
        size_t before = used_bytes();
        for (int k = 0; k < PLAYS; k++)
            play_all(subject, recording, exchanges, verdict);
        size_t after = used_bytes();
        size_t more = after > before ? after - before : 0;
        grown = more < grown ? more : grown;
    }
    return grown;
}

void rule_no_leak(struct subject *subject, const char *recording, struct verdict *verdict)
{
    struct run clean;
    if (!run_clean(&clean, subject, recording, NULL))
        return;
    size_t exchanges = clean.stage.exchange_count;
    run_finish(&clean);
    verdict->applied++;
    play_all(subject, recording, exchanges, verdict);
    size_t lost = least_growth(subject, recording, exchanges, verdict);
    /* Once more, so that what only happened to grow is not blamed. */
    if (lost >= SMALLEST_LOSS)
        lost = least_growth(subject, recording, exchanges, verdict);
    if (lost >= SMALLEST_LOSS)
        verdict_fail(verdict, "it loses %zu bytes in %d conversations", lost, 4 * PLAYS);
}
