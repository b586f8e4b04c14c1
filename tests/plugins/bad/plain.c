/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks no rule. */
#include "tests/plugins/bad/example.h"

#include "tests/plugins/bad/entry.inc"
