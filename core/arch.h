/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where names of architectures are read and written. */
#ifndef ARCHWAY_CORE_ARCH_H
#define ARCHWAY_CORE_ARCH_H

#include <archway/backend.h>

/* Any accepted spelling, in any case: AW_ARCH_AMD64 or AW_ARCH_ARM64. Anything else (32-bit, big-endian,
 * macOS, unknown, NULL) is AW_ARCH_UNKNOWN. "any" is not an architecture of a machine: unknown here. */
uint32_t arch_read(const char *name);

#endif
