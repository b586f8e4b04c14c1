/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin may link, and what of it it may not call. */
#ifndef ARCHWAY_CHECK_NAMES_H
#define ARCHWAY_CHECK_NAMES_H

#include <stdbool.h>

bool names_library_is_allowed(const char *name);
bool names_is_forbidden(const char *symbol);
/* Of the data that every shared object has. */
bool names_is_compilers(const char *symbol);

#endif
