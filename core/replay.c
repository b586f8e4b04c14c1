/* SPDX-License-Identifier: Apache-2.0 */
/* The world of a replay: a recording answers, the clock is the loop's, and nothing reaches the outside. */
#include "core/replay.h"

#include "core/error.h"
#include "core/mem.h"
#include "core/secret_words.h"

#include <string.h>

#define SEED 0x41726368776179u
#define DEFAULT_PROGRAM_TIMEOUT_MS 60000u

static struct replay *replay_of(struct world *world)
{
    return (struct replay *)(void *)world;
}

void replay_fail(struct replay *replay, const aw_error *error)
{
    if (replay->failure.code == AW_OK)
        replay->failure = *error;
}

uint64_t replay_duration_ms(struct replayed *exchange, uint64_t timeout_ms)
{
    const struct recorded_exchange *recorded = exchange->recorded;
    bool until_timeout = recorded->end == RECORDED_TIMEOUT && recorded->after_ms == 0;
    exchange->timed_out = timeout_ms && recorded->after_ms > timeout_ms;
    return exchange->timed_out || until_timeout ? timeout_ms : recorded->after_ms;
}

static void deliver(void *arg)
{
    struct wire_call *call = arg;
    KIT_CLEANUP(rendered_finish) struct rendered rendered;
    rendered_init(&rendered);
    if (call->transport)
        replay_conclude(call->transport, call, &rendered);
    call->done(call);
}

static void replay_send(struct world *world, struct wire_call *call)
{
    const aw_request *request = call->request;
    struct outgoing outgoing = {.method = request->method,
                                .url = request->url,
                                .headers = request->headers,
                                .header_count = request->header_count,
                                .body = request->body,
                                .secret = call->secret};
    call->answer = (aw_response){0};
    call->timer = (struct loop_timer){.run = deliver, .arg = call};
    struct replayed *exchange = replay_take(replay_of(world), &outgoing, &call->outcome,
                                            call->problem, sizeof call->problem);
    call->transport = exchange;
    loop_set(world->loop, &call->timer,
             exchange ? replay_duration_ms(exchange, call->timeout_ms) : 0);
}

static void replay_cancel(struct world *world, struct wire_call *call)
{
    loop_stop(world->loop, &call->timer);
}

static void deliver_run(void *arg)
{
    struct run_call *call = arg;
    KIT_CLEANUP(rendered_finish) struct rendered rendered;
    rendered_init(&rendered);
    if (call->transport)
        replay_conclude_run(call->transport, call, &rendered);
    call->done(call);
}

static void replay_run(struct world *world, struct run_call *call)
{
    const aw_program *program = call->program;
    struct outgoing outgoing = {
        .argv = program->argv, .body = program->input, .secret = call->secret};
    uint64_t timeout_ms = program->timeout_ms ? program->timeout_ms : DEFAULT_PROGRAM_TIMEOUT_MS;
    enum wire_outcome outcome;
    call->started = call->timed_out = call->too_large = call->no_memory = false;
    call->result = (aw_exit){0};
    call->timer = (struct loop_timer){.run = deliver_run, .arg = call};
    struct replayed *exchange =
        replay_take(replay_of(world), &outgoing, &outcome, call->problem, sizeof call->problem);
    call->no_memory = !exchange && outcome == WIRE_NOT_SENT;
    call->transport = exchange;
    loop_set(world->loop, &call->timer, exchange ? replay_duration_ms(exchange, timeout_ms) : 0);
}

static void replay_cancel_run(struct world *world, struct run_call *call)
{
    loop_stop(world->loop, &call->timer);
}

/* Adds the text with what stands for secrets replaced by what a replay has in their place. */
static void add_revealed(kit_buf *buf, aw_bytes text)
{
    while (text.size) {
        const char *mask = memmem(text.data, text.size, RECORDING_SECRET, strlen(RECORDING_SECRET));
        size_t plain = mask ? (size_t)(mask - text.data) : text.size;
        size_t taken = plain + (mask ? strlen(RECORDING_SECRET) : 0);
        kit_buf_add(buf, text.data, plain);
        if (mask)
            kit_buf_add_text(buf, WORLD_SECRET);
        text = (aw_bytes){text.data + taken, text.size - taken};
    }
}

static const char *reveal(struct arena *arena, aw_bytes text, size_t *ret_size)
{
    kit_buf buf;
    kit_buf_init(&buf, arena_kit(arena), 4 * RECORDING_MAX_BYTES);
    add_revealed(&buf, text);
    *ret_size = buf.size;
    return buf.state == KIT_BUF_OK ? kit_buf_text(&buf) : NULL;
}

static int fail_memory(struct replay *replay, const char *what, aw_error *ret_error)
{
    aw_error error = {0};
    kit_error_set(&error, AW_E_NO_MEMORY, "there is no memory to replay %s", what);
    replay_fail(replay, &error);
    return error_pass(ret_error, &error);
}

static const char *replay_env(struct world *world, struct arena *arena, const char *name,
                              bool secret)
{
    struct replay *replay = replay_of(world);
    const struct recorded_variable *variable = recording_variable(&replay->recording, name);
    size_t size;
    (void)secret;
    if (!variable)
        return NULL;
    const char *value = reveal(arena, (aw_bytes){variable->value, strlen(variable->value)}, &size);
    if (!value)
        fail_memory(replay, name, NULL);
    return value;
}

