/* SPDX-License-Identifier: Apache-2.0 */
/* What goes into the table of offers, what comes out, and what it weighs. */
#include "core/mem.h"
#include "core/table.h"
#include "tests/sample_offer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct table *table;
static aw_gpu gh200;
static aw_offer offer;

static int make_table(void **state)
{
    (void)state;
    gh200 = sample_gpu();
    offer = sample_offer(&gh200);
    table = table_create();
    return table ? 0 : -1;
}

static int destroy_table(void **state)
{
    (void)state;
    table_destroy(table);
    return 0;
}

static void add(uint32_t shard, const char *backend)
{
    aw_error error;
    if (table_add(table, shard, backend, &offer, &error) != 0)
        fail_msg("%s", error.message);
}

static aw_offer offer_at(uint32_t row, const char *backend)
{
    aw_offer seen;
    const char *seen_backend;
    table_offer(table, row, &seen, &seen_backend);
    assert_string_equal(seen_backend, backend);
    assert_int_equal(seen.size, sizeof seen);
    return seen;
}

static void test_an_offer_comes_out_as_it_went_in(void **state)
{
    (void)state;
    add(1, "lambda-research");
    aw_offer seen = offer_at(0, "lambda-research");
    assert_int_equal(seen.arch, AW_ARCH_ARM64);
    assert_int_equal(seen.arch_source, AW_ARCH_SOURCE_RULE);
    assert_int_equal(seen.availability, AW_AVAILABLE);
    assert_int_equal(seen.vcpus, 64);
    assert_int_equal(seen.spot, 1);
    assert_int_equal(seen.priced, 1);
    assert_int_equal(seen.price_nusd_per_hour, 1490000000);
    assert_int_equal(seen.memory_mib, 442368);
    assert_int_equal(seen.disk_mib, 4194304);
    assert_string_equal(seen.instance_type, "gpu_1x_gh200");
    assert_string_equal(seen.region, "us-east-3");
    assert_string_equal(seen.zone, "us-east-3a,us-east-3b");
    assert_string_equal(seen.data, "{\"opaque\":\n1}");
    assert_int_equal(seen.gpu->size, sizeof gh200);
    assert_int_equal(seen.gpu->count, 1);
    assert_string_equal(seen.gpu->vendor, "nvidia");
    assert_string_equal(seen.gpu->name, "GH200");
    assert_int_equal(seen.gpu->memory_mib, 98304);
}

static void test_what_an_offer_does_not_say_stays_unsaid(void **state)
{
    (void)state;
    offer = (aw_offer){.size = sizeof offer, .arch = AW_ARCH_AMD64, .instance_type = "a"};
    offer.price_nusd_per_hour = 5; /* but it is not priced */
    add(1, "b");
    aw_offer seen = offer_at(0, "b");
    assert_int_equal(seen.priced, 0);
    assert_int_equal(seen.price_nusd_per_hour, 0);
    assert_int_equal(seen.availability, AW_AVAILABILITY_UNKNOWN);
    assert_string_equal(seen.region, "");
    assert_null(seen.zone);
    assert_null(seen.data);
    assert_null(seen.gpu);
}

static void test_the_largest_values_fit(void **state)
{
    (void)state;
    offer.vcpus = UINT32_MAX;
    offer.memory_mib = UINT32_MAX;
    offer.disk_mib = UINT32_MAX;
    offer.price_nusd_per_hour = INT64_MAX;
    gh200.count = UINT32_MAX;
    gh200.memory_mib = UINT32_MAX;
    add(1, "b");
    aw_offer seen = offer_at(0, "b");
    assert_int_equal(seen.vcpus, UINT32_MAX);
    assert_int_equal(seen.memory_mib, UINT32_MAX);
    assert_int_equal(seen.disk_mib, UINT32_MAX);
    assert_int_equal(seen.price_nusd_per_hour, INT64_MAX);
    assert_int_equal(seen.gpu->count, UINT32_MAX);
    assert_int_equal(seen.gpu->memory_mib, UINT32_MAX);
}

