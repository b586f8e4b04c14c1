/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that name a place in the configuration file. */
#ifndef ARCHWAY_CORE_CONFIG_ERROR_H
#define ARCHWAY_CORE_CONFIG_ERROR_H

#include <archway/backend.h>

/* Fills an AW_E_INVALID: "path:line: sentence". Without the line when it is 0, without both when path
 * is NULL. Returns -1. */
int config_fail(aw_error *ret_error, const char *path, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Fills an AW_E_NO_MEMORY. Returns -1. */
int config_fail_memory(aw_error *ret_error);

#endif
