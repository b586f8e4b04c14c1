/* SPDX-License-Identifier: Apache-2.0 */
/* Reading parsed JSON: every read checks the type, and the first that fails is kept with its path. */
#include "kit/json.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
    MAX_PATH = 255,
    MAX_KEY_SHOWN = 64,
    MAX_VALUE_SHOWN = 40
};

static void add_path(kit_buf *path, const kit_json_node *node)
{
    if (!node->parent)
        return;
    add_path(path, node->parent);
    if (!node->key) {
        kit_buf_addf(path, "[%zu]", node->index);
        return;
    }
    char key[MAX_KEY_SHOWN];
    kit_error_text(key, sizeof key, node->key);
    kit_buf_addf(path, "%s%s", path->size > 0 ? "." : "", key);
}

static void refuse(const kit_json_node *node, const char *expected, const char *found)
{
    aw_error *error = &node->document->error;
    if (error->code != AW_OK)
        return;
    char block[MAX_PATH + 1];
    kit_buf path;
    kit_buf_init_in(&path, block, sizeof block);
    add_path(&path, node);
    kit_error_set(error, AW_E_PROTOCOL, "%s: expected %s, found %s",
                  path.size > 0 ? block : "the document", expected, found);
}

/* Without the value, which may be a secret that stands in the wrong place. */
static const char *kind_of(const json_t *value)
{
    if (!value)
        return "nothing";
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "an array";
    case JSON_STRING:
        return "text";
    case JSON_TRUE:
        return "true";
    case JSON_FALSE:
        return "false";
    case JSON_NULL:
        return "null";
    default:
        return "a number";
    }
}

