/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a text line by line and word by word, in place. */
#include "core/lines.h"

#include "kit/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WEEK_MS ((uint64_t)7 * 24 * 60 * 60 * 1000)

bool lines_ended(const struct lines *lines)
{
    return lines->at == lines->end;
}

aw_bytes lines_peek(const struct lines *lines)
{
    size_t left = (size_t)(lines->end - lines->at);
    const char *newline = left ? memchr(lines->at, '\n', left) : NULL;
    return (aw_bytes){lines->at, newline ? (size_t)(newline - lines->at) : left};
}

void lines_skip(struct lines *lines)
{
    lines->at += lines_peek(lines).size;
    if (lines->at < lines->end)
        lines->at++;
    lines->number++;
}

aw_bytes lines_until(struct lines *lines, bool (*ends)(aw_bytes line))
{
    const char *start = lines->at;
    while (!lines_ended(lines) && !ends(lines_peek(lines)))
        lines_skip(lines);
    return (aw_bytes){start, (size_t)(lines->at - start)};
}

int lines_fail(const struct lines *lines, int line, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return kit_error_set(lines->error, AW_E_INVALID, "%s:%d: %s", lines->path,
                         line ? line : lines->number, text);
}

bool text_is(aw_bytes text, const char *word)
{
    return text.size == strlen(word) && memcmp(text.data, word, text.size) == 0;
}

bool text_starts(aw_bytes text, const char *start)
{
    size_t size = strlen(start);
    return text.size >= size && memcmp(text.data, start, size) == 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

aw_bytes text_trim(aw_bytes text)
{
    while (text.size && is_space(text.data[0])) {
        text.data++;
        text.size--;
    }
    while (text.size && is_space(text.data[text.size - 1]))
        text.size--;
    return text;
}

aw_bytes text_word(aw_bytes *rest)
{
    aw_bytes word = text_trim(*rest);
    size_t size = 0;
    while (size < word.size && !is_space(word.data[size]))
        size++;
    *rest = text_trim((aw_bytes){word.data + size, word.size - size});
    word.size = size;
    return word;
}

bool text_number(aw_bytes text, uint64_t max, uint64_t *ret_number)
{
    uint64_t number = 0;
    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (digit > max || number > (max - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *ret_number = number;
    return true;
}

bool text_duration_ms(aw_bytes text, uint64_t *ret_ms)
{
    static const struct {
        const char *name;
        uint64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        size_t unit_size = strlen(units[i].name);
        if (text.size < unit_size ||
            memcmp(text.data + text.size - unit_size, units[i].name, unit_size) != 0)
            continue;
        uint64_t number = 0;
        if (!text_number((aw_bytes){text.data, text.size - unit_size}, WEEK_MS / units[i].ms,
                         &number))
            continue;
        *ret_ms = number * units[i].ms;
        return true;
    }
    return false;
}

/* What follows the seconds: "Z" or ".123Z". */
static bool read_fraction(const char *text, uint64_t *ret_ms)
{
    if (*text == '.') {
        aw_bytes digits = {text + 1, 3};
        if (strlen(text) != strlen(".123Z") || !text_number(digits, 999, ret_ms))
            return false;
        text += 4;
    }
    return strcmp(text, "Z") == 0;
}

bool text_time_ms(aw_bytes text, uint64_t *ret_ms)
{
    char copy[32];
    struct tm parts = {0};
    uint64_t ms = 0;
    if (text.size >= sizeof copy)
        return false;
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    const char *rest = strptime(copy, "%Y-%m-%dT%H:%M:%S", &parts);
    if (!rest || !read_fraction(rest, &ms))
        return false;
    time_t seconds = timegm(&parts);
    if (seconds < 0)
        return false;
    *ret_ms = (uint64_t)seconds * 1000 + ms;
    return true;
}
