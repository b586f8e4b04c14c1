/* SPDX-License-Identifier: Apache-2.0 */
/* A replay answers what was recorded, in time, and knows nothing but its recording. */
#include "core/arena.h"
#include "tests/recording_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_an_answer_has_its_status_headers_and_body(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n"
                                 "<<< 200\n"
                                 "Content-Type: application/json\n"
                                 "x-empty:\n"
                                 "\n"
                                 "{\"data\":\n"
                                 "[]}\n"
                                 "\n");
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_int_equal(asked.call.outcome, WIRE_ANSWERED);
    assert_int_equal(asked.call.answer.status, 200);
    assert_string_equal(asked.answer_headers, "content-type: application/json\nx-empty: \n");
    assert_string_equal(asked.body, "{\"data\":\n[]}");
    finish(world);
}

static void test_requests_are_answered_in_the_order_of_the_recording(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200\n\nbooting\n"
                                 ">>> GET " MACHINES "\n<<< 200\n\nactive\n");
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_string_equal(asked.body, "booting");
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_string_equal(asked.body, "active");
    finish(world);
}

static void test_an_answer_takes_as_long_as_recorded_and_no_real_time(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay("clock 2026-05-01T12:00:00.250Z\n"
                                 ">>> GET " MACHINES "\n<<< 200 after 80ms\n"
                                 ">>> GET " MACHINES "\n<<< 200 after 10m\n");
    assert_int_equal(world->ops->wall_ms(world), 1777636800250u);
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_int_equal(asked.took_ms, 80);
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_int_equal(asked.took_ms, 600000);
    assert_int_equal(world->ops->wall_ms(world), 1777636800250u + 600080);
    finish(world);
}

static void test_who_does_not_wait_for_long_enough_gets_a_timeout(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200 after 2s\n"
                                 ">>> GET " MACHINES "\n<<< timeout\n"
                                 ">>> GET " MACHINES "\n<<< 200 after 1s\n");
    for (int i = 0; i < 2; i++) {
        prepare(&asked, "GET", MACHINES, NULL);
        asked.call.timeout_ms = 1000;
        send_off(&asked, world);
        wait_for(&asked);
        assert_int_equal(asked.call.outcome, WIRE_TIMED_OUT);
        assert_int_equal(asked.took_ms, 1000);
    }
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_int_equal(asked.call.outcome, WIRE_ANSWERED);
    finish(world);
}

static void test_a_connection_breaks_in_every_way(void **state)
{
    (void)state;
    struct asked asked;
    static const enum wire_outcome outcomes[] = {WIRE_NOT_SENT, WIRE_LOST, WIRE_LOST,
                                                 WIRE_TOO_LARGE};
    struct world *world = replay(">>> GET " MACHINES "\n<<< refused\n"
                                 ">>> GET " MACHINES "\n<<< lost\n"
                                 ">>> GET " MACHINES "\n<<< 200 cut after 2\n\n{\"data\":[]}\n"
                                 ">>> GET " MACHINES "\n<<< too-large\n");
    for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0]; i++) {
        ask(&asked, world, "GET", MACHINES, NULL);
        assert_int_equal(asked.call.outcome, outcomes[i]);
        assert_true(asked.call.problem[0]);
    }
    finish(world);
}

static void test_an_answer_larger_than_asked_for_is_refused(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200\n\n12345\n"
                                 ">>> GET " MACHINES "\n<<< 200\n\n123456\n");
    for (int i = 0; i < 2; i++) {
        prepare(&asked, "GET", MACHINES, NULL);
        asked.request.max_body = 5;
        send_off(&asked, world);
        wait_for(&asked);
        assert_int_equal(asked.call.outcome, i ? WIRE_TOO_LARGE : WIRE_ANSWERED);
    }
    finish(world);
}

static void test_a_cancelled_request_is_used_up_and_never_answered(void **state)
{
    (void)state;
    struct asked cancelled, next;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 200 after 10ms\n\nfirst\n"
                                 ">>> GET " MACHINES "\n<<< 200 after 20ms\n\nsecond\n");
    prepare(&cancelled, "GET", MACHINES, NULL);
    send_off(&cancelled, world);
    world->ops->cancel(world, &cancelled.call);
    ask(&next, world, "GET", MACHINES, NULL);
    assert_string_equal(next.body, "second");
    assert_false(cancelled.done);
    finish(world);
}

static void test_a_body_may_lie_beside_the_recording(void **state)
{
    (void)state;
    struct asked asked;
    put_bytes("answer.bin", "\0\xff{{token}}\n", 12);
    put("request.json", "{\"name\":\"m\"}\n");
    struct world *world = replay(">>> POST " MACHINES "\n\n@request.json\n<<< 200\n\n@answer.bin\n"
                                 ">>> GET " MACHINES "\n<<< 200\n\n@answer.bin");
    world->ops->name_value(world, "token", "t1");
    ask(&asked, world, "POST", MACHINES, "{\"name\":\"m\"}\n");
    assert_int_equal(asked.body_size, 5);
    assert_memory_equal(asked.body, "\0\xfft1\n", 5);
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_int_equal(asked.body_size, 5);
    finish(world);
}

