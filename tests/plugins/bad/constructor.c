/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks L3: does something when it is loaded. */
#include "tests/plugins/bad/example.h"

__attribute__((constructor)) static void start(void)
{
    __asm__ volatile("");
}

#include "tests/plugins/bad/entry.inc"
