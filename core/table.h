/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offers, compactly: one packed row each (under 96 bytes with its share of the texts), texts and GPUs
 * interned. Filtering and ranking read the rows; a row becomes an aw_offer again when it is shown.
 */
#ifndef ARCHWAY_CORE_TABLE_H
#define ARCHWAY_CORE_TABLE_H

#include "core/query.h"

struct table;

struct table *table_create(void); /* NULL: no memory */
void table_destroy(struct table *table);

/* Adds a copy of the offer under a backend's name. Returns -1: no memory, or an offer that breaks a rule
 * (AW_E_PROTOCOL naming the field: no type, architecture not one of the two, over-long text, GPU
 * without name or count, ...). */
int table_add(struct table *table, const char *backend, const aw_offer *offer, aw_error *ret_error);
/* Drops all rows of that backend. */
void table_drop(struct table *table, const char *backend);
size_t table_count(const struct table *table);
size_t table_bytes(const struct table *table); /* all memory it holds */
/* Fills the offer (size set by the callee); texts and GPU belong to the table until rows are dropped. */
void table_offer(const struct table *table, uint32_t row, aw_offer *ret_offer, const char **ret_backend);

/* Which filters removed how many, in the order in which they look. `name` is the filter's. */
struct removed {
    const char *name;
    uint64_t count;
};
#define SELECTION_FILTERS 16

struct selection {
    uint32_t *rows;
    size_t count;   /* after the limit */
    size_t matched; /* before it */
    struct removed removed[SELECTION_FILTERS]; /* name NULL ends it; only those > 0 */
};

/*
 * Filters and ranks (core/select.c). Order: the query's sort key, unpriced last, then price, then backend,
 * region, type, zone: total, so that two runs are the same. With a limit only the best are sorted.
 * Returns -1 when there is no memory.
 */
int table_select(const struct table *table, const struct archway_query *query, struct selection *ret);
void selection_finish(struct selection *selection);

#endif
