/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading an XML answer, on expat. The answer becomes a small tree of elements with their texts; name
 * spaces and attributes are left out, CDATA and character references are text, a document type (and so
 * every entity of its own) is refused. Errors stick, as in kit/json.h: the first element that is missing
 * or has the wrong text is kept as the document's error, with its path.
 *
 *     KIT_CLEANUP(kit_xml_finish) kit_xml document;
 *     const kit_xml_node *root = kit_xml_parse(&document, answer);
 *     const kit_xml_node *set = kit_xml_child(&document, root, "instanceTypeSet");
 *     for (const kit_xml_node *item = kit_xml_first(set, "item"); item; item = kit_xml_next(item, "item"))
 *         ...
 *     if (document.error.code)
 *         return aw_fail(op, &document.error);
 *
 * All functions take NULL for a node and find nothing in it.
 */
#ifndef ARCHWAY_KIT_XML_H
#define ARCHWAY_KIT_XML_H

#include "kit/memory.h"

typedef struct kit_xml_node kit_xml_node;
struct kit_xml_node {
    const char *name; /* without its prefix */
    const char *text; /* of the element itself, with the white space around it cut; never NULL */
    const kit_xml_node *parent;
    const kit_xml_node *first;
    const kit_xml_node *next;
};

struct kit_xml_block;
typedef struct kit_xml {
    aw_error error; /* AW_E_PROTOCOL or AW_E_NO_MEMORY, or AW_OK */
    kit_memory memory;
    struct kit_xml_block *blocks;
} kit_xml;

/* Parses the body: at most 64 levels deep and 1,000,000 elements. Says what came instead when it is no
 * XML (JSON, HTML, nothing, cut off). NULL on failure, with the error set. */
const kit_xml_node *kit_xml_parse(kit_xml *document, const aw_response *answer);
/* The same with memory of the caller's choice. */
const kit_xml_node *kit_xml_parse_bytes(kit_xml *document, kit_memory memory, const char *data,
                                        size_t size);
void kit_xml_finish(kit_xml *document);
void kit_xml_forgive(kit_xml *document);

/* The first child element of that name: required, or NULL when absent. */
const kit_xml_node *kit_xml_child(kit_xml *document, const kit_xml_node *parent, const char *name);
const kit_xml_node *kit_xml_find(const kit_xml_node *parent, const char *name);

/* The first child, and the next sibling, of that name (NULL: of any). */
const kit_xml_node *kit_xml_first(const kit_xml_node *parent, const char *name);
const kit_xml_node *kit_xml_next(const kit_xml_node *node, const char *name);

/* The text of a child. "" after an error; the `find` forms return the fallback when it is absent. */
const char *kit_xml_text(kit_xml *document, const kit_xml_node *parent, const char *name);
const char *kit_xml_find_text(const kit_xml_node *parent, const char *name, const char *fallback);
int64_t kit_xml_integer(kit_xml *document, const kit_xml_node *parent, const char *name,
                        int64_t min, int64_t max);
int64_t kit_xml_find_integer(kit_xml *document, const kit_xml_node *parent, const char *name,
                             int64_t min, int64_t max, int64_t fallback);

#endif
