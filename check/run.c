/* SPDX-License-Identifier: Apache-2.0 */
/* Playing a recording once. */
#include "check/run.h"

#include "check/transcript.h"

#include "core/backend.h"

#include <string.h>

const char *run_name(const char *recording)
{
    const char *slash = strrchr(recording, '/');
    return slash ? slash + 1 : recording;
}

void run_open(struct run *run, struct subject *subject, const char *recording,
              const struct stage_knobs *knobs)
{
    *run = (struct run){.repeats = run_repeats(recording)};
    run->opened = stage_open(&run->stage, subject, recording, knobs);
    player_init(&run->player, &run->stage, 0);
    if (!run->opened)
        run->error = run->stage.error;
}

void run_play(struct run *run, struct subject *subject, const char *recording,
              const struct stage_knobs *knobs)
{
    run_open(run, subject, recording, knobs);
    if (!run->opened)
        return;
    run->played = play(&run->player);
    if (!run->played)
        run->error = run->player.error;
    aw_error error = {0};
    player_drop(&run->player);
    run->used = stage_close(&run->stage, &error) == 0;
    if (run->played && !run->used)
        run->error = error;
}

void run_finish(struct run *run)
{
    player_finish(&run->player);
    stage_finish(&run->stage);
}

bool run_clean(struct run *run, struct subject *subject, const char *recording,
               const struct observer *observer)
{
    struct stage_knobs knobs = {.lenient = false};
    if (observer)
        knobs.observer = *observer;
    run_play(run, subject, recording, &knobs);
    if (run->played && run->used)
        return true;
    run_finish(run);
    return false;
}

static void see_failure(struct stage *stage, const aw_error *error)
{
    bool *troubled = stage->knobs.observer.arg;
    *troubled = *troubled || error->code != AW_OK;
}

static void see_trouble(struct stage *stage, const aw_request *request, const aw_response *answer)
{
    bool *troubled = stage->knobs.observer.arg;
    aw_error error = {.size = sizeof error};
    stage->real->classify(stage->aw->backends[0]->state, request, answer, &error);
    *troubled = *troubled || error.code != AW_OK;
}

static bool is_good(const struct recorded_exchange *exchange)
{
    return exchange->end == RECORDED_ANSWER && (exchange->method || exchange->status == 0);
}

static bool is_calm(const char *path)
{
    struct recording recording;
    recording_init(&recording);
    bool calm = recording_read(&recording, path, NULL) == 0;
    for (size_t i = 0; i < recording.exchange_count; i++)
        calm = calm && is_good(&recording.exchanges[i]);
    recording_finish(&recording);
    return calm;
}

bool run_calm(struct run *run, struct subject *subject, const char *recording)
{
    bool troubled = false;
    const struct observer observer = {
        .answer = see_trouble, .error = see_failure, .arg = &troubled};
    if (!is_calm(recording) || !run_clean(run, subject, recording, &observer))
        return false;
    if (troubled)
        run_finish(run);
    return !troubled;
}

static bool same_arguments(const char *const *left, const char *const *right)
{
    size_t i = 0;
    while (left[i] && right[i] && strcmp(left[i], right[i]) == 0)
        i++;
    return !left[i] && !right[i];
}

static bool same_request(const struct recorded_exchange *left,
                         const struct recorded_exchange *right)
{
    aw_bytes body = left->request.body;
    if (!left->method != !right->method || body.size != right->request.body.size ||
        (body.size && memcmp(body.data, right->request.body.data, body.size) != 0))
        return false;
    return left->method ? strcmp(left->url, right->url) == 0
                        : same_arguments(left->argv, right->argv);
}

bool run_repeats(const char *path)
{
    struct recording recording;
    recording_init(&recording);
    bool found = recording_read(&recording, path, NULL) != 0;
    for (size_t i = 0; i < recording.exchange_count; i++)
        for (size_t k = 0; k < i && !found; k++)
            found = same_request(&recording.exchanges[i], &recording.exchanges[k]);
    recording_finish(&recording);
    return found;
}

static bool is_newer(const struct recorded_act *act)
{
    return strcmp(act->verb, "images") == 0 ||
           (strcmp(act->verb, "offers") == 0 && strstr(act->inputs, "\"option\""));
}

bool run_is_newer(const char *path)
{
    struct recording recording;
    recording_init(&recording);
    bool found = false;
    bool read = recording_read(&recording, path, NULL) == 0;
    for (size_t i = 0; i < recording.act_count && read && !found; i++)
        found = is_newer(&recording.acts[i]);
    recording_finish(&recording);
    return found;
}

void run_compare(const struct run *first, const struct run *second, struct verdict *verdict)
{
    char difference[512];
    if (!second->opened || !second->played || !second->used) {
        verdict_fail(verdict, "%s", second->error.message);
        return;
    }
    transcript_difference(run_transcript(first), run_transcript(second), difference,
                          sizeof difference);
    if (difference[0])
        verdict_fail(verdict, "it is not the same again: %s", difference);
}

static size_t count_lines(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += *text == '\n';
    return count;
}

const char *run_lost(const struct run *clean, const struct run *other)
{
    if (clean->repeats)
        return NULL;
    for (size_t i = 0; i < PLAY_ACTS; i++) {
        const struct act_record *whole = &clean->player.records[i];
        const struct act_record *record = &other->player.records[i];
        if (!whole->outcome || !record->outcome || strcmp(record->outcome, "ok") != 0 ||
            !act_is_listing(whole->verb))
            continue;
        if (count_lines(record->results) < count_lines(whole->results))
            return whole->verb;
    }
    return NULL;
}

bool run_same_outcomes(const struct run *first, const struct run *second)
{
    for (size_t i = 0; i < PLAY_ACTS; i++) {
        const char *left = first->player.records[i].outcome;
        const char *right = second->player.records[i].outcome;
        if ((!left) != (!right) || (left && strcmp(left, right) != 0))
            return false;
    }
    return true;
}

uint64_t run_points(const struct subject *subject, uint64_t possible, struct verdict *verdict)
{
    uint64_t count = possible < subject->points ? possible : subject->points;
    verdict->possible += possible;
    verdict->tried += count;
    return count;
}

/* By the golden ratio, so that few points are as well spread as many. */
uint64_t run_point(uint64_t index, uint64_t count, uint64_t possible)
{
    if (count >= possible)
        return index;
    uint64_t fraction = (index + 1) * 0x9e3779b97f4a7c15u;
    return (uint64_t)(((unsigned __int128)fraction * possible) >> 64);
}
