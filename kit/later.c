/* SPDX-License-Identifier: Apache-2.0 */
/* A queue of copies, and those of which the room is used again. */
#include "kit/later.h"

#include <string.h>

enum {
    SOON_MS = 1 /* so that a request that was queued with the first one leaves before it is read */
};

struct copy {
    struct copy *next;
    char *data;
    size_t capacity;
    size_t size;
    kit_later_fn read;
    void *arg;
};

struct kit_later {
    aw_op *op;
    size_t most;
    size_t bytes; /* of all that wait */
    struct copy *first;
    struct copy **last;
    struct copy *spare;
};

kit_later *kit_later_create(aw_op *op, size_t most)
{
    kit_later *later = aw_alloc(op, sizeof *later);
    if (!later)
        return NULL;
    *later = (kit_later){.op = op, .most = most, .last = &later->first};
    return later;
}

static void read_first(kit_later *later)
{
    struct copy *copy = later->first;
    later->first = copy->next;
    if (!later->first)
        later->last = &later->first;
    later->bytes -= copy->size;
    copy->read(later->op, (aw_bytes){copy->data, copy->size}, copy->arg);
    copy->next = later->spare;
    later->spare = copy;
}

static void on_time(aw_op *op, void *arg)
{
    kit_later *later = arg;
    if (later->first)
        read_first(later);
    if (later->first)
        aw_after(op, 0, on_time, later); /* whatever has arrived is heard before */
}

/* The smallest one that is large enough: the largest ones are for the largest pages. */
static struct copy *take_spare(kit_later *later, size_t size)
{
    struct copy **best = NULL;
    for (struct copy **place = &later->spare; *place; place = &(*place)->next)
        if ((*place)->capacity >= size && (!best || (*place)->capacity < (*best)->capacity))
            best = place;
    struct copy *copy = best ? *best : NULL;
    if (copy)
        *best = copy->next;
    return copy;
}

static struct copy *make(aw_op *op, size_t size)
{
    struct copy *copy = aw_alloc(op, sizeof *copy);
    if (!copy)
        return NULL;
    copy->capacity = size + size / 4 + 1; /* others may be a little larger */
    copy->data = aw_alloc(op, copy->capacity);
    return copy->data ? copy : NULL;
}

int kit_later_add(kit_later *later, aw_bytes body, int in_haste, kit_later_fn read, void *arg)
{
    while (!in_haste && later->first && later->bytes + body.size > later->most)
        read_first(later);
    struct copy *copy = take_spare(later, body.size);
    if (!copy)
        copy = make(later->op, body.size);
    if (!copy)
        return -1;
    if (body.size)
        memcpy(copy->data, body.data, body.size);
    copy->size = body.size;
    copy->read = read;
    copy->arg = arg;
    copy->next = NULL;
    if (!later->first)
        aw_after(later->op, SOON_MS, on_time, later);
    *later->last = copy;
    later->last = &copy->next;
    later->bytes += copy->size;
    return 0;
}
