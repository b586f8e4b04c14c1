/* SPDX-License-Identifier: Apache-2.0 */
/* "config.yaml:7: what is wrong there". */
#include "core/config_error.h"

#include "kit/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LONGEST_PATH 200 /* leaves room for the sentence */

int config_fail(aw_error *ret_error, const char *path, int line, const char *format, ...)
{
    char text[sizeof ret_error->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!path)
        return kit_error_set(ret_error, AW_E_INVALID, "%s", text);
    size_t size = strlen(path);
    const char *dots = size > LONGEST_PATH ? "..." : "";
    const char *tail = size > LONGEST_PATH ? path + size - LONGEST_PATH : path;
    if (line == 0)
        return kit_error_set(ret_error, AW_E_INVALID, "%s%s: %s", dots, tail, text);
    return kit_error_set(ret_error, AW_E_INVALID, "%s%s:%d: %s", dots, tail, line, text);
}

int config_fail_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY,
                         "There is no memory left to read the configuration.");
}
