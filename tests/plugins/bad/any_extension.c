/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks S5: has whatever it is asked for. */
#include "tests/plugins/bad/example.h"

static const void *have_all(void *state, const char *id)
{
    static const aw_quotas quotas = {.size = sizeof quotas};
    (void)state;
    (void)id;
    return &quotas;
}
#define EXTENSION have_all

#include "tests/plugins/bad/entry.inc"
