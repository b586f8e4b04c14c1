/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks L4: asks the environment itself. */
#include "tests/plugins/bad/example.h"

#include <stdlib.h>

static void authenticate_alone(aw_op *op)
{
    const char *key = getenv(KEY_VARIABLE);
    aw_credentials credentials = {.size = sizeof credentials, .token = key, .source = "myself"};
    if (!key)
        return cloud_authenticate(op);
    aw_emit_credentials(op, &credentials);
}
#define AUTHENTICATE authenticate_alone

#include "tests/plugins/bad/entry.inc"
