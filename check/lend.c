/* SPDX-License-Identifier: Apache-2.0 */
/* Pages for one thing each. */
#include "check/lend.h"

#include "core/mem.h"
#include "core/vec.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define NOISE 0xa5
#define LATER_BYTES 64
#define MOST_THINGS 20000

void lender_init(struct lender *lender, enum lend_size how)
{
    *lender = (struct lender){.how = how};
}

void lender_finish(struct lender *lender)
{
    for (size_t i = 0; i < lender->count; i++)
        if (lender->things[i].pages)
            munmap(lender->things[i].pages, lender->things[i].size);
    mem_free(lender->things);
    *lender = (struct lender){0};
}

/* Behind the last page lies one that nobody may touch. */
static char *new_pages(struct lender *lender, size_t size, size_t *ret_usable)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t usable = (size + page) / page * page;
    struct lent *thing = VEC_PUSH(&lender->things, &lender->count);
    char *pages =
        mmap(NULL, usable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (!thing || pages == MAP_FAILED || mprotect(pages + usable, page, PROT_NONE))
        abort();
    *thing = (struct lent){pages, usable + page};
    *ret_usable = usable;
    return pages;
}

static void *lend_aligned(struct lender *lender, const void *data, size_t size, size_t room,
                          size_t alignment)
{
    size_t usable;
    char *pages = new_pages(lender, room + alignment, &usable);
    char *place = pages + (usable - room) / alignment * alignment;
    memset(pages, NOISE, usable);
    if (size)
        memcpy(place, data, size);
    return place;
}

void *lend_bytes(struct lender *lender, const void *data, size_t size)
{
    return lend_aligned(lender, data, size, size, 1);
}

const char *lend_text(struct lender *lender, const char *text)
{
    return text ? lend_bytes(lender, text, strlen(text) + 1) : NULL;
}

void *lend_struct(struct lender *lender, const void *object, size_t size, size_t first_size)
{
    size_t room = lender->how == LEND_FIRST   ? first_size
                  : lender->how == LEND_LATER ? size + LATER_BYTES
                                              : size;
    void *copy = lend_aligned(lender, object, size < room ? size : room, room, sizeof(void *));
    uint32_t told = (uint32_t)room;
    memcpy(copy, &told, sizeof told);
    return copy;
}

/* Old ones are given back, so that there is room for more. */
static void forget_old(struct lender *lender)
{
    for (; lender->count - lender->taken > MOST_THINGS; lender->taken++) {
        struct lent *thing = &lender->things[lender->taken];
        munmap(thing->pages, thing->size);
        thing->pages = NULL;
    }
}

void lend_take_back(struct lender *lender, size_t from)
{
    for (size_t i = from; i < lender->count; i++)
        if (lender->things[i].pages)
            mprotect(lender->things[i].pages, lender->things[i].size, PROT_NONE);
    forget_old(lender);
}
