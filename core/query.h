/* SPDX-License-Identifier: Apache-2.0 */
/* A query as the table reads it: what archway_query_set (core/query_text.c) made of the user's words. */
#ifndef ARCHWAY_CORE_QUERY_H
#define ARCHWAY_CORE_QUERY_H

#include "core/emulation.h"

#include <archway/archway.h>

#include <stdbool.h>

struct range {
    uint64_t min;
    uint64_t max; /* UINT64_MAX: open */
};

struct names {
    char **items;
    size_t count;
};

#define QUERY_FILTERS 24

enum sort_key {
    SORT_PRICE,
    SORT_CPU,
    SORT_MEMORY,
    SORT_GPU,
    SORT_NAME
};

struct archway_query {
    struct names backends;
    struct names regions;
    struct names types;
    struct names gpu_names;   /* compared without case */
    struct names gpu_vendors; /* likewise */
    uint32_t archs; /* bits, what `arch` and `cpu` say together; 0: not said, which matches both */
    uint32_t archs_by_arch; /* what each of them said; 0: nothing */
    uint32_t archs_by_cpu;
    struct range vcpus;
    struct range memory_mib;
    struct range disk_mib;
    bool gpu_wanted;   /* some `gpu` filter other than "none" was given; with a count from 0 upwards
                             * machines without one are fine too */
    bool gpu_unwanted; /* "none" */
    struct range gpu_count;
    struct range gpu_memory_mib;      /* of each */
    uint32_t spot;                    /* enum aw_spot */
    uint64_t max_price_nusd_per_hour; /* UINT64_MAX: any, unpriced ones too */
    bool available_only; /* not those that are sold out or over quota; unknown is no "no" */
    enum sort_key sort;
    bool descending;
    size_t limit;       /* 0: all */
    aw_header *options; /* the name holds the value too */
    size_t option_count;
    char *image; /* a container image, as it was written; NULL: none */
    bool emulation;
    char *said[QUERY_FILTERS]; /* the text of each filter, by query_filter_name; NULL: not set */
};

/* The names of the filters, in the order of `said`; NULL ends them. */
const char *query_filter_name(size_t index);

/* What machines must have for the job to run on them. With `emulation` machines of the other architecture will do
 * too, if they have no GPU, at `factor` times their price. */
struct requirement {
    uint32_t archs; /* bits; 0: either */
    bool emulation;
    struct emulation_factor factor;
};

/* Does a machine of that architecture run the job by emulation? */
static inline bool requirement_emulates(const struct requirement *requirement, uint32_t arch,
                                        bool has_gpu)
{
    return requirement->emulation && requirement->archs && !(requirement->archs & arch) && !has_gpu;
}

bool names_has(const struct names *names, const char *name); /* exact; true when empty */

#endif
