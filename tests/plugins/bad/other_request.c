/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks C6: asks otherwise than it was recorded. */
#include "tests/plugins/bad/example.h"

static void list_otherwise(aw_op *op, const aw_list *wish)
{
    kit_request request;
    (void)wish;
    request_init(&request, op, "machines", "GET");
    kit_request_path(&request, "machines");
    kit_request_query(&request, "all", "yes");
    kit_request_send(&request, on_machine, NULL, NULL);
}
#define LIST list_otherwise

#include "tests/plugins/bad/entry.inc"
