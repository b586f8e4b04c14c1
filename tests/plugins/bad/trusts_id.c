/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks E3: passes on whatever it is told as an id. */
#include "tests/plugins/bad/example.h"

static void on_any_id(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node machine = kit_json_parse(&document, answer);
    aw_instance instance = {.size = sizeof instance, .state = AW_STATE_RUNNING};
    instance.id = kit_json_text(&machine, "id");
    instance.region = kit_json_text(&machine, "region");
    if (document.error.code)
        return aw_fail(op, &document.error);
    aw_emit_instance(op, &instance);
}

static void get_any_id(aw_op *op, const aw_ref *ref)
{
    kit_request request;
    machine_build(&request, op, "machine", "GET", ref->id);
    kit_request_send(&request, on_any_id, NULL, NULL);
}
#define GET get_any_id

#include "tests/plugins/bad/entry.inc"
