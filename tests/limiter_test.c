/* SPDX-License-Identifier: Apache-2.0 */
/* The rate limiter: requests are held back, in order, and never lost. */
#include "core/limiter.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MOST 64

/* A request that notes when it left, and in which place. */
struct traveller {
    struct limiter_pass pass;
    bool gone;
    uint64_t gone_at_ms;
    size_t place;
};

static struct loop *loop;
static struct limiter limiter;
static struct traveller travellers[MOST];
static size_t gone;

static const aw_rate_limit limits[] = {
    {"*", 2, 1000},
    {"launch", 1, 5000},
};

static void depart(struct traveller *traveller)
{
    assert_false(traveller->gone);
    traveller->gone = true;
    traveller->gone_at_ms = loop_now_ms(loop);
    traveller->place = gone++;
}

static void on_go(struct limiter_pass *pass)
{
    depart(list_item(pass, struct traveller, pass));
}

static void enter(size_t index, const char *request)
{
    travellers[index].pass.go = on_go;
    if (limiter_enter(&limiter, &travellers[index].pass, request))
        depart(&travellers[index]);
}

static void enter_many(size_t count, const char *request)
{
    for (size_t i = 0; i < count; i++)
        enter(i, request);
}

/* Lets virtual time pass until nothing is due any more. */
static void pass_time(void)
{
    while (loop_timeout_ms(loop) >= 0)
        loop_step(loop);
}

static void nothing(void *arg)
{
    (void)arg;
}

static void wait_for(uint64_t delay_ms)
{
    struct loop_timer timer = {.run = nothing};
    loop_set(loop, &timer, delay_ms);
    while (timer.set)
        loop_step(loop);
}

static void assert_gone(size_t index, uint64_t at_ms)
{
    assert_true(travellers[index].gone);
    assert_int_equal(travellers[index].gone_at_ms, at_ms);
}

static void limit_by(const aw_rate_limit *wanted, size_t count)
{
    limiter_finish(&limiter);
    assert_int_equal(limiter_init(&limiter, loop, wanted, count), 0);
}

static int begin(void **state)
{
    (void)state;
    memset(travellers, 0, sizeof travellers);
    gone = 0;
    loop = loop_create(true);
    return loop ? limiter_init(&limiter, loop, limits, 2) : -1;
}

static int end(void **state)
{
    (void)state;
    limiter_finish(&limiter);
    loop_destroy(loop);
    return 0;
}

static void test_without_limits_everything_leaves_at_once(void **state)
{
    (void)state;
    limit_by(NULL, 0);
    enter_many(MOST, "launch");
    assert_int_equal(gone, MOST);
}

static void test_a_burst_leaves_at_once_and_then_one_a_period(void **state)
{
    (void)state;
    enter_many(5, "list");
    assert_int_equal(gone, 2);
    pass_time();
    static const uint64_t at_ms[] = {0, 0, 1000, 2000, 3000};
    for (size_t i = 0; i < 5; i++) {
        assert_gone(i, at_ms[i]);
        assert_int_equal(travellers[i].place, i);
    }
}

static void test_idle_time_earns_a_burst_back_and_no_more(void **state)
{
    (void)state;
    enter_many(2, "list");
    wait_for(60000);
    gone = 0;
    for (size_t i = 2; i < 6; i++)
        enter(i, "list");
    assert_int_equal(gone, 2);
    pass_time();
    assert_gone(5, 62000);
}

static void test_a_request_passes_the_limit_of_its_name_and_then_the_common_one(void **state)
{
    (void)state;
    enter(0, "launch");
    enter(1, "launch");
    enter(2, "list");
    assert_gone(0, 0);
    assert_gone(2, 0);
    assert_false(travellers[1].gone);
    pass_time();
    assert_gone(1, 5000);
}

static void test_a_scarce_request_does_not_hold_up_the_others(void **state)
{
    (void)state;
    enter_many(3, "launch");
    enter(3, "list");
    enter(4, "list");
    pass_time();
    assert_gone(3, 0);
    assert_gone(4, 1000);
    assert_gone(2, 10000);
}

static void test_nobody_overtakes_those_who_wait(void **state)
{
    (void)state;
    enter_many(4, "list");
    wait_for(1500);
    assert_true(travellers[2].gone);
    enter(4, "list");
    pass_time();
    assert_gone(3, 2000);
    assert_gone(4, 3000);
}

static void enter_late(void *arg)
{
    enter(*(size_t *)arg, "list");
}

