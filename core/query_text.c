/* SPDX-License-Identifier: Apache-2.0 */
/* The filters of a query, by name, and how each is read. */
#include "core/query_read.h"

#include "core/error.h"
#include "core/image_reference.h"
#include "core/mem.h"
#include "core/vec.h"
#include "kit/buf.h"
#include "kit/nearest.h"

#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

archway_query *archway_query_create(void)
{
    struct archway_query *query = mem_alloc(sizeof *query);
    if (!query)
        return NULL;
    query->vcpus.max = UINT64_MAX;
    query->memory_mib.max = UINT64_MAX;
    query->disk_mib.max = UINT64_MAX;
    query->gpu_count.max = UINT64_MAX;
    query->gpu_memory_mib.max = UINT64_MAX;
    query->max_price_nusd_per_hour = UINT64_MAX;
    return query;
}

void archway_query_destroy(archway_query *query)
{
    if (!query)
        return;
    names_finish(&query->backends);
    names_finish(&query->regions);
    names_finish(&query->types);
    names_finish(&query->gpu_names);
    names_finish(&query->gpu_vendors);
    for (size_t i = 0; i < QUERY_FILTERS; i++)
        mem_free(query->said[i]);
    mem_free(query->image);
    for (size_t i = 0; i < query->option_count; i++)
        mem_free((char *)query->options[i].name);
    mem_free(query->options);
    mem_free(query);
}

int unknown_word(struct span word, const char *kind, const char *const *known, size_t count,
                 aw_error *ret_error)
{
    KIT_CLEANUP(mem_free_text) char *text = mem_copy(word.data, word.size);
    KIT_CLEANUP(kit_buf_finish) kit_buf list;
    kit_buf_init(&list, mem_kit(), 1024);
    for (size_t i = 0; i < count; i++)
        kit_buf_addf(&list, "%s%s", i == 0 ? "" : i + 1 < count ? ", " : " or ", known[i]);
    if (!text || !kit_buf_text(&list))
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory to say what is wrong with a %s",
                             kind);
    const char *nearest = kit_nearest_word(text, known, count);
    if (nearest)
        return kit_error_set(ret_error, AW_E_INVALID, "\"%.*s\" is not a %s: did you mean %s?",
                             SPAN_SHOWN(word), kind, nearest);
    return kit_error_set(ret_error, AW_E_INVALID, "\"%.*s\" is not a %s: write %s",
                         SPAN_SHOWN(word), kind, kit_buf_text(&list));
}

static int read_backend(struct archway_query *query, struct span text, aw_error *ret_error)
{
    return names_read(&query->backends, text, "backend", ret_error);
}

static int read_region(struct archway_query *query, struct span text, aw_error *ret_error)
{
    return names_read(&query->regions, text, "region", ret_error);
}

static int read_type(struct archway_query *query, struct span text, aw_error *ret_error)
{
    return names_read(&query->types, text, "type", ret_error);
}

static int arch_word_read(struct span word, uint32_t *ret_arch, aw_error *ret_error)
{
    KIT_CLEANUP(mem_free_text) char *name = mem_copy(word.data, word.size);
    if (!name)
        return kit_error_set(ret_error, AW_E_NO_MEMORY,
                             "no memory for the name of an architecture");
    return archway_arch_parse(name, ret_arch, ret_error);
}

/* What `arch` and `cpu` say together; each may say nothing. */
static int archs_set(struct archway_query *query, uint32_t by_arch, uint32_t by_cpu,
                     aw_error *ret_error)
{
    uint32_t archs = by_arch && by_cpu ? by_arch & by_cpu : by_arch | by_cpu;
    if (archs == 0 && by_arch)
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "cpu asks for %s and arch for %s: leave one of them out, or make them the same",
            archway_arch_name(by_cpu), archway_arch_name(by_arch));
    query->archs = archs;
    query->archs_by_arch = by_arch;
    query->archs_by_cpu = by_cpu;
    return 0;
}

static int read_arch(struct archway_query *query, struct span text, aw_error *ret_error)
{
    uint32_t arch;
    if (arch_word_read(text, &arch, ret_error) != 0)
        return -1;
    return archs_set(query, arch, query->archs_by_cpu, ret_error);
}

struct cpu_wish {
    struct range vcpus;
    uint32_t arch;
    bool has_vcpus;
};

