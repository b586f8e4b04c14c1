/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks I3: what it makes has no owner. */
#include "tests/plugins/bad/example.h"

static void create_untagged(aw_op *op, const aw_create *wish)
{
    kit_request request;
    request_init(&request, op, "launch", "POST");
    kit_request_path(&request, "machines");
    kit_request_header(&request, "idempotency-key", wish->token);
    kit_request_json(&request, json_pack("{s:s}", "type", wish->instance_type));
    request.wire.flags = AW_REQUEST_REPEATABLE;
    kit_request_send(&request, on_machine, NULL, NULL);
}
#define CREATE create_untagged

#include "tests/plugins/bad/entry.inc"
