/* SPDX-License-Identifier: Apache-2.0 */
/* Dropping a shard's rows, and with them what nobody refers to any more. */
#include "core/table_rows.h"

#include "core/mem.h"

/* New pools with what the rows still use, and the new numbers by the old ones (0: not yet kept). */
struct renewal {
    struct pools pools;
    uint32_t *texts;
    uint32_t *gpus;
};

static void renewal_finish(struct renewal *renewal)
{
    pools_finish(&renewal->pools);
    mem_free(renewal->texts);
    mem_free(renewal->gpus);
}

static bool keep_text(struct renewal *renewal, const struct intern *texts, uint32_t number)
{
    if (number == 0 || renewal->texts[number])
        return true;
    renewal->texts[number] =
        intern_add(&renewal->pools.texts, intern_get(texts, number), intern_size(texts, number));
    return renewal->texts[number] != 0;
}

static bool keep_gpu(struct renewal *renewal, const struct intern *gpus, uint32_t number)
{
    if (number == 0 || renewal->gpus[number])
        return true;
    return pools_add_gpu(&renewal->pools, intern_get(gpus, number), &renewal->gpus[number]) == 0;
}

static bool keep_all(struct renewal *renewal, const struct table *table)
{
    const struct intern *texts = &table->pools.texts;
    for (size_t i = 0; i < table->count; i++) {
        const struct row *row = &table->rows[i];
        bool kept =
            keep_text(renewal, texts, row->backend) && keep_text(renewal, texts, row->type) &&
            keep_text(renewal, texts, row->region) && keep_text(renewal, texts, row->zone) &&
            keep_text(renewal, texts, row->data) && keep_text(renewal, texts, row->quota) &&
            keep_gpu(renewal, &table->pools.gpus, row->gpu);
        if (!kept)
            return false;
    }
    return true;
}

static void renumber(struct table *table, const struct renewal *renewal)
{
    for (size_t i = 0; i < table->count; i++) {
        struct row *row = &table->rows[i];
        row->backend = renewal->texts[row->backend];
        row->type = renewal->texts[row->type];
        row->region = renewal->texts[row->region];
        row->zone = renewal->texts[row->zone];
        row->data = renewal->texts[row->data];
        row->quota = renewal->texts[row->quota];
        row->gpu = renewal->gpus[row->gpu];
    }
}

/* Without memory for it the pools stay as they are, only larger than they need be. */
static void renew_pools(struct table *table)
{
    KIT_CLEANUP(renewal_finish)
    struct renewal renewal = {
        .texts = mem_alloc((table->pools.texts.count + (size_t)1) * sizeof(uint32_t)),
        .gpus = mem_alloc((table->pools.gpus.count + (size_t)1) * sizeof(uint32_t)),
    };
    if (!renewal.texts || !renewal.gpus || !keep_all(&renewal, table))
        return;
    renumber(table, &renewal);
    struct pools old = table->pools;
    table->pools = renewal.pools;
    renewal.pools = old;
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
