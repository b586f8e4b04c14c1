/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where names of architectures are read and written. */
#ifndef ARCHWAY_CORE_ARCH_H
#define ARCHWAY_CORE_ARCH_H

#include <archway/backend.h>

/* Any accepted spelling, in any case: AW_ARCH_AMD64 or AW_ARCH_ARM64. Anything else (32-bit, big-endian,
 * macOS, unknown, NULL) is AW_ARCH_UNKNOWN. "any" is not an architecture of a machine: unknown here. Blanks
 * are not trimmed: a name with blanks around it is none.
 *     amd64  amd64 x86_64 x86-64 x64 x86 amd64/v1 to amd64/v4
 *     arm64  arm64 aarch64 arm arm64/v8 arm64/v9 and their minor revisions, arm64/v8.2
 * "arm" and "x86" are the 64-bit ones, as users of clouds mean them. A reader of image indexes, where
 * "arm" with a variant is 32-bit, must look at the variant first. */
uint32_t arch_read(const char *name);

#endif
