/* SPDX-License-Identifier: Apache-2.0 */
/* What the pages of AWS have in common: the element at the root and the token of the next one. */
#include "backends/aws/offers.h"

#include "kit/error.h"

#include <stdio.h>
#include <string.h>

int aws_pages_keep_token(aw_op *op, const char *token, const aw_error *problem,
                         const char **ret_token, aw_error *ret_error)
{
    if (problem->code) {
        *ret_error = *problem;
        return -1;
    }
    const char *copy = kit_copy_text(op, token);
    if (token && !copy)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory for a page's token");
    *ret_token = copy;
    return 0;
}

/* What the reader of an item needs. */
struct reading {
    aw_op *op;
    struct aws_part *part;
    const struct aws_items *items;
};

static void read_item(void *arg, kit_xml *document, const kit_xml_node *item)
{
    const struct reading *reading = arg;
    reading->items->read(reading->op, reading->part, document, item);
}

/* Something else than the answer may be XML too. An empty set may be left out. */
int aws_items_read(aw_op *op, struct aws_part *part, const struct aws_items *items,
                   const aw_response *answer, const char **ret_token, aw_error *ret_error)
{
    char expected[80];
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    struct reading reading = {op, part, items};
    struct aws_xml_each each = {
        .root = expected, .set = items->set, .read = read_item, .arg = &reading};
    snprintf(expected, sizeof expected, "%sResponse", items->action);
    const kit_xml_node *root = aws_xml_parse(&document, answer, items->wanted, &each);
    if (root && strcmp(root->name, expected) != 0)
        kit_error_set(&document.error, AW_E_PROTOCOL, "expected %s, found %.80s", expected,
                      root->name);
    return aws_pages_keep_token(op, aws_next_token(root), &document.error, ret_token, ret_error);
}

int aws_pages_next_json(aw_op *op, const kit_json_node *root, const char **ret_token,
                        aw_error *ret_error)
{
    const char *token = kit_json_find_text(root, "NextToken", "");
    return aws_pages_keep_token(op, *token ? token : NULL, &root->document->error, ret_token,
                                ret_error);
}
