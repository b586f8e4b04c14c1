/* SPDX-License-Identifier: Apache-2.0 */
/* The life of an operation: started, failed or finished, ended from the loop. */
#include "core/op.h"

#include "core/backend.h"
#include "core/context.h"
#include "core/error.h"
#include "core/host.h"
#include "core/image_read.h"
#include "core/mem.h"

#include <stdio.h>

static struct loop *loop_of(const struct op *op)
{
    return op->backend->aw->loop;
}

static void run_ending(void *arg)
{
    struct op *op = arg;
    op->sink->done(op);
}

static void end(struct op *op)
{
    if (op->ended)
        return;
    op->ended = true;
    loop_stop(loop_of(op), &op->deadline);
    loop_set(loop_of(op), &op->ending, 0);
}

static void drop_tasks(struct op *op)
{
    while (!list_empty(&op->tasks)) {
        struct task *task = list_item(op->tasks.next, struct task, link);
        list_remove(&task->link);
        task->drop(task);
    }
}

static uint64_t limiter_time_ms(const struct op *op)
{
    return op->paced ? loop_now_ms(loop_of(op)) - op->paced_since_ms : 0;
}

void op_break_off(struct op *op, aw_error *error)
{
    error->retry = op->made ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    op_fail(op, error);
}

static void on_deadline(void *arg)
{
    struct op *op = arg;
    aw_error error = {0};
    uint64_t extra_ms = op->deadline_is_hard ? 0 : limiter_time_ms(op);
    if (extra_ms) {
        loop_set(loop_of(op), &op->deadline, extra_ms);
        op->paced_since_ms = loop_now_ms(loop_of(op));
        return;
    }
    const char *trouble = op->backend->trouble;
    kit_error_set(&error, AW_E_TIMEOUT, "not finished in time: the limit was %llu ms%s%s",
                  (unsigned long long)op->deadline_ms, *trouble ? "; before that: " : "", trouble);
    op_break_off(op, &error);
}

struct op *op_create(struct backend *backend, enum op_kind kind, const char *region,
                     const struct op_sink *sink, void *owner, uint64_t timeout_ms,
                     bool hard_deadline)
{
    struct op *op = mem_alloc(sizeof *op);
    if (!op)
        return NULL;
    op->face = (aw_op){.size = sizeof op->face, .host = &host_services, .state = backend->state};
    op->backend = backend;
    op->kind = kind;
    op->sink = sink;
    op->owner = owner;
    op->deadline_ms = timeout_ms;
    op->deadline_is_hard = hard_deadline;
    op->ending = (struct loop_timer){.run = run_ending, .arg = op};
    op->deadline = (struct loop_timer){.run = on_deadline, .arg = op};
    /* `open` may read the files that `authenticate` will, and a create has user data. */
    arena_init(&op->arena, kind == OP_AUTHENTICATE || kind == OP_OPEN || kind == OP_CREATE);
    list_init(&op->tasks);
    list_append(&backend->ops, &op->link);
    op->region = arena_text(&op->arena, region);
    if (region && !op->region) {
        op_destroy(op);
        return NULL;
    }
    return op;
}

static void call_plugin(struct op *op, const void *wish)
{
    const aw_vtable *vtable = &op->backend->plugin->vtable;
    switch (op->kind) {
    case OP_OPEN:
        vtable->open(&op->face, wish, &op->backend->state);
        break;
    case OP_REGIONS:
        vtable->regions(&op->face);
        break;
    case OP_LIST_OFFERS:
        vtable->list_offers(&op->face, wish);
        break;
    case OP_LIST_QUOTAS:
        backend_quotas(op->backend)->list_quotas(&op->face, wish);
        break;
    case OP_LIST_IMAGES:
        backend_images(op->backend)->list_images(&op->face, wish);
        break;
    case OP_CREATE:
        vtable->create(&op->face, wish);
        break;
    case OP_GET:
        vtable->get(&op->face, wish);
        break;
    case OP_LIST:
        vtable->list(&op->face, wish);
        break;
    case OP_TERMINATE:
        vtable->terminate(&op->face, wish);
        break;
    case OP_LIST_RESOURCES:
        backend_resources(op->backend)->list_resources(&op->face, wish);
        break;
    case OP_REMOVE_RESOURCE:
        backend_resources(op->backend)->remove_resource(&op->face, wish);
        break;
    case OP_AUTHENTICATE:
        vtable->authenticate(&op->face);
        break;
    case OP_IMAGE:
        image_read(&op->face, wish);
        break;
    }
}

