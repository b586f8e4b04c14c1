/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random offers and random queries: what the table finds must be what a loop over plain structs finds.
 * ARCHWAY_TEST_SEED repeats a run.
 */
#include "core/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <cmocka.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define CENT 10000000ull /* nano-dollars */

enum {
    TABLES = 60,
    QUERIES = 40,
    MOST_OFFERS = 300
};

static const char *const backends[] = {"lambda", "aws", "gcp"};
static const char *const regions[] = {"", "us-east-1", "us-east-2", "eu-west-1", "aws"};
static const char *const types[] = {"m7g.large", "m7i.large", "gh200", "a3", "t2a", "us-east-1"};
static const char *const zones[] = {NULL, "a", "a,b", "b"};
static const char *const gpu_names[] = {"H100", "h100", "A10", "T4G"};
static const char *const gpu_vendors[] = {"nvidia", "NVIDIA", "amd"};

static uint64_t random_state;

static uint32_t below(uint32_t bound)
{
    random_state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = random_state;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((mixed ^ mixed >> 31) % bound);
}

#define ONE_OF(words) (words)[below(COUNT_OF(words))]

struct model {
    const char *backend;
    aw_offer offer;
    aw_gpu gpu;
};

static struct model models[MOST_OFFERS];
static size_t model_count;

static void fill_model(struct model *model)
{
    model->backend = ONE_OF(backends);
    model->gpu = (aw_gpu){
        .size = sizeof model->gpu,
        .count = 1 + below(4),
        .vendor = ONE_OF(gpu_vendors),
        .name = ONE_OF(gpu_names),
        .memory_mib = 1024u * 20u * below(5),
    };
    model->offer = (aw_offer){
        .size = sizeof model->offer,
        .arch = 1 + below(2),
        .availability = below(4),
        .vcpus = 1 + below(8),
        .spot = below(2),
        .priced = below(5) != 0,
        .price_nusd_per_hour = CENT * below(20),
        .memory_mib = 1024u * below(9),
        .disk_mib = 1024u * below(3),
        .gpu = below(2) ? &model->gpu : NULL,
        .instance_type = ONE_OF(types),
        .region = ONE_OF(regions),
        .zone = ONE_OF(zones),
    };
}

/* Some of the offers come and go before the others are compared. */
static struct table *random_table(void)
{
    struct table *table = table_create();
    assert_non_null(table);
    model_count = below(MOST_OFFERS + 1);
    for (size_t i = 0; i < model_count; i++) {
        fill_model(&models[i]);
        assert_int_equal(table_add(table, 1, models[i].backend, &models[i].offer, NULL), 0);
        if (below(4) == 0)
            assert_int_equal(table_add(table, 2, "gone", &models[i].offer, NULL), 0);
    }
    table_drop(table, 2);
    return table;
}

/* What is asked for, in the words of the test. */
struct wish {
    const char *backend; /* NULL: not said; as the next three */
    const char *region;
    const char *type;
    const char *gpu_name;
    const char *gpu_vendor;
    uint32_t archs;
    struct range vcpus;
    struct range memory_gb;
    struct range disk_gb;
    struct range gpu_count;
    struct range gpu_memory_gb;
    bool gpu;
    bool no_gpu;
    uint32_t spot;
    uint32_t max_cents;
    bool available;
    uint32_t sort;
    bool descending;
    uint32_t limit;
};

static bool sometimes(void)
{
    return below(4) == 0;
}

static struct range random_range(uint32_t bound, uint64_t min)
{
    struct range range = {min, UINT64_MAX};
    if (sometimes())
        range.min = below(bound);
    if (sometimes())
        range.max = range.min + below(bound);
    return range;
}

static struct wish random_wish(void)
{
    struct wish wish = {
        .backend = sometimes() ? ONE_OF(backends) : NULL,
        .region = sometimes() ? regions[1 + below(COUNT_OF(regions) - 1)] : NULL,
        .type = sometimes() ? ONE_OF(types) : NULL,
        .gpu_vendor = sometimes() ? ONE_OF(gpu_vendors) : NULL,
        .archs = sometimes() ? 1 + below(3) : 0,
        .vcpus = random_range(8, 0),
        .memory_gb = random_range(9, 0),
        .disk_gb = random_range(3, 0),
        .gpu = sometimes(),
        .spot = below(3),
        .max_cents = sometimes() ? below(20) : UINT32_MAX,
        .available = sometimes(),
        .sort = below(5),
        .descending = below(2),
        .limit = below(2) ? below(40) : 0,
    };
    wish.no_gpu = !wish.gpu && sometimes();
    wish.gpu_name = wish.gpu && below(2) ? ONE_OF(gpu_names) : NULL;
    wish.gpu_count = random_range(4, 1);
    wish.gpu_memory_gb = random_range(80, 0);
    return wish;
}

