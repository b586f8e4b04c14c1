/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop: timers in their order, time that jumps, descriptors, and being woken. */
#include "core/loop.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <poll.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <unistd.h>

static struct loop *loop;
static char story[64];

static int make_virtual(void **state)
{
    (void)state;
    story[0] = '\0';
    loop = loop_create(true);
    return loop ? 0 : -1;
}

static int make_real(void **state)
{
    (void)state;
    story[0] = '\0';
    loop = loop_create(false);
    return loop ? 0 : -1;
}

static int destroy(void **state)
{
    (void)state;
    loop_destroy(loop);
    return 0;
}

/* Each timer adds its letter to the story. */
static void tell(void *arg)
{
    size_t used = strlen(story);
    snprintf(story + used, sizeof story - used, "%s", (const char *)arg);
}

static struct loop_timer teller(const char *letter)
{
    return (struct loop_timer){.run = tell, .arg = (void *)(uintptr_t)letter};
}

static void test_a_virtual_clock_jumps_to_the_next_timer(void **state)
{
    (void)state;
    struct loop_timer hour = teller("h"), minute = teller("m");
    loop_set(loop, &hour, 3600000);
    loop_set(loop, &minute, 60000);
    assert_int_equal(loop_timeout_ms(loop), 0);
    loop_step(loop);
    assert_string_equal(story, "m");
    assert_int_equal(loop_now_ms(loop), 60000);
    loop_step(loop);
    assert_string_equal(story, "mh");
    assert_int_equal(loop_now_ms(loop), 3600000);
    loop_step(loop);
    assert_int_equal(loop_now_ms(loop), 3600000);
    assert_int_equal(loop_timeout_ms(loop), -1);
}

static void test_timers_due_together_run_in_the_order_in_which_they_were_set(void **state)
{
    (void)state;
    struct loop_timer a = teller("a"), b = teller("b"), c = teller("c"), d = teller("d");
    loop_set(loop, &c, 5);
    loop_set(loop, &a, 5);
    loop_set(loop, &d, 5);
    loop_set(loop, &b, 4);
    loop_set(loop, &c, 5);
    loop_step(loop);
    loop_step(loop);
    assert_string_equal(story, "badc");
}

static void test_a_stopped_timer_does_not_run_and_may_be_set_again(void **state)
{
    (void)state;
    struct loop_timer a = teller("a"), b = teller("b");
    loop_set(loop, &a, 1);
    loop_set(loop, &b, 2);
    loop_stop(loop, &a);
    loop_stop(loop, &a);
    assert_false(a.set);
    loop_step(loop);
    assert_string_equal(story, "b");
    loop_set(loop, &a, 0);
    loop_step(loop);
    assert_string_equal(story, "ba");
}

static void test_a_delay_beyond_all_time_never_comes(void **state)
{
    (void)state;
    struct loop_timer never = teller("n"), soon = teller("s");
    loop_set(loop, &soon, 10);
    loop_step(loop);
    loop_set(loop, &never, UINT64_MAX);
    loop_set(loop, &soon, 10);
    loop_step(loop);
    assert_string_equal(story, "ss");
    loop_stop(loop, &never);
}

struct again {
    struct loop_timer timer;
    int count;
};

static void run_again(void *arg)
{
    struct again *again = arg;
    again->count++;
    loop_set(loop, &again->timer, 0);
}

static void on_story(void *arg, uint32_t events)
{
    (void)events;
    tell(arg);
}

