/* SPDX-License-Identifier: Apache-2.0 */
/* A program that a backend asked for, from the queueing to its end. */
#include "core/backend.h"
#include "core/error.h"
#include "core/host.h"
#include "core/mem.h"
#include "core/sized.h"

struct program_task {
    struct task task; /* first */
    struct arena arena;
    aw_program program;
    struct run_call call;
    struct loop_timer timer; /* starts it from the loop */
    bool running;
    bool unsettled; /* it may be making a machine */
    aw_exit_fn on_exit;
    aw_error_fn on_error;
    void *arg;
};

static struct world *world_of(const struct program_task *program)
{
    return program->task.op->backend->aw->world;
}

static void release(struct program_task *program)
{
    arena_finish(&program->arena);
    mem_free(program);
}

static void drop(struct task *task)
{
    struct program_task *program = (struct program_task *)(void *)task;
    loop_stop(task->op->backend->aw->loop, &program->timer);
    if (program->running)
        world_of(program)->ops->cancel_run(world_of(program), &program->call);
    release(program);
}

static const char *const *copy_texts(struct arena *arena, const char *const *texts)
{
    size_t count = 0;
    while (texts[count])
        count++;
    const char **copy = arena_alloc(arena, (count + 1) * sizeof *copy);
    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = arena_text(arena, texts[i]);
        if (!copy[i])
            return NULL;
    }
    return copy;
}

static int copy_program(struct program_task *program, const aw_program *source)
{
    aw_program *copy = &program->program;
    SIZED_COPY(copy, source);
    copy->name = arena_text(&program->arena, source->name);
    copy->argv = copy_texts(&program->arena, source->argv);
    copy->input.data = arena_copy(&program->arena, source->input.data, source->input.size);
    if (source->environment)
        copy->environment = copy_texts(&program->arena, source->environment);
    return !copy->name || !copy->argv || !copy->input.data ||
                   (source->environment && !copy->environment)
               ? -1
               : 0;
}

static void explain(const struct program_task *program, aw_error *error)
{
    const struct run_call *call = &program->call;
    uint32_t code = call->timed_out   ? AW_E_TIMEOUT
                    : call->no_memory ? AW_E_NO_MEMORY
                    : call->too_large ? AW_E_PROTOCOL
                                      : AW_E_UNAVAILABLE;
    kit_error_set(error, code, "%s", call->problem);
    error->retry = call->started ? AW_RETRY_UNKNOWN : AW_RETRY_SAFE;
    kit_error_text(error->request, sizeof error->request, program->program.name);
    op_sign_error(program->task.op, error);
}

static void settle(const struct program_task *program)
{
    const struct run_call *call = &program->call;
    bool ended = !call->started || run_is_whole(call);
    if (program->unsettled && ended)
        program->task.op->unsettled--;
    /* What it has made, its output says: should that not be read, nobody knows. */
    if (program->unsettled && run_is_whole(call))
        program->task.op->made = true;
}

static void tell(const struct program_task *program, const aw_error *error)
{
    struct op *op = program->task.op;
    if (program->on_error)
        program->on_error(&op->face, error, NULL, program->arg);
    else
        op_fail(op, error);
}

static void on_done(struct run_call *call)
{
    struct program_task *program = call->owner;
    struct op *op = program->task.op;
    aw_error error = {0};
    op_remove_task(&program->task);
    settle(program);
    context_log(op->backend->aw, AW_LOG_INFO, "%s %s: %s %d", op->backend->name,
                program->program.name, call->started ? "exit" : call->problem, call->result.status);
    if (run_is_whole(call)) {
        program->on_exit(&op->face, &call->result, program->arg);
    } else {
        explain(program, &error);
        tell(program, &error);
    }
    release(program);
    op_settle(op);
}

static void begin(void *arg)
{
    struct program_task *program = arg;
    struct op *op = program->task.op;
    aw_error error = {.size = sizeof error};
    if (op->kind == OP_CREATE && op_may_make(op, &error)) {
        op_remove_task(&program->task);
        tell(program, &error);
        release(program);
        op_settle(op);
        return;
    }
    program->running = true;
    program->unsettled = op->kind == OP_CREATE;
    op->unsettled += program->unsettled;
    world_of(program)->ops->run(world_of(program), &program->call);
}

void program_start(aw_op *face, const aw_program *source, aw_exit_fn on_exit, aw_error_fn on_error,
                   void *arg)
{
    struct op *op = op_of(face);
    if (!op_may_queue(op))
        return;
    if (!source->name || !source->argv || !source->argv[0] || !on_exit) {
        op_refuse(op, "named no program to run, or no callback");
        return;
    }
    struct program_task *program = mem_alloc(sizeof *program);
    if (program)
        arena_init(&program->arena, op->kind == OP_AUTHENTICATE || op->kind == OP_CREATE);
    if (!program || copy_program(program, source)) {
        if (program)
            release(program);
        op_fail_memory(op, "a program");
        return;
    }
    program->task.drop = drop;
    program->task.name = program->program.name;
    program->timer = (struct loop_timer){.run = begin, .arg = program};
    program->on_exit = on_exit;
    program->on_error = on_error;
    program->arg = arg;
    program->call = (struct run_call){
        .program = &program->program,
        .secret = op->kind == OP_AUTHENTICATE,
        .secret_fields = op->backend->plugin->entry.secret_fields,
        .done = on_done,
        .owner = program,
    };
    op_add_task(op, &program->task);
    loop_set(op->backend->aw->loop, &program->timer, 0);
}