static void say(archway_query *query, const char *filter, const char *text)
{
    aw_error error;
    if (text && archway_query_set(query, filter, text, &error) != 0)
        fail_msg("%s \"%s\": %s", filter, text, error.message);
}

static const char *range_text(char *text, size_t size, struct range range, const char *unit)
{
    if (range.max == UINT64_MAX)
        snprintf(text, size, "%u%s..", (unsigned)range.min, unit);
    else
        snprintf(text, size, "%u%s..%u%s", (unsigned)range.min, unit, (unsigned)range.max, unit);
    return text;
}

static void say_gpu(archway_query *query, const struct wish *wish)
{
    char text[96];
    char count[32];
    char memory[32];
    range_text(count, sizeof count, wish->gpu_count, "");
    range_text(memory, sizeof memory, wish->gpu_memory_gb, "GB");
    snprintf(text, sizeof text, "%s%s%s:%s", wish->gpu_name ? wish->gpu_name : "",
             wish->gpu_name ? ":" : "", count, memory);
    say(query, "gpu", text);
}

static archway_query *query_of(const struct wish *wish)
{
    static const char *const spots[] = {"any", "no", "only"};
    static const char *const keys[] = {"price",  "cpu",  "memory",  "gpu",  "name",
                                       "-price", "-cpu", "-memory", "-gpu", "-name"};
    char text[64];
    archway_query *query = archway_query_create();
    assert_non_null(query);
    say(query, "backend", wish->backend);
    say(query, "region", wish->region);
    say(query, "type", wish->type);
    say(query, "gpu-vendor", wish->gpu_vendor);
    say(query, "arch", wish->archs ? archway_arch_name(wish->archs) : NULL);
    say(query, "cpu", range_text(text, sizeof text, wish->vcpus, ""));
    say(query, "memory", range_text(text, sizeof text, wish->memory_gb, "GB"));
    say(query, "disk", range_text(text, sizeof text, wish->disk_gb, "GiB"));
    say(query, "spot", spots[wish->spot]);
    say(query, "available", wish->available ? "yes" : "no");
    say(query, "sort", keys[wish->sort + (wish->descending ? 5 : 0)]);
    if (wish->gpu)
        say_gpu(query, wish);
    say(query, "gpu", wish->no_gpu ? "none" : NULL);
    snprintf(text, sizeof text, "%u.%02u", wish->max_cents / 100, wish->max_cents % 100);
    say(query, "max-price", wish->max_cents == UINT32_MAX ? NULL : text);
    snprintf(text, sizeof text, "%u", wish->limit);
    say(query, "limit", text);
    return query;
}

static bool is_or_unsaid(const char *wanted, const char *text)
{
    return !wanted || strcmp(wanted, text) == 0;
}

static bool within(struct range range, uint64_t unit, uint64_t value)
{
    return value >= range.min * unit && (range.max == UINT64_MAX || value <= range.max * unit);
}

static bool gpu_fits(const struct wish *wish, const aw_gpu *gpu)
{
    if (wish->gpu_vendor && (!gpu || strcasecmp(wish->gpu_vendor, gpu->vendor) != 0))
        return false;
    if (wish->no_gpu)
        return !gpu;
    if (!wish->gpu)
        return true;
    if (!gpu)
        return wish->gpu_count.min == 0;
    return (!wish->gpu_name || strcasecmp(wish->gpu_name, gpu->name) == 0) &&
           within(wish->gpu_count, 1, gpu->count) &&
           within(wish->gpu_memory_gb, 1024, gpu->memory_mib);
}

