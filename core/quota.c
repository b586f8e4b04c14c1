/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping quotas and reading what offers need of them. */
#include "core/quota.h"

#include "core/mem.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

int quotas_add(struct quotas *quotas, const aw_quota *quota)
{
    char *name = mem_copy_text(quota->name);
    struct quota *kept = name ? VEC_PUSH(&quotas->items, &quotas->count) : NULL;
    if (!kept) {
        mem_free(name);
        return -1;
    }
    kept->name = name;
    kept->left = quota->limit > quota->used ? quota->limit - quota->used : 0;
    return 0;
}

void quotas_finish(struct quotas *quotas)
{
    for (size_t i = 0; i < quotas->count; i++)
        mem_free(quotas->items[i].name);
    mem_free(quotas->items);
    *quotas = (struct quotas){0};
}

static bool lacks(const struct quotas *quotas, const char *name, size_t size, uint64_t need)
{
    for (size_t i = 0; i < quotas->count; i++)
        if (strlen(quotas->items[i].name) == size && !memcmp(quotas->items[i].name, name, size))
            return need > quotas->items[i].left;
    return false;
}

bool quotas_lack(const struct quotas *quotas, const char *needs)
{
    while (needs && *needs) {
        size_t size = strcspn(needs, ",");
        const char *colon = memchr(needs, ':', size);
        if (colon && lacks(quotas, needs, (size_t)(colon - needs), strtoull(colon + 1, NULL, 10)))
            return true;
        needs += size + (needs[size] == ',');
    }
    return false;
}
