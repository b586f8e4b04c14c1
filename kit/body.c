/* SPDX-License-Identifier: Apache-2.0 */
/* Tells a page of a proxy's, a text and a mistake apart by how they begin. */
#include "kit/body.h"

#include "kit/error.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_TITLE = 60,
    MAX_CHARACTER = 4
};

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static bool starts_with(const char *data, size_t size, const char *word)
{
    size_t length = strlen(word);
    return size >= length && strncasecmp(data, word, length) == 0;
}

static size_t find_word(const char *data, size_t size, const char *word)
{
    size_t at = 0;
    while (at < size && !starts_with(data + at, size - at, word))
        at++;
    return at;
}

size_t kit_body_count_mark(const char *data, size_t size)
{
    return starts_with(data, size, BYTE_ORDER_MARK) ? strlen(BYTE_ORDER_MARK) : 0;
}

size_t kit_body_count_blanks(const char *data, size_t size)
{
    size_t count = 0;
    while (count < size && isspace((unsigned char)data[count]))
        count++;
    return count;
}

static size_t count_start(const char *data, size_t size)
{
    size_t mark = kit_body_count_mark(data, size);
    return mark + kit_body_count_blanks(data + mark, size - mark);
}

int kit_body_is_html(const char *data, size_t size)
{
    size_t start = count_start(data, size);
    return starts_with(data + start, size - start, "<!doctype html") ||
           starts_with(data + start, size - start, "<html");
}

static void copy_title(char title[MAX_TITLE], const char *data, size_t size)
{
    /* Room for more than fits, so that a long one is cut between characters. */
    char raw[MAX_TITLE + MAX_CHARACTER] = "";
    size_t blanks = kit_body_count_blanks(data, size);
    data += blanks;
    size = find_word(data, size - blanks, "<");
    while (size > 0 && isspace((unsigned char)data[size - 1]))
        size--;
    memcpy(raw, data, size < sizeof raw ? size : sizeof raw - 1);
    kit_error_text(title, MAX_TITLE, raw);
}

/* A proxy's or a provider's error page says in its title what it is about. */
static void describe_html(const char *data, size_t size, char ret_found[KIT_BODY_FOUND])
{
    char title[MAX_TITLE] = "";
    size_t from = find_word(data, size, "<title>");
    if (from < size)
        copy_title(title, data + from + strlen("<title>"), size - from - strlen("<title>"));
    if (title[0])
        snprintf(ret_found, KIT_BODY_FOUND, "an HTML page with the title \"%s\"", title);
    else
        snprintf(ret_found, KIT_BODY_FOUND, "an HTML page");
}

static bool is_binary(const char *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (iscntrl((unsigned char)data[i]) && !isspace((unsigned char)data[i]))
            return true;
    return false;
}

void kit_body_describe(const char *data, size_t size, char ret_found[KIT_BODY_FOUND])
{
    size_t start = count_start(data, size);
    const char *what = "plain text";
    if (kit_body_is_html(data, size))
        return describe_html(data, size, ret_found);
    if (start == size)
        what = "nothing";
    else if (data[start] == '<')
        what = "XML";
    else if (data[start] == '{' || data[start] == '[')
        what = "JSON";
    else if (is_binary(data, size))
        what = "binary data";
    snprintf(ret_found, KIT_BODY_FOUND, "%s", what);
}