static void test_an_older_plugins_shorter_offer_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    offer.size = offsetof(aw_offer, zone);
    gh200.size = offsetof(aw_gpu, memory_mib);
    add(1, "b");
    aw_offer seen = offer_at(0, "b");
    assert_null(seen.zone);
    assert_null(seen.data);
    assert_int_equal(seen.gpu->memory_mib, 0);
    offer.size = 0;
    assert_int_equal(table_add(table, 1, "b", &offer, NULL), -1);
}

static void test_a_newer_plugins_words_are_unknown(void **state)
{
    (void)state;
    struct {
        aw_offer known;
        uint64_t newer;
    } larger = {.known = offer, .newer = UINT64_MAX};
    larger.known.size = sizeof larger;
    larger.known.arch_source = AW_ARCH_SOURCE_USER + 1;
    larger.known.availability = AW_NO_QUOTA + 1;
    assert_int_equal(table_add(table, 1, "b", &larger.known, NULL), 0);
    aw_offer seen = offer_at(0, "b");
    assert_int_equal(seen.arch_source, AW_ARCH_SOURCE_UNKNOWN);
    assert_int_equal(seen.availability, AW_AVAILABILITY_UNKNOWN);
}

static void test_what_was_handed_out_stays_while_offers_are_added(void **state)
{
    (void)state;
    add(1, "b");
    aw_offer first = offer_at(0, "b");
    for (unsigned i = 0; i < 5000; i++) {
        char type[32];
        snprintf(type, sizeof type, "type-%u", i);
        offer.instance_type = type;
        gh200.count = i + 1;
        add(2, "c");
    }
    assert_string_equal(first.instance_type, "gpu_1x_gh200");
    assert_ptr_equal(first.instance_type, offer_at(0, "b").instance_type);
    assert_ptr_equal(first.gpu, offer_at(0, "b").gpu);
    assert_string_equal(offer_at(4321, "c").instance_type, "type-4320");
    assert_int_equal(offer_at(4321, "c").gpu->count, 4321);
}

static void test_a_dropped_shard_leaves_the_others_whole(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 300; i++) {
        char type[32];
        snprintf(type, sizeof type, "type-%u", i);
        offer.instance_type = type;
        gh200.count = 1 + i % 7;
        offer.gpu = i % 2 ? &gh200 : NULL;
        add(i % 3, i % 3 ? "b" : "c");
    }
    table_drop(table, 1);
    table_drop(table, 99);
    assert_int_equal(table_count(table), 200);
    for (unsigned i = 0, row = 0; i < 300; i++) {
        char type[32];
        snprintf(type, sizeof type, "type-%u", i);
        if (i % 3 == 1)
            continue;
        aw_offer seen = offer_at(row++, i % 3 ? "b" : "c");
        assert_string_equal(seen.instance_type, type);
        assert_int_equal(seen.gpu ? seen.gpu->count : 0, i % 2 ? 1 + i % 7 : 0);
        assert_string_equal(seen.zone, "us-east-3a,us-east-3b");
    }
    table_drop(table, 0);
    table_drop(table, 2);
    assert_int_equal(table_count(table), 0);
    assert_true(table_bytes(table) < 512);
}

/* Other words at every listing, as opaque data may be. */
static void list_again(uint32_t shard, unsigned listing)
{
    table_drop(table, shard);
    for (unsigned i = 0; i < 200; i++) {
        char words[48];
        snprintf(words, sizeof words, "listing %u, offer %u", listing, i);
        offer.data = words;
        gh200.name = words;
        add(shard, "b");
    }
}

static void test_listing_again_and_again_does_not_grow_the_table(void **state)
{
    (void)state;
    list_again(1, 1000);
    list_again(2, 1001);
    size_t bytes = table_bytes(table);
    for (unsigned listing = 1002; listing < 1100; listing++)
        list_again(2, listing);
    assert_int_equal(table_count(table), 400);
    assert_true(table_bytes(table) <= bytes + bytes / 4);
    assert_string_equal(offer_at(7, "b").data, "listing 1000, offer 7");
    assert_string_equal(offer_at(207, "b").data, "listing 1099, offer 7");
    assert_string_equal(offer_at(207, "b").gpu->name, "listing 1099, offer 7");
}

