/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a parsed XML answer: the first element that is missing or wrong is kept with its path. */
#include "kit/xml.h"

#include "kit/buf.h"
#include "kit/error.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_PATH = 255,
    MAX_NAME_SHOWN = 64,
    MAX_TEXT_SHOWN = 40
};

static bool is_named(const kit_xml_node *node, const char *name)
{
    return !name || !strcmp(node->name, name);
}

/* Which of its siblings of that name; -1 when it is the only one. */
static long index_of(const kit_xml_node *node)
{
    long index = 0;
    const kit_xml_node *sibling = kit_xml_first(node->parent, node->name);
    for (; sibling && sibling != node; sibling = kit_xml_next(sibling, node->name))
        index++;
    return index == 0 && !kit_xml_next(node, node->name) ? -1 : index;
}

static void add_name(kit_buf *path, const char *name)
{
    char shown[MAX_NAME_SHOWN];
    kit_error_text(shown, sizeof shown, name);
    kit_buf_addf(path, "%s%s", path->size > 0 ? "." : "", shown);
}

/* Without the root, whose name says nothing. */
static void add_path(kit_buf *path, const kit_xml_node *node)
{
    if (!node || !node->parent)
        return;
    add_path(path, node->parent);
    add_name(path, node->name);
    long index = index_of(node);
    if (index >= 0)
        kit_buf_addf(path, "[%ld]", index);
}

static void refuse(kit_xml *document, const kit_xml_node *parent, const char *name,
                   const char *expected, const char *found)
{
    if (document->error.code != AW_OK)
        return;
    char block[MAX_PATH + 1];
    kit_buf path;
    kit_buf_init_in(&path, block, sizeof block);
    add_path(&path, parent);
    add_name(&path, name);
    kit_error_set(&document->error, AW_E_PROTOCOL, "%s: expected %s, found %s", block, expected,
                  found);
}

void kit_xml_forgive(kit_xml *document)
{
    document->error = (aw_error){0};
}

const kit_xml_node *kit_xml_first(const kit_xml_node *parent, const char *name)
{
    const kit_xml_node *child = parent ? parent->first : NULL;
    return !child || is_named(child, name) ? child : kit_xml_next(child, name);
}

const kit_xml_node *kit_xml_next(const kit_xml_node *node, const char *name)
{
    const kit_xml_node *next = node ? node->next : NULL;
    while (next && !is_named(next, name))
        next = next->next;
    return next;
}

const kit_xml_node *kit_xml_find(const kit_xml_node *parent, const char *name)
{
    return kit_xml_first(parent, name);
}

const kit_xml_node *kit_xml_child(kit_xml *document, const kit_xml_node *parent, const char *name)
{
    const kit_xml_node *child = kit_xml_find(parent, name);
    if (!child)
        refuse(document, parent, name, "an element", "nothing");
    return document->error.code == AW_OK ? child : NULL;
}

const char *kit_xml_text(kit_xml *document, const kit_xml_node *parent, const char *name)
{
    const kit_xml_node *child = kit_xml_child(document, parent, name);
    return child ? child->text : "";
}

const char *kit_xml_find_text(const kit_xml_node *parent, const char *name, const char *fallback)
{
    const kit_xml_node *child = kit_xml_find(parent, name);
    return child ? child->text : fallback;
}

static bool read_integer(const char *text, int64_t *ret_value)
{
    const char *digits = *text == '-' ? text + 1 : text;
    char *end = NULL;
    if (*digits < '0' || *digits > '9')
        return false;
    errno = 0;
    *ret_value = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0';
}

static void refuse_integer(kit_xml *document, const kit_xml_node *node, int64_t min, int64_t max)
{
    char expected[80];
    char text[MAX_TEXT_SHOWN];
    char found[MAX_TEXT_SHOWN + 8];
    snprintf(expected, sizeof expected, "an integer from %" PRId64 " to %" PRId64, min, max);
    kit_error_text(text, sizeof text, node->text);
    snprintf(found, sizeof found, "\"%s\"%s", text, strlen(text) < strlen(node->text) ? "..." : "");
    refuse(document, node->parent, node->name, expected, found);
}

/* `fallback` after an error. */
static int64_t integer_of(kit_xml *document, const kit_xml_node *node, int64_t min, int64_t max,
                          int64_t fallback)
{
    int64_t value = 0;
    if (!node || document->error.code != AW_OK)
        return fallback;
    if (read_integer(node->text, &value) && value >= min && value <= max)
        return value;
    refuse_integer(document, node, min, max);
    return fallback;
}

int64_t kit_xml_integer(kit_xml *document, const kit_xml_node *parent, const char *name,
                        int64_t min, int64_t max)
{
    return integer_of(document, kit_xml_child(document, parent, name), min, max, min);
}

int64_t kit_xml_find_integer(kit_xml *document, const kit_xml_node *parent, const char *name,
                             int64_t min, int64_t max, int64_t fallback)
{
    return integer_of(document, kit_xml_find(parent, name), min, max, fallback);
}
