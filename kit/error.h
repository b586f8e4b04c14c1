/* SPDX-License-Identifier: Apache-2.0 */
/* Errors in one line. */
#ifndef ARCHWAY_KIT_ERROR_H
#define ARCHWAY_KIT_ERROR_H

#include <archway/backend.h>

/* Fills *error anew: code, message, the rest zero. NULL is allowed. Returns -1, to be returned on. */
int kit_error_set(aw_error *error, uint32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Fails the operation with such an error. */
void kit_fail(aw_op *op, uint32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Reports such a problem; the operation goes on. */
void kit_report(aw_op *op, uint32_t code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Copies `text` into a fixed field of an error, cut to fit, control characters made spaces. */
void kit_error_text(char *field, size_t field_size, const char *text);

#endif
