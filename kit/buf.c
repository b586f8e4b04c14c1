/* SPDX-License-Identifier: Apache-2.0 */
/* The string buffer: grows by doubling up to its stated maximum, and remembers its first error. */
#include "kit/buf.h"

#include <stdio.h>
#include <string.h>

enum {
    FIRST_CAPACITY = 64
};

void kit_buf_init(kit_buf *buf, kit_memory memory, size_t max)
{
    /* One byte is kept for the NUL, so that max + 1 is always a size. */
    *buf = (kit_buf){.memory = memory, .max = max < SIZE_MAX ? max : SIZE_MAX - 1};
}

static void *borrow_block(void *block, void *old, size_t old_size, size_t new_size)
{
    (void)old;
    (void)old_size;
    return new_size > 0 ? block : NULL;
}

void kit_buf_init_in(kit_buf *buf, char *block, size_t block_size)
{
    block[0] = '\0';
    kit_buf_init(buf, (kit_memory){.resize = borrow_block, .context = block}, block_size - 1);
}

void kit_buf_finish(kit_buf *buf)
{
    if (buf->data)
        buf->memory.resize(buf->memory.context, buf->data, buf->capacity, 0);
    kit_buf_init(buf, buf->memory, buf->max);
}

void kit_buf_clear(kit_buf *buf)
{
    buf->size = 0;
    buf->state = KIT_BUF_OK;
    if (buf->data)
        buf->data[0] = '\0';
}

static size_t grown_capacity(const kit_buf *buf, size_t needed)
{
    size_t largest = buf->max + 1;
    size_t capacity = buf->capacity > FIRST_CAPACITY / 2 ? buf->capacity : FIRST_CAPACITY / 2;
    capacity = capacity > largest / 2 ? largest : capacity * 2;
    return capacity > needed ? capacity : needed;
}

/* Makes room for so many more bytes and the NUL. Returns 0, or -1 with the buffer failed. */
static int reserve(kit_buf *buf, size_t size)
{
    if (buf->state != KIT_BUF_OK)
        return -1;
    if (size > buf->max - buf->size) {
        buf->state = KIT_BUF_FULL;
        return -1;
    }
    size_t needed = buf->size + size + 1;
    if (needed <= buf->capacity)
        return 0;
    size_t capacity = grown_capacity(buf, needed);
    char *data = buf->memory.resize(buf->memory.context, buf->data, buf->capacity, capacity);
    if (!data) {
        buf->state = KIT_BUF_NO_MEMORY;
        return -1;
    }
    data[buf->size] = '\0';
    buf->data = data;
    buf->capacity = capacity;
    return 0;
}

void kit_buf_add(kit_buf *buf, const void *data, size_t size)
{
    if (size == 0 || reserve(buf, size) != 0)
        return;
    memcpy(buf->data + buf->size, data, size);
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void kit_buf_add_text(kit_buf *buf, const char *text)
{
    kit_buf_add(buf, text, strlen(text));
}

void kit_buf_add_char(kit_buf *buf, char c)
{
    kit_buf_add(buf, &c, 1);
}

void kit_buf_addf(kit_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    kit_buf_vaddf(buf, format, args);
    va_end(args);
}

void kit_buf_vaddf(kit_buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int size = vsnprintf(NULL, 0, format, args);
    if (size < 0 && buf->state == KIT_BUF_OK)
        buf->state = KIT_BUF_FULL;
    if (size > 0 && reserve(buf, (size_t)size) == 0) {
        vsnprintf(buf->data + buf->size, (size_t)size + 1, format, again);
        buf->size += (size_t)size;
    }
    va_end(again);
}

const char *kit_buf_text(const kit_buf *buf)
{
    if (buf->state != KIT_BUF_OK)
        return NULL;
    return buf->data ? buf->data : "";
}

char *kit_buf_take(kit_buf *buf)
{
    if (reserve(buf, 0) != 0)
        return NULL;
    char *text = buf->data;
    kit_buf_init(buf, buf->memory, buf->max);
    return text;
}
