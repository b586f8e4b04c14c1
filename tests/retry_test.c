/* SPDX-License-Identifier: Apache-2.0 */
/* How often and when a request is sent again. */
#include "core/retry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const aw_error outage = {.size = sizeof outage, .code = AW_E_UNAVAILABLE};
static const aw_error throttled = {.size = sizeof throttled, .code = AW_E_THROTTLED};

static unsigned attempts_of(const aw_error *error)
{
    struct retry_budget budget = {0};
    unsigned attempts = 1;
    while (retry_allowed(&budget, error, attempts))
        attempts++;
    return attempts;
}

static void test_an_outage_is_tried_six_times_and_throttling_ten(void **state)
{
    (void)state;
    assert_int_equal(attempts_of(&outage), 6);
    assert_int_equal(attempts_of(&throttled), 10);
}

static unsigned repetitions_until_broke(struct retry_budget *budget, const aw_error *error)
{
    unsigned count = 0;
    while (retry_allowed(budget, error, 1))
        count++;
    return count;
}

static void test_an_outage_ends_all_repetitions_when_the_budget_is_spent(void **state)
{
    (void)state;
    struct retry_budget budget = {0};
    assert_int_equal(repetitions_until_broke(&budget, &outage), 500 / 14);
    assert_false(retry_allowed(&budget, &outage, 1));
    struct retry_budget other = {0};
    assert_int_equal(repetitions_until_broke(&other, &throttled), 500 / 5);
}

static void test_success_gives_back_what_its_repetition_cost(void **state)
{
    (void)state;
    struct retry_budget budget = {0};
    repetitions_until_broke(&budget, &outage);
    retry_succeeded(&budget, 2);
    assert_true(retry_allowed(&budget, &outage, 1));
    assert_false(retry_allowed(&budget, &outage, 1));
}

static void test_success_at_the_first_attempt_gives_a_little_back(void **state)
{
    (void)state;
    struct retry_budget budget = {0};
    repetitions_until_broke(&budget, &outage);
    uint32_t broke = budget.spent;
    retry_succeeded(&budget, 1);
    assert_int_equal(budget.spent, broke - 1);
}

static void test_success_never_saves_up_more_than_the_whole_budget(void **state)
{
    (void)state;
    struct retry_budget budget = {0};
    for (int i = 0; i < 1000; i++)
        retry_succeeded(&budget, 1 + (unsigned)i % 2);
    assert_int_equal(budget.spent, 0);
    assert_int_equal(repetitions_until_broke(&budget, &outage), 500 / 14);
}

/* The longest possible wait, found by trying many random numbers. */
static uint64_t longest_ms(const aw_error *error, unsigned attempts)
{
    uint64_t longest = 0;
    for (uint64_t random = 0; random < 50000; random++) {
        uint64_t delay_ms = retry_delay_ms(error, attempts, random);
        longest = delay_ms > longest ? delay_ms : longest;
    }
    return longest;
}

static void test_the_wait_is_anything_up_to_a_ceiling_that_doubles_to_twenty_seconds(void **state)
{
    (void)state;
    static const uint64_t ceilings_ms[] = {250, 500, 1000, 2000, 4000};
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(longest_ms(&outage, i + 1), ceilings_ms[i]);
        assert_int_equal(retry_delay_ms(&outage, i + 1, 0), 0);
    }
    assert_int_equal(longest_ms(&throttled, 1), 1000);
    assert_int_equal(longest_ms(&throttled, 6), 20000);
    assert_int_equal(longest_ms(&throttled, 4000000000u), 20000);
}

static void test_the_wait_is_never_shorter_than_what_the_provider_asked_for(void **state)
{
    (void)state;
    aw_error error = throttled;
    error.retry_after_ms = 7000;
    for (uint64_t random = 0; random < 100; random++) {
        uint64_t delay_ms = retry_delay_ms(&error, 1, random * 0x9e3779b97f4a7c15u);
        assert_in_range(delay_ms, 7000, 8000);
    }
}

static void test_a_provider_that_asks_for_an_eternity_does_not_get_an_instant(void **state)
{
    (void)state;
    aw_error error = throttled;
    error.retry_after_ms = UINT64_MAX;
    for (uint64_t random = 0; random < 100; random++)
        assert_true(retry_delay_ms(&error, 1, random * 0x9e3779b97f4a7c15u) > UINT32_MAX / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_outage_is_tried_six_times_and_throttling_ten),
        cmocka_unit_test(test_an_outage_ends_all_repetitions_when_the_budget_is_spent),
        cmocka_unit_test(test_success_gives_back_what_its_repetition_cost),
        cmocka_unit_test(test_success_at_the_first_attempt_gives_a_little_back),
        cmocka_unit_test(test_success_never_saves_up_more_than_the_whole_budget),
        cmocka_unit_test(test_the_wait_is_anything_up_to_a_ceiling_that_doubles_to_twenty_seconds),
        cmocka_unit_test(test_the_wait_is_never_shorter_than_what_the_provider_asked_for),
        cmocka_unit_test(test_a_provider_that_asks_for_an_eternity_does_not_get_an_instant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
