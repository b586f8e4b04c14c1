/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks L1: exports something of its own. */
#include "tests/plugins/bad/example.h"

AW_EXPORT extern const int exported_too;
const int exported_too = 1;

#include "tests/plugins/bad/entry.inc"
