/* SPDX-License-Identifier: Apache-2.0 */
/* Interning: blocks that hold the bytes, an array of items by number, and an open hash over it. */
#include "core/intern.h"

#include "core/mem.h"
#include "kit/eight.h"

#include <stdalign.h>
#include <stdbool.h>
#include <string.h>

enum {
    BLOCK_SIZE = 4096,
    FIRST_CAPACITY = 32,
    FIRST_SLOTS = 64
};

struct intern_block {
    struct intern_block *next;
    size_t size; /* of `data` */
    alignas(max_align_t) char data[];
};

struct intern_item {
    const char *data;
    uint32_t size;
    uint32_t hash;
};

void intern_finish(struct intern *pool)
{
    while (pool->blocks) {
        struct intern_block *next = pool->blocks->next;
        mem_free(pool->blocks);
        pool->blocks = next;
    }
    mem_free(pool->items);
    mem_free(pool->slots);
    *pool = (struct intern){0};
}

static uint64_t mixed(uint64_t hash, uint64_t eight)
{
    unsigned __int128 product = (unsigned __int128)(hash ^ eight) * 0x9e3779b97f4a7c15u;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Eight bytes at a time, from a seed that is an address, so that nobody can prepare texts that collide. */
static uint32_t hash_of(const struct intern *pool, const void *data, size_t size)
{
    const char *bytes = data;
    uint64_t last = 0;
    uint64_t hash = mixed(pool->seed, size);
    size_t at = 0;
    for (; size - at >= sizeof last; at += sizeof last)
        hash = mixed(hash, kit_eight_at(bytes + at));
    memcpy(&last, bytes + at, size - at);
    return (uint32_t)mixed(hash, last);
}

static uint32_t find_hashed(const struct intern *pool, const void *data, size_t size, uint32_t hash)
{
    if (pool->slot_count == 0)
        return 0;
    uint32_t mask = pool->slot_count - 1;
    for (uint32_t at = hash & mask; pool->slots[at]; at = (at + 1) & mask) {
        const struct intern_item *item = &pool->items[pool->slots[at] - 1];
        if (item->hash == hash && item->size == size && memcmp(item->data, data, size) == 0)
            return pool->slots[at];
    }
    return 0;
}

uint32_t intern_find(const struct intern *pool, const void *data, size_t size)
{
    return find_hashed(pool, data, size, hash_of(pool, data, size));
}

static void put_slot(struct intern *pool, uint32_t number)
{
    uint32_t mask = pool->slot_count - 1;
    uint32_t at = pool->items[number - 1].hash & mask;
    while (pool->slots[at])
        at = (at + 1) & mask;
    pool->slots[at] = number;
}

/* At most three quarters of the slots are ever in use. */
static bool reserve_slot(struct intern *pool)
{
    if (pool->count < pool->slot_count / 4 * 3)
        return true;
    if (pool->slot_count > UINT32_MAX / 4)
        return false;
    uint32_t count = pool->slot_count ? pool->slot_count * 2 : FIRST_SLOTS;
    uint32_t *slots = mem_alloc(count * sizeof *slots);
    if (!slots)
        return false;
    if (pool->count == 0)
        pool->seed = (uintptr_t)slots;
    pool->bytes += (count - pool->slot_count) * sizeof *slots;
    mem_free(pool->slots);
    pool->slots = slots;
    pool->slot_count = count;
    for (uint32_t number = 1; number <= pool->count; number++)
        put_slot(pool, number);
    return true;
}

static bool reserve_item(struct intern *pool)
{
    if (pool->count < pool->capacity)
        return true;
    uint32_t capacity = pool->capacity + pool->capacity / 4 + FIRST_CAPACITY;
    struct intern_item *items = mem_resize(pool->items, capacity * sizeof *items);
    if (!items)
        return false;
    pool->bytes += (capacity - pool->capacity) * sizeof *items;
    pool->items = items;
    pool->capacity = capacity;
    return true;
}

/* What is larger than a block gets one of its own size. */
static char *take_room(struct intern *pool, size_t size)
{
    size_t room = (size + alignof(uint64_t) - 1) / alignof(uint64_t) * alignof(uint64_t);
    if (room > pool->block_room) {
        size_t block_size = room > BLOCK_SIZE ? room : BLOCK_SIZE;
        struct intern_block *block = mem_alloc(sizeof *block + block_size);
        if (!block)
            return NULL;
        *block = (struct intern_block){.next = pool->blocks, .size = block_size};
        pool->blocks = block;
        pool->block_room = block_size;
        pool->bytes += sizeof *block + block_size;
    }
    char *data = pool->blocks->data + pool->blocks->size - pool->block_room;
    pool->block_room -= room;
    return data;
}

uint32_t intern_add(struct intern *pool, const void *data, size_t size)
{
    if (size > UINT32_MAX || !reserve_slot(pool) || !reserve_item(pool))
        return 0;
    uint32_t hash = hash_of(pool, data, size);
    uint32_t number = find_hashed(pool, data, size, hash);
    if (number)
        return number;
    char *copy = take_room(pool, size + 1);
    if (!copy)
        return 0;
    memcpy(copy, data, size);
    copy[size] = '\0';
    pool->items[pool->count] = (struct intern_item){copy, (uint32_t)size, hash};
    number = ++pool->count;
    put_slot(pool, number);
    return number;
}

const void *intern_get(const struct intern *pool, uint32_t number)
{
    return number ? pool->items[number - 1].data : NULL;
}

size_t intern_size(const struct intern *pool, uint32_t number)
{
    return number ? pool->items[number - 1].size : 0;
}

int intern_add_text(struct intern *pool, const char *text, uint32_t *ret_number)
{
    uint32_t number = 0;
    if (text && *text) {
        number = intern_add(pool, text, strlen(text));
        if (number == 0)
            return -1;
    }
    *ret_number = number;
    return 0;
}
