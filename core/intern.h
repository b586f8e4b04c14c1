/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pool that keeps every distinct piece of bytes once and gives it a number, counted from 1; 0 is
 * "nothing". What is in it never moves and is freed with the pool. A zeroed pool is an empty one.
 */
#ifndef ARCHWAY_CORE_INTERN_H
#define ARCHWAY_CORE_INTERN_H

#include <stddef.h>
#include <stdint.h>

struct intern_block;
struct intern_item;

struct intern {
    struct intern_block *blocks;
    size_t block_room; /* bytes left in the newest block */
    struct intern_item *items;
    uint32_t count;
    uint32_t capacity;
    uint32_t *slots; /* numbers by hash, 0: free */
    uint32_t slot_count;
    uint64_t seed; /* of the hash */
    size_t bytes;  /* all memory that it holds */
};

void intern_finish(struct intern *pool);

/* The number of these bytes. New ones are copied, aligned for pointers and 64-bit numbers, with a NUL
 * behind them. 0 when there is no memory; the pool is as before then. */
uint32_t intern_add(struct intern *pool, const void *data, size_t size);
/* The number of these bytes, or 0 when they are not in the pool. */
uint32_t intern_find(const struct intern *pool, const void *data, size_t size);
/* What has that number; NULL for 0. */
const void *intern_get(const struct intern *pool, uint32_t number);
size_t intern_size(const struct intern *pool, uint32_t number);

/* Texts; NULL and "" are nothing. intern_add_text returns 0 for them, and -1 only without memory. */
int intern_add_text(struct intern *pool, const char *text, uint32_t *ret_number);

#endif
