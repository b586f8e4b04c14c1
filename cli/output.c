/* SPDX-License-Identifier: Apache-2.0 */
/* Writing data out, and noticing when that fails. */
#include "cli/output.h"

#include "cli/exit_code.h"
#include "cli/talk.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

bool format_read(const char *text, enum format *ret_format)
{
    static const char *const names[] = {"table", "wide", "json", "csv", "name"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            *ret_format = (enum format)i;
            return true;
        }
    return false;
}

bool format_is_for_people(enum format format)
{
    return format == FORMAT_TABLE || format == FORMAT_WIDE;
}

int output_write(const kit_buf *text)
{
    talk_progress(NULL, 0, 0, 0);
    for (size_t at = 0; at < text->size;) {
        ssize_t written = write(STDOUT_FILENO, text->data + at, text->size - at);
        if (written >= 0)
            at += (size_t)written;
        else if (errno == EPIPE)
            return EXIT_OK;
        else if (errno != EINTR)
            return say_failure(AW_E_INTERNAL, "standard output cannot be written: %s",
                               strerror(errno));
    }
    return EXIT_OK;
}