void op_start(struct op *op, const void *wish)
{
    if (op->deadline_ms)
        loop_set(loop_of(op), &op->deadline, op->deadline_ms);
    call_plugin(op, wish);
    op_settle(op);
}

void op_settle(struct op *op)
{
    if (op->failed || list_empty(&op->tasks))
        end(op);
}

int op_may_make(struct op *op, aw_error *ret_error)
{
    if (!op->sink->sending || op->sink->sending(op, ret_error) == 0)
        return 0;
    op_sign_error(op, ret_error);
    return -1;
}

void op_sign_error(const struct op *op, aw_error *error)
{
    credentials_hide(&op->backend->credentials, error);
    if (!error->backend[0])
        kit_error_text(error->backend, sizeof error->backend, op->backend->name);
    if (!error->region[0] && op->region)
        kit_error_text(error->region, sizeof error->region, op->region);
}

void op_fail(struct op *op, const aw_error *error)
{
    if (op->failed || op->ended)
        return;
    op->failed = true;
    error_copy(&op->error, error);
    if (op->error.code == AW_OK)
        kit_error_set(&op->error, AW_E_INTERNAL, "the plugin failed without saying why");
    op_sign_error(op, &op->error);
    if (op->unsettled || op->reading_write)
        op->error.retry = AW_RETRY_UNKNOWN;
    drop_tasks(op);
    end(op);
}

void op_fail_memory(struct op *op, const char *what)
{
    aw_error error = {0};
    kit_error_set(&error, AW_E_NO_MEMORY, "out of memory for %s", what);
    op_break_off(op, &error);
}

void op_refuse(struct op *op, const char *what)
{
    aw_error error = {0};
    kit_error_set(&error, AW_E_INTERNAL, "the plugin `%s` %s", op->backend->plugin->entry.provider,
                  what);
    op_break_off(op, &error);
}

void op_cancel(struct op *op)
{
    aw_error error = {0};
    kit_error_set(&error, AW_E_CANCELLED, "cancelled");
    op_break_off(op, &error);
}

void op_destroy(struct op *op)
{
    if (!op)
        return;
    op->failed = true;
    drop_tasks(op);
    loop_stop(loop_of(op), &op->ending);
    loop_stop(loop_of(op), &op->deadline);
    list_remove(&op->link);
    arena_finish(&op->arena);
    mem_free(op);
}

const char *op_awaits(const struct op *op)
{
    for (const struct link *link = op->tasks.next; link != &op->tasks; link = link->next) {
        const struct task *task = list_item(link, struct task, link);
        if (task->name)
            return task->name;
    }
    return NULL;
}

bool op_may_queue(struct op *op)
{
    if (op->kind == OP_OPEN)
        op_refuse(op, "asked for something in `open`");
    return !op->failed;
}

void op_add_task(struct op *op, struct task *task)
{
    task->op = op;
    list_append(&op->tasks, &task->link);
}

void op_remove_task(struct task *task)
{
    list_remove(&task->link);
}

void op_pacing(struct op *op, bool begins)
{
    uint64_t now_ms = loop_now_ms(loop_of(op));
    if (begins) {
        if (!op->paced++)
            op->paced_since_ms = now_ms;
        return;
    }
    uint64_t extra_ms = limiter_time_ms(op);
    op->paced--;
    if (op->paced || op->deadline_is_hard || !op->deadline.set)
        return;
    uint64_t left_ms = op->deadline.at_ms > now_ms ? op->deadline.at_ms - now_ms : 0;
    loop_set(loop_of(op), &op->deadline, left_ms + extra_ms);
}
