/* SPDX-License-Identifier: Apache-2.0 */
/* Breaks C5: asks for the next page for ever. */
#include "tests/plugins/bad/example.h"

static void ask(aw_op *op, const char *token);

static void on_some_machines(aw_op *op, const aw_response *answer, void *arg)
{
    (void)arg;
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse(&document, answer);
    kit_json_node machines = kit_json_array(&root, "machines");
    for (size_t i = 0; i < kit_json_count(&machines) && !document.error.code; i++) {
        kit_json_node machine = kit_json_item(&machines, i);
        instance_emit(op, &document, &machine, NULL);
    }
    const char *next = kit_json_find_text(&root, "next", "");
    if (document.error.code)
        aw_fail(op, &document.error);
    else if (*next)
        ask(op, next);
}

static void ask(aw_op *op, const char *token)
{
    kit_request request;
    machines_ask(&request, op, NULL, token);
    kit_request_send(&request, on_some_machines, NULL, NULL);
}

static void list_for_ever(aw_op *op, const aw_list *wish)
{
    (void)wish;
    ask(op, NULL);
}
#define LIST list_for_ever

#include "tests/plugins/bad/entry.inc"
