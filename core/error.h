/* SPDX-License-Identifier: Apache-2.0 */
/* What core does with errors beyond filling them in (kit/error.h): reading older ones, passing them on. */
#ifndef ARCHWAY_CORE_ERROR_H
#define ARCHWAY_CORE_ERROR_H

#include "kit/error.h"

/* Copies min(size) of an error that another module made into a zeroed one of this core's size; texts are
 * cut to their fields and end in NUL, unknown codes become AW_E_PROTOCOL. */
void error_copy(aw_error *target, const aw_error *source);

/* *ret = *source, when ret is wanted. Returns -1. */
int error_pass(aw_error *ret, const aw_error *source);

#endif