static void test_a_timer_that_sets_itself_for_now_lets_descriptors_have_their_turn(void **state)
{
    (void)state;
    int pipe_fds[2];
    struct again again = {.timer = {.run = run_again, .arg = &again}};
    struct loop_watch watch = {.ready = on_story, .arg = (void *)(uintptr_t) "r"};
    assert_int_equal(pipe(pipe_fds), 0);
    assert_true(loop_watch_fd(loop, pipe_fds[0], EPOLLIN, &watch));
    assert_int_equal(write(pipe_fds[1], "x", 1), 1);
    loop_set(loop, &again.timer, 0);
    loop_step(loop);
    assert_int_equal(again.count, 1);
    assert_string_equal(story, "r");
    loop_stop(loop, &again.timer);
    assert_true(loop_watch_fd(loop, pipe_fds[0], 0, &watch));
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* Many timers that are set, moved and stopped at random, from inside each other too. */
#define TIMERS 48
#define CHANGES 40000

static struct {
    struct loop_timer timer;
    uint64_t at_ms;
    uint64_t order;
    bool set;
} reference[TIMERS];
static uint64_t orders;
static size_t runs;
static uint32_t dice;

static uint32_t roll(uint32_t sides)
{
    dice = dice * 1664525u + 1013904223u;
    return (dice >> 8) % sides;
}

static void change_one(void)
{
    uint32_t i = roll(TIMERS);
    uint64_t delay_ms = roll(4) ? roll(12) : 0;
    if (!roll(3)) {
        loop_stop(loop, &reference[i].timer);
        reference[i].set = false;
        return;
    }
    loop_set(loop, &reference[i].timer, delay_ms);
    reference[i].at_ms = loop_now_ms(loop) + delay_ms;
    reference[i].order = orders++;
    reference[i].set = true;
}

static bool is_earlier(size_t a, size_t b)
{
    if (reference[a].at_ms != reference[b].at_ms)
        return reference[a].at_ms < reference[b].at_ms;
    return reference[a].order < reference[b].order;
}

/* Whoever runs is set, is due, and nobody who is set comes before. */
static void check_turn(void *arg)
{
    size_t me = (size_t)(uintptr_t)arg;
    assert_true(reference[me].set);
    assert_int_equal(loop_now_ms(loop), reference[me].at_ms);
    for (size_t i = 0; i < TIMERS; i++)
        assert_false(reference[i].set && is_earlier(i, me));
    reference[me].set = false;
    runs++;
    for (uint32_t changes = roll(3); changes; changes--)
        change_one();
}

static void test_timers_at_random_run_by_time_and_then_by_the_order_of_setting(void **state)
{
    (void)state;
    dice = 20260728;
    for (size_t i = 0; i < TIMERS; i++)
        reference[i].timer = (struct loop_timer){.run = check_turn, .arg = (void *)(uintptr_t)i};
    for (size_t i = 0; i < CHANGES; i++) {
        change_one();
        if (!roll(3))
            loop_step(loop);
    }
    assert_true(runs > CHANGES / 10);
    for (size_t i = 0; i < TIMERS; i++) {
        assert_int_equal(reference[i].timer.set, reference[i].set);
        loop_stop(loop, &reference[i].timer);
    }
    assert_int_equal(loop_timeout_ms(loop), -1);
}

static void test_a_real_clock_waits_for_its_timer(void **state)
{
    (void)state;
    struct loop_timer timer = teller("t");
    uint64_t begin_ms = loop_now_ms(loop);
    loop_set(loop, &timer, 30);
    int64_t timeout_ms = loop_timeout_ms(loop);
    assert_true(timeout_ms > 0 && timeout_ms <= 30);
    loop_step(loop);
    assert_string_equal(story, "");
    while (timer.set)
        loop_wait(loop);
    assert_true(loop_now_ms(loop) - begin_ms >= 30);
    assert_string_equal(story, "t");
}

struct pair {
    int fds[2];
    struct loop_watch *watch;
    struct pair *other;
    int calls;
};

static void drop_other(void *arg, uint32_t events)
{
    struct pair *pair = arg;
    (void)events;
    pair->calls++;
    loop_watch_fd(loop, pair->other->fds[0], 0, pair->other->watch);
    mem_free(pair->other->watch);
    pair->other->watch = NULL;
}

static void test_a_watch_that_is_dropped_in_the_same_round_is_not_called(void **state)
{
    (void)state;
    struct pair pairs[2];
    for (int i = 0; i < 2; i++) {
        pairs[i] =
            (struct pair){.other = &pairs[1 - i], .watch = mem_alloc(sizeof(struct loop_watch))};
        *pairs[i].watch = (struct loop_watch){.ready = drop_other, .arg = &pairs[i]};
        assert_int_equal(pipe(pairs[i].fds), 0);
        assert_int_equal(write(pairs[i].fds[1], "x", 1), 1);
        assert_true(loop_watch_fd(loop, pairs[i].fds[0], EPOLLIN, pairs[i].watch));
    }
    loop_step(loop);
    assert_int_equal(pairs[0].calls + pairs[1].calls, 1);
    for (int i = 0; i < 2; i++) {
        if (pairs[i].watch)
            loop_watch_fd(loop, pairs[i].fds[0], 0, pairs[i].watch);
        mem_free(pairs[i].watch);
        close(pairs[i].fds[0]);
        close(pairs[i].fds[1]);
    }
}

static void test_what_a_watch_waits_for_can_change(void **state)
{
    (void)state;
    int fds[2];
    struct loop_watch watch = {.ready = on_story, .arg = (void *)(uintptr_t) "w"};
    assert_int_equal(pipe(fds), 0);
    assert_true(loop_watch_fd(loop, fds[1], EPOLLOUT, &watch));
    loop_step(loop);
    assert_string_equal(story, "w");
    assert_true(loop_watch_fd(loop, fds[1], EPOLLIN, &watch));
    loop_step(loop);
    assert_true(loop_watch_fd(loop, fds[1], 0, &watch));
    assert_true(loop_watch_fd(loop, fds[1], 0, &watch));
    loop_step(loop);
    assert_string_equal(story, "w");
    close(fds[0]);
    close(fds[1]);
    assert_false(loop_watch_fd(loop, fds[1], EPOLLIN, &watch));
}

static void test_the_loops_own_descriptor_can_be_polled(void **state)
{
    (void)state;
    struct pollfd poller = {.fd = loop_fd(loop), .events = POLLIN};
    assert_int_equal(poll(&poller, 1, 0), 0);
    loop_wake(loop);
    assert_int_equal(poll(&poller, 1, 0), 1);
    loop_step(loop);
    assert_int_equal(poll(&poller, 1, 0), 0);
}

static void *wake(void *arg)
{
    loop_wake(arg);
    return NULL;
}

static void test_a_wake_ends_the_wait_whether_it_comes_before_or_during_it(void **state)
{
    (void)state;
    pthread_t thread;
    loop_wake(loop);
    loop_wake(loop);
    loop_wait(loop);
    assert_int_equal(pthread_create(&thread, NULL, wake, loop), 0);
    loop_wait(loop);
    pthread_join(thread, NULL);
}

#define VIRTUAL(test) cmocka_unit_test_setup_teardown(test, make_virtual, destroy)
#define REAL(test) cmocka_unit_test_setup_teardown(test, make_real, destroy)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIRTUAL(test_a_virtual_clock_jumps_to_the_next_timer),
        VIRTUAL(test_timers_due_together_run_in_the_order_in_which_they_were_set),
        VIRTUAL(test_a_stopped_timer_does_not_run_and_may_be_set_again),
        VIRTUAL(test_a_delay_beyond_all_time_never_comes),
        VIRTUAL(test_a_timer_that_sets_itself_for_now_lets_descriptors_have_their_turn),
        VIRTUAL(test_timers_at_random_run_by_time_and_then_by_the_order_of_setting),
        REAL(test_a_real_clock_waits_for_its_timer),
        REAL(test_a_watch_that_is_dropped_in_the_same_round_is_not_called),
        REAL(test_what_a_watch_waits_for_can_change),
        REAL(test_the_loops_own_descriptor_can_be_polled),
        REAL(test_a_wake_ends_the_wait_whether_it_comes_before_or_during_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
