/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks M5: never lets go of the answer. */
#include "tests/plugins/bad/example.h"

static void on_leaked(aw_op *op, const aw_response *answer, void *arg)
{
    kit_json document;
    (void)arg;
    kit_json_node machine = kit_json_parse(&document, answer);
    instance_emit(op, &document, &machine, NULL);
    if (document.error.code)
        aw_fail(op, &document.error);
}

static void get_leakily(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "machine", "GET", ref->id);
    kit_request_send(&request, on_leaked, NULL, NULL);
}
#define GET get_leakily

#include "tests/plugins/bad/entry.inc"
