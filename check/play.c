/* SPDX-License-Identifier: Apache-2.0 */
/* Going through the acts of a recording. */
#include "check/play.h"

#include "core/error.h"
#include "core/job.h"
#include "core/mem.h"

#include <stdio.h>
#include <string.h>

#define MOST_STEPS 2000000u
#define BROKEN "the plugin `" /* how core tells of a rule that it saw broken */
#define MOST_TEXT ((size_t)1 << 28)

void player_init(struct player *player, struct stage *stage, size_t lane)
{
    *player = (struct player){.stage = stage, .lane = lane};
    arena_init(&player->arena, false);
}

void player_drop(struct player *player)
{
    for (size_t i = 0; i < player->job_count; i++) {
        archway_job_destroy(player->jobs[i]);
        archway_query_destroy(player->queries[i]);
    }
    player->job_count = 0;
}

void player_finish(struct player *player)
{
    player_drop(player);
    for (size_t i = 0; i < PLAY_ACTS; i++)
        mem_free(player->records[i].results);
    arena_finish(&player->arena);
}

static bool is_open(const struct recorded_act *act)
{
    return strcmp(act->verb, "open") == 0;
}

bool play_has_acts(const struct recording *recording)
{
    for (size_t i = 0; i < recording->act_count; i++)
        if (!is_open(&recording->acts[i]))
            return true;
    return false;
}

/* The next act is about the machine that this one is about, unless it names another. */
static void keep_machine(struct player *player, const archway_job *job)
{
    const char *backend = NULL;
    const aw_instance *made = archway_job_instance(job, 0, &backend);
    struct arena *arena = &player->arena;
    if (!made)
        return;
    player->machine = (archway_machine){.size = sizeof player->machine,
                                        .backend = arena_text(arena, backend),
                                        .region = arena_text(arena, made->region),
                                        .zone = arena_text(arena, made->zone),
                                        .id = arena_text(arena, made->id),
                                        .data = arena_text(arena, made->data)};
}

/* In place: it has as many letters then. */
static void hide_token(kit_buf *text, const char *token)
{
    size_t size = strlen(token);
    for (char *at = text->data; at && size && (at = strstr(at, token)); at += size)
        memset(at, '#', size);
}

/* Without tokens, which are others for each create: a create tells its own, and a reading may tell of those who
 * read beside it. */
static char *write_results(const struct player *player, const archway_job *job)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf text;
    KIT_CLEANUP(named_values_finish) struct named_values names;
    kit_buf_init(&text, mem_kit(), MOST_TEXT);
    named_values_init(&names);
    act_write_results(job, &text);
    const struct stage *stage = player->stage;
    if (archway_job_token(job))
        named_values_tell(&names, "token", player->token);
    for (size_t i = 0; i < stage->token_count && !archway_job_token(job); i++)
        hide_token(&text, stage->tokens[i]);
    kit_buf hidden;
    kit_buf_init(&hidden, mem_kit(), MOST_TEXT);
    named_values_hide(&names, TEXT_PLAIN, (aw_bytes){kit_buf_text(&text), text.size}, &hidden);
    return kit_buf_take(&hidden);
}

static const aw_error *reason_of(const archway_job *job)
{
    const aw_error *why = archway_job_error(job);
    bool problem = why->code == AW_OK && archway_job_problem_count(job) > 0;
    return problem ? archway_job_problem(job, 0) : why;
}

static void conclude(struct player *player, size_t at, const archway_job *job)
{
    const struct recorded_act *act = &stage_recording(player->stage)->acts[at];
    const char *told = act->outcome[0] ? act->outcome : "ok";
    const char *outcome = job_outcome(job);
    const aw_error *why = reason_of(job);
    if (archway_job_token(job))
        kit_error_text(player->token, sizeof player->token, archway_job_token(job));
    if (at < PLAY_ACTS) {
        player->records[at] = (struct act_record){
            .outcome = outcome, .why = why->code, .results = write_results(player, job)};
        snprintf(player->records[at].verb, sizeof player->records[at].verb, "%s", act->verb);
    }
    keep_machine(player, job);
    if (strstr(why->message, BROKEN) && !player->broken[0])
        kit_error_text(player->broken, sizeof player->broken, why->message);
    if (strcmp(told, outcome) == 0 || player->unexpected[0])
        return;
    snprintf(player->unexpected, sizeof player->unexpected,
             "line %d tells that `%s` comes out as \"%s\", and it came out as \"%s\"%s%.200s",
             act->line, act->verb, told, outcome, why->code ? ": " : "", why->message);
}

static bool all_done(const struct player *player)
{
    for (size_t i = 0; i < player->job_count; i++)
        if (!archway_job_done(player->jobs[i]))
            return false;
    return true;
}

static void conclude_all(struct player *player)
{
    for (size_t i = 0; i < player->job_count; i++)
        conclude(player, player->next - player->job_count + i, player->jobs[i]);
    player_drop(player);
}

static bool begin(struct player *player)
{
    const struct recorded_act *act = &stage_recording(player->stage)->acts[player->next++];
    size_t at = player->job_count;
    player->stage->lane = player->lane;
    player->stage->verb = act->verb;
    if (act_begin(player, act, &player->jobs[at], &player->queries[at], &player->error))
        return false;
    player->job_count++;
    return true;
}

bool player_go_on(struct player *player)
{
    const struct recording *recording = stage_recording(player->stage);
    if (!all_done(player))
        return true;
    conclude_all(player);
    if (player->stuck)
        return false;
    while (player->next < recording->act_count && is_open(&recording->acts[player->next]))
        player->next++;
    if (player->next < recording->act_count &&
        !act_can_begin(player, &recording->acts[player->next])) {
        player->stuck = true;
        return false;
    }
    if (player->next == recording->act_count)
        return false;
    do
        if (!begin(player))
            return false;
    while (player->next < recording->act_count && recording->acts[player->next].together &&
           player->job_count < PLAY_TOGETHER);
    return true;
}

bool play(struct player *player)
{
    for (; player_go_on(player); player->steps++)
        if (!stage_step(player->stage) || player->steps == MOST_STEPS) {
            kit_error_set(&player->error, AW_E_INTERNAL,
                          "an operation waits for nothing, or for ever");
            return false;
        }
    return player->error.code == AW_OK;
}
