/* SPDX-License-Identifier: Apache-2.0 */
/* Words out of a text, and back into it. */
#include "core/config_mask.h"

#include <stdbool.h>
#include <string.h>

#define SHORTEST_WORD 8
#define STAND_IN_SIZE 4 /* of U+F0000 and above, in UTF-8 */
#define FIRST_STAND_IN 0xF0000u

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* 0 when there is none. Inside a word the signs mean nothing to YAML. */
static size_t word_size(const char *text, size_t size)
{
    size_t used = 0;
    while (used < size && (is_letter(text[used]) || (used > 0 && memchr("-_+/=.", text[used], 6))))
        used++;
    return used;
}

/* An escape of double quotes, whose letters are no word; 0 when there is none. */
static size_t escape_size(const char *text, size_t size)
{
    if (size < 2 || text[0] != '\\')
        return 0;
    size_t used = text[1] == 'x' ? 4 : text[1] == 'u' ? 6 : text[1] == 'U' ? 10 : 2;
    return used < size ? used : size;
}

static bool is_stand_in(const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    if (size < STAND_IN_SIZE || bytes[0] < 0xf3 || bytes[0] > 0xf4)
        return false;
    for (size_t i = 1; i < STAND_IN_SIZE; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return false;
    return bytes[0] == 0xf4 || bytes[1] >= 0xb0;
}

static bool is_stand_in_escape(const char *text, size_t size)
{
    return size >= 6 && memcmp(text, "\\U00", 4) == 0 &&
           (memcmp(text + 4, "0F", 2) == 0 || memcmp(text + 4, "0f", 2) == 0 ||
            memcmp(text + 4, "10", 2) == 0);
}

static void stand_in_write(char *out, size_t number)
{
    uint32_t code = FIRST_STAND_IN + (uint32_t)number;
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
}

static size_t stand_in_read(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    uint32_t code = (bytes[0] & 0x07u) << 18 | (bytes[1] & 0x3fu) << 12 | (bytes[2] & 0x3fu) << 6 |
                    (bytes[3] & 0x3fu);
    return code - FIRST_STAND_IN;
}

const char *config_mask_conflict(aw_bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        const char *at = text.data + i;
        size_t left = text.size - i;
        if (is_stand_in_escape(at, left) || is_stand_in(at, left))
            return at;
    }
    return NULL;
}

int config_mask(struct config_mask *mask, struct arena *arena, aw_bytes text)
{
    char *out = arena_alloc(arena, text.size + 1);
    aw_bytes *words = arena_alloc(arena, (text.size / SHORTEST_WORD + 1) * sizeof *words);
    if (!out || !words)
        return -1;
    struct config_mask fresh = {.text = {.data = out}, .words = words};
    for (size_t i = 0; i < text.size;) {
        const char *at = text.data + i;
        size_t word = word_size(at, text.size - i);
        size_t escape = escape_size(at, text.size - i);
        size_t taken = word ? word : escape ? escape : 1;
        bool is_hidden = word >= SHORTEST_WORD;
        if (is_hidden) {
            stand_in_write(out + fresh.text.size, fresh.count);
            words[fresh.count++] = (aw_bytes){.data = at, .size = word};
        } else {
            memcpy(out + fresh.text.size, at, taken);
        }
        fresh.text.size += is_hidden ? STAND_IN_SIZE : taken;
        i += taken;
    }
    *mask = fresh;
    return 0;
}

/* The word that this stands for, or NULL. */
static const aw_bytes *word_of(const struct config_mask *mask, const char *text, size_t size)
{
    size_t number = is_stand_in(text, size) ? stand_in_read(text) : mask->count;
    return number < mask->count ? &mask->words[number] : NULL;
}

/* Returns the size; `out` may be NULL. */
static size_t put_back(const struct config_mask *mask, const char *text, size_t size, char *out)
{
    size_t used = 0;
    for (size_t i = 0; i < size;) {
        const aw_bytes *word = word_of(mask, text + i, size - i);
        size_t added = word ? word->size : 1;
        if (out)
            memcpy(out + used, word ? word->data : text + i, added);
        used += added;
        i += word ? STAND_IN_SIZE : 1;
    }
    return used;
}

char *config_unmask(const struct config_mask *mask, struct arena *arena, const char *text,
                    size_t size)
{
    char *out = arena_alloc(arena, put_back(mask, text, size, NULL) + 1);
    if (out)
        put_back(mask, text, size, out);
    return out;
}
