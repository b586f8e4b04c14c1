/* SPDX-License-Identifier: Apache-2.0 */
/* Answers in JSON, read without a tree: whatever the parser takes the scan takes too, and sees the same of it. */
#include "tests/fuzz/fuzz.h"

#include "kit/json.h"
#include "kit/json_scan.h"

#include <string.h>

static void scan_value(kit_scan *scan, const kit_json_node *node);

/* Duplicates are refused by the parser, so the members come in the order of the tree. */
static void scan_members(kit_scan *scan, const kit_json_node *node)
{
    kit_json_node member;
    void *iterator = NULL;
    for (kit_scan_object(scan); kit_scan_member(scan);) {
        FUZZ_CHECK(kit_json_next(node, &iterator, &member));
        FUZZ_CHECK(kit_scan_is(scan, member.key) || scan->name_size == 0);
        scan_value(scan, &member);
    }
}

static void scan_elements(kit_scan *scan, const kit_json_node *node)
{
    size_t count = 0;
    for (kit_scan_array(scan); kit_scan_element(scan); count++) {
        kit_json_node element = kit_json_item(node, count);
        scan_value(scan, &element);
    }
    FUZZ_CHECK(count == json_array_size(node->value));
}

static void scan_text(kit_scan *scan, const kit_json_node *node)
{
    static char text[65536];
    int found = kit_scan_text(scan, text, sizeof text);
    size_t size = json_string_length(node->value);
    if (memchr(json_string_value(node->value), 0, size) || size >= sizeof text)
        FUZZ_CHECK(!found);
    else
        FUZZ_CHECK(found && strcmp(text, json_string_value(node->value)) == 0);
}

static void scan_value(kit_scan *scan, const kit_json_node *node)
{
    int64_t number = 0;
    if (json_is_object(node->value)) {
        scan_members(scan, node);
    } else if (json_is_array(node->value)) {
        scan_elements(scan, node);
    } else if (json_is_string(node->value)) {
        scan_text(scan, node);
    } else if (json_is_integer(node->value)) {
        number = kit_scan_integer(scan, INT64_MIN, INT64_MAX, 0);
        FUZZ_CHECK(number == json_integer_value(node->value));
    } else {
        kit_scan_integer(scan, 0, 1, 0);
    }
    if (scan->problem.code)
        fuzz_check_error(&scan->problem);
    kit_scan_forgive(scan);
}

static void pass_over(const uint8_t *data, size_t size, int is_good)
{
    kit_scan scan;
    aw_error error = {.size = sizeof error};
    kit_scan_init(&scan, (const char *)data, size);
    int status = kit_scan_finish(&scan, &error);
    FUZZ_CHECK(status == 0 || !is_good);
    if (status)
        fuzz_check_error(&error);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, (const char *)data, size);
    /* The parser overlooks a NUL between two tokens. */
    int is_good = document.error.code == AW_OK && !memchr(data, 0, size);
    pass_over(data, size, is_good);
    if (!is_good)
        return 0;
    kit_scan scan;
    kit_scan_init(&scan, (const char *)data, size);
    scan_value(&scan, &root);
    FUZZ_CHECK(kit_scan_finish(&scan, NULL) == 0);
    return 0;
}
