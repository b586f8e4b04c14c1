/* SPDX-License-Identifier: Apache-2.0 */
/* The table of offers: adding, dropping, and making an offer of a row again. */
#include "core/table_rows.h"

#include "core/mem.h"
#include "core/sized.h"
#include "kit/error.h"

#include <string.h>

enum {
    FIRST_ROWS = 64
};

struct table *table_create(void)
{
    return mem_alloc(sizeof(struct table));
}

void table_destroy(struct table *table)
{
    if (!table)
        return;
    pools_finish(&table->pools);
    mem_free(table->rows);
    mem_free(table);
}

size_t table_count(const struct table *table)
{
    return table->count;
}

size_t table_bytes(const struct table *table)
{
    return sizeof *table + table->capacity * sizeof *table->rows + table->pools.texts.bytes +
           table->pools.gpus.bytes;
}

void pools_finish(struct pools *pools)
{
    intern_finish(&pools->texts);
    intern_finish(&pools->gpus);
}

const char *pools_text(const struct pools *pools, uint32_t number)
{
    return number ? intern_get(&pools->texts, number) : "";
}

int pools_add_gpu(struct pools *pools, const aw_gpu *gpu, uint32_t *ret_number)
{
    uint32_t vendor;
    uint32_t name;
    if (intern_add_text(&pools->texts, gpu->vendor, &vendor) != 0 ||
        intern_add_text(&pools->texts, gpu->name, &name) != 0)
        return -1;
    aw_gpu kept;
    memset(&kept, 0, sizeof kept); /* equal ones must be equal in every byte */
    kept.size = sizeof kept;
    kept.count = gpu->count;
    kept.vendor = pools_text(pools, vendor);
    kept.name = pools_text(pools, name);
    kept.memory_mib = gpu->memory_mib;
    uint32_t number = intern_add(&pools->gpus, &kept, sizeof kept);
    if (number == 0)
        return -1;
    *ret_number = number;
    return 0;
}

int table_reserve(struct table *table, size_t more)
{
    size_t needed = table->count + more;
    if (needed <= table->capacity)
        return 0;
    size_t capacity = table->capacity + table->capacity / 4 + FIRST_ROWS;
    if (capacity < needed)
        capacity = needed;
    if (capacity > UINT32_MAX)
        return -1;
    struct row *rows = mem_resize(table->rows, capacity * sizeof *rows);
    if (!rows)
        return -1;
    table->rows = rows;
    table->capacity = capacity;
    return 0;
}

/* Values newer than this core are unknown to it. */
static uint32_t known_up_to(uint32_t last, uint32_t value)
{
    return value <= last ? value : 0;
}

static struct row row_of(const aw_offer *offer)
{
    struct row row = {
        .price_nusd_per_hour = offer->priced ? offer->price_nusd_per_hour : 0,
        .memory_mib = (uint32_t)offer->memory_mib,
        .disk_mib = (uint32_t)offer->disk_mib,
        .vcpus = offer->vcpus,
        .arch = offer->arch & 3,
        .arch_source = known_up_to(AW_ARCH_SOURCE_USER, offer->arch_source) & 7,
        .availability = known_up_to(AW_NO_QUOTA, offer->availability) & 3,
        .spot = offer->spot & 1,
        .priced = offer->priced & 1,
    };
    return row;
}

/* Much of an offer is as in the one before it, so that is looked at first. */
static int text_intern(struct pools *pools, uint32_t before, const char *text, uint32_t *ret_number)
{
    if (!before || !text || strcmp(pools_text(pools, before), text) != 0)
        return intern_add_text(&pools->texts, text, ret_number);
    *ret_number = before;
    return 0;
}

static int row_intern(struct table *table, const char *backend, const aw_offer *offer,
                      struct row *row)
{
    static const struct row none = {0};
    struct pools *pools = &table->pools;
    const struct row *before = table->count ? &table->rows[table->count - 1] : &none;
    if (text_intern(pools, before->backend, backend, &row->backend) != 0 ||
        text_intern(pools, before->type, offer->instance_type, &row->type) != 0 ||
        text_intern(pools, before->region, offer->region, &row->region) != 0 ||
        text_intern(pools, before->zone, offer->zone, &row->zone) != 0 ||
        text_intern(pools, before->data, offer->data, &row->data) != 0 ||
        text_intern(pools, before->quota, offer->quota, &row->quota) != 0)
        return -1;
    return offer->gpu ? pools_add_gpu(pools, offer->gpu, &row->gpu) : 0;
}

int table_add(struct table *table, uint32_t shard, const char *backend, const aw_offer *offer,
              aw_error *ret_error)
{
    aw_offer seen;
    aw_gpu gpu;
    SIZED_COPY(&seen, offer);
    if (seen.gpu) {
        SIZED_COPY(&gpu, seen.gpu);
        seen.gpu = &gpu;
    }
    if (offer_check(&seen, ret_error) != 0)
        return -1;
    struct row row = row_of(&seen);
    row.shard = shard;
    if (table_reserve(table, 1) != 0 || row_intern(table, backend, &seen, &row) != 0)
        return kit_error_set(ret_error, AW_E_NO_MEMORY,
                             "no memory for another offer beside %zu others", table->count);
    table->rows[table->count++] = row;
    return 0;
}

void table_offer(const struct table *table, uint32_t row_number, aw_offer *ret_offer,
                 const char **ret_backend)
{
    const struct row *row = &table->rows[row_number];
    const struct pools *pools = &table->pools;
    *ret_backend = pools_text(pools, row->backend);
    *ret_offer = (aw_offer){
        .size = sizeof *ret_offer,
        .arch = row->arch,
        .arch_source = row->arch_source,
        .availability = row->availability,
        .vcpus = row->vcpus,
        .spot = row->spot,
        .priced = row->priced,
        .price_nusd_per_hour = row->price_nusd_per_hour,
        .memory_mib = row->memory_mib,
        .disk_mib = row->disk_mib,
        .gpu = intern_get(&pools->gpus, row->gpu),
        .instance_type = pools_text(pools, row->type),
        .region = pools_text(pools, row->region),
        .zone = intern_get(&pools->texts, row->zone),
        .data = intern_get(&pools->texts, row->data),
        .quota = intern_get(&pools->texts, row->quota),
    };
}
