/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks I2: a create has the time in it. */
#include "tests/plugins/bad/example.h"

#include <stdio.h>

static void create_timed(aw_op *op, const aw_create *wish)
{
    kit_request request;
    char time[32];
    launch_build(&request, op, wish);
    snprintf(time, sizeof time, "%llu", (unsigned long long)aw_now_ms(op));
    kit_request_header(&request, "x-time", time);
    kit_request_send(&request, on_machine, NULL, NULL);
}
#define CREATE create_timed

#include "tests/plugins/bad/entry.inc"
