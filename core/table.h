/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The offers, compactly: one packed row each (under 96 bytes with its share of the texts), texts and GPUs
 * interned. Filtering and ranking read the rows; a row becomes an aw_offer again when it is shown.
 *
 * Texts of an offer: instance_type, region, and the GPU's name and vendor have at most 255 bytes, zone 1023,
 * data 4095; all but data are UTF-8 without control characters. Memory, disk and GPU memory are at most
 * UINT32_MAX MiB, a price INT64_MAX. Values of enums that are newer than this core become "unknown".
 */
#ifndef ARCHWAY_CORE_TABLE_H
#define ARCHWAY_CORE_TABLE_H

#include "core/query.h"

struct quotas;
struct table;

struct table *table_create(void); /* NULL: no memory */
void table_destroy(struct table *table);

/* Adds a copy of the offer under a backend's name, as part of a shard (a number of the caller's: what is
 * listed, and dropped, together). Returns -1: no memory, or an offer that breaks a rule (AW_E_PROTOCOL
 * naming the field: no type, architecture not one of the two, over-long text, GPU without name or
 * count, ...). Offers and selections that were handed out stay good. */
int table_add(struct table *table, uint32_t shard, const char *backend, const aw_offer *offer,
              aw_error *ret_error);
/* Adds all rows of another table, which stays as it is, as a shard of this one; those that need more than the quotas
 * leave are marked AW_NO_QUOTA. Returns -1: no memory, and none of them is here. */
int table_take(struct table *table, uint32_t shard, const struct table *from,
               const struct quotas *quotas, aw_error *ret_error);
/* Drops all rows of that shard, and the texts that no other row has. Row numbers and what table_offer
 * gave are void after it. */
void table_drop(struct table *table, uint32_t shard);
size_t table_count(const struct table *table);
size_t table_bytes(const struct table *table); /* all memory it holds */
/* Fills the offer (size set by the callee); texts and GPU belong to the table until rows are dropped.
 * Type and region are never NULL; zone and data are NULL when there is none. */
void table_offer(const struct table *table, uint32_t row, aw_offer *ret_offer,
                 const char **ret_backend);

/* Which filters removed how many, in the order in which they look. `name` is the filter's. */
struct removed {
    const char *name;
    uint64_t count;
};
#define SELECTION_FILTERS 16

struct selection {
    uint32_t *rows;
    size_t count;                              /* after the limit */
    size_t matched;                            /* before it */
    struct removed removed[SELECTION_FILTERS]; /* name NULL ends it; only those > 0 */
};

/*
 * Filters and ranks (core/select.c, core/shortlist.c) by a query and what the job requires (the query's own
 * architectures are in that). Order: the query's sort key, then price upwards (of emulated offers times the factor)
 * with unpriced ones last (in a descending sort by price too), then native before emulated, then backend, region, type, zone, spot after
 * on-demand: total, so that two runs are the same. With a limit only the best are kept and sorted. An offer
 * that several filters would remove counts for the first of them. Returns -1 when there is no memory.
 */
int table_select(const struct table *table, const struct archway_query *query,
                 const struct requirement *requirement, struct selection *ret);
void selection_finish(struct selection *selection);

/* A row that a filter removed. */
struct dropped {
    uint32_t row;
    const char *filter;
};
#define MOST_DROPPED 8

struct explanation {
    uint64_t other_arch[AW_ARCH_ANY]; /* by architecture: what nothing but that removed */
    uint64_t without_gpu;             /* of these, those that could emulate */
    struct dropped
        dropped[MOST_DROPPED]; /* of the types that the query names, where it looks for them */
    size_t dropped_count;      /* all of them, the first of which are kept */
    uint64_t type_count;       /* how many are of those types, removed or not */
};

/* Why rows were removed, more closely than a selection tells. -1: no memory. */
int table_explain(const struct table *table, const struct archway_query *query,
                  const struct requirement *requirement, struct explanation *ret);

#endif
