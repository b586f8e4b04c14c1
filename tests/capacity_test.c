/* SPDX-License-Identifier: Apache-2.0 */
/* Places that were sold out: how long that is remembered, by whom, and what ends it. */
#include "core/capacity.h"

#include "core/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE_MS UINT64_C(60000)
#define START_MS UINT64_C(1777636800000)
#define SPACE "whole https://api.example.com"

/* A world of a clock and a disk. */
static uint64_t now_ms;
static char *disk;
static bool disk_is_read_only;

static int cache_get(struct world *world, struct arena *arena, const char *space, const char *key,
                     uint64_t max_age_ms, aw_bytes *ret_content, uint64_t *ret_age_ms)
{
    (void)world;
    (void)key;
    assert_string_equal(space, SPACE);
    assert_true(max_age_ms == UINT64_MAX);
    if (!disk)
        return -1;
    *ret_content = (aw_bytes){arena_text(arena, disk), strlen(disk)};
    *ret_age_ms = 0;
    return 0;
}

static void cache_put(struct world *world, const char *space, const char *key, const void *data,
                      uint64_t size)
{
    (void)world;
    (void)key;
    assert_string_equal(space, SPACE);
    if (disk_is_read_only)
        return;
    free(disk);
    disk = strndup(data, size);
}

static uint64_t wall_ms(struct world *world)
{
    (void)world;
    return now_ms;
}

static const struct world_ops ops = {
    .cache_get = cache_get, .cache_put = cache_put, .wall_ms = wall_ms};
static struct world world = {.ops = &ops};

static const aw_offer small = {
    .size = sizeof small, .instance_type = "small", .region = "r1", .zone = "r1a,r1b"};
static const aw_offer others[] = {
    {.size = sizeof small, .instance_type = "small", .region = "r1", .zone = "r1a"},
    {.size = sizeof small, .instance_type = "small", .region = "r1"},
    {.size = sizeof small, .instance_type = "small", .region = "r2", .zone = "r1a,r1b"},
    {.size = sizeof small, .instance_type = "big", .region = "r1", .zone = "r1a,r1b"},
    {.size = sizeof small, .spot = 1, .instance_type = "small", .region = "r1", .zone = "r1a,r1b"},
};

static struct capacity ours;
static struct capacity theirs; /* another process's */

static int setup(void **state)
{
    (void)state;
    now_ms = START_MS;
    disk = NULL;
    disk_is_read_only = false;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    capacity_finish(&ours);
    capacity_finish(&theirs);
    free(disk);
    disk = NULL;
    return 0;
}

static void note(struct capacity *capacity, const aw_offer *offer, bool had_room)
{
    capacity_note(capacity, &world, SPACE, offer, had_room);
}

/* How long it is held from now on. */
static uint64_t held_ms(const struct capacity *capacity, const aw_offer *offer)
{
    uint64_t until_ms = capacity_held_until_ms(capacity, offer, now_ms);
    return until_ms ? until_ms - now_ms : 0;
}

static void test_a_place_is_held_for_three_minutes_and_no_other(void **state)
{
    (void)state;
    note(&ours, &small, false);
    assert_int_equal(held_ms(&ours, &small), 3 * MINUTE_MS);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_int_equal(held_ms(&ours, &others[i]), 0);
    now_ms += 3 * MINUTE_MS - 1;
    assert_int_equal(held_ms(&ours, &small), 1);
    now_ms++;
    assert_int_equal(held_ms(&ours, &small), 0);
}

static void test_each_disappointment_doubles_it_up_to_thirty_minutes(void **state)
{
    static const uint64_t minutes[] = {3, 6, 12, 24, 30, 30};
    (void)state;
    for (size_t i = 0; i < sizeof minutes / sizeof minutes[0]; i++) {
        note(&ours, &small, false);
        assert_int_equal(held_ms(&ours, &small), minutes[i] * MINUTE_MS);
        now_ms += minutes[i] * MINUTE_MS;
    }
}

static void test_several_who_try_at_once_are_one_disappointment(void **state)
{
    (void)state;
    note(&ours, &small, false);
    now_ms += MINUTE_MS;
    note(&theirs, &small, false);
    note(&ours, &small, false);
    assert_int_equal(held_ms(&ours, &small), 3 * MINUTE_MS);
}

static void test_a_machine_that_is_made_clears_it(void **state)
{
    (void)state;
    note(&ours, &small, false);
    now_ms += 3 * MINUTE_MS;
    note(&ours, &small, false);
    note(&ours, &small, true);
    assert_int_equal(held_ms(&ours, &small), 0);
    now_ms += MINUTE_MS;
    note(&ours, &small, false);
    assert_int_equal(held_ms(&ours, &small), 3 * MINUTE_MS);
}

