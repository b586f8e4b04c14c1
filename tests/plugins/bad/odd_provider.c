/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks L6: its provider id is none, so it is not loaded. */
#include "tests/plugins/bad/example.h"

#define PROVIDER "Bad Cloud"

#include "tests/plugins/bad/entry.inc"
