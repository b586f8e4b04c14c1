/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of a query mean, and what is said about words that mean nothing. */
#include "core/mem.h"
#include "tests/query_words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_a_new_query_wants_everything_cheapest_first(void **state)
{
    (void)state;
    assert_int_equal(query->backends.count + query->regions.count + query->types.count, 0);
    assert_int_equal(query->archs, 0);
    assert_range(query->vcpus, 0, OPEN);
    assert_range(query->memory_mib, 0, OPEN);
    assert_range(query->disk_mib, 0, OPEN);
    assert_false(query->gpu_wanted || query->gpu_unwanted || query->available_only);
    assert_int_equal(query->spot, AW_SPOT_ANY);
    assert_int_equal(query->max_price_nusd_per_hour, OPEN);
    assert_int_equal(query->sort, SORT_PRICE);
    assert_false(query->descending);
    assert_int_equal(query->limit, 0);
}

static void test_names_are_kept_exactly_and_add_up(void **state)
{
    (void)state;
    accept_words("region", " us-east-1 , eu-west-1,us-east-1");
    accept_words("region", "us-east-3");
    accept_words("backend", "lambda-research");
    accept_words("type", "gpu_1x_gh200");
    assert_int_equal(query->regions.count, 3);
    assert_true(names_has(&query->regions, "us-east-1"));
    assert_true(names_has(&query->regions, "eu-west-1"));
    assert_true(names_has(&query->regions, "us-east-3"));
    assert_false(names_has(&query->regions, "US-EAST-1"));
    assert_false(names_has(&query->regions, "us-east"));
    assert_true(names_has(&query->backends, "lambda-research"));
    assert_true(names_has(&query->types, "gpu_1x_gh200"));
    assert_true(names_has(&query->gpu_names, "no names: all of them"));
}

static void test_an_empty_name_is_refused_and_none_of_the_list_stays(void **state)
{
    (void)state;
    static const char *const lists[] = {"", " ", ",", "a,", ",a", "a,,b", "a, ,b"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        aw_error error;
        assert_int_equal(archway_query_set(query, "region", lists[i], &error), -1);
        assert_non_null(strstr(error.message, "region: a name is empty"));
        assert_int_equal(query->regions.count, 0);
    }
}

static void test_unset_any_and_one_architecture_are_three_things(void **state)
{
    (void)state;
    assert_int_equal(query->archs, 0);
    accept_words("arch", "any");
    assert_int_equal(query->archs, AW_ARCH_ANY);
    accept_words("arch", " AArch64 ");
    assert_int_equal(query->archs, AW_ARCH_ARM64);
    accept_words("arch", "x86_64");
    assert_int_equal(query->archs, AW_ARCH_AMD64);
    refuse_words("arch", "armv7l", "any for both");
    refuse_words("arch", "amd64,arm64", "any for both");
    refuse_words("arch", "", "write amd64");
}

static void test_a_gpu_vendor_must_be_one(void **state)
{
    (void)state;
    accept_words("gpu-vendor", "NVIDIA, amd");
    assert_int_equal(query->gpu_vendors.count, 2);
    refuse_words("gpu-vendor", "nvida", "did you mean nvidia?");
    refuse_words("gpu-vendor", "matrox", "write nvidia, amd, intel");
}

static void test_a_price_is_read_to_the_nano_dollar(void **state)
{
    (void)state;
    accept_words("max-price", "2.5");
    assert_int_equal(query->max_price_nusd_per_hour, 2500000000);
    accept_words("max-price", "0.1");
    assert_int_equal(query->max_price_nusd_per_hour, 100000000);
    accept_words("max-price", "1.490000001");
    assert_int_equal(query->max_price_nusd_per_hour, 1490000001);
    accept_words("max-price", "9007199.254740993");
    assert_int_equal(query->max_price_nusd_per_hour, 9007199254740993);
    accept_words("max-price", "0");
    assert_int_equal(query->max_price_nusd_per_hour, 0);
    accept_words("max-price", "9223372035.999999999");
    assert_int_equal(query->max_price_nusd_per_hour, 9223372035999999999);
    refuse_words("max-price", "9223372036", "too large");
    refuse_words("max-price", "18446744073709551616", "too large");
    refuse_words("max-price", "0.0000000001", "more than nine decimals");
}

static void test_a_price_that_is_none_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "-1",  "$2",  "2.",   ".5", "1e3",
                                        "nan", "inf", "1,5", "0x10", "2 5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        refuse_words("max-price", texts[i], "write dollars an hour");
}

