/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers of one pair of pools become those of another. */
#include "core/table_renumber.h"

#include "core/mem.h"

int renumbering_init(struct renumbering *renumbering, const struct pools *from, struct pools *to)
{
    *renumbering = (struct renumbering){
        .from = from,
        .to = to,
        .texts = mem_alloc((from->texts.count + (size_t)1) * sizeof(uint32_t)),
        .gpus = mem_alloc((from->gpus.count + (size_t)1) * sizeof(uint32_t)),
    };
    return renumbering->texts && renumbering->gpus ? 0 : -1;
}

void renumbering_finish(struct renumbering *renumbering)
{
    mem_free(renumbering->texts);
    mem_free(renumbering->gpus);
}

static bool keep_text(struct renumbering *renumbering, uint32_t number)
{
    const struct intern *texts = &renumbering->from->texts;
    uint32_t *place = &renumbering->texts[number];
    if (number && !*place)
        *place = intern_add(&renumbering->to->texts, intern_get(texts, number),
                            intern_size(texts, number));
    return number == 0 || *place;
}

static bool keep_gpu(struct renumbering *renumbering, uint32_t number)
{
    uint32_t *place = &renumbering->gpus[number];
    if (number == 0 || *place)
        return true;
    return pools_add_gpu(renumbering->to, intern_get(&renumbering->from->gpus, number), place) == 0;
}

bool renumbering_keep(struct renumbering *renumbering, const struct row *row)
{
    return keep_text(renumbering, row->backend) && keep_text(renumbering, row->type) &&
           keep_text(renumbering, row->region) && keep_text(renumbering, row->zone) &&
           keep_text(renumbering, row->data) && keep_text(renumbering, row->quota) &&
           keep_gpu(renumbering, row->gpu);
}

void renumbering_apply(const struct renumbering *renumbering, struct row *row)
{
    row->backend = renumbering->texts[row->backend];
    row->type = renumbering->texts[row->type];
    row->region = renumbering->texts[row->region];
    row->zone = renumbering->texts[row->zone];
    row->data = renumbering->texts[row->data];
    row->quota = renumbering->texts[row->quota];
    row->gpu = renumbering->gpus[row->gpu];
}
