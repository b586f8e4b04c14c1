/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a tree of an XML document: expat reads, and the handlers here build. */
#include "kit/body.h"
#include "kit/buf.h"
#include "kit/error.h"
#include "kit/xml_memory.h"

#include <expat.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_DEPTH = 64,
    MAX_ELEMENTS = 1000000,
    MAX_TEXT = 4 << 20, /* of one element */
    PIECE = 256 << 10,  /* what expat is given at once, and the longest tag or comment */
    NAME_SLOTS = 1024,
    NAME_PROBES = 8,
};

struct level {
    kit_xml_node *node;
    kit_xml_node *last_child;
    size_t text_start;
};

struct builder {
    kit_xml *document;
    XML_Parser parser;
    const kit_xml_node *root;
    size_t depth;
    size_t elements;
    kit_buf text; /* of all open elements, the innermost last */
    struct level levels[MAX_DEPTH];
    const char *names[NAME_SLOTS];
};

static bool has_failed(const struct builder *builder)
{
    return builder->document->error.code != AW_OK;
}

__attribute__((format(printf, 2, 3))) static void refuse(struct builder *builder,
                                                         const char *format, ...)
{
    char found[200];
    va_list args;
    va_start(args, format);
    vsnprintf(found, sizeof found, format, args);
    va_end(args);
    if (!has_failed(builder))
        kit_error_set(&builder->document->error, AW_E_PROTOCOL, "expected XML, found %s", found);
    XML_StopParser(builder->parser, XML_FALSE);
}

static void refuse_for_memory(struct builder *builder)
{
    if (!has_failed(builder))
        kit_error_set(&builder->document->error, AW_E_NO_MEMORY, "no memory for reading XML");
    XML_StopParser(builder->parser, XML_FALSE);
}

static uint32_t hash_of(const char *name)
{
    uint32_t hash = 2166136261u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 16777619u;
    return hash;
}

/* A document has few names and says them often: each is kept once. However many a hostile one has, and
 * whatever they hash to, looking for one is short. */
static const char *keep_name(struct builder *builder, const char *name)
{
    uint32_t hash = hash_of(name);
    const char **free_slot = NULL;
    for (uint32_t i = 0; i < NAME_PROBES && !free_slot; i++) {
        const char **slot = &builder->names[(hash + i) % NAME_SLOTS];
        if (*slot && !strcmp(*slot, name))
            return *slot;
        if (!*slot)
            free_slot = slot;
    }
    const char *copy = kit_xml_copy(builder->document, name, strlen(name));
    if (free_slot)
        *free_slot = copy;
    return copy;
}

static const char *without_prefix(const char *name)
{
    const char *colon = strrchr(name, ':');
    return colon && colon[1] ? colon + 1 : name;
}

static void link_node(struct builder *builder, kit_xml_node *node)
{
    if (builder->depth == 0) {
        builder->root = node;
        return;
    }
    struct level *parent = &builder->levels[builder->depth - 1];
    node->parent = parent->node;
    if (parent->last_child)
        parent->last_child->next = node;
    else
        parent->node->first = node;
    parent->last_child = node;
}

static void on_start(void *arg, const XML_Char *name, const XML_Char **attributes)
{
    struct builder *builder = arg;
    (void)attributes;
    if (has_failed(builder))
        return;
    if (builder->depth == 0 && !strcasecmp(name, "html"))
        return refuse(builder, "an HTML page");
    if (builder->depth == MAX_DEPTH)
        return refuse(builder, "more than %d levels of elements", MAX_DEPTH);
    if (builder->elements++ == MAX_ELEMENTS)
        return refuse(builder, "more than %d elements", MAX_ELEMENTS);
    kit_xml_node *node = kit_xml_new_node(builder->document);
    const char *kept = keep_name(builder, without_prefix(name));
    if (!node || !kept)
        return refuse_for_memory(builder);
    *node = (kit_xml_node){.name = kept, .text = ""};
    link_node(builder, node);
    builder->levels[builder->depth++] =
        (struct level){.node = node, .text_start = builder->text.size};
}

/* As XML has it, whatever the locale says. */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void on_end(void *arg, const XML_Char *name)
{
    struct builder *builder = arg;
    (void)name;
    if (has_failed(builder))
        return;
    const struct level *level = &builder->levels[--builder->depth];
    size_t end = builder->text.size;
    while (end > level->text_start && is_blank(builder->text.data[end - 1]))
        end--;
    if (end > level->text_start)
        level->node->text = kit_xml_copy(builder->document, builder->text.data + level->text_start,
                                         end - level->text_start);
    builder->text.size = level->text_start;
    if (!level->node->text)
        refuse_for_memory(builder);
}

