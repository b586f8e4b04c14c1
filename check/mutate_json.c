/* SPDX-License-Identifier: Apache-2.0 */
/* Replacing the value that is the n-th on a walk through a document. */
#include "check/mutate_json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define LONG_TEXT 70000

enum {
    AS_NULL,
    AS_TEXT,
    AS_NEGATIVE,
    AS_HUGE,
    AS_FRACTION,
    AS_TRUE,
    AS_LIST,
    AS_OBJECT,
    AS_EMPTY_TEXT,
    AS_LONG_TEXT,
    AS_CONTROL_TEXT,
    AS_MISSING,
    REPLACEMENTS
};

struct walk {
    uint64_t left; /* values to pass by */
    int how;
};

static uint64_t count_values(const json_t *value)
{
    uint64_t count = 1;
    const char *key;
    size_t index;
    json_t *item;
    json_object_foreach((json_t *)value, key, item) count += count_values(item);
    json_array_foreach(value, index, item) count += count_values(item);
    return count;
}

static json_t *long_text(void)
{
    char *text = malloc(LONG_TEXT);
    if (text)
        memset(text, 'x', LONG_TEXT);
    json_t *value = text ? json_stringn(text, LONG_TEXT) : NULL;
    free(text);
    return value;
}

static json_t *replacement(int how)
{
    switch (how) {
    case AS_TEXT:
        return json_string("surprise");
    case AS_NEGATIVE:
        return json_integer(-1);
    case AS_HUGE:
        return json_integer(9223372036854775807ll);
    case AS_FRACTION:
        return json_real(1e300);
    case AS_TRUE:
        return json_true();
    case AS_LIST:
        return json_pack("[[i]]", 1);
    case AS_OBJECT:
        return json_pack("{s{}}", "x");
    case AS_EMPTY_TEXT:
        return json_string("");
    case AS_LONG_TEXT:
        return long_text();
    case AS_CONTROL_TEXT:
        return json_string("a\n\x1b[31m\x7f");
    default:
        return json_null();
    }
}

/* True: it was done somewhere below. */
static bool replace_below(json_t *value, struct walk *walk);

static bool replace_member(json_t *object, struct walk *walk)
{
    const char *key;
    json_t *item;
    json_object_foreach(object, key, item)
    {
        if (walk->left-- > 0) {
            if (replace_below(item, walk))
                return true;
            continue;
        }
        if (walk->how == AS_MISSING)
            json_object_del(object, key);
        else
            json_object_set_new(object, key, replacement(walk->how));
        return true;
    }
    return false;
}

static bool replace_element(json_t *array, struct walk *walk)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (walk->left-- > 0) {
            if (replace_below(json_array_get(array, i), walk))
                return true;
            continue;
        }
        if (walk->how == AS_MISSING)
            json_array_remove(array, i);
        else
            json_array_set_new(array, i, replacement(walk->how));
        return true;
    }
    return false;
}

static bool replace_below(json_t *value, struct walk *walk)
{
    return json_is_object(value)  ? replace_member(value, walk)
           : json_is_array(value) ? replace_element(value, walk)
                                  : false;
}

uint64_t mutate_json_variants(aw_bytes body)
{
    json_t *root = json_loadb(body.data ? body.data : "", body.size, 0, NULL);
    uint64_t count = root ? (count_values(root) - 1) * REPLACEMENTS : 0;
    json_decref(root);
    return count;
}

bool mutate_json(aw_bytes body, uint64_t variant, kit_buf *out)
{
    json_t *root = json_loadb(body.data ? body.data : "", body.size, 0, NULL);
    struct walk walk = {.left = variant / REPLACEMENTS, .how = (int)(variant % REPLACEMENTS)};
    if (!root)
        return false;
    replace_below(root, &walk);
    char *text = json_dumps(root, JSON_COMPACT);
    if (text)
        kit_buf_add_text(out, text);
    free(text);
    json_decref(root);
    return text != NULL;
}
