/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks S1: wants structs of the size that it knows. */
#include "tests/plugins/bad/example.h"

static void list_exactly(aw_op *op, const aw_list *wish)
{
    if (wish->size > sizeof *wish)
        return kit_fail(op, AW_E_UNSUPPORTED, "This core is too new.");
    cloud_list(op, wish);
}
#define LIST list_exactly

#include "tests/plugins/bad/entry.inc"
