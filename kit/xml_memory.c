/* SPDX-License-Identifier: Apache-2.0 */
/* Blocks for a document's elements and texts, and a heap that wipes what it takes back. */
#include "kit/xml_memory.h"

#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SIZE = 32 << 10
};

struct kit_xml_block {
    struct kit_xml_block *next;
    size_t size; /* of all of it */
    size_t used; /* of `data` */
    alignas(max_align_t) char data[];
};

/* Expat's free is not told the size. */
struct kept {
    size_t size;
    alignas(max_align_t) char data[];
};

static struct kept *kept_of(void *data)
{
    return (struct kept *)((char *)data - offsetof(struct kept, data));
}

static void *heap_take(size_t size)
{
    struct kept *kept = size < SIZE_MAX - sizeof *kept ? malloc(sizeof *kept + size) : NULL;
    if (!kept)
        return NULL;
    kept->size = size;
    return kept->data;
}

static void heap_free(void *data)
{
    if (!data)
        return;
    explicit_bzero(data, kept_of(data)->size);
    free(kept_of(data));
}

static void *heap_resize(void *old, size_t size)
{
    void *data = heap_take(size);
    if (!data || !old)
        return data;
    size_t old_size = kept_of(old)->size;
    memcpy(data, old, old_size < size ? old_size : size);
    heap_free(old);
    return data;
}

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    if (new_size > 0)
        return heap_resize(old, new_size);
    heap_free(old);
    return NULL;
}

kit_memory kit_xml_heap(void)
{
    return (kit_memory){.resize = resize};
}

XML_Parser kit_xml_new_parser(void)
{
    static const XML_Memory_Handling_Suite heap = {
        .malloc_fcn = heap_take, .realloc_fcn = heap_resize, .free_fcn = heap_free};
    return XML_ParserCreate_MM(NULL, &heap, NULL);
}

static struct kit_xml_block *add_block(kit_xml *document, size_t needed)
{
    size_t header = offsetof(struct kit_xml_block, data);
    size_t size = needed > BLOCK_SIZE - header ? needed + header : BLOCK_SIZE;
    struct kit_xml_block *block = document->memory.resize(document->memory.context, NULL, 0, size);
    if (!block)
        return NULL;
    *block = (struct kit_xml_block){.next = document->blocks, .size = size};
    document->blocks = block;
    return block;
}

static void *take(kit_xml *document, size_t size, size_t alignment)
{
    struct kit_xml_block *block = document->blocks;
    size_t at = block ? (block->used + alignment - 1) / alignment * alignment : 0;
    if (!block || at > block->size - sizeof *block || size > block->size - sizeof *block - at) {
        block = add_block(document, size);
        at = 0;
    }
    if (!block)
        return NULL;
    block->used = at + size;
    return block->data + at;
}

kit_xml_node *kit_xml_new_node(kit_xml *document)
{
    return take(document, sizeof(kit_xml_node), alignof(kit_xml_node));
}

const char *kit_xml_copy(kit_xml *document, const char *data, size_t size)
{
    char *copy = take(document, size + 1, 1);
    if (!copy)
        return NULL;
    memcpy(copy, data, size);
    copy[size] = '\0';
    return copy;
}

static void free_blocks(kit_xml *document, const struct kit_xml_block *last)
{
    while (document->blocks != last) {
        struct kit_xml_block *block = document->blocks;
        document->blocks = block->next;
        document->memory.resize(document->memory.context, block, block->size, 0);
    }
}

struct kit_xml_mark kit_xml_mark_memory(const kit_xml *document)
{
    const struct kit_xml_block *block = document->blocks;
    return (struct kit_xml_mark){.block = document->blocks, .used = block ? block->used : 0};
}

void kit_xml_rewind_memory(kit_xml *document, const struct kit_xml_mark *mark)
{
    free_blocks(document, mark->block);
    if (mark->block)
        mark->block->used = mark->used;
}

void kit_xml_finish(kit_xml *document)
{
    free_blocks(document, NULL);
}
