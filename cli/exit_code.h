/* SPDX-License-Identifier: Apache-2.0 */
/* What the process ends with. */
#ifndef ARCHWAY_CLI_EXIT_CODE_H
#define ARCHWAY_CLI_EXIT_CODE_H

#include <stdint.h>

enum exit_code {
    EXIT_OK = 0,
    EXIT_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_NOTHING = 3,     /* nothing matched */
    EXIT_CREDENTIALS = 4, /* credentials or permission */
    EXIT_CAPACITY = 5,    /* no capacity or quota */
    EXIT_PARTIAL = 6,     /* some of it failed, the rest is shown */
    EXIT_SIGNAL = 128     /* plus the signal's number */
};

/* Of an enum aw_code. */
int exit_code_of(uint32_t code);

/* The one of two that the user must hear about. */
int exit_code_worse(int a, int b);

#endif
