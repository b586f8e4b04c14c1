/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of names in a query. */
#include "core/query_read.h"

#include "core/mem.h"
#include "core/vec.h"
#include "kit/error.h"

#include <string.h>

bool names_has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return names->count == 0;
}

static void names_cut(struct names *names, size_t count)
{
    while (names->count > count)
        mem_free(names->items[--names->count]);
}

void names_finish(struct names *names)
{
    names_cut(names, 0);
    mem_free(names->items);
    *names = (struct names){0};
}

static bool names_hold(const struct names *names, struct span name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strlen(names->items[i]) == name.size &&
            memcmp(names->items[i], name.data, name.size) == 0)
            return true;
    return false;
}

static bool names_add(struct names *names, struct span name)
{
    char *copy = mem_copy(name.data, name.size);
    char **place = copy ? VEC_PUSH(&names->items, &names->count) : NULL;
    if (!place) {
        mem_free(copy);
        return false;
    }
    *place = copy;
    return true;
}

int names_read(struct names *names, struct span list, const char *filter, aw_error *ret_error)
{
    size_t before = names->count;
    struct span name;
    while (span_next(&list, ',', &name)) {
        if (name.size && (names_hold(names, name) || names_add(names, name)))
            continue;
        names_cut(names, before);
        if (name.size)
            return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for the names of %s",
                                 filter);
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: a name is empty: write names with one comma between two", filter);
    }
    return 0;
}
