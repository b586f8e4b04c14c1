/* SPDX-License-Identifier: Apache-2.0 */
/* Doubly linked lists whose links lie in what they link. A list is a link that points at itself. */
#ifndef ARCHWAY_CORE_LIST_H
#define ARCHWAY_CORE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct link {
    struct link *next;
    struct link *previous;
};

/* The struct of `type` whose member `member` is at `pointer`. */
#define list_item(pointer, type, member)                                                           \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

static inline void list_init(struct link *list)
{
    list->next = list->previous = list;
}

static inline bool list_empty(const struct link *list)
{
    return list->next == list;
}

static inline void list_append(struct link *list, struct link *item)
{
    item->next = list;
    item->previous = list->previous;
    list->previous->next = item;
    list->previous = item;
}

/* Takes the item out of the list it is in; again does nothing. */
static inline void list_remove(struct link *item)
{
    item->previous->next = item->next;
    item->next->previous = item->previous;
    list_init(item);
}

#endif
