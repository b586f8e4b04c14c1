/* SPDX-License-Identifier: Apache-2.0 */
/* Which offers a query finds, in which order, and what it says about the others. */
#include "core/mem.h"
#include "core/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define CENT 10000000u /* nano-dollars */
#define UNPRICED UINT32_MAX

enum {
    AMD = AW_ARCH_AMD64,
    ARM = AW_ARCH_ARM64
};

/* A cloud with a bit of everything. The letter stands for the offer in the tests. */
static const struct sample {
    const char *letter; /* its zone */
    const char *backend;
    const char *type;
    const char *region;
    uint32_t arch;
    uint32_t vcpus;
    uint32_t memory_gb;
    uint32_t disk_gb;
    const char *gpu;
    uint32_t gpu_count;
    uint32_t gpu_memory_gb;
    uint32_t spot;
    uint32_t cents;
    uint32_t availability;
} samples[] = {
    {"a", "lambda", "gh200", "us-east-3", ARM, 64, 432, 4096, "nvidia GH200", 1, 96, 0, 149,
     AW_AVAILABLE},
    {"b", "lambda", "a10", "us-west-1", AMD, 30, 200, 1400, "nvidia A10", 1, 24, 0, 75,
     AW_UNAVAILABLE},
    {"c", "lambda", "h100x8", "", AMD, 208, 1800, 22528, "nvidia H100", 8, 80, 0, 2392,
     AW_UNAVAILABLE},
    {"d", "aws", "m7g.large", "eu-west-1", ARM, 2, 8, 0, NULL, 0, 0, 0, 9, AW_AVAILABILITY_UNKNOWN},
    {"e", "aws", "m7g.large", "eu-west-1", ARM, 2, 8, 0, NULL, 0, 0, 1, 3, AW_AVAILABILITY_UNKNOWN},
    {"f", "aws", "m7i.large", "eu-west-1", AMD, 2, 8, 0, NULL, 0, 0, 0, 9, AW_NO_QUOTA},
    {"g", "aws", "g4ad", "us-east-1", AMD, 4, 16, 150, "amd V520", 1, 8, 0, 38,
     AW_AVAILABILITY_UNKNOWN},
    {"h", "gcp", "a3", "us-central1", AMD, 208, 1872, 6000, "nvidia h100", 8, 80, 0, UNPRICED,
     AW_AVAILABLE},
    {"i", "gcp", "c4a", "us-central1", ARM, 8, 32, 0, NULL, 0, 0, 0, UNPRICED, AW_AVAILABLE},
};
enum {
    SAMPLES = sizeof samples / sizeof *samples
};

static struct table *table;
static struct selection found;

static void add_sample(const struct sample *sample)
{
    aw_gpu gpu = {.size = sizeof gpu, .count = sample->gpu_count};
    gpu.memory_mib = sample->gpu_memory_gb * 1024u;
    gpu.name = sample->gpu ? strchr(sample->gpu, ' ') + 1 : NULL;
    gpu.vendor = sample->gpu && *sample->gpu == 'a' ? "amd" : "nvidia";
    const aw_offer offer = {
        .size = sizeof offer,
        .arch = sample->arch,
        .availability = sample->availability,
        .vcpus = sample->vcpus,
        .spot = sample->spot,
        .priced = sample->cents != UNPRICED,
        .price_nusd_per_hour = (uint64_t)sample->cents * CENT,
        .memory_mib = sample->memory_gb * 1024u,
        .disk_mib = sample->disk_gb * 1024u,
        .gpu = sample->gpu ? &gpu : NULL,
        .instance_type = sample->type,
        .region = sample->region,
        .zone = sample->letter,
    };
    assert_int_equal(table_add(table, 1, sample->backend, &offer, NULL), 0);
}

static int make_table(void **state)
{
    (void)state;
    table = table_create();
    found = (struct selection){0};
    for (size_t i = 0; table && i < SAMPLES; i++)
        add_sample(&samples[i]);
    return table ? 0 : -1;
}

static int destroy_table(void **state)
{
    (void)state;
    selection_finish(&found);
    table_destroy(table);
    return 0;
}

/* `words`: "filter=text filter=text ..." */
static archway_query *query_of(const char *words)
{
    archway_query *query = archway_query_create();
    char copy[128] = "";
    char *rest = copy;
    assert_true(strlen(words) < sizeof copy);
    memcpy(copy, words, strlen(words));
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        aw_error error;
        char *text = strchr(word, '=');
        *text++ = '\0';
        if (archway_query_set(query, word, text, &error) != 0)
            fail_msg("%s", error.message);
    }
    return query;
}

