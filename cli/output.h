/* SPDX-License-Identifier: Apache-2.0 */
/* Data on stdout. */
#ifndef ARCHWAY_CLI_OUTPUT_H
#define ARCHWAY_CLI_OUTPUT_H

#include "kit/buf.h"

#include <stdbool.h>

enum format {
    FORMAT_TABLE,
    FORMAT_WIDE,
    FORMAT_JSON,
    FORMAT_CSV,
    FORMAT_NAME
};

/* Reads "table", "wide", "json", "csv" or "name". */
bool format_read(const char *text, enum format *ret_format);

/* A table of either kind. */
bool format_is_for_people(enum format format);

/* Writes the whole text. Returns EXIT_OK; EXIT_FAILED, having said why, when it could not be written. A
 * reader that went away is no failure. */
int output_write(const kit_buf *text);

#endif
