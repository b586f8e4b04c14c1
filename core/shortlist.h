/* SPDX-License-Identifier: Apache-2.0 */
/* The best rows so far, in the order that a query asks for, and no more of them than it asks for. */
#ifndef ARCHWAY_CORE_SHORTLIST_H
#define ARCHWAY_CORE_SHORTLIST_H

#include "core/table_rows.h"

struct candidate {
    uint64_t key; /* the smaller, the better */
    uint32_t row;
};

struct shortlist {
    const struct table *table;
    const struct archway_query *query;
    const struct requirement *requirement;
    struct candidate *items; /* a heap, the worst on top, once it is full and not all rows fit */
    size_t count;
    size_t room;
};

/* Returns -1 without memory. */
int shortlist_init(struct shortlist *list, const struct table *table,
                   const struct archway_query *query, const struct requirement *requirement);
void shortlist_finish(struct shortlist *list);
void shortlist_offer(struct shortlist *list, uint32_t row);
/* The rows, the best first, to be freed with mem_free; NULL when there is no memory. */
uint32_t *shortlist_sorted_rows(struct shortlist *list);

#endif
