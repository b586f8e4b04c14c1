/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks C4: logs the key. */
#include "tests/plugins/bad/example.h"

static void authenticate_aloud(aw_op *op)
{
    const char *key = aw_env(op, KEY_VARIABLE);
    aw_log(op, AW_LOG_DEBUG, key ? key : "no key");
    cloud_authenticate(op);
}
#define AUTHENTICATE authenticate_aloud

#include "tests/plugins/bad/entry.inc"