static int read_cpu_token(struct cpu_wish *wish, struct span token, aw_error *ret_error)
{
    if (token.size == 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "cpu: a part of it is empty: write 4.. or arm:4..");
    if (span_contains(token, "..") || (*token.data >= '0' && *token.data <= '9')) {
        if (wish->has_vcpus)
            return kit_error_set(ret_error, AW_E_INVALID,
                                 "cpu: \"%.*s\" is a second count: write one", SPAN_SHOWN(token));
        wish->has_vcpus = true;
        return count_range_read(token, "cpu", &wish->vcpus, ret_error);
    }
    if (wish->arch)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "cpu: \"%.*s\" is a second architecture: write one, or any for both",
                             SPAN_SHOWN(token));
    aw_error error;
    if (arch_word_read(token, &wish->arch, &error) == 0)
        return 0;
    if (error.code == AW_E_NO_MEMORY)
        return error_pass(ret_error, &error);
    return kit_error_set(
        ret_error, AW_E_INVALID,
        "cpu: \"%.*s\" is neither a range of vCPUs nor an architecture: write 4.., 4..8 "
        "or arm:4..",
        SPAN_SHOWN(token));
}

static int read_cpu(struct archway_query *query, struct span text, aw_error *ret_error)
{
    struct cpu_wish wish = {.vcpus = {0, UINT64_MAX}};
    struct span token;
    while (span_next(&text, ':', &token))
        if (read_cpu_token(&wish, token, ret_error) != 0)
            return -1;
    if (archs_set(query, query->archs_by_arch, wish.arch, ret_error) != 0)
        return -1;
    query->vcpus = wish.vcpus;
    return 0;
}

static int read_memory(struct archway_query *query, struct span text, aw_error *ret_error)
{
    return size_range_read(text, "memory", &query->memory_mib, ret_error);
}

static int read_disk(struct archway_query *query, struct span text, aw_error *ret_error)
{
    return size_range_read(text, "disk", &query->disk_mib, ret_error);
}

static int read_spot(struct archway_query *query, struct span text, aw_error *ret_error)
{
    static const char *const words[] = {
        [AW_SPOT_ANY] = "any", [AW_SPOT_NO] = "no", [AW_SPOT_ONLY] = "only"};
    for (uint32_t i = 0; i < COUNT_OF(words); i++) {
        if (span_is(text, words[i])) {
            query->spot = i;
            return 0;
        }
    }
    return unknown_word(text, "value of spot", words, COUNT_OF(words), ret_error);
}

static int read_max_price(struct archway_query *query, struct span text, aw_error *ret_error)
{
    uint64_t dollars;
    uint32_t nano;
    size_t used = decimal_read(text, &dollars, &nano);
    if (used != SIZE_MAX && (used == 0 || used != text.size))
        return kit_error_set(
            ret_error, AW_E_INVALID,
            "max-price: \"%.*s\" is not a price: write dollars an hour, such as 2.5",
            SPAN_SHOWN(text));
    if (used == SIZE_MAX || dollars >= INT64_MAX / NANO)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "max-price: \"%.*s\" is too large, or has more than nine decimals",
                             SPAN_SHOWN(text));
    query->max_price_nusd_per_hour = dollars * NANO + nano;
    return 0;
}

static int read_available(struct archway_query *query, struct span text, aw_error *ret_error)
{
    static const char *const words[] = {"yes", "no"};
    bool yes = span_is(text, "yes");
    if (!yes && !span_is(text, "no"))
        return unknown_word(text, "value of available", words, COUNT_OF(words), ret_error);
    query->available_only = yes;
    return 0;
}

static int read_sort(struct archway_query *query, struct span text, aw_error *ret_error)
{
    static const char *const keys[] = {[SORT_PRICE] = "price",
                                       [SORT_CPU] = "cpu",
                                       [SORT_MEMORY] = "memory",
                                       [SORT_GPU] = "gpu",
                                       [SORT_NAME] = "name"};
    bool descending = text.size && *text.data == '-';
    struct span key = {text.data + descending, text.size - descending};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (span_is(key, keys[i])) {
            query->sort = (enum sort_key)i;
            query->descending = descending;
            return 0;
        }
    }
    return unknown_word(key, "key to sort by", keys, COUNT_OF(keys), ret_error);
}