static void look_for(const char *words)
{
    archway_query *query = query_of(words);
    selection_finish(&found);
    assert_int_equal(
        table_select(table, query, &(struct requirement){.archs = query->archs}, &found), 0);
    archway_query_destroy(query);
}

static const char *found_letters(void)
{
    static char letters[SAMPLES + 1];
    size_t count = 0;
    for (; count < found.count; count++) {
        aw_offer offer;
        const char *backend;
        table_offer(table, found.rows[count], &offer, &backend);
        letters[count] = *offer.zone;
    }
    letters[count] = '\0';
    return letters;
}

static void assert_found(const char *words, const char *letters)
{
    look_for(words);
    assert_string_equal(found_letters(), letters);
}

/* `letters` in the order of price, and how many the filter itself removed. */
static void assert_filter(const char *words, const char *letters, const char *filter,
                          uint64_t removed)
{
    assert_found(words, letters);
    assert_int_equal(found.matched, strlen(letters));
    assert_string_equal(found.removed[0].name, filter);
    assert_int_equal(found.removed[0].count, removed);
    assert_null(found.removed[1].name);
}

static void test_everything_comes_cheapest_first_and_unpriced_last(void **state)
{
    (void)state;
    assert_found("", "edfgbachi");
    assert_int_equal(found.matched, SAMPLES);
    assert_null(found.removed[0].name);
}

static void test_each_filter_keeps_its_own_and_counts_the_others(void **state)
{
    (void)state;
    assert_filter("backend=lambda,gcp", "bachi", "backend", 4);
    assert_filter("region=eu-west-1,us-east-3", "edfa", "region", 5);
    assert_filter("type=m7g.large", "ed", "type", 7);
    assert_filter("arch=arm64", "edai", "arch", 5);
    assert_filter("arch=amd64", "fgbch", "arch", 4);
    assert_filter("cpu=4..64", "gbai", "cpu", 5);
    assert_filter("memory=16GB..500GB", "gbai", "memory", 5);
    assert_filter("disk=1TB..", "bach", "disk", 5);
    assert_filter("gpu=h100", "ch", "gpu", 7);
    assert_filter("gpu=A10,V520:..24GB", "gb", "gpu", 7);
    assert_filter("gpu=80GB..", "ach", "gpu", 6);
    assert_filter("gpu=2..", "ch", "gpu", 7);
    assert_filter("gpu=none", "edfi", "gpu", 5);
    assert_filter("gpu=0..1", "edfgbai", "gpu", 2);
    assert_filter("gpu-vendor=AMD", "g", "gpu-vendor", 8);
    assert_filter("gpu-vendor=nvidia,amd", "gbach", "gpu-vendor", 4);
    assert_filter("spot=only", "e", "spot", 8);
    assert_filter("spot=no", "dfgbachi", "spot", 1);
    assert_filter("max-price=0.38", "edfg", "max-price", 5);
    assert_filter("max-price=0.379999999", "edf", "max-price", 6);
    assert_filter("available=yes", "edgahi", "available", 3);
}

static void test_neither_any_nor_nothing_removes_an_architecture(void **state)
{
    (void)state;
    assert_found("arch=any", "edfgbachi");
    assert_found("cpu=any:1..", "edfgbachi");
    assert_found("spot=any available=no limit=0", "edfgbachi");
}

static void test_an_offer_counts_for_the_first_filter_that_removes_it(void **state)
{
    (void)state;
    assert_found("available=yes max-price=1 spot=no gpu-vendor=nvidia cpu=arm:8.. backend=lambda",
                 "");
    assert_int_equal(found.matched, 0);
    static const struct removed expected[] = {{"backend", 6}, {"arch", 2}, {"max-price", 1}};
    for (size_t i = 0; i < 3; i++) {
        assert_string_equal(found.removed[i].name, expected[i].name);
        assert_int_equal(found.removed[i].count, expected[i].count);
    }
    assert_null(found.removed[3].name);
}

static void test_what_is_sold_out_everywhere_is_in_no_region(void **state)
{
    (void)state;
    assert_found("type=h100x8", "c");
    assert_found("type=h100x8 region=us-east-3,us-west-1", "");
    assert_string_equal(found.removed[0].name, "region");
}

static void test_names_are_whole_and_exact(void **state)
{
    (void)state;
    assert_found("backend=Lambda", "");
    assert_found("backend=lamb", "");
    assert_found("region=us-east-", "");
    assert_found("type=m7g", "");
    assert_found("gpu=H10", "");
    assert_found("gpu=gH200", "a");
    assert_found("type=us-east-3", ""); /* a text that the table has, but as no type */
}

