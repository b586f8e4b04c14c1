/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in JSON: parsed, and every value read as everything that it might be. */
#include "tests/fuzz/fuzz.h"

#include "kit/json.h"

static void read_scalars(kit_json *document, const kit_json_node *parent, const char *key)
{
    FUZZ_CHECK(kit_json_text(parent, key) != NULL);
    kit_json_forgive(document);
    int64_t number = kit_json_integer(parent, key, -5, 70000);
    FUZZ_CHECK(number >= -5 && number <= 70000);
    kit_json_forgive(document);
    kit_json_find_text(parent, key, NULL);
    kit_json_forgive(document);
    kit_json_find_integer(parent, key, INT64_MIN, INT64_MAX, 0);
    kit_json_forgive(document);
    kit_json_find_boolean(parent, key, 0);
    kit_json_forgive(document);
    kit_json_array(parent, key);
    if (document->error.code)
        fuzz_check_error(&document->error);
    kit_json_forgive(document);
}

static void walk(kit_json *document, const kit_json_node *node)
{
    kit_json_node child;
    void *iterator = NULL;
    while (kit_json_next(node, &iterator, &child)) {
        read_scalars(document, node, child.key);
        walk(document, &child);
    }
    kit_json_forgive(document);
    for (size_t i = 0; i < kit_json_count(node); i++) {
        child = kit_json_item(node, i);
        kit_json_node_text(&child);
        kit_json_forgive(document);
        walk(document, &child);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, (const char *)data, size);
    if (document.error.code) {
        fuzz_check_error(&document.error);
        FUZZ_CHECK(root.value == NULL);
        return 0;
    }
    walk(&document, &root);
    read_scalars(&document, &root, "data");
    return 0;
}