static bool fits(const struct wish *wish, const struct model *model)
{
    const aw_offer *offer = &model->offer;
    bool affordable = wish->max_cents == UINT32_MAX ||
                      (offer->priced && offer->price_nusd_per_hour <= wish->max_cents * CENT);
    bool available = !wish->available || offer->availability == AW_AVAILABLE ||
                     offer->availability == AW_AVAILABILITY_UNKNOWN;
    return is_or_unsaid(wish->backend, model->backend) &&
           is_or_unsaid(wish->region, offer->region) &&
           is_or_unsaid(wish->type, offer->instance_type) &&
           (!wish->archs || (wish->archs & offer->arch)) && within(wish->vcpus, 1, offer->vcpus) &&
           within(wish->memory_gb, 1024, offer->memory_mib) &&
           within(wish->disk_gb, 1024, offer->disk_mib) && gpu_fits(wish, offer->gpu) &&
           (wish->spot == AW_SPOT_ANY || (wish->spot == AW_SPOT_ONLY) == offer->spot) &&
           affordable && available;
}

static const struct wish *sorted_for;

static double key_of(const aw_offer *offer)
{
    double gpu = offer->gpu ? offer->gpu->count * 1e9 + (double)offer->gpu->memory_mib : 0;
    double price = offer->priced ? (double)offer->price_nusd_per_hour : 0;
    const double keys[] = {price, offer->vcpus, (double)offer->memory_mib, gpu, 0};
    return sorted_for->descending ? -keys[sorted_for->sort] : keys[sorted_for->sort];
}

static int by_number(double a, double b)
{
    return (a > b) - (a < b);
}

static int by_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

static int by_rank(const void *left, const void *right)
{
    const struct model *a = &models[*(const uint32_t *)left];
    const struct model *b = &models[*(const uint32_t *)right];
    const aw_offer *x = &a->offer;
    const aw_offer *y = &b->offer;
    int name = sorted_for->sort == SORT_NAME ? by_text(x->instance_type, y->instance_type) : 0;
    double price = sorted_for->sort == SORT_PRICE && sorted_for->descending ? -1 : 1;
    const int orders[] = {
        sorted_for->sort == SORT_PRICE ? by_number(!x->priced, !y->priced) : 0,
        by_number(key_of(x), key_of(y)),
        sorted_for->descending ? -name : name,
        by_number(!x->priced, !y->priced),
        x->priced ? by_number(price * (double)x->price_nusd_per_hour,
                              price * (double)y->price_nusd_per_hour)
                  : 0,
        by_text(a->backend, b->backend),
        by_text(x->region, y->region),
        by_text(x->instance_type, y->instance_type),
        by_text(x->zone, y->zone),
        by_number(x->spot, y->spot),
        by_number((double)(a - models), (double)(b - models)),
    };
    for (size_t i = 0; i < COUNT_OF(orders); i++)
        if (orders[i])
            return orders[i];
    return 0;
}

static void assert_found(const struct table *table, const struct wish *wish)
{
    static uint32_t expected[MOST_OFFERS];
    size_t matched = 0;
    for (uint32_t i = 0; i < model_count; i++)
        if (fits(wish, &models[i]))
            expected[matched++] = i;
    sorted_for = wish;
    qsort(expected, matched, sizeof *expected, by_rank);
    struct selection found;
    archway_query *query = query_of(wish);
    assert_int_equal(
        table_select(table, query, &(struct requirement){.archs = query->archs}, &found), 0);
    uint64_t removed = 0;
    for (size_t i = 0; found.removed[i].name; i++)
        removed += found.removed[i].count;
    assert_int_equal(found.matched, matched);
    assert_int_equal(found.matched + removed, model_count);
    assert_int_equal(found.count, wish->limit && wish->limit < matched ? wish->limit : matched);
    assert_memory_equal(found.rows, expected, found.count * sizeof *expected);
    selection_finish(&found);
    archway_query_destroy(query);
}

static void test_the_table_finds_what_a_plain_loop_finds(void **state)
{
    (void)state;
    for (int i = 0; i < TABLES; i++) {
        struct table *table = random_table();
        for (int j = 0; j < QUERIES; j++) {
            struct wish wish = random_wish();
            assert_found(table, &wish);
        }
        table_destroy(table);
    }
}

int main(void)
{
    const char *seed = getenv("ARCHWAY_TEST_SEED");
    random_state = seed ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("ARCHWAY_TEST_SEED=%llu\n", (unsigned long long)random_state);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_table_finds_what_a_plain_loop_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