static void test_who_comes_just_when_there_is_room_still_waits_behind_the_others(void **state)
{
    (void)state;
    size_t late = 4;
    struct loop_timer timer = {.run = enter_late, .arg = &late};
    loop_set(loop, &timer, 1000);
    enter_many(4, "list");
    pass_time();
    assert_gone(2, 1000);
    assert_gone(3, 2000);
    assert_gone(4, 3000);
}

static void test_one_who_gives_up_leaves_its_place_to_the_next(void **state)
{
    (void)state;
    enter_many(5, "list");
    limiter_leave(&travellers[2].pass);
    limiter_leave(&travellers[2].pass);
    limiter_leave(&travellers[0].pass);
    pass_time();
    assert_false(travellers[2].gone);
    assert_gone(3, 1000);
    assert_gone(4, 2000);
}

static void test_giving_up_without_having_entered_does_nothing(void **state)
{
    (void)state;
    struct limiter_pass pass = {0};
    limiter_leave(&pass);
}

static void test_a_provider_that_asks_to_wait_is_not_asked_before(void **state)
{
    (void)state;
    limiter_hold(&limiter, "list", 30000);
    limiter_hold(&limiter, "list", 10);
    enter(0, "list");
    enter(1, "launch");
    pass_time();
    assert_gone(0, 30000);
    assert_gone(1, 30000);
}

static void test_who_waits_already_is_held_too(void **state)
{
    (void)state;
    enter_many(3, "list");
    limiter_hold(&limiter, "list", 7000);
    pass_time();
    assert_gone(2, 7000);
}

static void test_holding_for_an_eternity_is_no_instant(void **state)
{
    (void)state;
    wait_for(10);
    limiter_hold(&limiter, "list", UINT64_MAX);
    enter(0, "list");
    assert_false(travellers[0].gone);
    limiter_leave(&travellers[0].pass);
}

static void test_requests_that_no_limit_names_are_free(void **state)
{
    (void)state;
    limit_by(limits + 1, 1);
    enter_many(20, "list");
    assert_int_equal(gone, 20);
    limiter_hold(&limiter, "list", 1000);
    enter(20, "list");
    assert_int_equal(gone, 21);
}

/* In no stretch of time do more leave than the burst and one for every whole period in it. */
static void test_arriving_at_random_never_breaks_the_limit(void **state)
{
    (void)state;
    static const aw_rate_limit limit = {"*", 3, 700};
    uint32_t dice = 7;
    limit_by(&limit, 1);
    for (size_t i = 0; i < MOST; i++) {
        dice = dice * 1664525u + 1013904223u;
        enter(i, "any");
        wait_for((dice >> 8) % 1400);
    }
    pass_time();
    assert_int_equal(gone, MOST);
    for (size_t i = 0; i < MOST; i++)
        for (size_t j = i; j < MOST; j++) {
            uint64_t stretch_ms = travellers[j].gone_at_ms - travellers[i].gone_at_ms;
            assert_true(j - i + 1 <= 3 + stretch_ms / 700);
        }
}

static int fail_always(void *arg)
{
    (void)arg;
    return 1;
}

static void test_without_memory_there_is_no_limiter(void **state)
{
    (void)state;
    struct limiter other;
    mem_set_fault(fail_always, NULL);
    assert_int_equal(limiter_init(&other, loop, limits, 2), -1);
    mem_set_fault(NULL, NULL);
    limiter_finish(&other);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_without_limits_everything_leaves_at_once),
        TEST(test_a_burst_leaves_at_once_and_then_one_a_period),
        TEST(test_idle_time_earns_a_burst_back_and_no_more),
        TEST(test_a_request_passes_the_limit_of_its_name_and_then_the_common_one),
        TEST(test_a_scarce_request_does_not_hold_up_the_others),
        TEST(test_nobody_overtakes_those_who_wait),
        TEST(test_who_comes_just_when_there_is_room_still_waits_behind_the_others),
        TEST(test_one_who_gives_up_leaves_its_place_to_the_next),
        TEST(test_giving_up_without_having_entered_does_nothing),
        TEST(test_a_provider_that_asks_to_wait_is_not_asked_before),
        TEST(test_who_waits_already_is_held_too),
        TEST(test_holding_for_an_eternity_is_no_instant),
        TEST(test_requests_that_no_limit_names_are_free),
        TEST(test_arriving_at_random_never_breaks_the_limit),
        TEST(test_without_memory_there_is_no_limiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
