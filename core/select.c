/* SPDX-License-Identifier: Apache-2.0 */
/* Filtering: a query is worked out once for every distinct text and GPU, so that rows are judged by numbers. */
#include "core/shortlist.h"

#include "core/mem.h"

#include <string.h>
#include <strings.h>

/* In the order in which they look at an offer. */
enum filter {
    FILTER_BACKEND,
    FILTER_REGION,
    FILTER_TYPE,
    FILTER_ARCH,
    FILTER_CPU,
    FILTER_MEMORY,
    FILTER_DISK,
    FILTER_GPU,
    FILTER_GPU_VENDOR,
    FILTER_SPOT,
    FILTER_MAX_PRICE,
    FILTER_AVAILABLE,
    FILTER_COUNT
};
_Static_assert(FILTER_COUNT < SELECTION_FILTERS, "an empty name ends the list");

static const char *const filter_names[FILTER_COUNT] = {
    "backend", "region", "type",       "arch", "cpu",       "memory",
    "disk",    "gpu",    "gpu-vendor", "spot", "max-price", "available",
};

enum {
    WANT_BACKEND = 1,
    WANT_REGION = 2,
    WANT_TYPE = 4
}; /* of a text */
enum {
    WANT_GPU = 1,
    WANT_GPU_VENDOR = 2
}; /* of a GPU */

struct matcher {
    const struct archway_query *query;
    uint8_t *texts; /* by number: what it is wanted for */
    uint8_t *gpus;
    uint32_t archs;             /* bits */
    uint32_t archs_without_gpu; /* with those that are emulated */
};

static void matcher_finish(struct matcher *matcher)
{
    mem_free(matcher->texts);
    mem_free(matcher->gpus);
}

static bool in_range(struct range range, uint64_t value)
{
    return range.min <= value && value <= range.max;
}

static bool names_has_in_any_case(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcasecmp(names->items[i], name) == 0)
            return true;
    return names->count == 0;
}

static void want_names(struct matcher *matcher, const struct intern *texts,
                       const struct names *names, uint8_t purpose)
{
    for (size_t i = 0; i < names->count; i++) {
        uint32_t number = intern_find(texts, names->items[i], strlen(names->items[i]));
        if (number)
            matcher->texts[number] |= purpose;
    }
}

static void judge_texts(struct matcher *matcher, const struct intern *texts)
{
    const struct archway_query *query = matcher->query;
    int always = (query->backends.count ? 0 : WANT_BACKEND) |
                 (query->regions.count ? 0 : WANT_REGION) | (query->types.count ? 0 : WANT_TYPE);
    memset(matcher->texts, always, texts->count + (size_t)1);
    want_names(matcher, texts, &query->backends, WANT_BACKEND);
    want_names(matcher, texts, &query->regions, WANT_REGION);
    want_names(matcher, texts, &query->types, WANT_TYPE);
}

static bool wants_gpu(const struct archway_query *query, const aw_gpu *gpu)
{
    if (!query->gpu_wanted)
        return !query->gpu_unwanted;
    return names_has_in_any_case(&query->gpu_names, gpu->name) &&
           in_range(query->gpu_count, gpu->count) &&
           in_range(query->gpu_memory_mib, gpu->memory_mib);
}

static void judge_gpus(struct matcher *matcher, const struct intern *gpus)
{
    const struct archway_query *query = matcher->query;
    bool without = !query->gpu_wanted || query->gpu_count.min == 0;
    matcher->gpus[0] =
        (uint8_t)((without ? WANT_GPU : 0) | (query->gpu_vendors.count == 0 ? WANT_GPU_VENDOR : 0));
    for (uint32_t number = 1; number <= gpus->count; number++) {
        const aw_gpu *gpu = intern_get(gpus, number);
        bool vendor = names_has_in_any_case(&query->gpu_vendors, gpu->vendor);
        matcher->gpus[number] =
            (uint8_t)((wants_gpu(query, gpu) ? WANT_GPU : 0) | (vendor ? WANT_GPU_VENDOR : 0));
    }
}

static int matcher_init(struct matcher *matcher, const struct table *table,
                        const struct archway_query *query, const struct requirement *requirement)
{
    uint32_t archs = requirement->archs ? requirement->archs : AW_ARCH_ANY;
    *matcher = (struct matcher){
        .query = query,
        .texts = mem_alloc(table->pools.texts.count + (size_t)1),
        .gpus = mem_alloc(table->pools.gpus.count + (size_t)1),
        .archs = archs,
        .archs_without_gpu = requirement->emulation ? AW_ARCH_ANY : archs,
    };
    if (!matcher->texts || !matcher->gpus)
        return -1;
    judge_texts(matcher, &table->pools.texts);
    judge_gpus(matcher, &table->pools.gpus);
    return 0;
}

