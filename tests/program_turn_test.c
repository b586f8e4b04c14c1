/* SPDX-License-Identifier: Apache-2.0 */
/* More programs than may run at once wait for their turn. */
#include "core/real_program.h"
#include "tests/program_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT (PROGRAMS_AT_ONCE + 50)

struct many {
    struct run_call calls[COUNT];
    size_t done;
    size_t running;
    bool all_done;
};

static struct many many;

static const char *const sleeper[] = {"sleep", "0.2", NULL};
static const char *const stuck[] = {"sleep", "1000", NULL};

static size_t count_running(void)
{
    size_t running = 0;
    for (size_t i = 0; i < COUNT; i++)
        running += many.calls[i].transport != NULL;
    return running;
}

static void on_done(struct run_call *call)
{
    assert_true(run_is_whole(call));
    assert_int_equal(call->result.status, 0);
    assert_in_range(count_running(), 0, PROGRAMS_AT_ONCE);
    many.all_done = ++many.done == COUNT;
}

static void start_all(const char *const *argv)
{
    static aw_program program;
    program = (aw_program){.size = sizeof program, .name = "many", .argv = argv};
    many = (struct many){.done = 0};
    for (size_t i = 0; i < COUNT; i++) {
        many.calls[i] = (struct run_call){.program = &program, .done = on_done};
        world->ops->run(world, &many.calls[i]);
    }
    assert_int_equal(count_running(), PROGRAMS_AT_ONCE);
}

static void test_all_run_but_not_all_at_once(void **state)
{
    (void)state;
    start_all(sleeper);
    wait_until(&many.all_done);
    assert_int_equal(count_running(), 0);
}

static void test_those_that_wait_can_be_cancelled_and_make_room_for_none(void **state)
{
    (void)state;
    start_all(stuck);
    for (size_t i = COUNT; i-- > 0;)
        world->ops->cancel_run(world, &many.calls[i]);
    pass_time(20);
    assert_int_equal(many.done, 0);
    assert_int_equal(count_running(), 0);
}

static void test_a_place_that_becomes_free_is_taken(void **state)
{
    (void)state;
    start_all(stuck);
    assert_null(many.calls[COUNT - 1].transport);
    for (size_t i = 0; i < 60; i++)
        world->ops->cancel_run(world, &many.calls[i]);
    pass_time(20);
    assert_int_equal(count_running(), COUNT - 60);
    assert_non_null(many.calls[COUNT - 1].transport);
    for (size_t i = 60; i < COUNT; i++)
        world->ops->cancel_run(world, &many.calls[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_run_but_not_all_at_once),
        cmocka_unit_test(test_those_that_wait_can_be_cancelled_and_make_room_for_none),
        cmocka_unit_test(test_a_place_that_becomes_free_is_taken),
    };
    return cmocka_run_group_tests(tests, program_world_open, program_world_close);
}