static void test_offers_are_sorted_by_the_key_that_was_asked_for(void **state)
{
    (void)state;
    assert_found("sort=price", "edfgbachi");
    assert_found("sort=-price", "cabgdfehi");
    assert_found("sort=cpu", "edfgibach");
    assert_found("sort=-cpu", "chabigedf");
    assert_found("sort=memory", "edfgibach");
    assert_found("sort=-memory", "hcabigedf");
    assert_found("sort=gpu", "edfigbach");
    assert_found("sort=-gpu", "chabgedfi");
    assert_found("sort=name", "bhigacedf");
}

static void test_equal_offers_have_one_order_however_they_arrived(void **state)
{
    (void)state;
    static const struct sample equals[] = {
        {"n", "z", "same", "one", AMD, 2, 4, 0, NULL, 0, 0, 0, 5, AW_AVAILABLE},
        {"m", "y", "same", "two", AMD, 2, 4, 0, NULL, 0, 0, 0, 5, AW_AVAILABLE},
        {"l", "y", "same", "one", AMD, 2, 4, 0, NULL, 0, 0, 1, 5, AW_AVAILABLE},
        {"l", "y", "same", "one", AMD, 2, 4, 0, NULL, 0, 0, 0, 5, AW_AVAILABLE},
        {"k", "y", "same", "one", AMD, 2, 4, 0, NULL, 0, 0, 0, 5, AW_AVAILABLE},
        {"j", "y", "bare", "one", AMD, 2, 4, 0, NULL, 0, 0, 0, 5, AW_AVAILABLE},
    };
    for (int round = 0; round < 2; round++) {
        table_drop(table, 1);
        for (int i = 0; i < 6; i++)
            add_sample(&equals[round ? 5 - i : i]);
        assert_found("", "jkllmn");
        aw_offer offer;
        const char *backend;
        table_offer(table, found.rows[2], &offer, &backend);
        assert_int_equal(offer.spot, 0);
        assert_found("limit=4", "jkll");
        assert_found("sort=-cpu", "jkllmn");
    }
}

static void test_a_limit_keeps_the_best(void **state)
{
    (void)state;
    assert_found("limit=3", "edf");
    assert_int_equal(found.count, 3);
    assert_int_equal(found.matched, SAMPLES);
    assert_found("limit=1 sort=-cpu", "c");
    assert_found("limit=2 arch=arm64 spot=no", "da");
    assert_found("limit=8", "edfgbach");
    assert_found("limit=9", "edfgbachi");
    assert_found("limit=1000000", "edfgbachi");
}

static void test_an_empty_table_has_nothing(void **state)
{
    (void)state;
    table_drop(table, 1);
    assert_found("", "");
    assert_found("region=us-east-3 gpu=H100 limit=5", "");
    assert_null(found.removed[0].name);
    selection_finish(&found);
    selection_finish(&found);
}

static int countdown(void *left)
{
    return (*(int *)left)-- == 0;
}

static void test_every_allocation_may_fail(void **state)
{
    (void)state;
    archway_query *query = query_of("limit=3 region=eu-west-1 gpu=none");
    struct selection untouched = {.count = 77};
    struct selection result = untouched;
    int failing = 0;
    for (;; failing++) {
        int left = failing;
        mem_set_fault(countdown, &left);
        int outcome =
            table_select(table, query, &(struct requirement){.archs = query->archs}, &result);
        mem_set_fault(NULL, NULL);
        if (outcome == 0)
            break;
        assert_memory_equal(&result, &untouched, sizeof result);
    }
    assert_true(failing >= 3);
    assert_int_equal(result.count, 3);
    selection_finish(&result);
    archway_query_destroy(query);
}

#define SELECT_TEST(test) cmocka_unit_test_setup_teardown(test, make_table, destroy_table)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SELECT_TEST(test_everything_comes_cheapest_first_and_unpriced_last),
        SELECT_TEST(test_each_filter_keeps_its_own_and_counts_the_others),
        SELECT_TEST(test_neither_any_nor_nothing_removes_an_architecture),
        SELECT_TEST(test_an_offer_counts_for_the_first_filter_that_removes_it),
        SELECT_TEST(test_what_is_sold_out_everywhere_is_in_no_region),
        SELECT_TEST(test_names_are_whole_and_exact),
        SELECT_TEST(test_offers_are_sorted_by_the_key_that_was_asked_for),
        SELECT_TEST(test_equal_offers_have_one_order_however_they_arrived),
        SELECT_TEST(test_a_limit_keeps_the_best),
        SELECT_TEST(test_an_empty_table_has_nothing),
        SELECT_TEST(test_every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