/* With the value of a scalar: for places where no secret is wanted. */
static void refuse_value(const kit_json_node *node, const char *expected, const json_t *value)
{
    char text[MAX_VALUE_SHOWN];
    char found[MAX_VALUE_SHOWN + 8];
    snprintf(found, sizeof found, "%s", kind_of(value));
    if (json_is_string(value)) {
        kit_error_text(text, sizeof text, json_string_value(value));
        bool cut = strlen(text) < json_string_length(value);
        snprintf(found, sizeof found, "\"%s\"%s", text, cut ? "..." : "");
    }
    if (json_is_integer(value))
        snprintf(found, sizeof found, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    if (json_is_real(value))
        snprintf(found, sizeof found, "the fraction %.17g", json_real_value(value));
    refuse(node, expected, found);
}

static kit_json_node member_node(const kit_json_node *parent, const char *key, json_t *value)
{
    return (kit_json_node){.document = parent->document,
                           .parent = parent,
                           .key = key,
                           .value = json_is_null(value) ? NULL : value};
}

/* The member as it is, which may be null. NULL when it is absent, and after an error. */
static json_t *look_up(const kit_json_node *parent, const char *key)
{
    if (parent->document->error.code != AW_OK || !parent->value)
        return NULL;
    if (json_is_object(parent->value))
        return json_object_get(parent->value, key);
    refuse(parent, "an object", kind_of(parent->value));
    return NULL;
}

static kit_json_node member_of_type(const kit_json_node *parent, const char *key, json_type type,
                                    const char *expected)
{
    json_t *value = look_up(parent, key);
    kit_json_node node = member_node(parent, key, value);
    if (value && json_typeof(value) == type)
        return node;
    refuse(&node, expected, kind_of(value));
    node.value = NULL;
    return node;
}

kit_json_node kit_json_object(const kit_json_node *parent, const char *key)
{
    return member_of_type(parent, key, JSON_OBJECT, "an object");
}

kit_json_node kit_json_array(const kit_json_node *parent, const char *key)
{
    return member_of_type(parent, key, JSON_ARRAY, "an array");
}

kit_json_node kit_json_member(const kit_json_node *parent, const char *key)
{
    json_t *value = look_up(parent, key);
    kit_json_node node = member_node(parent, key, value);
    if (!node.value)
        refuse(&node, "a value", kind_of(value));
    return node;
}

kit_json_node kit_json_find(const kit_json_node *parent, const char *key)
{
    return member_node(parent, key, look_up(parent, key));
}

size_t kit_json_count(const kit_json_node *node)
{
    if (node->document->error.code != AW_OK || !node->value)
        return 0;
    if (json_is_array(node->value))
        return json_array_size(node->value);
    if (json_is_object(node->value))
        return json_object_size(node->value);
    refuse(node, "an array or an object", kind_of(node->value));
    return 0;
}

kit_json_node kit_json_item(const kit_json_node *array, size_t index)
{
    kit_json_node node = {.document = array->document, .parent = array, .index = index};
    if (array->document->error.code != AW_OK)
        return node;
    if (array->value && !json_is_array(array->value)) {
        refuse(array, "an array", kind_of(array->value));
        return node;
    }
    json_t *value = json_array_get(array->value, index);
    if (!value)
        refuse(&node, "an element", "nothing");
    node.value = json_is_null(value) ? NULL : value;
    return node;
}

int kit_json_next(const kit_json_node *object, void **iterator, kit_json_node *ret_member)
{
    if (object->document->error.code != AW_OK || !object->value)
        return 0;
    if (!json_is_object(object->value)) {
        refuse(object, "an object", kind_of(object->value));
        return 0;
    }
    *iterator = *iterator ? json_object_iter_next(object->value, *iterator)
                          : json_object_iter(object->value);
    if (!*iterator)
        return 0;
    *ret_member =
        member_node(object, json_object_iter_key(*iterator), json_object_iter_value(*iterator));
    return 1;
}

/* NULL when it is none, which is then the document's error. */
static const char *text_of(const kit_json_node *node, const json_t *value)
{
    const char *text = json_string_value(value);
    if (!text)
        refuse(node, "text", kind_of(value));
    else if (strlen(text) != json_string_length(value))
        refuse(node, "text", "text with a NUL character in it");
    return node->document->error.code == AW_OK ? text : NULL;
}

const char *kit_json_text(const kit_json_node *parent, const char *key)
{
    json_t *value = look_up(parent, key);
    kit_json_node node = member_node(parent, key, value);
    const char *text = text_of(&node, value);
    return text ? text : "";
}

static bool is_too_long(const kit_json_node *node, const char *name)
{
    if (strlen(name) <= KIT_NAME_MAX)
        return false;
    refuse(node, "a name", "a text that is too long to be one");
    return true;
}

const char *kit_json_name(const kit_json_node *parent, const char *key)
{
    json_t *value = look_up(parent, key);
    kit_json_node node = member_node(parent, key, value);
    const char *text = text_of(&node, value);
    if (text && !*text)
        refuse(&node, "a name", "an empty text");
    return text && !is_too_long(&node, text) ? text : "";
}

const char *kit_json_find_name(const kit_json_node *parent, const char *key)
{
    kit_json_node node = kit_json_find(parent, key);
    const char *text = node.value ? text_of(&node, node.value) : NULL;
    return text && *text && !is_too_long(&node, text) ? text : NULL;
}

const char *kit_json_find_text(const kit_json_node *parent, const char *key, const char *fallback)
{
    kit_json_node node = kit_json_find(parent, key);
    const char *text = node.value ? text_of(&node, node.value) : NULL;
    return text ? text : fallback;
}

const char *kit_json_node_text(const kit_json_node *node)
{
    const char *text = text_of(node, node->value);
    return text ? text : "";
}

static void refuse_integer(const kit_json_node *node, const json_t *value, int64_t min, int64_t max)
{
    char expected[96] = "an integer";
    if (min > INT64_MIN && max < INT64_MAX)
        snprintf(expected, sizeof expected, "an integer from %" PRId64 " to %" PRId64, min, max);
    else if (min > INT64_MIN)
        snprintf(expected, sizeof expected, "an integer of at least %" PRId64, min);
    else if (max < INT64_MAX)
        snprintf(expected, sizeof expected, "an integer of at most %" PRId64, max);
    refuse_value(node, expected, value);
}

static int64_t integer_of(const kit_json_node *node, const json_t *value, int64_t min, int64_t max,
                          int64_t fallback)
{
    if (json_is_integer(value)) {
        int64_t number = json_integer_value(value);
        if (number >= min && number <= max)
            return number;
    }
    refuse_integer(node, value, min, max);
    return fallback;
}

int64_t kit_json_integer(const kit_json_node *parent, const char *key, int64_t min, int64_t max)
{
    json_t *value = look_up(parent, key);
    kit_json_node node = member_node(parent, key, value);
    return integer_of(&node, value, min, max, min);
}

int64_t kit_json_find_integer(const kit_json_node *parent, const char *key, int64_t min,
                              int64_t max, int64_t fallback)
{
    kit_json_node node = kit_json_find(parent, key);
    return node.value ? integer_of(&node, node.value, min, max, fallback) : fallback;
}

double kit_json_number(const kit_json_node *parent, const char *key, double min, double max)
{
    char expected[96];
    json_t *value = look_up(parent, key);
    kit_json_node node = member_node(parent, key, value);
    double number = json_number_value(value);
    if (json_is_number(value) && number >= min && number <= max)
        return number;
    snprintf(expected, sizeof expected, "a number from %g to %g", min, max);
    refuse_value(&node, expected, value);
    return min;
}

int kit_json_find_boolean(const kit_json_node *parent, const char *key, int fallback)
{
    kit_json_node node = kit_json_find(parent, key);
    if (!node.value)
        return fallback;
    if (json_is_boolean(node.value))
        return json_is_true(node.value);
    refuse_value(&node, "true or false", node.value);
    return fallback;
}
