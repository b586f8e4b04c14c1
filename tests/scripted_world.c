/* SPDX-License-Identifier: Apache-2.0 */
/* A world that plays the provider, for the recorder to look at. */
#include "tests/scripted_world.h"

#include "core/arena.h"
#include "kit/error.h"

#include <stdlib.h>
#include <string.h>

struct scripted_world {
    struct world face; /* first */
    struct script script;
    size_t next;
    uint64_t started_ms;
};

static struct scripted_world *world_of(struct world *world)
{
    return (struct scripted_world *)(void *)world;
}

static aw_bytes body_of(const struct scripted *answer)
{
    if (!answer->body)
        return (aw_bytes){"", 0};
    return (aw_bytes){answer->body, answer->body_size ? answer->body_size : strlen(answer->body)};
}

static void deliver(void *arg)
{
    struct wire_call *call = arg;
    const struct scripted *answer = call->transport;
    call->outcome = answer->outcome;
    kit_error_text(call->problem, sizeof call->problem, answer->outcome ? "scripted" : "");
    call->answer = (aw_response){.size = sizeof call->answer, .status = (uint32_t)answer->status};
    call->answer.headers = answer->headers;
    while (call->answer.header_count < 8 && answer->headers[call->answer.header_count].name)
        call->answer.header_count++;
    call->answer.body = body_of(answer);
    call->done(call);
}

static void scripted_send(struct world *world, struct wire_call *call)
{
    const struct scripted *answer = &world_of(world)->script.answers[world_of(world)->next++];
    call->transport = (void *)answer;
    call->timer = (struct loop_timer){.run = deliver, .arg = call};
    loop_set(world->loop, &call->timer, answer->after_ms);
}

static void scripted_cancel(struct world *world, struct wire_call *call)
{
    loop_stop(world->loop, &call->timer);
}

static void deliver_run(void *arg)
{
    struct run_call *call = arg;
    const struct scripted *answer = call->transport;
    const char *errors = answer->errors ? answer->errors : "";
    call->started = answer->outcome != WIRE_NOT_SENT;
    call->timed_out = answer->outcome == WIRE_TIMED_OUT;
    call->too_large = answer->outcome == WIRE_TOO_LARGE;
    kit_error_text(call->problem, sizeof call->problem, answer->outcome ? "scripted" : "");
    call->result = (aw_exit){.size = sizeof call->result,
                             .status = answer->status,
                             .output = body_of(answer),
                             .errors = {errors, strlen(errors)}};
    call->done(call);
}

static void scripted_run(struct world *world, struct run_call *call)
{
    const struct scripted *answer = &world_of(world)->script.answers[world_of(world)->next++];
    call->transport = (void *)answer;
    call->timer = (struct loop_timer){.run = deliver_run, .arg = call};
    loop_set(world->loop, &call->timer, answer->after_ms);
}

static void scripted_cancel_run(struct world *world, struct run_call *call)
{
    loop_stop(world->loop, &call->timer);
}

static const char *find(const struct scripted_value *values, const char *name)
{
    for (; values && values->name; values++)
        if (strcmp(values->name, name) == 0)
            return values->value;
    return NULL;
}

static const char *scripted_env(struct world *world, struct arena *arena, const char *name,
                                bool secret)
{
    (void)secret;
    return arena_text(arena, find(world_of(world)->script.variables, name));
}

static int scripted_read_file(struct world *world, struct arena *arena, const char *path,
                              uint64_t max_size, bool secret, aw_bytes *ret_content,
                              aw_error *ret_error)
{
    const char *content = find(world_of(world)->script.files, path);
    (void)max_size;
    (void)secret;
    if (!content)
        return kit_error_set(ret_error, AW_E_NOT_FOUND, "%s: no such file", path);
    const char *copy = arena_text(arena, content);
    if (!copy)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory");
    *ret_content = (aw_bytes){copy, strlen(copy)};
    return 0;
}

static bool scripted_file_exists(struct world *world, const char *path)
{
    return find(world_of(world)->script.files, path) != NULL;
}

static void scripted_random(struct world *world, void *out, size_t size)
{
    (void)world;
    memset(out, 7, size);
}

static uint64_t scripted_wall_ms(struct world *world)
{
    return SCRIPTED_CLOCK_MS + loop_now_ms(world->loop) - world_of(world)->started_ms;
}

static void scripted_hide(struct world *world, const char *secret)
{
    (void)world;
    (void)secret;
}

static void scripted_name_value(struct world *world, const char *name, const char *value)
{
    (void)world;
    (void)name;
    (void)value;
}

static int scripted_finish(struct world *world, aw_error *ret_error)
{
    if (!world_of(world)->script.finish_result)
        return 0;
    return kit_error_set(ret_error, AW_E_INVALID, "the inner world failed");
}

static void scripted_destroy(struct world *world)
{
    free(world);
}

static const struct world_ops ops = {
    .send = scripted_send,
    .cancel = scripted_cancel,
    .run = scripted_run,
    .cancel_run = scripted_cancel_run,
    .env = scripted_env,
    .read_file = scripted_read_file,
    .file_exists = scripted_file_exists,
    .random = scripted_random,
    .token = world_make_token,
    .has_credentials = world_has_none,
    .wall_ms = scripted_wall_ms,
    .name_value = scripted_name_value,
    .hide = scripted_hide,
    .finish = scripted_finish,
    .destroy = scripted_destroy,
};

struct world *scripted_world_create(struct loop *loop, const struct script *script)
{
    struct scripted_world *world = calloc(1, sizeof *world);
    if (!world)
        return NULL;
    world->face = (struct world){.ops = &ops, .loop = loop};
    world->script = *script;
    world->started_ms = loop_now_ms(loop);
    return &world->face;
}