static void test_a_hundred_thousand_offers_take_less_than_96_bytes_each(void **state)
{
    (void)state;
    offer.data = NULL;
    for (unsigned i = 0; i < 100000; i++) {
        char type[32];
        char region[16];
        char zones[64];
        unsigned place = i / 2500;
        snprintf(type, sizeof type, "m%u.%uxlarge", i / 2 % 1250 / 8, 1u << i / 2 % 8);
        snprintf(region, sizeof region, "region-%u", place);
        snprintf(zones, sizeof zones, "%sa,%sb,%sc", region, region, i % 3 ? region : "");
        offer.instance_type = type;
        offer.region = region;
        offer.zone = zones;
        offer.spot = i % 2;
        add(place, "b");
    }
    assert_true(table_bytes(table) < 96 * table_count(table));
}

static void test_the_table_says_all_the_memory_it_holds(void **state)
{
    (void)state;
    size_t texts = 0;
    char data[4000];
    memset(data, 'x', sizeof data - 1);
    data[sizeof data - 1] = '\0';
    offer.data = data;
    for (unsigned i = 0; i < 500; i++) {
        data[i] = 'y';
        add(1, "b");
        texts += sizeof data;
    }
    assert_true(table_bytes(table) > texts);
    assert_true(table_bytes(table) < texts + texts / 4);
}

static int countdown(void *left)
{
    return (*(int *)left)-- == 0;
}

/* Two shards, of which one is dropped; the allocation of that number fails. */
static int use_table_but(int failing)
{
    int result = 0;
    mem_set_fault(countdown, &failing);
    for (unsigned i = 0; i < 100 && result == 0; i++) {
        char type[32];
        aw_error error;
        snprintf(type, sizeof type, "type-%u", i);
        offer.instance_type = type;
        gh200.count = i + 1;
        if (table_add(table, i % 2, i % 2 ? "b" : "c", &offer, &error) == 0)
            continue;
        assert_int_equal(error.code, AW_E_NO_MEMORY);
        result = -1;
    }
    size_t kept = table_count(table) / 2;
    table_drop(table, 0);
    mem_set_fault(NULL, NULL);
    assert_int_equal(table_count(table), kept);
    for (uint32_t row = 0; row < kept; row++)
        assert_int_equal(offer_at(row, "b").gpu->count, 2 * row + 2);
    table_drop(table, 1);
    return result == 0 && failing >= 0 ? 0 : -1;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    int failing = 0;
    while (use_table_but(failing) != 0)
        failing++;
    assert_true(failing > 15);
    mem_set_fault(countdown, &(int){0});
    assert_null(table_create());
    mem_set_fault(NULL, NULL);
    table_destroy(NULL);
}

#define TABLE_TEST(test) cmocka_unit_test_setup_teardown(test, make_table, destroy_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TABLE_TEST(test_an_offer_comes_out_as_it_went_in),
        TABLE_TEST(test_what_an_offer_does_not_say_stays_unsaid),
        TABLE_TEST(test_the_largest_values_fit),
        TABLE_TEST(test_an_older_plugins_shorter_offer_is_read_as_far_as_it_goes),
        TABLE_TEST(test_a_newer_plugins_words_are_unknown),
        TABLE_TEST(test_what_was_handed_out_stays_while_offers_are_added),
        TABLE_TEST(test_a_dropped_shard_leaves_the_others_whole),
        TABLE_TEST(test_listing_again_and_again_does_not_grow_the_table),
        TABLE_TEST(test_a_hundred_thousand_offers_take_less_than_96_bytes_each),
        TABLE_TEST(test_the_table_says_all_the_memory_it_holds),
        TABLE_TEST(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
