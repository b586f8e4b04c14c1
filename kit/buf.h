/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one string buffer. It states its maximum when it is made, and its errors stick: build a whole
 * text, then ask once whether it worked. What is in it always ends in NUL.
 */
#ifndef ARCHWAY_KIT_BUF_H
#define ARCHWAY_KIT_BUF_H

#include "kit/memory.h"

#include <stdarg.h>

enum kit_buf_state {
    KIT_BUF_OK = 0,
    KIT_BUF_FULL = 1,
    KIT_BUF_NO_MEMORY = 2
};

typedef struct kit_buf {
    char *data; /* NULL while empty; see kit_buf_text */
    size_t size;
    size_t capacity;
    size_t max;
    enum kit_buf_state state;
    kit_memory memory;
} kit_buf;

/* `max` counts the bytes of the text, without the NUL. */
void kit_buf_init(kit_buf *buf, kit_memory memory, size_t max);
/* Writes into a block of the caller's, with its NUL: for a text that may be cut short. */
void kit_buf_init_in(kit_buf *buf, char *block, size_t block_size);
/* Frees the text; the buffer is empty and usable again. Takes a zeroed buffer. */
void kit_buf_finish(kit_buf *buf);
/* Forgets the text and the error, keeps the memory. */
void kit_buf_clear(kit_buf *buf);

/* Adding to a buffer that has failed does nothing. What does not fit whole is not added at all. */
void kit_buf_add(kit_buf *buf, const void *data, size_t size);
void kit_buf_add_text(kit_buf *buf, const char *text);
void kit_buf_add_char(kit_buf *buf, char c);
void kit_buf_addf(kit_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void kit_buf_vaddf(kit_buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* The text, never NULL unless the buffer has failed. */
const char *kit_buf_text(const kit_buf *buf);
/* Hands the text over to the caller (who frees it with the same memory) and leaves the buffer empty.
 * NULL when the buffer has failed or no memory is left. */
char *kit_buf_take(kit_buf *buf);

#endif
