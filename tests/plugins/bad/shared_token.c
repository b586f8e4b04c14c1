/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks C8: keeps the token of a create where the next one keeps its own. */
#include "tests/plugins/bad/example.h"

struct forgetful {
    struct cloud cloud; /* first */
    char token[65];
};

static void open_forgetful(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct forgetful *forgetful = aw_alloc(op, sizeof *forgetful);
    void *plain = NULL;
    cloud_open(op, settings, &plain);
    if (!forgetful || !plain)
        return;
    forgetful->cloud = *(struct cloud *)plain;
    *ret_state = forgetful;
}
#define OPEN open_forgetful

static void on_forgetful_machine(aw_op *op, const aw_response *answer, void *arg)
{
    const struct forgetful *forgetful = op->state;
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node machine = kit_json_parse(&document, answer);
    aw_instance instance = {.size = sizeof instance, .state = AW_STATE_PENDING};
    instance.id = kit_json_name(&machine, "id");
    instance.region = kit_json_name(&machine, "region");
    instance.token = forgetful->token;
    if (document.error.code)
        return aw_fail(op, &document.error);
    aw_emit_instance(op, &instance);
}

static void create_forgetfully(aw_op *op, const aw_create *wish)
{
    struct forgetful *forgetful = op->state;
    kit_request request;
    kit_error_text(forgetful->token, sizeof forgetful->token, wish->token);
    launch_build(&request, op, wish);
    kit_request_send(&request, on_forgetful_machine, NULL, NULL);
}
#define CREATE create_forgetfully

#include "tests/plugins/bad/entry.inc"
