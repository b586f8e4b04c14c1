/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders: told, put in, taken out. */
#include "core/named_values.h"

#include "core/mem.h"
#include "core/vec.h"
#include "kit/error.h"
#include "kit/url.h"

#include <string.h>
#include <strings.h>

#define BRACES "braces" /* {{braces}} stands for "{{" itself */

enum {
    SHORTEST_HIDDEN = 4,
    SHORTEST_ANYWHERE = 16
};

/* A placeholder in a text: {{name}} or {{name:number}}. */
struct placeholder {
    aw_bytes name;
    size_t number; /* 0: none given */
    size_t size;
};

void named_values_init(struct named_values *values)
{
    *values = (struct named_values){0};
    arena_init(&values->arena, false);
}

void named_values_finish(struct named_values *values)
{
    mem_free(values->items);
    arena_finish(&values->arena);
    named_values_init(values);
}

static bool is_name_char(char c, bool first)
{
    return (c >= 'a' && c <= 'z') || (!first && ((c >= '0' && c <= '9') || c == '-'));
}

static size_t name_size(const char *text, size_t size)
{
    size_t length = 0;
    while (length < size && is_name_char(text[length], length == 0))
        length++;
    return length;
}

static bool is_name(const char *text)
{
    size_t size = strlen(text);
    return size > 0 && name_size(text, size) == size && strcmp(text, BRACES) != 0;
}

void text_add_json(kit_buf *buf, const char *text)
{
    static const char short_forms[] = "\bb\nn\ff\rr\tt\"\"\\\\";
    for (const char *c = text; *c; c++) {
        const char *found = NULL;
        for (const char *pair = short_forms; *pair; pair += 2)
            if (*pair == *c)
                found = pair + 1;
        if (found)
            kit_buf_addf(buf, "\\%c", *found);
        else if ((unsigned char)*c < 0x20)
            kit_buf_addf(buf, "\\u%04x", (unsigned)*c);
        else
            kit_buf_add_char(buf, *c);
    }
}

static bool keep_form(struct named_values *values, struct named_value *item, enum text_form form,
                      const char *value)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf buf;
    kit_buf_init(&buf, mem_kit(), SIZE_MAX);
    if (form == TEXT_URL)
        kit_url_add_encoded(&buf, value);
    else if (form == TEXT_JSON)
        text_add_json(&buf, value);
    else
        kit_buf_add_text(&buf, value);
    const char *text = kit_buf_text(&buf);
    item->forms[form].data = text ? arena_copy(&values->arena, text, buf.size) : NULL;
    item->forms[form].size = buf.size;
    return item->forms[form].data != NULL;
}

bool named_values_tell(struct named_values *values, const char *name, const char *value)
{
    if (!is_name(name) || !value || !value[0])
        return true;
    struct named_value item = {.name = arena_text(&values->arena, name)};
    if (!item.name || !keep_form(values, &item, TEXT_PLAIN, value) ||
        !keep_form(values, &item, TEXT_URL, value) || !keep_form(values, &item, TEXT_JSON, value))
        return false;
    struct named_value *slot = VEC_PUSH(&values->items, &values->count);
    if (!slot)
        return false;
    *slot = item;
    return true;
}

enum text_form text_form_of(const aw_header *headers, size_t header_count, aw_bytes body)
{
    for (size_t i = 0; i < header_count; i++) {
        if (strcasecmp(headers[i].name, "content-type") != 0)
            continue;
        if (strcasestr(headers[i].value, "json"))
            return TEXT_JSON;
        if (strcasestr(headers[i].value, "x-www-form-urlencoded"))
            return TEXT_URL;
    }
    if (body.size == 0 || !strchr("{[", body.data[0]))
        return TEXT_PLAIN;
    bool placeholder = body.size > 1 && body.data[0] == '{' && body.data[1] == '{';
    return placeholder ? TEXT_PLAIN : TEXT_JSON;
}

/* The number behind the colon, 0 when there is none that can be one. */
static size_t read_number(const char *text, size_t size, size_t *at)
{
    size_t number = 0;
    while (*at < size && text[*at] >= '0' && text[*at] <= '9' && number < 100000)
        number = number * 10 + (size_t)(text[(*at)++] - '0');
    return number;
}

static bool read_placeholder(aw_bytes text, size_t start, struct placeholder *ret)
{
    const char *from = text.data + start;
    size_t size = text.size - start;
    if (size < 2 || memcmp(from, "{{", 2) != 0)
        return false;
    struct placeholder found = {.name = {from + 2, name_size(from + 2, size - 2)}};
    size_t at = 2 + found.name.size;
    bool numbered = at < size && from[at] == ':';
    if (numbered) {
        at++;
        found.number = read_number(from, size, &at);
    }
    if (found.name.size == 0 || (numbered && found.number == 0))
        return false;
    if (size - at < 2 || memcmp(from + at, "}}", 2) != 0)
        return false;
    found.size = at + 2;
    *ret = found;
    return true;
}

static bool is_called(const struct named_value *item, aw_bytes name)
{
    return strlen(item->name) == name.size && memcmp(item->name, name.data, name.size) == 0;
}

