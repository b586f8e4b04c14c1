/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forms of a secret. In the base64 of a text that contains it, it looks one of three ways, by how many bytes
 * stand before its first one in a group of three. At both ends a character may belong to the text around it, too:
 * those are left out.
 */
#include "core/secret_words.h"

#include "core/vec.h"
#include "kit/url.h"

#include <string.h>

#define GROUP 3
#define BITS 6

static bool add_word(struct arena *arena, const char ***words, size_t *count, const kit_buf *text)
{
    const char *copy =
        text->state == KIT_BUF_OK ? arena_copy(arena, kit_buf_text(text), text->size) : NULL;
    const char **place = copy ? VEC_PUSH(words, count) : NULL;
    if (place)
        *place = copy;
    return place != NULL;
}

static unsigned byte_at(const char *secret, size_t size, size_t before, size_t at)
{
    return at < before || at - before >= size ? 0 : (unsigned char)secret[at - before];
}

/* The characters that are its own when so many bytes stand before it. */
static void add_base64(kit_buf *buf, const char *secret, size_t before)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t size = strlen(secret);
    size_t first = (before * 8 + BITS - 1) / BITS;
    size_t end = (before + size) * 8 / BITS;
    for (size_t i = first; i < end; i++) {
        size_t at = i * BITS / 8;
        unsigned two =
            byte_at(secret, size, before, at) << 8 | byte_at(secret, size, before, at + 1);
        kit_buf_add_char(buf, alphabet[two >> (16 - BITS - i * BITS % 8) & 63]);
    }
}

/* As it stands, and as it stands in a URL or a form. */
static bool add_both(struct arena *arena, const char ***words, size_t *count, const kit_buf *text)
{
    kit_buf encoded;
    kit_buf_init(&encoded, arena_kit(arena), SIZE_MAX);
    kit_url_add_encoded(&encoded, kit_buf_text(text));
    if (!add_word(arena, words, count, text) || encoded.state != KIT_BUF_OK)
        return false;
    return !strcmp(kit_buf_text(&encoded), kit_buf_text(text)) ||
           add_word(arena, words, count, &encoded);
}

bool secret_words_add(struct arena *arena, const char ***words, size_t *count, const char *secret)
{
    kit_buf text;
    kit_buf_init(&text, arena_kit(arena), SIZE_MAX);
    kit_buf_add_text(&text, secret);
    if (text.state != KIT_BUF_OK || !add_both(arena, words, count, &text))
        return false;
    for (size_t before = 0; before < GROUP; before++) {
        kit_buf form;
        kit_buf_init(&form, arena_kit(arena), SIZE_MAX);
        add_base64(&form, secret, before);
        if (form.state != KIT_BUF_OK || !add_both(arena, words, count, &form))
            return false;
    }
    return true;
}
