/* SPDX-License-Identifier: Apache-2.0 */
/* The world of a stage: one or several replays of a recording, perhaps in any order, again and again, late, and
 * with answers that are not what they were. */
#include "check/stage.h"

#include "core/diff.h"
#include "core/mem.h"
#include "kit/error.h"

#include <string.h>

#define DELAY_MS 997u
#define PROGRAM_TIMEOUT_MS 60000u

struct stage_world {
    struct world world; /* first */
    struct stage *stage;
    struct world *inner; /* the first lane */
};

static struct stage_world *of(struct world *world)
{
    return (struct stage_world *)(void *)world;
}

static struct world *inner(struct world *world)
{
    return of(world)->inner;
}

static uint64_t next_noise(struct stage *stage)
{
    stage->noise ^= stage->noise << 13;
    stage->noise ^= stage->noise >> 7;
    return stage->noise ^= stage->noise << 17;
}

/* The first equal exchange that is left, or else the last one that is not. */
static struct replayed *find_equal(struct replay *replay, const struct outgoing *outgoing,
                                   bool used)
{
    struct replayed *found = NULL;
    for (size_t i = 0; i < replay->recording.exchange_count && (used || !found); i++) {
        struct replayed *exchange = &replay->exchanges[i];
        if (exchange->used == used &&
            diff_compare(exchange->recorded, outgoing, &replay->names, NULL) == DIFF_EQUAL)
            found = exchange;
    }
    return found;
}

static struct replayed *find_in_lanes(struct stage *stage, const struct outgoing *outgoing,
                                      bool used)
{
    struct replayed *found = NULL;
    for (size_t i = 0; i < STAGE_LANES && stage->replays[i] && !found; i++)
        found = find_equal(stage->replays[i], outgoing, used);
    return found;
}

static struct replayed *take_leniently(struct stage *stage, struct outgoing *outgoing,
                                       const char *name, char *problem, size_t problem_size)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf body = {0};
    replay_hide_secrets(stage->replays[0], outgoing, &body);
    struct replayed *found = find_in_lanes(stage, outgoing, false);
    bool endless = stage->knobs.endless && strcmp(stage->knobs.endless, name) == 0;
    if (!found)
        found = find_in_lanes(stage, outgoing, true);
    if (endless && (!found || found->recorded->answer.body.size))
        found = &stage->replays[0]->exchanges[stage->knobs.page];
    if (!found) {
        kit_error_text(problem, problem_size, "the recording has no such request");
        return NULL;
    }
    found->used = true;
    found->told = found->replay->names.count;
    return found;
}

static struct replayed *take(struct stage *stage, struct outgoing *outgoing, const char *name,
                             enum wire_outcome *ret_outcome, char *problem, size_t problem_size)
{
    *ret_outcome = WIRE_NOT_SENT;
    if (stage->knobs.lenient)
        return take_leniently(stage, outgoing, name, problem, problem_size);
    return replay_take(stage->replays[0], outgoing, ret_outcome, problem, problem_size);
}

static uint64_t delay_ms(struct stage *stage, struct replayed *exchange, uint64_t timeout_ms)
{
    uint64_t recorded_ms = exchange ? replay_duration_ms(exchange, timeout_ms) : 0;
    return recorded_ms + (stage->knobs.shuffle ? next_noise(stage) % DELAY_MS : 0);
}

static size_t index_of(const struct replayed *exchange)
{
    return (size_t)(exchange - exchange->replay->exchanges);
}

/* Changes the answer, if it is the one that is to be changed. */
static void disturb(struct stage *stage, const struct replayed *exchange, aw_bytes *body,
                    const aw_response *answer, kit_buf *changed)
{
    const struct stage_knobs *knobs = &stage->knobs;
    if (knobs->endless && index_of(exchange) == knobs->page && knobs->token_text) {
        mutate_token(*body, knobs->token_text, ++stage->pages, changed);
        *body = (aw_bytes){kit_buf_text(changed), changed->size};
    } else if (knobs->mutation.kind && index_of(exchange) + 1 == knobs->mutation.exchange) {
        mutate(&knobs->mutation, answer, *body, changed);
        *body = (aw_bytes){kit_buf_text(changed), changed->size};
    }
}

static void deliver(void *arg)
{
    struct wire_call *call = arg;
    struct replayed *exchange = call->transport;
    KIT_CLEANUP(rendered_finish) struct rendered rendered;
    KIT_CLEANUP(kit_buf_finish) kit_buf changed;
    rendered_init(&rendered);
    kit_buf_init(&changed, mem_kit(), RECORDING_MAX_BYTES);
    if (exchange)
        replay_conclude(exchange, call, &rendered);
    if (exchange && call->outcome == WIRE_ANSWERED)
        disturb(stage_current(), exchange, &call->answer.body, &call->answer, &changed);
    if (exchange)
        stage_current()->delivering = index_of(exchange);
    call->done(call);
}

static void send(struct world *world, struct wire_call *call)
{
    struct stage *stage = of(world)->stage;
    const aw_request *request = call->request;
    struct outgoing outgoing = {.method = request->method,
                                .url = request->url,
                                .headers = request->headers,
                                .header_count = request->header_count,
                                .body = request->body,
                                .secret = call->secret};
    call->answer = (aw_response){0};
    call->timer = (struct loop_timer){.run = deliver, .arg = call};
    struct replayed *exchange =
        take(stage, &outgoing, request->name, &call->outcome, call->problem, sizeof call->problem);
    call->transport = exchange;
    loop_set(world->loop, &call->timer, delay_ms(stage, exchange, call->timeout_ms));
}

