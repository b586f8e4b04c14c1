/* SPDX-License-Identifier: Apache-2.0 */
/* Walking through JSON: objects, arrays, and passing over what nobody reads. */
#include "kit/json_scan.h"

#include "kit/body.h"
#include "kit/eight.h"
#include "kit/error.h"
#include "kit/json_scan_parts.h"

#include <string.h>

enum {
    MAX_DEPTH = 64
};

void kit_scan_init(kit_scan *scan, const char *data, size_t size)
{
    memset(scan, 0, sizeof *scan);
    size_t mark = data ? kit_body_count_mark(data, size) : 0;
    scan->start = data ? data + mark : "";
    scan->end = scan->start + (data ? size - mark : 0);
    scan->at = scan->start;
    scan->is_pending = 1;
}

void kit_scan_forgive(kit_scan *scan)
{
    if (scan->problem.code) /* the error is large, and seldom there */
        scan->problem = (aw_error){0};
}

/* ---- mistakes ---- */

static void describe(kit_scan *scan, const char *mistake)
{
    char found[KIT_BODY_FOUND];
    size_t size = (size_t)(scan->end - scan->start);
    size_t blanks = kit_body_count_blanks(scan->start, size);
    if (scan->depth == 0 &&
        (blanks == size || !strchr("{[\"-0123456789tfn", scan->start[blanks]))) {
        kit_body_describe(scan->start, size, found);
        kit_error_set(&scan->error, AW_E_PROTOCOL, "expected JSON, found %s", found);
    } else if (scan->at == scan->end) {
        kit_error_set(&scan->error, AW_E_PROTOCOL,
                      "expected JSON, found only its beginning: it is cut off after %zu bytes",
                      size);
    } else {
        kit_error_set(&scan->error, AW_E_PROTOCOL,
                      "expected JSON, found a mistake after %zu bytes: %s",
                      (size_t)(scan->at - scan->start), mistake);
    }
}

void scan_break(kit_scan *scan, const char *mistake)
{
    if (!scan->is_broken)
        describe(scan, mistake);
    scan->is_broken = 1;
    scan->is_pending = 0;
    scan->at = scan->end;
}

/* ---- tokens ---- */

static int is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* Much of an answer that is laid out for people is the space before its lines. */
char scan_peek_behind_blanks(kit_scan *scan)
{
    const char *at = scan->at;
    const char *end = scan->end;
    while (at < end && is_blank(*at)) {
        at++;
        while ((size_t)(end - at) >= 8 && *at == ' ')
            at += kit_eight_before(kit_eight_at(at) ^ KIT_EIGHT(' '));
    }
    scan->at = at;
    return at < end ? *at : '\0';
}

/* To the first byte that ends a text, or means something in it; the last few are not looked at. */
static const char *plain_end(const char *at, const char *end)
{
    while ((size_t)(end - at) >= 8) {
        uint64_t eight = kit_eight_at(at);
        uint64_t quote = eight ^ KIT_EIGHT('"');
        uint64_t slash = eight ^ KIT_EIGHT('\\');
        uint64_t below = (eight - KIT_EIGHT(' ')) | (quote - KIT_EIGHT(1)) | (slash - KIT_EIGHT(1));
        uint64_t marks = below & ~eight & KIT_EIGHT_MARKS;
        at += kit_eight_before(marks);
        if (marks)
            break;
    }
    return at;
}

int scan_string(kit_scan *scan, struct scan_string *ret_string)
{
    const char *end = scan->end;
    const char *at = plain_end(scan->at + 1, end);
    int has_escapes = 0;
    for (; at < end && *at != '"'; at++) {
        if ((unsigned char)*at < ' ')
            break;
        if (*at != '\\')
            continue;
        has_escapes = 1;
        if (++at == end)
            break;
        at = plain_end(at + 1, end) - 1;
    }
    if (at == end || *at != '"') {
        scan->at = at;
        scan_break(scan, "a text with a control character in it");
        return 0;
    }
    *ret_string = (struct scan_string){scan->at + 1, (size_t)(at - scan->at - 1), has_escapes};
    scan->at = at + 1;
    return 1;
}

static int is_digit(const kit_scan *scan, const char *at)
{
    return at < scan->end && *at >= '0' && *at <= '9';
}

static const char *skip_digits(const kit_scan *scan, const char *at)
{
    while (is_digit(scan, at))
        at++;
    return at;
}

