/* SPDX-License-Identifier: Apache-2.0 */
/* Keeping quotas and reading what offers need of them. */
#include "core/quota.h"

#include "core/mem.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>

/* As strcmp, of a name that ends after `size`. */
static int compare(const char *known, const char *name, size_t size)
{
    int order = strncmp(known, name, size);
    return order ? order : known[size] != '\0';
}

/* Where the first one is that does not come before the name. */
static size_t place_of(const struct quotas *quotas, const char *name, size_t size)
{
    size_t from = 0;
    size_t to = quotas->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compare(quotas->items[middle].name, name, size) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

/* They are kept in the order of their names: a listing of all regions at once has thousands of them, and every
 * offer asks for some. */
int quotas_add(struct quotas *quotas, const aw_quota *quota)
{
    char *name = mem_copy_text(quota->name);
    size_t place = place_of(quotas, quota->name, strlen(quota->name));
    if (!name || !VEC_PUSH(&quotas->items, &quotas->count)) {
        mem_free(name);
        return -1;
    }
    struct quota *kept = &quotas->items[place];
    memmove(kept + 1, kept, (quotas->count - 1 - place) * sizeof *kept);
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
    size_t place = place_of(quotas, name, size);
    if (place == quotas->count || compare(quotas->items[place].name, name, size) != 0)
        return false;
    return need > quotas->items[place].left;
}

/* One need, "NAME:8". */
struct need {
    const char *name; /* ends after name_size */
    size_t name_size;
    uint64_t amount;
};

/* Reads the first one that is well formed and moves *needs behind it; false when there is none. */
static bool next_need(const char **needs, struct need *ret_need)
{
    while (*needs && **needs) {
        const char *text = *needs;
        size_t size = strcspn(text, ",");
        const char *colon = memchr(text, ':', size);
        *needs = text + size + (text[size] == ',');
        if (!colon)
            continue;
        *ret_need = (struct need){text, (size_t)(colon - text), strtoull(colon + 1, NULL, 10)};
        return true;
    }
    return false;
}

bool quotas_lack(const struct quotas *quotas, const char *needs)
{
    struct need need;
    while (next_need(&needs, &need))
        if (lacks(quotas, need.name, need.name_size, need.amount))
            return true;
    return false;
}

static bool takes_as_much(const char *needs, const struct need *least)
{
    struct need need;
    while (next_need(&needs, &need))
        if (need.name_size == least->name_size && !memcmp(need.name, least->name, least->name_size))
            return need.amount >= least->amount;
    return false;
}

bool quota_needs_as_much(const char *needs, const char *least)
{
    struct need need;
    while (next_need(&least, &need))
        if (!takes_as_much(needs, &need))
            return false;
    return true;
}