static void test_a_backslash_lets_a_line_begin_with_anything(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> POST " MACHINES "\n\n"
                                 "\\@name\n"
                                 "<<< 200\n\n"
                                 "\n"
                                 "\\<<< 200\n"
                                 "\\>>> GET x\n"
                                 "\\\\\n"
                                 "a \\ b\n"
                                 "\\\n");
    ask(&asked, world, "POST", MACHINES, "@name");
    assert_string_equal(asked.body, "\n<<< 200\n>>> GET x\n\\\na \\ b\n");
    finish(world);
}

static void test_programs_end_as_recorded(void **state)
{
    (void)state;
    struct ran ran;
    static const char *const uname[] = {"ssh", "host", "uname -m", NULL};
    struct world *world = replay(">>> run [\"ssh\",\"host\",\"uname -m\"]\n\nyes\n"
                                 "<<< exit 3\nstderr: one\nstderr:  two\n\naarch64\n\\\n"
                                 ">>> run [\"ssh\",\"host\",\"uname -m\"]\n<<< refused\n"
                                 ">>> run [\"ssh\",\"host\",\"uname -m\"]\n<<< timeout\n"
                                 ">>> run [\"ssh\",\"host\",\"uname -m\"]\n<<< exit 0 after 2m\n");
    run(&ran, world, uname, "yes");
    assert_true(ran.call.started);
    assert_int_equal(ran.call.result.status, 3);
    assert_string_equal(ran.output, "aarch64\n");
    assert_string_equal(ran.errors, "one\n two\n");
    run(&ran, world, uname, NULL);
    assert_false(ran.call.started);
    uint64_t before_ms = loop_now_ms(loop);
    run(&ran, world, uname, NULL);
    assert_true(ran.call.started && ran.call.timed_out);
    run(&ran, world, uname, NULL);
    assert_true(ran.call.started && ran.call.timed_out);
    assert_int_equal(loop_now_ms(loop) - before_ms, 2 * 60000);
    finish(world);
}

static void test_only_what_is_recorded_is_in_the_environment(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, false);
    struct world *world = replay("env API_KEY <secret>\nenv REGION  us east \n");
    assert_string_equal(world->ops->env(world, &arena, "API_KEY", true), "replayed-secret");
    assert_string_equal(world->ops->env(world, &arena, "REGION", false), "us east");
    assert_null(world->ops->env(world, &arena, "HOME", false));
    finish(world);
    arena_finish(&arena);
}

static void test_only_what_is_recorded_is_on_the_disk(void **state)
{
    (void)state;
    struct arena arena;
    aw_bytes content = {0};
    aw_error error = {0};
    arena_init(&arena, false);
    struct world *world =
        replay("file ~/.cloud/credentials\n[default]\nkey = <secret>\n\\end\nend\n");
    assert_true(world->ops->file_exists(world, "~/.cloud/credentials"));
    assert_false(world->ops->file_exists(world, "/etc/passwd"));
    assert_int_equal(
        world->ops->read_file(world, &arena, "~/.cloud/credentials", 1000, true, &content, &error),
        0);
    assert_string_equal(content.data, "[default]\nkey = replayed-secret\nend");
    assert_int_equal(
        world->ops->read_file(world, &arena, "~/.cloud/credentials", 10, true, &content, &error),
        -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_int_equal(
        world->ops->read_file(world, &arena, "/etc/passwd", 1000, false, &content, &error), -1);
    assert_int_equal(error.code, AW_E_NOT_FOUND);
    finish(world);
    arena_finish(&arena);
}

static void test_randomness_is_the_same_in_every_replay(void **state)
{
    (void)state;
    unsigned char first[21], again[21], later[21];
    struct world *world = replay("");
    world->ops->random(world, first, sizeof first);
    world->ops->random(world, later, sizeof later);
    finish(world);
    world = replay("");
    world->ops->random(world, again, sizeof again);
    finish(world);
    assert_memory_equal(first, again, sizeof first);
    assert_memory_not_equal(first, later, sizeof first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_has_its_status_headers_and_body),
        cmocka_unit_test(test_requests_are_answered_in_the_order_of_the_recording),
        cmocka_unit_test(test_an_answer_takes_as_long_as_recorded_and_no_real_time),
        cmocka_unit_test(test_who_does_not_wait_for_long_enough_gets_a_timeout),
        cmocka_unit_test(test_a_connection_breaks_in_every_way),
        cmocka_unit_test(test_an_answer_larger_than_asked_for_is_refused),
        cmocka_unit_test(test_a_cancelled_request_is_used_up_and_never_answered),
        cmocka_unit_test(test_a_body_may_lie_beside_the_recording),
        cmocka_unit_test(test_a_backslash_lets_a_line_begin_with_anything),
        cmocka_unit_test(test_programs_end_as_recorded),
        cmocka_unit_test(test_only_what_is_recorded_is_in_the_environment),
        cmocka_unit_test(test_only_what_is_recorded_is_on_the_disk),
        cmocka_unit_test(test_randomness_is_the_same_in_every_replay),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
