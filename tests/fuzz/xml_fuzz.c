/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in XML: parsed, and every element read as everything that it might be. */
#include "tests/fuzz/fuzz.h"

#include "kit/xml.h"

#include <string.h>

static void read_child(kit_xml *document, const kit_xml_node *parent, const kit_xml_node *child)
{
    const kit_xml_node *found = kit_xml_child(document, parent, child->name);
    FUZZ_CHECK(found && strcmp(found->name, child->name) == 0);
    FUZZ_CHECK(kit_xml_text(document, parent, child->name) == found->text);
    int64_t number = kit_xml_integer(document, parent, child->name, -5, 70000);
    FUZZ_CHECK(number >= -5 && number <= 70000);
    if (document->error.code)
        fuzz_check_error(&document->error);
    kit_xml_forgive(document);
    kit_xml_find_integer(document, parent, child->name, INT64_MIN, INT64_MAX, 0);
    kit_xml_forgive(document);
}

static void walk(kit_xml *document, const kit_xml_node *node, size_t depth)
{
    FUZZ_CHECK(depth <= 64);
    FUZZ_CHECK(node->name[0] != '\0' && strlen(node->text) <= 4 << 20);
    FUZZ_CHECK(!strchr(" \t\r\n", node->text[0]) || node->text[0] == '\0');
    size_t read = 0;
    for (const kit_xml_node *child = node->first; child; child = child->next) {
        FUZZ_CHECK(child->parent == node);
        /* Looking for the last of very many is slow, and is the same as looking for the first. */
        if (read++ < 50)
            read_child(document, node, child);
        walk(document, child, depth + 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    KIT_CLEANUP(kit_xml_finish) kit_xml document;
    aw_response answer = {.size = sizeof answer, .body = {(const char *)data, size}};
    const kit_xml_node *root = kit_xml_parse(&document, &answer);
    FUZZ_CHECK(!root == (document.error.code != AW_OK));
    if (!root) {
        fuzz_check_error(&document.error);
        return 0;
    }
    FUZZ_CHECK(!root->parent && !root->next);
    walk(&document, root, 1);
    return 0;
}
