/* SPDX-License-Identifier: Apache-2.0 */
/* Telling what became of a rule. */
#include "check/verdict.h"

#include "kit/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    LONGEST_LINE = 700,
    MOST_LINES = 5
};

void verdict_place(struct verdict *verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->place, sizeof verdict->place, format, args);
    va_end(args);
    verdict->beats++;
}

void verdict_fail(struct verdict *verdict, const char *format, ...)
{
    char text[LONGEST_LINE];
    char clean[LONGEST_LINE];
    va_list args;
    if (verdict->failures++ >= MOST_LINES)
        return;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    kit_error_text(clean, sizeof clean, text);
    verdict_note(verdict, clean);
}

void verdict_note(struct verdict *verdict, const char *text)
{
    size_t used = strlen(verdict->detail);
    snprintf(verdict->detail + used, sizeof verdict->detail - used, "%s%s%s%s", used ? "\n" : "",
             verdict->place, verdict->place[0] ? ": " : "", text);
}

void verdict_skip(struct verdict *verdict, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(verdict->skipped, sizeof verdict->skipped, format, args);
    va_end(args);
}
