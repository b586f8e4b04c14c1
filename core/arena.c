/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas: blocks chained together, the newest first. Secret blocks are mappings of their own. */
#include "core/arena.h"

#include "core/mem.h"

#include <pthread.h>
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t capacity; /* of `data` */
    alignas(max_align_t) char data[];
};

#define FIRST_BLOCK ((size_t)2048 - sizeof(struct arena_block))
#define LARGEST_STEP ((size_t)256 * 1024)
#define PAGE ((size_t)4096)
#define MOST_SPARE_PAGES 64

void arena_init(struct arena *arena, bool secret)
{
    *arena = (struct arena){.secret = secret};
}

/* Single pages, wiped. Mapping and locking one takes longer than signing with what is in it. */
static struct {
    pthread_mutex_t lock;
    struct arena_block *first;
    size_t count;
} spare_pages = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct arena_block *take_spare_page(void)
{
    pthread_mutex_lock(&spare_pages.lock);
    struct arena_block *block = spare_pages.first;
    if (block) {
        spare_pages.first = block->next;
        spare_pages.count--;
    }
    pthread_mutex_unlock(&spare_pages.lock);
    if (block)
        *block = (struct arena_block){.capacity = PAGE - sizeof *block};
    return block;
}

/* False: there are enough. */
static bool keep_spare_page(struct arena_block *block)
{
    pthread_mutex_lock(&spare_pages.lock);
    bool wanted = spare_pages.count < MOST_SPARE_PAGES;
    if (wanted) {
        block->next = spare_pages.first;
        spare_pages.first = block;
        spare_pages.count++;
    }
    pthread_mutex_unlock(&spare_pages.lock);
    return wanted;
}

static struct arena_block *map_secret(size_t capacity)
{
    size_t size = (sizeof(struct arena_block) + capacity + PAGE - 1) / PAGE * PAGE;
    /* The probe lets tests fail this allocation like any other. */
    void *probe = mem_alloc(1);
    if (!probe)
        return NULL;
    mem_free(probe);
    struct arena_block *spare = size == PAGE ? take_spare_page() : NULL;
    if (spare)
        return spare;
    struct arena_block *block =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED)
        return NULL;
    madvise(block, size, MADV_DONTDUMP);
    mlock(block, size); /* best effort: the limit may be small */
    block->capacity = size - sizeof(struct arena_block);
    return block;
}

static void release_secret(struct arena_block *block)
{
    size_t size = sizeof(struct arena_block) + block->capacity;
    explicit_bzero(block, size);
    if (size != PAGE || !keep_spare_page(block))
        munmap(block, size);
}

static struct arena_block *block_create(struct arena *arena, size_t size)
{
    size_t step = arena->blocks ? arena->blocks->capacity * 2 : FIRST_BLOCK;
    if (step > LARGEST_STEP)
        step = LARGEST_STEP;
    if (step < size)
        step = size;
    if (arena->secret)
        return map_secret(step);
    struct arena_block *block = mem_alloc(sizeof *block + step);
    if (block)
        block->capacity = step;
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 2)
        return NULL;
    size = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    struct arena_block *block = arena->blocks;
    if (!block || block->capacity - block->used < size) {
        block = block_create(arena, size);
        arena->exhausted = arena->exhausted || !block;
        if (!block)
            return NULL;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *memory = block->data + block->used;
    block->used += size;
    return memory;
}

char *arena_copy(struct arena *arena, const void *data, size_t size)
{
    char *copy = size < SIZE_MAX ? arena_alloc(arena, size + 1) : NULL;
    if (copy && size)
        memcpy(copy, data, size);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

void arena_finish(struct arena *arena)
{
    struct arena_block *block = arena->blocks;
    arena->blocks = NULL;
    while (block) {
        struct arena_block *next = block->next;
        if (arena->secret)
            release_secret(block);
        else
            mem_free(block);
        block = next;
    }
}

static void *resize_for_kit(void *context, void *old, size_t old_size, size_t new_size)
{
    void *grown = new_size ? arena_alloc(context, new_size) : NULL;
    if (grown && old)
        memcpy(grown, old, old_size < new_size ? old_size : new_size);
    return grown;
}

kit_memory arena_kit(struct arena *arena)
{
    return (kit_memory){.resize = resize_for_kit, .context = arena};
}
