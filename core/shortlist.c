/* SPDX-License-Identifier: Apache-2.0 */
/* Ranking: a number per row decides; names are compared only where two are equal. */
#include "core/shortlist.h"

#include "core/mem.h"

#include <stdlib.h>
#include <string.h>

int shortlist_init(struct shortlist *list, const struct table *table,
                   const struct archway_query *query, const struct requirement *requirement)
{
    size_t room = query->limit && query->limit < table->count ? query->limit : table->count;
    struct candidate *items = mem_resize(NULL, room * sizeof *items);
    if (!items)
        return -1;
    *list = (struct shortlist){
        .table = table, .query = query, .requirement = requirement, .items = items, .room = room};
    return 0;
}

void shortlist_finish(struct shortlist *list)
{
    mem_free(list->items);
}

static uint64_t gpu_key(const struct table *table, const struct row *row)
{
    const aw_gpu *gpu = intern_get(&table->pools.gpus, row->gpu);
    return gpu ? (uint64_t)gpu->count << 32 | gpu->memory_mib : 0;
}

static bool is_emulated(const struct shortlist *list, const struct row *row)
{
    return requirement_emulates(list->requirement, row->arch, row->gpu);
}

/* Of the work, not of the machine. */
static uint64_t price_of(const struct shortlist *list, const struct row *row)
{
    if (!is_emulated(list, row))
        return row->price_nusd_per_hour;
    return emulation_price(list->requirement->factor, row->price_nusd_per_hour);
}

static uint64_t key_of(const struct shortlist *list, const struct row *row)
{
    bool descending = list->query->descending;
    uint64_t key = 0;
    switch (list->query->sort) {
    case SORT_PRICE:
        if (!row->priced)
            return UINT64_MAX;
        return descending ? INT64_MAX - price_of(list, row) : price_of(list, row);
    case SORT_CPU:
        key = row->vcpus;
        break;
    case SORT_MEMORY:
        key = row->memory_mib;
        break;
    case SORT_GPU:
        key = gpu_key(list->table, row);
        break;
    case SORT_NAME:
        break;
    }
    return descending ? UINT64_MAX - key : key;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_texts(const struct table *table, uint32_t a, uint32_t b)
{
    if (a == b)
        return 0;
    return strcmp(pools_text(&table->pools, a), pools_text(&table->pools, b));
}

static int compare_names(const struct shortlist *list, const struct row *a, const struct row *b)
{
    if (list->query->sort != SORT_NAME)
        return 0;
    int order = compare_texts(list->table, a->type, b->type);
    return list->query->descending ? -order : order;
}

static int compare_prices(const struct shortlist *list, const struct row *a, const struct row *b)
{
    if (a->priced != b->priced)
        return a->priced ? -1 : 1;
    int order = compare_numbers(price_of(list, a), price_of(list, b));
    return order ? order : compare_numbers(is_emulated(list, a), is_emulated(list, b));
}

/* What decides between rows of one key. The last is the order of arrival, which is not the same in two
 * runs, but nothing tells such rows apart. */
static int compare_equals(const struct shortlist *list, uint32_t a_number, uint32_t b_number)
{
    const struct table *table = list->table;
    const struct row *a = &table->rows[a_number];
    const struct row *b = &table->rows[b_number];
    int order = compare_names(list, a, b);
    order = order ? order : compare_prices(list, a, b);
    order = order ? order : compare_texts(table, a->backend, b->backend);
    order = order ? order : compare_texts(table, a->region, b->region);
    order = order ? order : compare_texts(table, a->type, b->type);
    order = order ? order : compare_texts(table, a->zone, b->zone);
    order = order ? order : compare_numbers(a->spot, b->spot);
    return order ? order : compare_numbers(a_number, b_number);
}

static int compare(const struct shortlist *list, const struct candidate *a,
                   const struct candidate *b)
{
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    return compare_equals(list, a->row, b->row);
}

static int compare_for_sort(const void *a, const void *b, void *list)
{
    return compare(list, a, b);
}

static void sift_down(struct shortlist *list, size_t at)
{
    struct candidate moved = list->items[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= list->count)
            break;
        if (child + 1 < list->count &&
            compare(list, &list->items[child], &list->items[child + 1]) < 0)
            child++;
        if (compare(list, &list->items[child], &moved) <= 0)
            break;
        list->items[at] = list->items[child];
        at = child;
    }
    list->items[at] = moved;
}

static void make_heap(struct shortlist *list)
{
    for (size_t at = list->count / 2; at-- > 0;)
        sift_down(list, at);
}

void shortlist_offer(struct shortlist *list, uint32_t row)
{
    struct candidate candidate = {key_of(list, &list->table->rows[row]), row};
    if (list->count < list->room) {
        list->items[list->count++] = candidate;
        if (list->count == list->room && list->room < list->table->count)
            make_heap(list);
        return;
    }
    if (compare(list, &candidate, &list->items[0]) < 0) {
        list->items[0] = candidate;
        sift_down(list, 0);
    }
}

uint32_t *shortlist_sorted_rows(struct shortlist *list)
{
    uint32_t *rows = mem_resize(NULL, list->count * sizeof *rows);
    if (!rows)
        return NULL;
    qsort_r(list->items, list->count, sizeof *list->items, compare_for_sort, list);
    for (size_t i = 0; i < list->count; i++)
        rows[i] = list->items[i].row;
    return rows;
}
