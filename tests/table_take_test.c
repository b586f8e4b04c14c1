/* SPDX-License-Identifier: Apache-2.0 */
/* A listing's offers enter the table of all, as they were and by what the account's quotas leave. */
#include "core/mem.h"
#include "core/quota.h"
#include "core/table.h"
#include "tests/sample_offer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct table *listing, *table;
static struct quotas quotas;
static aw_gpu gh200;
static aw_offer offer;

static void add(struct table *to, uint32_t shard, const char *backend, const char *type)
{
    aw_error error;
    offer.instance_type = type;
    if (table_add(to, shard, backend, &offer, &error))
        fail_msg("%s", error.message);
}

static int make_tables(void **state)
{
    (void)state;
    gh200 = sample_gpu();
    offer = sample_offer(&gh200);
    offer.quota = "east/GPUS:1";
    listing = table_create();
    table = table_create();
    return listing && table ? 0 : -1;
}

static int destroy_tables(void **state)
{
    (void)state;
    table_destroy(listing);
    table_destroy(table);
    quotas_finish(&quotas);
    return 0;
}

static aw_offer offer_at(uint32_t row, const char *backend)
{
    aw_offer seen;
    const char *seen_backend;
    table_offer(table, row, &seen, &seen_backend);
    assert_string_equal(seen_backend, backend);
    return seen;
}

static void take(uint32_t shard)
{
    aw_error error;
    if (table_take(table, shard, listing, &quotas, &error))
        fail_msg("%s", error.message);
}

static void test_offers_are_taken_as_they_were(void **state)
{
    (void)state;
    add(table, 1, "before", "a");
    add(listing, 2, "gcp", "b");
    offer.gpu = NULL;
    offer.zone = offer.data = offer.quota = NULL;
    add(listing, 2, "gcp", "c");
    take(3);
    assert_int_equal(table_count(table), 3);
    assert_int_equal(table_count(listing), 2);
    assert_string_equal(offer_at(0, "before").instance_type, "a");
    aw_offer seen = offer_at(1, "gcp");
    assert_string_equal(seen.instance_type, "b");
    assert_string_equal(seen.region, "us-east-3");
    assert_string_equal(seen.zone, "us-east-3a,us-east-3b");
    assert_string_equal(seen.data, "{\"opaque\":\n1}");
    assert_string_equal(seen.quota, "east/GPUS:1");
    assert_string_equal(seen.gpu->name, "GH200");
    assert_int_equal(seen.availability, AW_AVAILABLE);
    assert_int_equal(seen.price_nusd_per_hour, 1490000000);
    seen = offer_at(2, "gcp");
    assert_string_equal(seen.instance_type, "c");
    assert_null(seen.gpu);
    assert_null(seen.zone);
    assert_null(seen.data);
    assert_null(seen.quota);
}

static void test_they_outlive_their_listing_and_leave_as_one_shard(void **state)
{
    (void)state;
    add(table, 1, "before", "a");
    add(listing, 1, "gcp", "b");
    take(7);
    table_destroy(listing);
    listing = NULL;
    table_drop(table, 1);
    assert_int_equal(table_count(table), 1);
    assert_string_equal(offer_at(0, "gcp").instance_type, "b");
    assert_string_equal(offer_at(0, "gcp").gpu->vendor, "nvidia");
    table_drop(table, 7);
    assert_int_equal(table_count(table), 0);
}

static void test_what_needs_more_than_is_left_is_without_quota(void **state)
{
    (void)state;
    const aw_quota left = {.size = sizeof left, .name = "east/GPUS", .limit = 8, .used = 6};
    assert_int_equal(quotas_add(&quotas, &left), 0);
    offer.quota = "east/GPUS:2";
    add(listing, 1, "gcp", "two");
    offer.quota = "east/GPUS:3";
    add(listing, 1, "gcp", "three");
    add(listing, 1, "gcp", "three too");
    offer.quota = "west/GPUS:3";
    add(listing, 1, "gcp", "elsewhere");
    offer.quota = NULL;
    add(listing, 1, "gcp", "nothing");
    take(2);
    assert_int_equal(offer_at(0, "gcp").availability, AW_AVAILABLE);
    assert_int_equal(offer_at(1, "gcp").availability, AW_NO_QUOTA);
    assert_int_equal(offer_at(2, "gcp").availability, AW_NO_QUOTA);
    assert_int_equal(offer_at(3, "gcp").availability, AW_AVAILABLE);
    assert_int_equal(offer_at(4, "gcp").availability, AW_AVAILABLE);
}

static int countdown(void *arg)
{
    int *left = arg;
    return (*left)-- == 0;
}

static void test_without_memory_none_of_them_is_taken(void **state)
{
    (void)state;
    int result = -1;
    char type[32];
    aw_error error;
    for (unsigned i = 0; i < 100; i++) {
        snprintf(type, sizeof type, "type-%u", i);
        gh200.count = i + 1;
        add(listing, 1, "gcp", type);
    }
    add(table, 1, "before", "a");
    for (int failing = 0; result; failing++) {
        int left = failing;
        mem_set_fault(countdown, &left);
        result = table_take(table, 2, listing, &quotas, &error);
        mem_set_fault(NULL, NULL);
        assert_int_equal(table_count(table), result ? 1 : 101);
        if (result)
            assert_int_equal(error.code, AW_E_NO_MEMORY);
        assert_true(result || failing > 5);
    }
    assert_string_equal(offer_at(0, "before").instance_type, "a");
    assert_int_equal(offer_at(100, "gcp").gpu->count, 100);
}

#define TAKE_TEST(test) cmocka_unit_test_setup_teardown(test, make_tables, destroy_tables)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TAKE_TEST(test_offers_are_taken_as_they_were),
        TAKE_TEST(test_they_outlive_their_listing_and_leave_as_one_shard),
        TAKE_TEST(test_what_needs_more_than_is_left_is_without_quota),
        TAKE_TEST(test_without_memory_none_of_them_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