static void test_it_outlives_the_process(void **state)
{
    (void)state;
    note(&ours, &small, false);
    now_ms += 3 * MINUTE_MS;
    note(&ours, &small, false);
    capacity_finish(&ours);
    now_ms += MINUTE_MS;
    assert_int_equal(held_ms(&ours, &small), 0);
    capacity_refresh(&ours, &world, SPACE);
    assert_int_equal(held_ms(&ours, &small), 5 * MINUTE_MS);
    now_ms += 5 * MINUTE_MS;
    note(&ours, &small, false);
    assert_int_equal(held_ms(&ours, &small), 12 * MINUTE_MS);
}

static void test_processes_learn_of_each_other_and_take_nothing_away(void **state)
{
    (void)state;
    note(&ours, &small, false);
    note(&theirs, &others[3], false);
    note(&ours, &others[2], false);
    capacity_refresh(&ours, &world, SPACE);
    capacity_refresh(&theirs, &world, SPACE);
    for (size_t i = 2; i < 4; i++) {
        assert_int_equal(held_ms(&ours, &others[i]), 3 * MINUTE_MS);
        assert_int_equal(held_ms(&theirs, &others[i]), 3 * MINUTE_MS);
    }
    now_ms += 1;
    note(&theirs, &small, true);
    capacity_refresh(&ours, &world, SPACE);
    assert_int_equal(held_ms(&ours, &small), 0);
    note(&ours, &others[0], false);
    capacity_refresh(&theirs, &world, SPACE);
    assert_int_equal(held_ms(&theirs, &small), 0);
}

static void test_without_a_disk_it_is_kept_in_memory(void **state)
{
    (void)state;
    disk_is_read_only = true;
    note(&ours, &small, false);
    now_ms += 3 * MINUTE_MS;
    note(&ours, &small, false);
    assert_int_equal(held_ms(&ours, &small), 6 * MINUTE_MS);
}

static void test_what_the_disk_says_is_no_news_when_it_is_older(void **state)
{
    (void)state;
    note(&ours, &small, false);
    disk_is_read_only = true;
    now_ms++;
    note(&ours, &small, true);
    capacity_refresh(&ours, &world, SPACE);
    assert_int_equal(held_ms(&ours, &small), 0);
}

static void test_what_is_hours_old_is_forgotten(void **state)
{
    (void)state;
    note(&ours, &small, false);
    now_ms += 3 * MINUTE_MS;
    note(&ours, &small, false);
    now_ms += (6 + 180) * MINUTE_MS + 1;
    note(&ours, &others[0], false);
    assert_null(strstr(disk, "r1a,r1b"));
    note(&ours, &small, false);
    assert_int_equal(held_ms(&ours, &small), 3 * MINUTE_MS);
}

#define FACT(region, changed, hold)                                                                \
    "{\"region\":" region ",\"zone\":\"r1a,r1b\",\"type\":\"small\",\"spot\":false,"               \
    "\"changed_at_ms\":" changed ",\"hold_ms\":" hold "}"

static void test_whatever_lies_on_the_disk_does_no_harm(void **state)
{
    static const char *const texts[] = {
        "",
        "<html>",
        "[]",
        "{\"places\":{}}",
        "{\"places\":[1,null,[],{}," FACT("7", "1777636800000", "180000") "]}",
        "{\"places\":[" FACT("\"r1\"", "1777636800001", "180000") "]}", /* from the future */
        "{\"places\":[" FACT("\"r1\"", "-1", "180000") "]}",
        "{\"places\":[" FACT("\"r1\"", "1777636800000", "1800001") "]}", /* too long */
        "{\"places\":[" FACT("\"r1\"", "1777636800000", "-5") "]}",
        "{\"places\":[" FACT("\"r1\"", "1777636800000", "1e3") "]}",
        "{\"places\":[" FACT("\"r1\"", "99999999999999999999", "180000") "]}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        free(disk);
        disk = strdup(texts[i]);
        capacity_refresh(&ours, &world, SPACE);
        assert_int_equal(held_ms(&ours, &small), 0);
    }
    free(disk);
    disk = strdup("{\"places\":[17," FACT("\"r1\"", "1777636800000", "180000") "]}");
    capacity_refresh(&ours, &world, SPACE);
    assert_int_equal(held_ms(&ours, &small), 3 * MINUTE_MS);
}

#define CAPACITY_TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPACITY_TEST(test_a_place_is_held_for_three_minutes_and_no_other),
        CAPACITY_TEST(test_each_disappointment_doubles_it_up_to_thirty_minutes),
        CAPACITY_TEST(test_several_who_try_at_once_are_one_disappointment),
        CAPACITY_TEST(test_a_machine_that_is_made_clears_it),
        CAPACITY_TEST(test_it_outlives_the_process),
        CAPACITY_TEST(test_processes_learn_of_each_other_and_take_nothing_away),
        CAPACITY_TEST(test_without_a_disk_it_is_kept_in_memory),
        CAPACITY_TEST(test_what_the_disk_says_is_no_news_when_it_is_older),
        CAPACITY_TEST(test_what_is_hours_old_is_forgotten),
        CAPACITY_TEST(test_whatever_lies_on_the_disk_does_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