static void on_text(void *arg, const XML_Char *data, int count)
{
    struct builder *builder = arg;
    size_t size = (size_t)count;
    if (has_failed(builder))
        return;
    bool first = builder->text.size == builder->levels[builder->depth - 1].text_start;
    while (first && size > 0 && is_blank(*data)) {
        data++;
        size--;
    }
    kit_buf_add(&builder->text, data, size);
    if (builder->text.state == KIT_BUF_FULL)
        refuse(builder, "a text of more than %d bytes", MAX_TEXT);
    else if (builder->text.state == KIT_BUF_NO_MEMORY)
        refuse_for_memory(builder);
}

static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system_id,
                       const XML_Char *public_id, int has_subset)
{
    (void)system_id;
    (void)public_id;
    (void)has_subset;
    refuse(arg, "%s",
           strcasecmp(name, "html") ? "a document type, which may not be in an answer"
                                    : "an HTML page");
}

static void refuse_syntax(struct builder *builder, size_t size)
{
    enum XML_Error code = XML_GetErrorCode(builder->parser);
    switch (code) {
    case XML_ERROR_NO_MEMORY:
        return refuse_for_memory(builder);
    case XML_ERROR_NO_ELEMENTS:
    case XML_ERROR_UNCLOSED_TOKEN:
    case XML_ERROR_UNCLOSED_CDATA_SECTION:
    case XML_ERROR_PARTIAL_CHAR:
        return refuse(builder, "only its beginning: it is cut off after %zu bytes", size);
    default:
        refuse(builder, "a mistake in line %lu, column %lu: %s",
               (unsigned long)XML_GetCurrentLineNumber(builder->parser),
               (unsigned long)XML_GetCurrentColumnNumber(builder->parser), XML_ErrorString(code));
    }
}

/* Expat looks at an unfinished tag from its beginning whenever it gets more of it. */
static bool is_stuck(const struct builder *builder, size_t given)
{
    XML_Index at = XML_GetCurrentByteIndex(builder->parser);
    return at >= 0 && given > (size_t)at && given - (size_t)at > PIECE;
}

static void feed(struct builder *builder, const char *data, size_t size)
{
    for (size_t given = 0; given < size && !has_failed(builder);) {
        size_t piece = size - given < PIECE ? size - given : PIECE;
        given += piece;
        if (XML_Parse(builder->parser, data, (int)piece, given == size) != XML_STATUS_OK)
            refuse_syntax(builder, size);
        else if (given < size && is_stuck(builder, given))
            refuse(builder, "a tag or comment of more than %d bytes", PIECE);
        data += piece;
    }
}

/* UTF-16, where '<' has a neighbour, begins with its mark; expat knows what to do with it. */
static bool begins_like_xml(const char *data, size_t size)
{
    size_t start = kit_body_count_mark(data, size);
    start += kit_body_count_blanks(data + start, size - start);
    bool utf16 = size >= 2 && (!memcmp(data, "\xff\xfe", 2) || !memcmp(data, "\xfe\xff", 2));
    return utf16 || (start < size && data[start] == '<' && !kit_body_is_html(data, size));
}

static const kit_xml_node *build(kit_xml *document, XML_Parser parser, const char *data,
                                 size_t size)
{
    struct builder builder = {.document = document, .parser = parser};
    kit_buf_init(&builder.text, document->memory, MAX_TEXT);
    XML_SetUserData(parser, &builder);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    XML_SetStartDoctypeDeclHandler(parser, on_doctype);
    feed(&builder, data, size);
    kit_buf_finish(&builder.text);
    return has_failed(&builder) ? NULL : builder.root;
}

const kit_xml_node *kit_xml_parse_bytes(kit_xml *document, kit_memory memory, const char *data,
                                        size_t size)
{
    *document = (kit_xml){.memory = memory};
    data = data ? data : "";
    if (!begins_like_xml(data, size)) {
        char found[KIT_BODY_FOUND];
        kit_body_describe(data, size, found);
        kit_error_set(&document->error, AW_E_PROTOCOL, "expected XML, found %s", found);
        return NULL;
    }
    XML_Parser parser = kit_xml_new_parser();
    if (!parser) {
        kit_error_set(&document->error, AW_E_NO_MEMORY, "no memory for reading XML");
        return NULL;
    }
    const kit_xml_node *root = build(document, parser, data, size);
    XML_ParserFree(parser);
    return root;
}

const kit_xml_node *kit_xml_parse(kit_xml *document, const aw_response *answer)
{
    aw_bytes body = answer ? answer->body : (aw_bytes){0};
    return kit_xml_parse_bytes(document, kit_xml_heap(), body.data, body.size);
}
