/* SPDX-License-Identifier: Apache-2.0 */
/* Rows on their way to other pools: each text and GPU is interned once, however many rows have it. */
#ifndef ARCHWAY_CORE_TABLE_RENUMBER_H
#define ARCHWAY_CORE_TABLE_RENUMBER_H

#include "core/table_rows.h"

#include <stdbool.h>

struct renumbering {
    const struct pools *from;
    struct pools *to;
    uint32_t *texts; /* the new numbers by the old ones; 0: not in the new pools yet */
    uint32_t *gpus;
};

/* -1: no memory. `finish` is due all the same. */
int renumbering_init(struct renumbering *renumbering, const struct pools *from, struct pools *to);
void renumbering_finish(struct renumbering *renumbering);

/* Puts what the row has into the new pools. False: no memory. */
bool renumbering_keep(struct renumbering *renumbering, const struct row *row);
/* Gives a row that was kept its new numbers. */
void renumbering_apply(const struct renumbering *renumbering, struct row *row);

#endif
