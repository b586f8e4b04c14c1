/* SPDX-License-Identifier: Apache-2.0 */
/* Quoting: in single quotes everything stands for itself but the quote (POSIX, Shell Command Language 2.2.2). */
#include "kit/shell.h"

#include <string.h>

void kit_shell_add_quoted(kit_buf *buf, const char *data, size_t size)
{
    const char *end = data + size;
    kit_buf_add_char(buf, '\'');
    while (data < end) {
        const char *quote = memchr(data, '\'', (size_t)(end - data));
        const char *stop = quote ? quote : end;
        kit_buf_add(buf, data, (size_t)(stop - data));
        if (quote)
            kit_buf_add_text(buf, "'\\''");
        data = quote ? quote + 1 : end;
    }
    kit_buf_add_char(buf, '\'');
}
