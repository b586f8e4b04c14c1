/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the texts and numbers of a JSON scan. */
#include "kit/error.h"
#include "kit/json_scan_parts.h"
#include "kit/utf8.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_NAME_SHOWN = 64,
    LONGEST_INTEGER = 20
};

/* ---- problems ---- */

static void refuse(kit_scan *scan, const char *expected, const char *found)
{
    size_t size = scan->name_size < MAX_NAME_SHOWN ? scan->name_size : MAX_NAME_SHOWN;
    if (scan->problem.code == AW_OK)
        kit_error_set(&scan->problem, AW_E_PROTOCOL, "%.*s: expected %s, found %s",
                      size ? (int)size : INT_MAX, size ? scan->name : "the document", expected,
                      found);
}

static const char *kind_of(char first)
{
    switch (first) {
    case '{':
        return "an object";
    case '[':
        return "an array";
    case '"':
        return "text";
    case 't':
        return "true";
    case 'f':
        return "false";
    default:
        return "a number";
    }
}

int scan_is_next(kit_scan *scan, char first, const char *expected)
{
    char c = scan_peek(scan);
    const char *name = scan->name;
    size_t name_size = scan->name_size;
    if (!scan->is_pending || c == first)
        return scan->is_pending;
    scan_skip(scan);
    scan->name = name;
    scan->name_size = name_size;
    if (c != 'n' && !scan->is_broken)
        refuse(scan, expected, kind_of(c));
    return 0;
}

/* ---- texts ---- */

struct output {
    char *at;
    char *end; /* where the NUL must fit */
};

static int put(struct output *out, unsigned byte)
{
    if (out->at == out->end)
        return -1;
    *out->at++ = (char)byte;
    return 0;
}

static int put_character(struct output *out, uint32_t code)
{
    if (code < 0x80)
        return put(out, code);
    if (code < 0x800)
        return put(out, 0xc0 | code >> 6) || put(out, 0x80 | (code & 0x3f));
    if (code < 0x10000)
        return put(out, 0xe0 | code >> 12) || put(out, 0x80 | (code >> 6 & 0x3f)) ||
               put(out, 0x80 | (code & 0x3f));
    return put(out, 0xf0 | code >> 18) || put(out, 0x80 | (code >> 12 & 0x3f)) ||
           put(out, 0x80 | (code >> 6 & 0x3f)) || put(out, 0x80 | (code & 0x3f));
}

/* Four hexadecimal digits, or -1. */
static int32_t hex_read(const char *at, const char *end)
{
    int32_t value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = memchr(digits, at[i], sizeof digits - 1);
        if (!digit)
            return -1;
        value = value * 16 + (int32_t)((digit - digits) & 15);
    }
    return value;
}

/* Reads what stands behind "\u"; two of them may make one character. NULL: it is none. */
static const char *unicode_read(const char *at, const char *end, uint32_t *ret_code)
{
    int32_t high = hex_read(at, end);
    if (high < 0 || (high >= 0xdc00 && high < 0xe000))
        return NULL;
    *ret_code = (uint32_t)high;
    if (high < 0xd800 || high >= 0xe000)
        return at + 4;
    int32_t low = end - at >= 10 && at[4] == '\\' && at[5] == 'u' ? hex_read(at + 6, end) : -1;
    if (low < 0xdc00 || low >= 0xe000)
        return NULL;
    *ret_code = 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
    return at + 10;
}

/* Reads what stands behind a backslash. */
static const char *escape_read(const char *at, const char *end, uint32_t *ret_code)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    if (*at == 'u')
        return unicode_read(at + 1, end, ret_code);
    if (*at == '"') { /* most are, in JSON within JSON */
        *ret_code = '"';
        return at + 1;
    }
    const char *letter = memchr(letters, *at, sizeof letters - 1);
    if (!letter)
        return NULL;
    *ret_code = (unsigned char)meanings[letter - letters];
    return at + 1;
}

/* Up to the next backslash. NULL: there is no room for it. */
static const char *copy_plain(const char *at, const char *end, struct output *out)
{
    const char *next = memchr(at, '\\', (size_t)(end - at));
    size_t size = (size_t)((next ? next : end) - at);
    if (size > (size_t)(out->end - out->at))
        return NULL;
    memcpy(out->at, at, size);
    out->at += size;
    return at + size;
}

