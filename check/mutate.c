/* SPDX-License-Identifier: Apache-2.0 */
/* Bodies that are cut, replaced, or have one odd value. */
#include "check/mutate.h"

#include "check/mutate_json.h"

#include <ctype.h>
#include <string.h>

#define HTML                                                                                       \
    "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body><p>nginx</p></body>"  \
    "</html>\n"
#define DEEP 100000

static const char *const documents[] = {
    HTML, "", "null", "[]", "{}", "\"text\"", "\xff\xfe\x80", "[[", "<a><b></a>", "123",
};
#define DOCUMENTS (sizeof documents / sizeof *documents)
#define FLOOD DOCUMENTS        /* a list within a list within a list ... */
#define UNREADABLE_FIRST_TWO 2 /* HTML and nothing */

/* What stands in the place of one piece of a text. */
static const char *const pieces[] = {
    "", "x", "-1", "99999999999999999999999", "1e999", "\xff\xfe", "<z/>", "NaN",
};
#define PIECES (sizeof pieces / sizeof *pieces)

/* A piece is what stands between tags, and where there are none, a word. */
static bool ends_piece(char c, bool tags)
{
    return tags ? c == '<' : isspace((unsigned char)c) != 0;
}

static bool has_tags(aw_bytes body)
{
    return body.size && memchr(body.data, '<', body.size < 64 ? body.size : 64);
}

/* The piece at or behind *at. */
static bool next_piece(aw_bytes body, bool tags, size_t *at, size_t *ret_size)
{
    size_t start = *at;
    if (tags) {
        const char *end = memchr(body.data + start, '>', body.size - start);
        start = end ? (size_t)(end - body.data) + 1 : body.size;
    }
    while (start < body.size && isspace((unsigned char)body.data[start]))
        start++;
    size_t end = start;
    while (end < body.size && !ends_piece(body.data[end], tags))
        end++;
    *at = start;
    *ret_size = end - start;
    return start < body.size;
}

static uint64_t count_pieces(aw_bytes body)
{
    bool tags = has_tags(body);
    uint64_t count = 0;
    size_t at = 0;
    size_t size;
    for (; next_piece(body, tags, &at, &size); at += size)
        count += size > 0;
    return count;
}

static void replace_piece(aw_bytes body, uint64_t variant, kit_buf *out)
{
    bool tags = has_tags(body);
    uint64_t index = variant / PIECES;
    size_t at = 0;
    size_t size = 0;
    for (; next_piece(body, tags, &at, &size); at += size)
        if (size > 0 && index-- == 0)
            break;
    if (at > body.size)
        at = body.size;
    kit_buf_add(out, body.data, at);
    kit_buf_add_text(out, pieces[variant % PIECES]);
    kit_buf_add(out, body.data + at + size, body.size - at - size);
}

uint64_t mutate_variants(enum mutation_kind kind, aw_bytes body)
{
    uint64_t json = 0;
    switch (kind) {
    case MUTATE_CUT:
        return body.size;
    case MUTATE_VALUE:
        json = mutate_json_variants(body);
        return json ? json : count_pieces(body) * PIECES;
    case MUTATE_DOCUMENT:
        return DOCUMENTS + 1;
    default:
        return 0;
    }
}

static void add_document(uint64_t variant, kit_buf *out)
{
    if (variant < DOCUMENTS)
        kit_buf_add_text(out, documents[variant]);
    for (size_t i = 0; variant == FLOOD && i < DEEP; i++)
        kit_buf_add_char(out, '[');
}

void mutate(const struct mutation *mutation, const aw_response *answer, aw_bytes body, kit_buf *out)
{
    (void)answer;
    if (mutation->kind == MUTATE_CUT)
        kit_buf_add(out, body.data, mutation->variant < body.size ? mutation->variant : body.size);
    else if (mutation->kind == MUTATE_DOCUMENT)
        add_document(mutation->variant, out);
    else if (!mutate_json(body, mutation->variant, out))
        replace_piece(body, mutation->variant, out);
}

static bool is_blank(aw_bytes text)
{
    for (size_t i = 0; i < text.size; i++)
        if (!isspace((unsigned char)text.data[i]))
            return false;
    return true;
}

bool mutate_is_unreadable(const struct mutation *mutation, aw_bytes body)
{
    if (mutation->kind == MUTATE_DOCUMENT)
        return mutation->variant < UNREADABLE_FIRST_TWO;
    if (mutation->kind != MUTATE_CUT || mutation->variant >= body.size)
        return false;
    /* A body without its last newlines is whole. */
    return !is_blank((aw_bytes){body.data + mutation->variant, body.size - mutation->variant});
}

void mutate_token(aw_bytes body, const char *token, size_t number, kit_buf *out)
{
    size_t size = strlen(token);
    while (body.size) {
        const char *found = memmem(body.data, body.size, token, size);
        size_t taken = found ? (size_t)(found - body.data) + size : body.size;
        kit_buf_add(out, body.data, taken);
        if (found)
            kit_buf_addf(out, "%zu", number);
        body = (aw_bytes){body.data + taken, body.size - taken};
    }
}