static int read_limit(struct archway_query *query, struct span text, aw_error *ret_error)
{
    uint64_t limit;
    if (count_read(text, "limit", &limit, ret_error) != 0)
        return -1;
    query->limit = limit < SIZE_MAX ? (size_t)limit : SIZE_MAX;
    return 0;
}

/* NAME=VALUE, of which one block holds both. */
static int read_option(struct archway_query *query, struct span text, aw_error *ret_error)
{
    const char *equals = memchr(text.data, '=', text.size);
    if (!equals || equals == text.data)
        return kit_error_set(ret_error, AW_E_INVALID, "write NAME=VALUE, and not \"%.*s\"",
                             SPAN_SHOWN(text));
    char *copy = mem_copy(text.data, text.size);
    aw_header *option = copy ? VEC_PUSH(&query->options, &query->option_count) : NULL;
    if (!option) {
        mem_free(copy);
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for an option");
    }
    copy[equals - text.data] = '\0';
    *option = (aw_header){copy, copy + (equals - text.data) + 1};
    return 0;
}

static int read_image(struct archway_query *query, struct span text, aw_error *ret_error)
{
    KIT_CLEANUP(arena_finish) struct arena arena;
    struct image_reference reference;
    char *copy = mem_copy(text.data, text.size);
    arena_init(&arena, false);
    if (!copy || image_reference_read(&arena, copy, &reference, ret_error)) {
        bool refused = copy != NULL;
        mem_free(copy);
        return refused ? -1
                       : kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for an image's name");
    }
    mem_free(query->image);
    query->image = copy;
    return 0;
}

static int read_emulation(struct archway_query *query, struct span text, aw_error *ret_error)
{
    static const char *const words[] = {"yes", "no"};
    bool yes = span_is(text, "yes");
    if (!yes && !span_is(text, "no"))
        return unknown_word(text, "value of emulation", words, COUNT_OF(words), ret_error);
    query->emulation = yes;
    return 0;
}

static const struct filter {
    const char *name;
    int (*read)(struct archway_query *query, struct span text, aw_error *ret_error);
    bool adds; /* to what was said before */
} filters[] = {
    {"backend", read_backend, true},
    {"region", read_region, true},
    {"type", read_type, true},
    {"arch", read_arch, false},
    {"image", read_image, false},
    {"emulation", read_emulation, false},
    {"cpu", read_cpu, false},
    {"memory", read_memory, false},
    {"disk", read_disk, false},
    {"gpu", gpu_read, true},
    {"gpu-vendor", gpu_vendor_read, true},
    {"spot", read_spot, false},
    {"max-price", read_max_price, false},
    {"available", read_available, false},
    {"sort", read_sort, false},
    {"limit", read_limit, false},
    {"option", read_option, true},
};
_Static_assert(COUNT_OF(filters) <= QUERY_FILTERS, "each has a place for its text");

const char *query_filter_name(size_t index)
{
    return index < COUNT_OF(filters) ? filters[index].name : NULL;
}

static int unknown_filter(const char *name, aw_error *ret_error)
{
    const char *names[COUNT_OF(filters)];
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        names[i] = filters[i].name;
    return unknown_word(span_of(name), "filter", names, COUNT_OF(filters), ret_error);
}

/* Keeps the words for whoever asks what was wanted. */
static int set(struct archway_query *query, size_t index, const char *text, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf said;
    const char *before = filters[index].adds ? query->said[index] : NULL;
    kit_buf_init(&said, mem_kit(), SIZE_MAX);
    kit_buf_addf(&said, "%s%s%s", before ? before : "", before ? "," : "", text);
    char *words = kit_buf_take(&said);
    if (!words)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for the filter %s",
                             filters[index].name);
    if (filters[index].read(query, span_of(text), ret_error)) {
        mem_free(words);
        return -1;
    }
    mem_free(query->said[index]);
    query->said[index] = words;
    return 0;
}

int archway_query_set(archway_query *query, const char *filter, const char *text,
                      aw_error *ret_error)
{
    if (!query || !filter || !text)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "a query, the name of a filter and its text are needed");
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        if (strcmp(filter, filters[i].name) == 0)
            return set(query, i, text, ret_error);
    return unknown_filter(filter, ret_error);
}
