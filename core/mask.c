/* SPDX-License-Identifier: Apache-2.0 */
/* Taking secrets out of a text: one scan, which asks at every byte whether a secret begins here. */
#include "core/mask.h"

#include "core/recording.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

/* In XML a "<" in a text would begin an element. */
#define SECRET_IN_XML "&lt;secret&gt;"
#define SECRET_IN_URL "%3Csecret%3E"

enum {
    SHORTEST_WORD = 8,
    LONGEST_XML_TAG = 4096
};

/* What is left of the text to scan. */
struct scan {
    const struct mask *mask;
    aw_bytes text;
    size_t at;
    bool xml;
    kit_buf *buf;
};

static bool is_field(const struct mask *mask, const char *name, size_t size)
{
    for (const char *const *field = mask->fields; field && *field; field++)
        if (strlen(*field) == size && strncasecmp(*field, name, size) == 0)
            return true;
    return false;
}

bool mask_has_field(const struct mask *mask, const char *name)
{
    return is_field(mask, name, strlen(name));
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_space(aw_bytes text, size_t at)
{
    while (at < text.size && is_space(text.data[at]))
        at++;
    return at;
}

/* Behind the closing quote of the string that opens at `at`; the end of the text when it has none. */
static size_t skip_string(aw_bytes text, size_t at)
{
    for (at++; at < text.size && text.data[at] != '"'; at++)
        if (text.data[at] == '\\')
            at++;
    return at < text.size ? at + 1 : text.size;
}

/* Behind the object or list that opens at `at`. */
static size_t skip_nested(aw_bytes text, size_t at)
{
    size_t depth = 0;
    while (at < text.size) {
        char c = text.data[at];
        at = c == '"' ? skip_string(text, at) : at + 1;
        if (c == '{' || c == '[')
            depth++;
        if ((c == '}' || c == ']') && --depth == 0)
            break;
    }
    return at;
}

static size_t skip_scalar(aw_bytes text, size_t at)
{
    while (at < text.size && !is_space(text.data[at]) && !strchr(",}]", text.data[at]))
        at++;
    return at;
}

static bool starts_at(aw_bytes text, size_t at, const char *start)
{
    size_t size = strlen(start);
    return text.size - at >= size && memcmp(text.data + at, start, size) == 0;
}

static void add_span(struct scan *scan, size_t end)
{
    kit_buf_add(scan->buf, scan->text.data + scan->at, end - scan->at);
    scan->at = end;
}

/* Keeps the type of what it replaces, so that the answer can still be read. */
static void replace_json_value(struct scan *scan, size_t value)
{
    char first = value < scan->text.size ? scan->text.data[value] : '\0';
    add_span(scan, value);
    if (first == '"') {
        kit_buf_add_text(scan->buf, "\"" RECORDING_SECRET "\"");
        scan->at = skip_string(scan->text, value);
    } else if (first == '{' || first == '[') {
        kit_buf_add_text(scan->buf, first == '{' ? "{}" : "[]");
        scan->at = skip_nested(scan->text, value);
    } else if (first == '-' || (first >= '0' && first <= '9')) {
        kit_buf_add_char(scan->buf, '0');
        scan->at = skip_scalar(scan->text, value);
    }
}

/* The name may be written with escapes. */
static bool is_field_literal(const struct mask *mask, const char *literal, size_t size)
{
    if (size < 2)
        return false;
    if (!memchr(literal, '\\', size))
        return is_field(mask, literal + 1, size - 2);
    json_t *name = json_loadb(literal, size, JSON_DECODE_ANY, NULL);
    bool found = json_is_string(name) && mask_has_field(mask, json_string_value(name));
    json_decref(name);
    return found;
}

static bool mask_json_field(struct scan *scan)
{
    aw_bytes text = scan->text;
    /* What stands behind a backslash opens no string; to look at all of those would take for ever. */
    if (text.data[scan->at] != '"' || (scan->at > 0 && text.data[scan->at - 1] == '\\'))
        return false;
    size_t end = skip_string(text, scan->at);
    size_t colon = skip_space(text, end);
    if (colon == text.size || text.data[colon] != ':' ||
        !is_field_literal(scan->mask, text.data + scan->at, end - scan->at))
        return false;
    replace_json_value(scan, skip_space(text, colon + 1));
    return true;
}

static bool ends_xml_name(char c)
{
    return is_space(c) || c == '>' || c == '/' || c == '<';
}

/* Behind the name, without its prefix, of the element that opens at `at`. */
static size_t xml_name(aw_bytes text, size_t at, size_t *ret_start)
{
    *ret_start = at + 1;
    for (at++; at < text.size && !ends_xml_name(text.data[at]); at++)
        if (text.data[at] == ':')
            *ret_start = at + 1;
    return at;
}

static bool is_field_element(const struct scan *scan, size_t at, size_t *ret_end)
{
    size_t start;
    *ret_end = xml_name(scan->text, at, &start);
    return is_field(scan->mask, scan->text.data + start, *ret_end - start);
}

/* At the closing tag of a secret element, or at the end of the text. */
static size_t skip_xml_content(const struct scan *scan, size_t at)
{
    size_t end;
    while (at < scan->text.size &&
           !(starts_at(scan->text, at, "</") && is_field_element(scan, at + 1, &end)))
        at++;
    return at;
}

static bool mask_xml_field(struct scan *scan)
{
    aw_bytes text = scan->text;
    size_t end;
    if (text.data[scan->at] != '<' || !is_field_element(scan, scan->at, &end))
        return false;
    size_t reach = text.size - end < LONGEST_XML_TAG ? text.size - end : LONGEST_XML_TAG;
    const char *close = memchr(text.data + end, '>', reach);
    if (!close || close[-1] == '/')
        return false;
    add_span(scan, (size_t)(close - text.data) + 1);
    kit_buf_add_text(scan->buf, SECRET_IN_XML);
    scan->at = skip_xml_content(scan, scan->at);
    return true;
}

static const char *placeholder(const struct scan *scan)
{
    if (scan->mask->url)
        return SECRET_IN_URL;
    return scan->xml ? SECRET_IN_XML : RECORDING_SECRET;
}

static bool mask_one_word(struct scan *scan, const char *word)
{
    if (!word || strlen(word) < SHORTEST_WORD || !starts_at(scan->text, scan->at, word))
        return false;
    kit_buf_add_text(scan->buf, placeholder(scan));
    scan->at += strlen(word);
    return true;
}

static bool mask_word(struct scan *scan)
{
    if (mask_one_word(scan, scan->mask->word))
        return true;
    for (size_t i = 0; i < scan->mask->word_count; i++)
        if (mask_one_word(scan, scan->mask->words[i]))
            return true;
    return false;
}

void mask_add(const struct mask *mask, aw_bytes text, kit_buf *buf)
{
    struct scan scan = {.mask = mask, .text = text, .buf = buf};
    size_t first = skip_space(text, 0);
    scan.xml = first < text.size && text.data[first] == '<';
    while (scan.at < text.size)
        if (!mask_word(&scan) && !mask_json_field(&scan) && !mask_xml_field(&scan))
            add_span(&scan, scan.at + 1);
}
