/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks M4: does not look whether there was memory. */
#include "tests/plugins/bad/example.h"

static void get_trustingly(aw_op *op, const aw_ref *ref)
{
    char *copy = aw_alloc(op, 64);
    copy[0] = '\0';
    cloud_get(op, ref);
}
#define GET get_trustingly

#include "tests/plugins/bad/entry.inc"
