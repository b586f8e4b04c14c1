/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in errors. What ends up in one is UTF-8 without control characters, whoever wrote it. */
#include "kit/error.h"

#include "kit/utf8.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The error as ABI 1.0 has it: the core that owns it may be older than this kit. */
#define ERROR_SIZE (offsetof(aw_error, request) + sizeof((aw_error *)0)->request)

/* Holds more than a message by one character, so that a long one is cut between two. */
#define LONG_MESSAGE (sizeof((aw_error *)0)->message + 4)

/* Of one character: C0, DEL, and C1, which terminals obey in UTF-8 too. */
static bool is_control(const unsigned char *text)
{
    return text[0] < 0x20 || text[0] == 0x7f || (text[0] == 0xc2 && text[1] < 0xa0);
}

/* Marks that turn a line round or break it, so that it reads as what it is not: U+200E, U+200F, U+2028 to
 * U+202E, U+2066 to U+2069. */
static bool is_layout(const unsigned char *text)
{
    if (text[0] != 0xe2)
        return false;
    return (text[1] == 0x80 &&
            (text[2] == 0x8e || text[2] == 0x8f || (text[2] >= 0xa8 && text[2] <= 0xae))) ||
           (text[1] == 0x81 && text[2] >= 0xa6 && text[2] <= 0xa9);
}

void kit_error_text(char *field, size_t field_size, const char *text)
{
    const unsigned char *from = (const unsigned char *)(text ? text : "");
    size_t at = 0;
    if (field_size == 0)
        return;
    while (*from) {
        bool is_plain = *from >= 0x20 && *from < 0x7f; /* as nearly all are */
        if (is_plain && at + 1 < field_size) {
            field[at++] = (char)*from++;
            continue;
        }
        size_t size = kit_utf8_size((const char *)from);
        bool kept = size > 0 && !is_control(from) && !is_layout(from);
        if (at + (kept ? size : 1) >= field_size)
            break;
        if (kept)
            memcpy(field + at, from, size);
        else
            field[at] = size > 0 ? ' ' : '?';
        at += kept ? size : 1;
        from += size > 0 ? size : 1;
    }
    field[at] = '\0';
}

__attribute__((format(printf, 3, 0))) static void fill(aw_error *error, uint32_t code,
                                                       const char *format, va_list args)
{
    char message[LONG_MESSAGE];
    if (vsnprintf(message, sizeof message, format, args) < 0)
        message[0] = '\0';
    memset(error, 0, ERROR_SIZE);
    error->size = ERROR_SIZE;
    error->code = code;
    kit_error_text(error->message, sizeof error->message, message);
}

int kit_error_set(aw_error *error, uint32_t code, const char *format, ...)
{
    if (!error)
        return -1;
    va_list args;
    va_start(args, format);
    fill(error, code, format, args);
    va_end(args);
    return -1;
}

void kit_fail(aw_op *op, uint32_t code, const char *format, ...)
{
    aw_error error;
    va_list args;
    va_start(args, format);
    fill(&error, code, format, args);
    va_end(args);
    aw_fail(op, &error);
}

void kit_report(aw_op *op, uint32_t code, const char *format, ...)
{
    aw_error error;
    va_list args;
    va_start(args, format);
    fill(&error, code, format, args);
    va_end(args);
    aw_report(op, &error);
}