static const struct named_value *find(const struct named_values *values, size_t told,
                                      const struct placeholder *wanted)
{
    const struct named_value *found = NULL;
    size_t number = 0;
    for (size_t i = 0; i < values->count; i++) {
        if (!is_called(&values->items[i], wanted->name))
            continue;
        number++;
        if (wanted->number ? number == wanted->number : !found || i < told)
            found = &values->items[i];
    }
    return found;
}

static bool is_first_of_name(const struct named_values *values, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(values->items[i].name, values->items[index].name) == 0)
            return false;
    return true;
}

static int fail_unknown(const struct named_values *values, aw_bytes placeholder,
                        aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf known;
    kit_buf_init(&known, mem_kit(), 512);
    for (size_t i = 0; i < values->count; i++)
        if (is_first_of_name(values, i))
            kit_buf_addf(&known, "%s%s", known.size ? ", " : "", values->items[i].name);
    const char *list = kit_buf_text(&known);
    return kit_error_set(ret_error, AW_E_INVALID, "%.*s stands for nothing so far; known are: %s",
                         (int)(placeholder.size < 80 ? placeholder.size : 80), placeholder.data,
                         list && list[0] ? list : "none");
}

static int add_value(const struct named_values *values, size_t told, enum text_form form,
                     const struct placeholder *wanted, kit_buf *buf)
{
    if (wanted->name.size == strlen(BRACES) &&
        memcmp(wanted->name.data, BRACES, strlen(BRACES)) == 0) {
        kit_buf_add_text(buf, "{{");
        return 0;
    }
    const struct named_value *value = find(values, told, wanted);
    if (!value)
        return -1;
    kit_buf_add(buf, value->forms[form].data, value->forms[form].size);
    return 0;
}

/* From `at`, where there is no placeholder, to where the next one may be. */
static size_t plain_size(aw_bytes text, size_t at)
{
    const char *next = memchr(text.data + at + 1, '{', text.size - at - 1);
    return next ? (size_t)(next - text.data) - at : text.size - at;
}

int named_values_render(const struct named_values *values, size_t told, enum text_form form,
                        aw_bytes text, kit_buf *buf, aw_error *ret_error)
{
    for (size_t at = 0; at < text.size;) {
        struct placeholder wanted;
        size_t size = 0;
        if (!read_placeholder(text, at, &wanted)) {
            size = plain_size(text, at);
            kit_buf_add(buf, text.data + at, size);
        } else {
            size = wanted.size;
            if (add_value(values, told, form, &wanted, buf))
                return fail_unknown(values, (aw_bytes){text.data + at, size}, ret_error);
        }
        at += size;
    }
    return 0;
}

static bool is_word_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* "%2F" before it is no part of a word. */
static bool follows_escape(aw_bytes text, size_t at)
{
    return at >= 3 && text.data[at - 3] == '%';
}

static bool stands_alone(aw_bytes text, size_t at, size_t size, enum text_form form)
{
    if (at + size < text.size && is_word_char(text.data[at + size]))
        return false;
    return at == 0 || !is_word_char(text.data[at - 1]) ||
           (form == TEXT_URL && follows_escape(text, at));
}

static const struct named_value *longest_at(const struct named_values *values, enum text_form form,
                                            aw_bytes text, size_t at)
{
    const struct named_value *longest = NULL;
    for (size_t i = 0; i < values->count; i++) {
        const struct named_value *item = &values->items[i];
        aw_bytes value = item->forms[form];
        if (value.size < SHORTEST_HIDDEN || value.size > text.size - at ||
            memcmp(value.data, text.data + at, value.size) != 0)
            continue;
        if (value.size < SHORTEST_ANYWHERE && !stands_alone(text, at, value.size, form))
            continue;
        if (!longest || value.size > longest->forms[form].size)
            longest = item;
    }
    return longest;
}

/* {{name}} where the name has one value only, so that it stays readable; else its number too. */
static void add_placeholder(const struct named_values *values, const struct named_value *value,
                            kit_buf *buf)
{
    const char *plain = value->forms[TEXT_PLAIN].data;
    size_t number = 0;
    bool several = false;
    for (const struct named_value *item = values->items; item < values->items + values->count;
         item++) {
        if (strcmp(item->name, value->name) != 0)
            continue;
        number += item <= value;
        several = several || strcmp(item->forms[TEXT_PLAIN].data, plain) != 0;
    }
    if (several)
        kit_buf_addf(buf, "{{%s:%zu}}", value->name, number);
    else
        kit_buf_addf(buf, "{{%s}}", value->name);
}

void named_values_hide(const struct named_values *values, enum text_form form, aw_bytes text,
                       kit_buf *buf)
{
    struct placeholder literal;
    for (size_t at = 0; at < text.size;) {
        const struct named_value *value = longest_at(values, form, text, at);
        if (value) {
            add_placeholder(values, value, buf);
            at += value->forms[form].size;
        } else if (read_placeholder(text, at, &literal)) {
            kit_buf_add_text(buf, "{{" BRACES "}}");
            at += 2;
        } else {
            kit_buf_add_char(buf, text.data[at++]);
        }
    }
}
