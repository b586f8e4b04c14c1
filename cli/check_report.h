/* SPDX-License-Identifier: Apache-2.0 */
/* The results of checks, told as they come, and counted. */
#ifndef ARCHWAY_CLI_CHECK_REPORT_H
#define ARCHWAY_CLI_CHECK_REPORT_H

#include "cli/output.h"
#include "cli/record.h"

#include <archway/check.h>

struct check_report {
    json_t *rows; /* NULL: TAP */
    uint64_t count;
    uint64_t broken;
    uint64_t skipped;
    int code; /* of what was written so far */
};

void check_report_begin(struct check_report *report, enum format format);
/* An archway_check_fn. */
void check_report_result(const archway_check_result *result, void *report);
/* A comment; in JSON there are none. */
void check_report_note(struct check_report *report, const char *line);
/* Ends it, and returns the exit code of what was written; or gives it up. */
int check_report_end(struct check_report *report);
void check_report_drop(struct check_report *report);

#endif