static bool spot_fits(uint32_t wanted, bool spot)
{
    return wanted == AW_SPOT_ANY || spot == (wanted == AW_SPOT_ONLY);
}

static bool price_fits(uint64_t max, const struct row *row)
{
    return max == UINT64_MAX || (row->priced && row->price_nusd_per_hour <= max);
}

static bool may_be_available(const struct row *row)
{
    return row->availability != AW_UNAVAILABLE && row->availability != AW_NO_QUOTA;
}

/* The filter that removes the row, or FILTER_COUNT when none does; here of those that look behind `arch`. */
static enum filter filter_behind_arch(const struct matcher *matcher, const struct row *row)
{
    const struct archway_query *query = matcher->query;
    if (!in_range(query->vcpus, row->vcpus))
        return FILTER_CPU;
    if (!in_range(query->memory_mib, row->memory_mib))
        return FILTER_MEMORY;
    if (!in_range(query->disk_mib, row->disk_mib))
        return FILTER_DISK;
    if (!(matcher->gpus[row->gpu] & WANT_GPU))
        return FILTER_GPU;
    if (!(matcher->gpus[row->gpu] & WANT_GPU_VENDOR))
        return FILTER_GPU_VENDOR;
    if (!spot_fits(query->spot, row->spot))
        return FILTER_SPOT;
    if (!price_fits(query->max_price_nusd_per_hour, row))
        return FILTER_MAX_PRICE;
    return query->available_only && !may_be_available(row) ? FILTER_AVAILABLE : FILTER_COUNT;
}

static enum filter filter_against(const struct matcher *matcher, const struct row *row)
{
    if (!(matcher->texts[row->backend] & WANT_BACKEND))
        return FILTER_BACKEND;
    if (!(matcher->texts[row->region] & WANT_REGION))
        return FILTER_REGION;
    if (!(matcher->texts[row->type] & WANT_TYPE))
        return FILTER_TYPE;
    if (!((row->gpu ? matcher->archs : matcher->archs_without_gpu) & row->arch))
        return FILTER_ARCH;
    return filter_behind_arch(matcher, row);
}

static void report_removed(const uint64_t *counts, struct removed *removed)
{
    for (size_t i = 0; i < FILTER_COUNT; i++)
        if (counts[i])
            *removed++ = (struct removed){filter_names[i], counts[i]};
}

int table_select(const struct table *table, const struct archway_query *query,
                 const struct requirement *requirement, struct selection *ret)
{
    KIT_CLEANUP(matcher_finish) struct matcher matcher = {0};
    KIT_CLEANUP(shortlist_finish) struct shortlist list = {0};
    if (matcher_init(&matcher, table, query, requirement) != 0 ||
        shortlist_init(&list, table, query, requirement) != 0)
        return -1;
    uint64_t counts[FILTER_COUNT + 1] = {0};
    for (size_t i = 0; i < table->count; i++) {
        enum filter against = filter_against(&matcher, &table->rows[i]);
        counts[against]++;
        if (against == FILTER_COUNT)
            shortlist_offer(&list, (uint32_t)i);
    }
    struct selection selection = {.matched = counts[FILTER_COUNT], .count = list.count};
    selection.rows = shortlist_sorted_rows(&list);
    if (!selection.rows)
        return -1;
    report_removed(counts, selection.removed);
    *ret = selection;
    return 0;
}

void selection_finish(struct selection *selection)
{
    mem_free(selection->rows);
    *selection = (struct selection){0};
}

static void explain_row(const struct matcher *matcher, const struct row *row, uint32_t number,
                        struct explanation *explanation)
{
    enum filter against = filter_against(matcher, row);
    if (against < FILTER_ARCH)
        return;
    if (against == FILTER_ARCH && filter_behind_arch(matcher, row) == FILTER_COUNT) {
        explanation->other_arch[row->arch]++;
        explanation->without_gpu += row->gpu == 0;
    }
    explanation->type_count++;
    if (against == FILTER_COUNT)
        return;
    if (explanation->dropped_count < MOST_DROPPED)
        explanation->dropped[explanation->dropped_count] =
            (struct dropped){number, filter_names[against]};
    explanation->dropped_count++;
}

int table_explain(const struct table *table, const struct archway_query *query,
                  const struct requirement *requirement, struct explanation *ret)
{
    KIT_CLEANUP(matcher_finish) struct matcher matcher = {0};
    struct explanation explanation = {0};
    if (matcher_init(&matcher, table, query, requirement) != 0)
        return -1;
    for (size_t i = 0; i < table->count; i++)
        explain_row(&matcher, &table->rows[i], (uint32_t)i, &explanation);
    *ret = explanation;
    return 0;
}
