/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks E2: says nothing when it cannot read. */
#include "tests/plugins/bad/example.h"

static void on_unreadable(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node machine = kit_json_parse(&document, answer);
    kit_json_name(&machine, "id");
    if (document.error.code)
        return kit_fail(op, AW_E_PROTOCOL, "bad");
    instance_emit(op, &document, &machine, NULL);
}

static void get_silently(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "machine", "GET", ref->id);
    kit_request_send(&request, on_unreadable, NULL, NULL);
}
#define GET get_silently

#include "tests/plugins/bad/entry.inc"
