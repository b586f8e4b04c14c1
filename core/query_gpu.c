/* SPDX-License-Identifier: Apache-2.0 */
/* The gpu filters: NAME[,NAME][:COUNT][:MEMORY] in any order, "none", and makers. */
#include "core/query_read.h"

#include "kit/error.h"
#include "kit/memory.h"

#include <string.h>

static const char *const vendors[] = {"nvidia", "amd",         "intel",    "google",
                                      "aws",    "tenstorrent", "qualcomm", "habana"};
#define VENDOR_COUNT (sizeof vendors / sizeof *vendors)

struct gpu_wish {
    struct names names;
    struct range count;
    struct range memory_mib;
    bool has_count;
    bool has_memory;
};

static void gpu_wish_finish(struct gpu_wish *wish)
{
    names_finish(&wish->names);
}

static bool is_vendor(struct span word)
{
    for (size_t i = 0; i < VENDOR_COUNT; i++)
        if (span_is(word, vendors[i]))
            return true;
    return false;
}

static bool is_number_or_range(struct span text)
{
    if (span_contains(text, ".."))
        return true;
    for (size_t i = 0; i < text.size; i++)
        if (!strchr("0123456789. ", text.data[i]))
            return false;
    return true;
}

/* Names may start with a digit too: 910B is one, 80GB is a size. */
static bool is_size_range(struct span text)
{
    static const char *const units[] = {"MB", "GB", "TB", "MiB", "GiB", "TiB"};
    if (!strchr("0123456789.", *text.data))
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (span_contains(text, units[i]))
            return true;
    return false;
}

static int twice(const char *what, struct span text, aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_INVALID,
                         "gpu: \"%.*s\" is a second %s: write one, such as H100:8:80GB..",
                         SPAN_SHOWN(text), what);
}

/* Refuses what reads as something else within a list of names. */
static int check_names(struct span list, aw_error *ret_error)
{
    struct span name;
    while (span_next(&list, ',', &name)) {
        if (name.size == 0)
            continue;
        if (is_vendor(name))
            return kit_error_set(ret_error, AW_E_INVALID,
                                 "gpu: \"%.*s\" is a maker: write it as gpu-vendor",
                                 SPAN_SHOWN(name));
        if (is_size_range(name) || is_number_or_range(name) || span_is(name, "none"))
            return kit_error_set(
                ret_error, AW_E_INVALID,
                "gpu: \"%.*s\" cannot stand in a list of names: put \":\" before counts "
                "and sizes, and write \"none\" alone",
                SPAN_SHOWN(name));
    }
    return 0;
}

static int token_read(struct gpu_wish *wish, struct span token, aw_error *ret_error)
{
    if (token.size == 0)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "gpu: a part of it is empty: write NAME, COUNT and MEMORY with \":\" "
                             "between them, such as H100:8:80GB..");
    if (!span_contains(token, ",") && is_size_range(token)) {
        if (wish->has_memory)
            return twice("size", token, ret_error);
        wish->has_memory = true;
        return size_range_read(token, "gpu", &wish->memory_mib, ret_error);
    }
    if (!span_contains(token, ",") && is_number_or_range(token)) {
        if (wish->has_count)
            return twice("count", token, ret_error);
        wish->has_count = true;
        return count_range_read(token, "gpu", &wish->count, ret_error);
    }
    if (wish->names.count)
        return twice("name; names have commas between them", token, ret_error);
    if (check_names(token, ret_error) != 0)
        return -1;
    return names_read(&wish->names, token, "gpu", ret_error);
}

static void take_wish(struct archway_query *query, struct gpu_wish *wish)
{
    names_finish(&query->gpu_names);
    query->gpu_names = wish->names;
    wish->names = (struct names){0};
    query->gpu_wanted = true;
    query->gpu_unwanted = false;
    query->gpu_count = wish->count;
    query->gpu_memory_mib = wish->memory_mib;
}

int gpu_read(struct archway_query *query, struct span text, aw_error *ret_error)
{
    if (span_is(text, "none")) {
        names_finish(&query->gpu_names);
        query->gpu_wanted = false;
        query->gpu_unwanted = true;
        return 0;
    }
    KIT_CLEANUP(gpu_wish_finish)
    struct gpu_wish wish = {.count = {1, UINT64_MAX}, .memory_mib = {0, UINT64_MAX}};
    struct span token;
    while (span_next(&text, ':', &token))
        if (token_read(&wish, token, ret_error) != 0)
            return -1;
    take_wish(query, &wish);
    return 0;
}

int gpu_vendor_read(struct archway_query *query, struct span text, aw_error *ret_error)
{
    struct span list = text;
    struct span name;
    while (span_next(&list, ',', &name))
        if (name.size && !is_vendor(name))
            return unknown_word(name, "GPU vendor", vendors, VENDOR_COUNT, ret_error);
    return names_read(&query->gpu_vendors, text, "gpu-vendor", ret_error);
}
