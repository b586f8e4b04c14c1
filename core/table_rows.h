/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of the table, for the files that make it: table*.c and select.c. */
#ifndef ARCHWAY_CORE_TABLE_ROWS_H
#define ARCHWAY_CORE_TABLE_ROWS_H

#include "core/intern.h"
#include "core/table.h"

/* One offer. Texts and the GPU are numbers in the pools; 0: none. */
struct row {
    uint64_t price_nusd_per_hour; /* 0 when it is not priced */
    uint32_t memory_mib;
    uint32_t disk_mib;
    uint32_t vcpus;
    uint32_t backend;
    uint32_t type;
    uint32_t region;
    uint32_t zone;
    uint32_t data;
    uint32_t gpu;
    uint32_t shard;
    uint32_t quota;
    unsigned arch : 2;
    unsigned arch_source : 3;
    unsigned availability : 2;
    unsigned spot : 1;
    unsigned priced : 1;
};
_Static_assert(sizeof(struct row) == 56, "100,000 rows are looked through for every query");

struct pools {
    struct intern texts;
    struct intern gpus; /* each an aw_gpu whose texts are in `texts` */
};

struct table {
    struct row *rows;
    size_t count;
    size_t capacity;
    struct pools pools;
};

/* The text of a number; "" for 0. */
const char *pools_text(const struct pools *pools, uint32_t number);
/* Interns a GPU and its texts. Returns -1 without memory. */
int pools_add_gpu(struct pools *pools, const aw_gpu *gpu, uint32_t *ret_number);
void pools_finish(struct pools *pools);

/* Makes room for so many more rows. Returns -1 without memory. */
int table_reserve(struct table *table, size_t more);

/* Is this an offer that may be in the table? (core/table_check.c) */
int offer_check(const aw_offer *offer, aw_error *ret_error);

#endif