static int replay_read_file(struct world *world, struct arena *arena, const char *path,
                            uint64_t max_size, bool secret, aw_bytes *ret_content,
                            aw_error *ret_error)
{
    struct replay *replay = replay_of(world);
    const struct recorded_file *file = recording_file(&replay->recording, path);
    size_t size;
    (void)secret;
    if (!file)
        return kit_error_set(ret_error, AW_E_NOT_FOUND,
                             "%s: there is no such file in the recording %s.", path,
                             replay->recording.name);
    const char *data = reveal(arena, file->content, &size);
    if (!data)
        return fail_memory(replay, path, ret_error);
    if (size > max_size)
        return kit_error_set(ret_error, AW_E_INVALID, "%s: the file has %zu bytes, more than %llu.",
                             path, size, (unsigned long long)max_size);
    *ret_content = (aw_bytes){data, size};
    return 0;
}

static bool replay_file_exists(struct world *world, const char *path)
{
    return recording_file(&replay_of(world)->recording, path) != NULL;
}

/* splitmix64: any fixed stream would do. */
static uint64_t next_random(struct replay *replay)
{
    uint64_t z = replay->random_state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void replay_cache_put(struct world *world, const char *space, const char *key,
                             const void *data, uint64_t size)
{
    (void)world;
    (void)space;
    (void)key;
    (void)data;
    (void)size;
}

static void replay_random(struct world *world, void *out, size_t size)
{
    unsigned char *bytes = out;
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++) {
        word = i % sizeof word ? word >> 8 : next_random(replay_of(world));
        bytes[i] = (unsigned char)word;
    }
}

static void replay_token(struct world *world, char ret_token[WORLD_TOKEN])
{
    struct replay *replay = replay_of(world);
    if (replay->tokens_used == replay->recording.token_count)
        world_make_token(world, ret_token);
    else
        memcpy(ret_token, replay->recording.tokens[replay->tokens_used++], WORLD_TOKEN);
}

static bool replay_has_credentials(struct world *world)
{
    return replay_of(world)->recording.has_credentials;
}

static uint64_t replay_wall_ms(struct world *world)
{
    const struct replay *replay = replay_of(world);
    return replay->recording.clock_ms + loop_now_ms(world->loop) - replay->started_ms;
}

static void replay_name_value(struct world *world, const char *name, const char *value)
{
    struct replay *replay = replay_of(world);
    if (!named_values_tell(&replay->names, name, value))
        fail_memory(replay, name, NULL);
}

static void replay_hide(struct world *world, const char *secret)
{
    struct replay *replay = replay_of(world);
    if (!secret_words_add(&replay->secrets, &replay->secret_words, &replay->secret_count, secret))
        fail_memory(replay, "a secret", NULL);
}

static int replay_finish(struct world *world, aw_error *ret_error)
{
    const struct replay *replay = replay_of(world);
    if (replay->failure.code != AW_OK)
        return error_pass(ret_error, &replay->failure);
    for (size_t i = 0; i < replay->recording.exchange_count; i++) {
        const struct recorded_exchange *recorded = replay->exchanges[i].recorded;
        if (!replay->exchanges[i].used)
            return kit_error_set(ret_error, AW_E_INVALID, "%s:%d: this was never asked for: %s %s",
                                 replay->recording.path, recorded->line,
                                 recorded->method ? recorded->method : "run",
                                 recorded->method ? recorded->url : recorded->argv[0]);
    }
    return 0;
}

static void replay_destroy(struct world *world)
{
    struct replay *replay = replay_of(world);
    recording_finish(&replay->recording);
    named_values_finish(&replay->names);
    mem_free(replay->exchanges);
    mem_free(replay->secret_words);
    arena_finish(&replay->secrets);
    mem_free(replay);
}

static const struct world_ops replay_ops = {
    .send = replay_send,
    .cancel = replay_cancel,
    .run = replay_run,
    .cancel_run = replay_cancel_run,
    .env = replay_env,
    .read_file = replay_read_file,
    .file_exists = replay_file_exists,
    .cache_get = world_cache_nothing,
    .cache_put = replay_cache_put,
    .random = replay_random,
    .token = replay_token,
    .has_credentials = replay_has_credentials,
    .wall_ms = replay_wall_ms,
    .name_value = replay_name_value,
    .hide = replay_hide,
    .finish = replay_finish,
    .destroy = replay_destroy,
};

static int open_recording(struct replay *replay, const char *path, aw_error *ret_error)
{
    if (recording_read(&replay->recording, path, ret_error))
        return -1;
    size_t count = replay->recording.exchange_count;
    replay->exchanges = mem_alloc(count * sizeof *replay->exchanges);
    if (!replay->exchanges)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "%s: no memory to replay it.", path);
    for (size_t i = 0; i < count; i++)
        replay->exchanges[i] =
            (struct replayed){.replay = replay,
                              .recorded = &replay->recording.exchanges[i],
                              .used = replay->recording.has_credentials &&
                                      recording_hides(&replay->recording.exchanges[i])};
    return 0;
}

struct world *world_replay_create(struct loop *loop, const char *path, aw_error *ret_error)
{
    struct replay *replay = mem_alloc(sizeof *replay);
    if (!replay) {
        kit_error_set(ret_error, AW_E_NO_MEMORY, "%s: no memory to replay it.", path);
        return NULL;
    }
    replay->world = (struct world){.ops = &replay_ops, .loop = loop};
    replay->started_ms = loop_now_ms(loop);
    replay->random_state = SEED;
    recording_init(&replay->recording);
    named_values_init(&replay->names);
    arena_init(&replay->secrets, true);
    if (open_recording(replay, path, ret_error)) {
        replay_destroy(&replay->world);
        return NULL;
    }
    return &replay->world;
}
