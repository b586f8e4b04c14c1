/* SPDX-License-Identifier: Apache-2.0 */
/* One program at a time in the real world. */
#include "tests/program_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define PATIENCE_MS 30000

struct program_run run;
struct loop *loop;
struct world *world;

int program_world_open(void **state)
{
    aw_error error = {0};
    (void)state;
    loop = loop_create(false);
    world = loop ? world_real_create(loop, false, &error) : NULL;
    return world ? 0 : -1;
}

int program_world_close(void **state)
{
    (void)state;
    world->ops->destroy(world);
    loop_destroy(loop);
    return 0;
}

static void keep(char *copy, size_t size, aw_bytes text)
{
    size_t kept = text.size < size ? text.size : size - 1;
    assert_int_equal(text.data[text.size], 0);
    memcpy(copy, text.data, kept);
    copy[kept] = '\0';
}

static void on_done(struct run_call *call)
{
    struct program_run *it = call->owner;
    assert_false(it->done);
    it->done = true;
    if (!run_is_whole(call))
        return;
    keep(it->output, sizeof it->output, call->result.output);
    keep(it->errors, sizeof it->errors, call->result.errors);
}

void program_start_it(const char *const *argv)
{
    run.program.name = "test";
    run.program.argv = argv;
    run.call = (struct run_call){.program = &run.program, .done = on_done, .owner = &run};
    world->ops->run(world, &run.call);
    assert_false(run.done);
}

static void on_impatience(void *arg)
{
    (void)arg;
    fail_msg("nothing happened for too long");
}

void wait_until(const bool *done)
{
    struct loop_timer patience = {.run = on_impatience};
    loop_set(loop, &patience, PATIENCE_MS);
    while (!*done)
        loop_wait(loop);
    loop_stop(loop, &patience);
}

int program_run_begin(void **state)
{
    (void)state;
    run = (struct program_run){.program.size = sizeof run.program};
    return 0;
}

void program_run_all(const char *const *argv)
{
    program_start_it(argv);
    wait_until(&run.done);
}

static void on_enough(void *arg)
{
    *(bool *)arg = true;
}

void pass_time(uint64_t delay_ms)
{
    bool enough = false;
    struct loop_timer timer = {.run = on_enough, .arg = &enough};
    loop_set(loop, &timer, delay_ms);
    wait_until(&enough);
}
