/* SPDX-License-Identifier: Apache-2.0 */
/* The services that a backend may call with its operation. */
#include "core/host.h"

#include "core/arch.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/exchange.h"
#include "core/mem.h"

#include <string.h>

struct timer_task {
    struct task task; /* first */
    struct loop_timer timer;
    aw_timer_fn on_time;
    void *arg;
};

static struct world *world_of(const struct op *op)
{
    return op->backend->aw->world;
}

static void host_send(aw_op *face, const aw_request *request, aw_answer_fn on_answer,
                      aw_error_fn on_error, void *arg)
{
    exchange_start(op_of(face), request, on_answer, on_error, arg);
}

static void drop_timer(struct task *task)
{
    struct timer_task *timer = (struct timer_task *)(void *)task;
    loop_stop(task->op->backend->aw->loop, &timer->timer);
    mem_free(timer);
}

static void run_timer(void *arg)
{
    struct timer_task *timer = arg;
    struct op *op = timer->task.op;
    op_remove_task(&timer->task);
    timer->on_time(&op->face, timer->arg);
    mem_free(timer);
    op_settle(op);
}

static void host_after(aw_op *face, uint64_t delay_ms, aw_timer_fn on_time, void *arg)
{
    struct op *op = op_of(face);
    if (!op_may_queue(op))
        return;
    if (!on_time) {
        op_refuse(op, "set a timer without a callback");
        return;
    }
    struct timer_task *timer = mem_alloc(sizeof *timer);
    if (!timer) {
        op_fail_memory(op, "a timer");
        return;
    }
    timer->task.drop = drop_timer;
    timer->timer = (struct loop_timer){.run = run_timer, .arg = timer};
    timer->on_time = on_time;
    timer->arg = arg;
    op_add_task(op, &timer->task);
    loop_set(op->backend->aw->loop, &timer->timer, delay_ms);
}

static void host_fail(aw_op *face, const aw_error *error)
{
    op_fail(op_of(face), error);
}

static void *host_alloc(aw_op *face, size_t size)
{
    struct op *op = op_of(face);
    void *memory = arena_alloc(&op->arena, size);
    if (!memory)
        op_fail_memory(op, "the plugin");
    return memory;
}

static bool is_secret(const struct op *op)
{
    return op->kind == OP_AUTHENTICATE;
}

static const char *host_env(aw_op *face, const char *name)
{
    struct op *op = op_of(face);
    const char *value = world_of(op)->ops->env(world_of(op), &op->arena, name, is_secret(op));
    if (!value && op->arena.exhausted)
        op_fail_memory(op, "an environment variable");
    return value;
}

static int32_t host_read_file(aw_op *face, const char *path, uint64_t max_size,
                              aw_bytes *ret_content, aw_error *ret_error)
{
    struct op *op = op_of(face);
    bool secret = is_secret(op) || op->kind == OP_OPEN;
    int status = world_of(op)->ops->read_file(world_of(op), &op->arena, path, max_size, secret,
                                              ret_content, ret_error);
    if (status && op->arena.exhausted)
        op_fail_memory(op, "a file");
    return status;
}

static int32_t host_cache_get(aw_op *face, const char *key, uint64_t max_age_ms,
                              aw_bytes *ret_content, uint64_t *ret_age_ms)
{
    struct op *op = op_of(face);
    return world_of(op)->ops->cache_get(world_of(op), &op->arena, op->backend->cache_space, key,
                                        max_age_ms, ret_content, ret_age_ms);
}

static void host_cache_put(aw_op *face, const char *key, const void *data, uint64_t size)
{
    struct op *op = op_of(face);
    if (!is_secret(op))
        world_of(op)->ops->cache_put(world_of(op), op->backend->cache_space, key, data, size);
}

static const char *host_secret(aw_op *face, const char *option)
{
    struct op *op = op_of(face);
    const aw_settings *secrets = &op->backend->secrets;
    for (uint32_t i = 0; is_secret(op) && i < secrets->count; i++)
        if (!strcmp(secrets->items[i].name, option) && secrets->items[i].count)
            return secrets->items[i].values[0];
    return NULL;
}

static uint64_t host_now_ms(aw_op *face)
{
    return backend_now_ms(op_of(face)->backend);
}

static void host_random(aw_op *face, void *out, size_t size)
{
    struct world *world = world_of(op_of(face));
    world->ops->random(world, out, size);
}

static void host_log(aw_op *face, uint32_t level, const char *message)
{
    const struct backend *backend = op_of(face)->backend;
    context_log(backend->aw, level, "%s: %s", backend->name, message);
}

static uint32_t host_arch(aw_op *face, const char *name)
{
    (void)face;
    return arch_read(name);
}

const aw_host host_services = {
    .size = sizeof(aw_host),
    .minor = AW_ABI_MINOR,
    .send = host_send,
    .run = program_start,
    .after = host_after,
    .emit_region = emit_region,
    .emit_offer = emit_offer,
    .emit_instance = emit_instance,
    .emit_resource = emit_resource,
    .emit_quota = emit_quota,
    .emit_credentials = emit_credentials,
    .report = emit_problem,
    .fail = host_fail,
    .alloc = host_alloc,
    .env = host_env,
    .read_file = host_read_file,
    .cache_get = host_cache_get,
    .cache_put = host_cache_put,
    .secret = host_secret,
    .now_ms = host_now_ms,
    .random = host_random,
    .log = host_log,
    .arch = host_arch,
    .emit_image = emit_image,
};
