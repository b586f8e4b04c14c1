/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a JSON answer, on jansson. Every read names the member it wants; the first one that is missing
 * or of the wrong type is kept as the document's error, with its path ("data[3].specs.vcpus: expected
 * an integer from 1 to 65535, found \"many\""), and later reads return nothing. So read a whole
 * record straight down, then ask once. After kit_json_forgive the next record has a clean slate.
 *
 *     KIT_CLEANUP(kit_json_finish) kit_json document;
 *     kit_json_node root = kit_json_parse(&document, answer);
 *     kit_json_node data = kit_json_object(&root, "data");
 *     if (document.error.code)
 *         return aw_fail(op, &document.error);
 *
 * A node must outlive the nodes made from it, since it is a part of their path.
 */
#ifndef ARCHWAY_KIT_JSON_H
#define ARCHWAY_KIT_JSON_H

#include "kit/memory.h"

#include <jansson.h>

#define KIT_NAME_MAX 255

typedef struct kit_json {
    json_t *root;
    aw_error error; /* AW_E_PROTOCOL or AW_E_NO_MEMORY; AW_OK while all is well */
} kit_json;

typedef struct kit_json_node {
    kit_json *document;
    const struct kit_json_node *parent;
    const char *key; /* of an object's member; NULL: `index` counts */
    size_t index;
    json_t *value; /* NULL: absent or null */
} kit_json_node;

/* Parses the body. Refuses what is no JSON (saying what it seems to be: HTML, empty, cut off), nesting
 * deeper than 64 and duplicate keys. On failure the root node is absent and the error set. */
kit_json_node kit_json_parse(kit_json *document, const aw_response *answer);
kit_json_node kit_json_parse_bytes(kit_json *document, const char *data, size_t size);
void kit_json_finish(kit_json *document);
void kit_json_forgive(kit_json *document);

/* Members. The first three are required; `find` returns an absent node for absent or null. */
kit_json_node kit_json_object(const kit_json_node *parent, const char *key);
kit_json_node kit_json_array(const kit_json_node *parent, const char *key);
kit_json_node kit_json_member(const kit_json_node *parent, const char *key);
kit_json_node kit_json_find(const kit_json_node *parent, const char *key);

/* Elements: of an array by index, of an object by iteration (in the order of the text). */
size_t kit_json_count(const kit_json_node *node);
kit_json_node kit_json_item(const kit_json_node *array, size_t index);
/* Starts with *iterator NULL; returns 0 at the end. */
int kit_json_next(const kit_json_node *object, void **iterator, kit_json_node *ret_member);

/* Scalars. The text lives as long as the document. The `find` forms return the fallback when the member
 * is absent or null, and still refuse a wrong type. */
const char *kit_json_text(const kit_json_node *parent, const char *key); /* "" after an error */
/* A required text of 1 to KIT_NAME_MAX bytes: what names a machine, a place, a type. */
const char *kit_json_name(const kit_json_node *parent, const char *key);
const char *kit_json_find_name(const kit_json_node *parent,
                               const char *key); /* NULL: none, or "" */
const char *kit_json_find_text(const kit_json_node *parent, const char *key, const char *fallback);
/* `min` after an error. */
int64_t kit_json_integer(const kit_json_node *parent, const char *key, int64_t min, int64_t max);
int64_t kit_json_find_integer(const kit_json_node *parent, const char *key, int64_t min,
                              int64_t max, int64_t fallback);
/* With or without a fraction: 0.5 and 4 alike. */
double kit_json_number(const kit_json_node *parent, const char *key, double min, double max);
int kit_json_find_boolean(const kit_json_node *parent, const char *key, int fallback);
/* The value of a text node itself (array elements). */
const char *kit_json_node_text(const kit_json_node *node);

#endif
