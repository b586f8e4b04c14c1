/* SPDX-License-Identifier: Apache-2.0 */
/* A listing's rows enter the table of all. What is the same in many of them is looked at once. */
#include "core/mem.h"
#include "core/quota.h"
#include "core/table_renumber.h"
#include "kit/error.h"

enum verdict {
    NOT_JUDGED,
    FITS,
    LACKS
};

static void verdicts_finish(unsigned char **verdicts)
{
    mem_free(*verdicts);
}

static bool has_quota(const struct table *from, const struct row *row, const struct quotas *quotas,
                      unsigned char *verdicts)
{
    if (row->quota && verdicts[row->quota] == NOT_JUDGED)
        verdicts[row->quota] =
            quotas_lack(quotas, pools_text(&from->pools, row->quota)) ? LACKS : FITS;
    return verdicts[row->quota] != LACKS;
}

static int take_all(struct table *table, uint32_t shard, const struct table *from,
                    const struct quotas *quotas)
{
    KIT_CLEANUP(renumbering_finish) struct renumbering renumbering;
    KIT_CLEANUP(verdicts_finish)
    unsigned char *verdicts = mem_alloc(from->pools.texts.count + (size_t)1);
    if (renumbering_init(&renumbering, &from->pools, &table->pools) || !verdicts ||
        table_reserve(table, from->count))
        return -1;
    for (size_t i = 0; i < from->count; i++) {
        struct row row = from->rows[i];
        if (!renumbering_keep(&renumbering, &row))
            return -1;
        if (!has_quota(from, &row, quotas, verdicts))
            row.availability = AW_NO_QUOTA;
        renumbering_apply(&renumbering, &row);
        row.shard = shard;
        table->rows[table->count++] = row;
    }
    return 0;
}

int table_take(struct table *table, uint32_t shard, const struct table *from,
               const struct quotas *quotas, aw_error *ret_error)
{
    size_t before = table->count;
    if (take_all(table, shard, from, quotas) == 0)
        return 0;
    table->count = before;
    return kit_error_set(ret_error, AW_E_NO_MEMORY,
                         "no memory for another %zu offers beside %zu others", from->count, before);
}
