/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks L7: computes for more than a second when it is opened. */
#include "tests/emulated.h"
#include "tests/plugins/bad/example.h"

#define TURNS (4000000000ul / SWEEP_STEP) /* an emulator is slow enough */

static void open_slowly(aw_op *op, const aw_settings *settings, void **ret_state)
{
    for (volatile unsigned long i = 0; i < TURNS; i++)
        continue;
    cloud_open(op, settings, ret_state);
}
#define OPEN open_slowly

#include "tests/plugins/bad/entry.inc"