static void cancel(struct world *world, struct wire_call *call)
{
    loop_stop(world->loop, &call->timer);
}

static void deliver_run(void *arg)
{
    struct run_call *call = arg;
    struct replayed *exchange = call->transport;
    KIT_CLEANUP(rendered_finish) struct rendered rendered;
    KIT_CLEANUP(kit_buf_finish) kit_buf changed;
    rendered_init(&rendered);
    kit_buf_init(&changed, mem_kit(), RECORDING_MAX_BYTES);
    if (exchange)
        replay_conclude_run(exchange, call, &rendered);
    if (exchange && run_is_whole(call))
        disturb(stage_current(), exchange, &call->result.output, NULL, &changed);
    call->done(call);
}

static void run(struct world *world, struct run_call *call)
{
    struct stage *stage = of(world)->stage;
    const aw_program *program = call->program;
    struct outgoing outgoing = {
        .argv = program->argv, .body = program->input, .secret = call->secret};
    uint64_t timeout_ms = program->timeout_ms ? program->timeout_ms : PROGRAM_TIMEOUT_MS;
    enum wire_outcome outcome;
    call->started = call->timed_out = call->too_large = false;
    call->result = (aw_exit){0};
    call->timer = (struct loop_timer){.run = deliver_run, .arg = call};
    struct replayed *exchange =
        take(stage, &outgoing, program->name, &outcome, call->problem, sizeof call->problem);
    call->transport = exchange;
    loop_set(world->loop, &call->timer, delay_ms(stage, exchange, timeout_ms));
}

static void cancel_run(struct world *world, struct run_call *call)
{
    loop_stop(world->loop, &call->timer);
}

static const char *env(struct world *world, struct arena *arena, const char *name, bool secret)
{
    return inner(world)->ops->env(inner(world), arena, name, secret);
}

static int read_file(struct world *world, struct arena *arena, const char *path, uint64_t max_size,
                     bool secret, aw_bytes *ret_content, aw_error *ret_error)
{
    return inner(world)->ops->read_file(inner(world), arena, path, max_size, secret, ret_content,
                                        ret_error);
}

static bool file_exists(struct world *world, const char *path)
{
    return inner(world)->ops->file_exists(inner(world), path);
}

static void cache_put(struct world *world, const char *space, const char *key, const void *data,
                      uint64_t size)
{
    inner(world)->ops->cache_put(inner(world), space, key, data, size);
}

static void fill_random(struct world *world, void *out, size_t size)
{
    inner(world)->ops->random(inner(world), out, size);
}

static void make_token(struct world *world, char ret_token[WORLD_TOKEN])
{
    const struct stage *stage = of(world)->stage;
    struct world *lane = &stage->replays[stage->lane]->world;
    lane->ops->token(lane, ret_token);
}

static bool has_credentials(struct world *world)
{
    return inner(world)->ops->has_credentials(inner(world));
}

static uint64_t wall_ms(struct world *world)
{
    return inner(world)->ops->wall_ms(inner(world));
}

/* The owner is everybody's, the other names are told for one lane's create. */
static void name_value(struct world *world, const char *name, const char *value)
{
    struct stage *stage = of(world)->stage;
    if (strcmp(name, "token") == 0 && stage->token_count < STAGE_TOKENS)
        kit_error_text(stage->tokens[stage->token_count++], sizeof stage->tokens[0], value);
    for (size_t i = 0; i < STAGE_LANES && stage->replays[i]; i++) {
        struct world *lane = &stage->replays[i]->world;
        if (i == stage->lane || strcmp(name, "owner") == 0)
            lane->ops->name_value(lane, name, value);
    }
}

static void hide(struct world *world, const char *secret)
{
    struct stage *stage = of(world)->stage;
    for (size_t i = 0; i < STAGE_LANES && stage->replays[i]; i++)
        stage->replays[i]->world.ops->hide(&stage->replays[i]->world, secret);
}

static int finish(struct world *world, aw_error *ret_error)
{
    if (of(world)->stage->knobs.lenient)
        return 0;
    return inner(world)->ops->finish(inner(world), ret_error);
}

static void destroy(struct world *world)
{
    struct stage *stage = of(world)->stage;
    for (size_t i = 0; i < STAGE_LANES && stage->replays[i]; i++)
        stage->replays[i]->world.ops->destroy(&stage->replays[i]->world);
    mem_free(world);
}

static const struct world_ops stage_ops = {
    .send = send,
    .cancel = cancel,
    .run = run,
    .cancel_run = cancel_run,
    .env = env,
    .read_file = read_file,
    .file_exists = file_exists,
    .cache_get = world_cache_nothing,
    .cache_put = cache_put,
    .random = fill_random,
    .token = make_token,
    .has_credentials = has_credentials,
    .wall_ms = wall_ms,
    .name_value = name_value,
    .hide = hide,
    .finish = finish,
    .destroy = destroy,
};

struct world *stage_world_create(struct stage *stage, struct world *first)
{
    struct stage_world *world = mem_alloc(sizeof *world);
    if (world)
        *world = (struct stage_world){
            .world = {.ops = &stage_ops, .loop = first->loop}, .stage = stage, .inner = first};
    return (struct world *)(void *)world;
}