/* Returns the end of the number, or NULL. *ret_is_integer: without a fraction or an exponent. */
static const char *number_end(const kit_scan *scan, int *ret_is_integer)
{
    const char *at = scan->at + (*scan->at == '-');
    if (!is_digit(scan, at))
        return NULL;
    at = *at == '0' ? at + 1 : skip_digits(scan, at);
    const char *whole = at;
    if (at < scan->end && *at == '.') {
        if (!is_digit(scan, at + 1))
            return NULL;
        at = skip_digits(scan, at + 1);
    }
    if (at < scan->end && (*at == 'e' || *at == 'E')) {
        at++;
        at += at < scan->end && (*at == '+' || *at == '-');
        if (!is_digit(scan, at))
            return NULL;
        at = skip_digits(scan, at);
    }
    *ret_is_integer = at == whole;
    return at;
}

int scan_number(kit_scan *scan, struct scan_string *ret_digits)
{
    int is_integer = 0;
    const char *begin = scan->at;
    const char *end = number_end(scan, &is_integer);
    if (!end) {
        scan_break(scan, "a number that is none");
        return 0;
    }
    *ret_digits = (struct scan_string){begin, (size_t)(end - begin), !is_integer};
    scan->at = end;
    return 1;
}

static void skip_word(kit_scan *scan, const char *word)
{
    size_t size = strlen(word);
    size_t left = (size_t)(scan->end - scan->at);
    if (memcmp(scan->at, word, left < size ? left : size) != 0)
        return scan_break(scan, "a word that is none of true, false and null");
    scan->at += left < size ? left : size;
    if (left < size)
        scan_break(scan, word);
}

void scan_skip(kit_scan *scan)
{
    struct scan_string ignored;
    char c = scan_peek(scan);
    if (c == '{')
        for (kit_scan_object(scan); kit_scan_member(scan);)
            continue;
    else if (c == '[')
        for (kit_scan_array(scan); kit_scan_element(scan);)
            continue;
    else if (c == '"')
        scan_string(scan, &ignored);
    else if (c == 't' || c == 'f' || c == 'n')
        skip_word(scan, c == 't' ? "true" : c == 'f' ? "false" : "null");
    else if (c == '-' || (c >= '0' && c <= '9'))
        scan_number(scan, &ignored);
    else
        scan_break(scan, "a value is missing");
    scan->is_pending = 0;
}

/* ---- objects and arrays ---- */

static void enter(kit_scan *scan, char opener, const char *expected)
{
    if (scan_is_next(scan, opener, expected)) {
        scan->at++;
        scan->is_first = 1;
        scan->is_pending = 0;
        if (++scan->depth > MAX_DEPTH)
            scan_break(scan, "more than 64 levels");
    } else {
        scan->is_absent = 1;
    }
}

void kit_scan_object(kit_scan *scan)
{
    enter(scan, '{', "an object");
}

void kit_scan_array(kit_scan *scan)
{
    enter(scan, '[', "an array");
}

/* Is there one more before the closing bracket? */
static int next(kit_scan *scan, char closer)
{
    if (scan->is_absent || scan->is_broken) {
        scan->is_absent = 0;
        return 0;
    }
    if (scan->is_pending)
        scan_skip(scan);
    char c = scan_peek(scan);
    if (c == closer) {
        scan->at++;
        scan->depth--;
        scan->is_first = 0;
        return 0;
    }
    if (!scan->is_first && c != ',')
        scan_break(scan, "a comma or a closing bracket is missing");
    else if (!scan->is_first)
        scan->at++;
    scan->is_first = 0;
    return !scan->is_broken;
}

int kit_scan_member(kit_scan *scan)
{
    struct scan_string name;
    if (!next(scan, '}'))
        return 0;
    if (scan_peek(scan) != '"')
        scan_break(scan, "the name of a member is missing");
    else if (scan_string(scan, &name) && scan_peek(scan) != ':')
        scan_break(scan, "a colon is missing");
    if (scan->is_broken)
        return 0;
    scan->at++;
    scan->name = name.data;
    scan->name_size = name.has_escapes ? 0 : name.size;
    scan->is_pending = 1;
    return 1;
}

int kit_scan_element(kit_scan *scan)
{
    scan->is_pending = next(scan, ']');
    return scan->is_pending;
}

int kit_scan_finish(kit_scan *scan, aw_error *ret_error)
{
    if (scan->is_pending)
        scan_skip(scan);
    scan_peek(scan);
    if (scan->at < scan->end)
        scan_break(scan, "something behind the end");
    if (scan->is_broken && ret_error)
        *ret_error = scan->error;
    return scan->is_broken ? -1 : 0;
}