static void test_the_short_filters_take_their_words_only(void **state)
{
    (void)state;
    accept_words("spot", "only");
    assert_int_equal(query->spot, AW_SPOT_ONLY);
    accept_words("spot", "no");
    assert_int_equal(query->spot, AW_SPOT_NO);
    accept_words("spot", "any");
    assert_int_equal(query->spot, AW_SPOT_ANY);
    refuse_words("spot", "yes", "write any, no or only");
    accept_words("available", "yes");
    assert_true(query->available_only);
    accept_words("available", "no");
    assert_false(query->available_only);
    refuse_words("available", "maybe", "write yes or no");
    accept_words("limit", "50");
    assert_int_equal(query->limit, 50);
    refuse_words("limit", "-1", "not a whole number");
    refuse_words("limit", "", "not a whole number");
}

static void test_offers_can_be_sorted_by_five_keys_in_both_directions(void **state)
{
    (void)state;
    static const char *const keys[] = {"price", "cpu", "memory", "gpu", "name"};
    for (size_t i = 0; i < 5; i++) {
        accept_words("sort", keys[i]);
        assert_int_equal(query->sort, i);
        assert_false(query->descending);
    }
    accept_words("sort", "-memory");
    assert_int_equal(query->sort, SORT_MEMORY);
    assert_true(query->descending);
    refuse_words("sort", "prise", "did you mean price?");
    refuse_words("sort", "-", "write price, cpu, memory, gpu or name");
    refuse_words("sort", "--cpu", "key to sort by");
}

static void test_an_unknown_filter_is_answered_with_the_nearest(void **state)
{
    (void)state;
    refuse_words("regoin", "x", "did you mean region?");
    refuse_words("max_price", "1", "did you mean max-price?");
    refuse_words("colour", "blue", "write backend, region, type");
    refuse_words("", "blue", "write backend, region, type");
    aw_error error;
    assert_int_equal(archway_query_set(query, NULL, "x", &error), -1);
    assert_int_equal(archway_query_set(query, "cpu", NULL, &error), -1);
    assert_int_equal(archway_query_set(NULL, "cpu", "4", &error), -1);
    assert_int_equal(archway_query_set(query, "cpu", "x", NULL), -1);
    archway_query_destroy(NULL);
}

static int countdown(void *left)
{
    return (*(int *)left)-- == 0;
}

/* Sets everything; the allocation of that number fails. Returns 0 when all went well. */
static int set_all_but(int failing)
{
    static const char *const words[][2] = {
        {"backend", "a,b"}, {"region", "c"},        {"type", "d,e,f"},     {"arch", "arm64"},
        {"cpu", "arm:4.."}, {"gpu", "H100,A100:8"}, {"gpu-vendor", "amd"}, {"regoin", "x"},
    };
    int result = 0;
    mem_set_fault(countdown, &failing);
    archway_query *made = archway_query_create();
    for (size_t i = 0; made && i < sizeof words / sizeof *words; i++) {
        aw_error error;
        int expected = i + 1 == sizeof words / sizeof *words ? -1 : 0;
        if (archway_query_set(made, words[i][0], words[i][1], &error) == expected &&
            (expected == 0 || error.code == AW_E_INVALID))
            continue;
        assert_int_equal(error.code, AW_E_NO_MEMORY);
        result = -1;
    }
    archway_query_destroy(made);
    mem_set_fault(NULL, NULL);
    return made ? result : -1;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    int failing = 0;
    while (set_all_but(failing) != 0)
        failing++;
    assert_true(failing > 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUERY_TEST(test_a_new_query_wants_everything_cheapest_first),
        QUERY_TEST(test_names_are_kept_exactly_and_add_up),
        QUERY_TEST(test_an_empty_name_is_refused_and_none_of_the_list_stays),
        QUERY_TEST(test_unset_any_and_one_architecture_are_three_things),
        QUERY_TEST(test_a_gpu_vendor_must_be_one),
        QUERY_TEST(test_a_price_is_read_to_the_nano_dollar),
        QUERY_TEST(test_a_price_that_is_none_is_refused),
        QUERY_TEST(test_the_short_filters_take_their_words_only),
        QUERY_TEST(test_offers_can_be_sorted_by_five_keys_in_both_directions),
        QUERY_TEST(test_an_unknown_filter_is_answered_with_the_nearest),
        QUERY_TEST(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
