/* SPDX-License-Identifier: Apache-2.0 */
/* Dropping a shard's rows, and with them what nobody refers to any more. */
#include "core/mem.h"
#include "core/table_renumber.h"

static bool keep_all(struct renumbering *renumbering, const struct table *table)
{
    for (size_t i = 0; i < table->count; i++)
        if (!renumbering_keep(renumbering, &table->rows[i]))
            return false;
    return true;
}

/* Without memory for it the pools stay as they are, only larger than they need be. */
static void renew_pools(struct table *table)
{
    KIT_CLEANUP(pools_finish) struct pools pools = {.texts = {.count = 0}};
    KIT_CLEANUP(renumbering_finish) struct renumbering renumbering;
    if (renumbering_init(&renumbering, &table->pools, &pools) || !keep_all(&renumbering, table))
        return;
    for (size_t i = 0; i < table->count; i++)
        renumbering_apply(&renumbering, &table->rows[i]);
    struct pools old = table->pools;
    table->pools = pools;
    pools = old;
}

static void shrink_rows(struct table *table)
{
    struct row *rows = mem_resize(table->rows, table->count * sizeof *rows);
    if (!rows)
        return;
    table->rows = rows;
    table->capacity = table->count;
}

void table_drop(struct table *table, uint32_t shard)
{
    size_t kept = 0;
    for (size_t i = 0; i < table->count; i++)
        if (table->rows[i].shard != shard)
            table->rows[kept++] = table->rows[i];
    if (kept == table->count)
        return;
    table->count = kept;
    shrink_rows(table);
    renew_pools(table);
}
