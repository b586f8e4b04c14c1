/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks L3: counts in a static. */
#include "tests/plugins/bad/example.h"

static unsigned long calls;

static void count_and_list(aw_op *op, const aw_list *wish)
{
    calls++;
    cloud_list(op, wish);
}
#define LIST count_and_list

#include "tests/plugins/bad/entry.inc"