/* NULL, or what is wrong with it. */
static const char *unescape(const struct scan_string *string, struct output *out)
{
    const char *at = string->data;
    const char *end = at + string->size;
    while (at < end) {
        uint32_t code = 0;
        at = copy_plain(at, end, out);
        if (!at)
            return "a longer text";
        if (at == end)
            break;
        at = escape_read(at + 1, end, &code);
        if (!at)
            return "text with an escape that is none";
        if (code == 0)
            return "text with a NUL character in it";
        if (put_character(out, code))
            return "a longer text";
    }
    return NULL;
}

static const char *decode(const struct scan_string *string, struct output *out)
{
    if (string->has_escapes)
        return unescape(string, out);
    if (string->size > (size_t)(out->end - out->at))
        return "a longer text";
    memcpy(out->at, string->data, string->size);
    out->at += string->size;
    return NULL;
}

static int is_utf8(const char *text, size_t size)
{
    const char *end = text + size;
    const char *at = text + kit_utf8_plain(text, size);
    for (size_t step = 1; at < end && step; at += step)
        step = (unsigned char)*at < 0x80 ? 1 : kit_utf8_size(at);
    return at == end;
}

int kit_scan_text(kit_scan *scan, char *block, size_t size)
{
    struct scan_string string;
    struct output out = {block, block + size - 1};
    *block = '\0';
    if (!scan_is_next(scan, '"', "text") || !scan_string(scan, &string))
        return 0;
    scan->is_pending = 0;
    const char *wrong = decode(&string, &out);
    *out.at = '\0';
    if (!wrong && is_utf8(block, (size_t)(out.at - block)))
        return 1;
    refuse(scan, "text", wrong ? wrong : "text that is no UTF-8");
    *block = '\0';
    return 0;
}

/* ---- integers ---- */

/* -1: it is none, or more than 64 bits hold. */
static int digits_read(const struct scan_string *digits, int64_t *ret_number)
{
    const char *at = digits->data;
    const char *end = at + digits->size;
    int is_negative = at < end && *at == '-';
    int64_t number = 0;
    at += is_negative;
    if (at == end || digits->has_escapes)
        return -1;
    for (; at < end; at++) {
        int digit = *at - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_sub_overflow(number, digit, &number))
            return -1;
    }
    if (!is_negative && number == INT64_MIN)
        return -1;
    *ret_number = is_negative ? number : -number;
    return 0;
}

static void refuse_integer(kit_scan *scan, const struct scan_string *digits, int is_number,
                           int64_t min, int64_t max)
{
    char expected[96];
    char shown[LONGEST_INTEGER + sizeof "\"\""];
    const char *quote = is_number ? "" : "\"";
    snprintf(expected, sizeof expected, "an integer from %" PRId64 " to %" PRId64, min, max);
    snprintf(shown, sizeof shown, "%s%.*s%s", quote,
             (int)(digits->size <= LONGEST_INTEGER ? digits->size : 0), digits->data, quote);
    refuse(scan, expected,
           digits->size <= LONGEST_INTEGER ? shown
           : is_number                     ? "a longer number"
                                           : "a longer text");
}

int64_t kit_scan_integer(kit_scan *scan, int64_t min, int64_t max, int64_t fallback)
{
    struct scan_string digits;
    int64_t number = 0;
    char first = scan_peek(scan);
    int is_number = first == '-' || (first >= '0' && first <= '9');
    if (!scan_is_next(scan, is_number ? first : '"', "an integer"))
        return fallback;
    scan->is_pending = 0;
    if (!(is_number ? scan_number(scan, &digits) : scan_string(scan, &digits)))
        return fallback;
    if (digits_read(&digits, &number) == 0 && number >= min && number <= max)
        return number;
    refuse_integer(scan, &digits, is_number, min, max);
    return fallback;
}

int kit_scan_boolean(kit_scan *scan, int fallback)
{
    char first = scan_peek(scan);
    if (!scan_is_next(scan, first == 'f' ? 'f' : 't', "true or false"))
        return fallback;
    scan->is_pending = 0;
    scan_skip(scan);
    return scan->is_broken ? fallback : first == 't';
}
