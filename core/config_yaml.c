/* SPDX-License-Identifier: Apache-2.0 */
/* YAML events into a tree. */
#include "core/config_yaml.h"

#include "core/config_error.h"
#include "core/config_mask.h"
#include "kit/memory.h"

#include <string.h>
#include <yaml.h>

#define LONGEST_KEY 63

struct reader {
    yaml_parser_t parser;
    struct config_mask mask;
    struct arena *arena;
    const char *path;
    aw_error *ret_error;
};

const struct config_node *config_member(const struct config_node *map, const char *key)
{
    const struct config_node *member = map->first;
    while (member && strcmp(member->key, key) != 0)
        member = member->next;
    return member;
}

static int line_of(yaml_mark_t mark)
{
    return (int)mark.line + 1;
}

static int line_at(aw_bytes text, size_t offset)
{
    int line = 1;
    for (size_t i = 0; i < offset && i < text.size; i++)
        line += text.data[i] == '\n';
    return line;
}

static int fail_anchor(const struct reader *reader, int line)
{
    return config_fail(
        reader->ret_error, reader->path, line,
        "anchors (&name) and aliases (*name) are not read here. Write the value out, "
        "or in quotes if it starts with & or *.");
}

static int fail_tag(const struct reader *reader, int line)
{
    return config_fail(
        reader->ret_error, reader->path, line,
        "tags (!name) are not read here. Remove it, or put the value in quotes if it "
        "starts with an exclamation mark.");
}

static int fail_syntax(const struct reader *reader)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *context = parser->context ? parser->context : "";
    if (parser->error == YAML_MEMORY_ERROR)
        return config_fail_memory(reader->ret_error);
    if (parser->error == YAML_READER_ERROR)
        return config_fail(
            reader->ret_error, reader->path, line_at(reader->mask.text, parser->problem_offset),
            "this line is not UTF-8 text (%s). Save the file as UTF-8.", parser->problem);
    int line = line_of(parser->problem_mark);
    /* A long name of one is masked, which libyaml does not take for a name. */
    if (strstr(context, "an anchor") || strstr(context, "an alias"))
        return fail_anchor(reader, line);
    if (strstr(context, "a tag"))
        return fail_tag(reader, line);
    return config_fail(
        reader->ret_error, reader->path, line,
        "this is not YAML: %s%s%s. Indent with spaces, not tabs, and put values with "
        "special characters in quotes.",
        parser->problem, context[0] ? " " : "", context);
}

static int next_event(struct reader *reader, yaml_event_t *ret_event)
{
    return yaml_parser_parse(&reader->parser, ret_event) ? 0 : fail_syntax(reader);
}

static void event_finish(yaml_event_t *event)
{
    if (event->type == YAML_SCALAR_EVENT)
        explicit_bzero(event->data.scalar.value, event->data.scalar.length);
    yaml_event_delete(event);
}

static int node_create(struct reader *reader, enum config_kind kind, const yaml_event_t *event,
                       struct config_node **ret_node)
{
    struct config_node *node = arena_alloc(reader->arena, sizeof *node);
    if (!node)
        return config_fail_memory(reader->ret_error);
    node->kind = kind;
    node->line = line_of(event->start_mark);
    *ret_node = node;
    return 0;
}

static int node_add(struct reader *reader, struct config_node *parent, struct config_node *child)
{
    if (parent->count == CONFIG_MAX_MEMBERS)
        return config_fail(reader->ret_error, reader->path, child->line,
                           "there are more than %d entries here. Write fewer.", CONFIG_MAX_MEMBERS);
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
    parent->count++;
    return 0;
}

static int refuse_mark(struct reader *reader, const yaml_event_t *event, const void *anchor,
                       const void *tag)
{
    int line = line_of(event->start_mark);
    return anchor ? fail_anchor(reader, line) : tag ? fail_tag(reader, line) : 0;
}

static int refuse_marks(struct reader *reader, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        return refuse_mark(reader, event, event->data.alias.anchor, NULL);
    case YAML_SCALAR_EVENT:
        return refuse_mark(reader, event, event->data.scalar.anchor, event->data.scalar.tag);
    case YAML_SEQUENCE_START_EVENT:
        return refuse_mark(reader, event, event->data.sequence_start.anchor,
                           event->data.sequence_start.tag);
    case YAML_MAPPING_START_EVENT:
        return refuse_mark(reader, event, event->data.mapping_start.anchor,
                           event->data.mapping_start.tag);
    default:
        return 0;
    }
}

static bool is_null(const yaml_event_t *event)
{
    const char *text = (const char *)event->data.scalar.value;
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    return !*text || strcmp(text, "~") == 0 || strcasecmp(text, "null") == 0;
}

static bool has_control_character(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == 0x7f || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
            return true;
    }
    return false;
}

static int copy_text(struct reader *reader, const yaml_event_t *event, const char **ret_text)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t size = event->data.scalar.length;
    if (has_control_character(value, size))
        return config_fail(reader->ret_error, reader->path, line_of(event->start_mark),
                           "there is a control character in this text. Remove it.");
    const char *text = config_unmask(&reader->mask, reader->arena, value, size);
    if (!text)
        return config_fail_memory(reader->ret_error);
    *ret_text = text;
    return 0;
}

static int read_scalar(struct reader *reader, const yaml_event_t *event,
                       struct config_node **ret_node)
{
    struct config_node *node = NULL;
    if (node_create(reader, CONFIG_TEXT, event, &node) < 0)
        return -1;
    if (is_null(event))
        node->kind = CONFIG_NOTHING;
    else if (copy_text(reader, event, &node->text) < 0)
        return -1;
    *ret_node = node;
    return 0;
}

static int read_node(struct reader *reader, const yaml_event_t *event, int depth,
                     struct config_node **ret_node);

static int read_list(struct reader *reader, struct config_node *list, int depth)
{
    for (;;) {
        KIT_CLEANUP(event_finish) yaml_event_t event = {0};
        if (next_event(reader, &event) < 0)
            return -1;
        if (event.type == YAML_SEQUENCE_END_EVENT)
            return 0;
        struct config_node *item = NULL;
        if (read_node(reader, &event, depth, &item) < 0 || node_add(reader, list, item) < 0)
            return -1;
    }
}

static bool is_key(const char *text)
{
    size_t size = strlen(text);
    if (size == 0 || size > LONGEST_KEY)
        return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
    return true;
}

static int read_key(struct reader *reader, const struct config_node *map, const yaml_event_t *event,
                    const char **ret_key)
{
    int line = line_of(event->start_mark);
    const char *key = "";
    if (refuse_marks(reader, event) < 0)
        return -1;
    if (event->type == YAML_SCALAR_EVENT && copy_text(reader, event, &key) < 0)
        return -1;
    if (!is_key(key))
        return config_fail(reader->ret_error, reader->path, line,
                           "a key must be a word of at most %d letters. Write `key: value`.",
                           LONGEST_KEY);
    const struct config_node *twin = config_member(map, key);
    if (twin)
        return config_fail(reader->ret_error, reader->path, line,
                           "the key `%s` stands on line %d already. Remove one of the two.", key,
                           twin->line);
    *ret_key = key;
    return 0;
}

static int read_member(struct reader *reader, struct config_node *map,
                       const yaml_event_t *key_event, int depth)
{
    const char *key = NULL;
    if (read_key(reader, map, key_event, &key) < 0)
        return -1;
    KIT_CLEANUP(event_finish) yaml_event_t event = {0};
    struct config_node *value = NULL;
    if (next_event(reader, &event) < 0 || read_node(reader, &event, depth, &value) < 0)
        return -1;
    value->key = key;
    value->line = line_of(key_event->start_mark);
    return node_add(reader, map, value);
}

static int read_map(struct reader *reader, struct config_node *map, int depth)
{
    for (;;) {
        KIT_CLEANUP(event_finish) yaml_event_t event = {0};
        if (next_event(reader, &event) < 0)
            return -1;
        if (event.type == YAML_MAPPING_END_EVENT)
            return 0;
        if (read_member(reader, map, &event, depth) < 0)
            return -1;
    }
}

static int read_node(struct reader *reader, const yaml_event_t *event, int depth,
                     struct config_node **ret_node)
{
    if (refuse_marks(reader, event) < 0)
        return -1;
    if (event->type == YAML_SCALAR_EVENT)
        return read_scalar(reader, event, ret_node);
    if (depth == CONFIG_MAX_DEPTH)
        return config_fail(reader->ret_error, reader->path, line_of(event->start_mark),
                           "this is nested deeper than %d levels.", CONFIG_MAX_DEPTH);
    bool is_list = event->type == YAML_SEQUENCE_START_EVENT;
    struct config_node *node = NULL;
    if (node_create(reader, is_list ? CONFIG_LIST : CONFIG_MAP, event, &node) < 0)
        return -1;
    int result = is_list ? read_list(reader, node, depth + 1) : read_map(reader, node, depth + 1);
    if (result == 0)
        *ret_node = node;
    return result;
}

/* The content of the only document; *ret_root stays as it is when there is none. */
static int read_document(struct reader *reader, struct config_node **ret_root)
{
    for (int documents = 0;;) {
        KIT_CLEANUP(event_finish) yaml_event_t event = {0};
        if (next_event(reader, &event) < 0)
            return -1;
        if (event.type == YAML_STREAM_END_EVENT)
            return 0;
        if (event.type == YAML_STREAM_START_EVENT || event.type == YAML_DOCUMENT_END_EVENT)
            continue;
        if (event.type != YAML_DOCUMENT_START_EVENT) {
            if (read_node(reader, &event, 0, ret_root) < 0)
                return -1;
        } else if (documents++ > 0) {
            return config_fail(reader->ret_error, reader->path, line_of(event.start_mark),
                               "a second document starts here. Write one, without `---` between.");
        }
    }
}

static void wipe(unsigned char *start, const unsigned char *end)
{
    explicit_bzero(start, (size_t)(end - start));
}

/* The buffers, and the tokens that were read ahead, may hold secrets. */
static void parser_finish(yaml_parser_t *parser)
{
    for (yaml_token_t *token = parser->tokens.head; token != parser->tokens.tail; token++)
        if (token->type == YAML_SCALAR_TOKEN)
            explicit_bzero(token->data.scalar.value, token->data.scalar.length);
    wipe(parser->raw_buffer.start, parser->raw_buffer.end);
    wipe(parser->buffer.start, parser->buffer.end);
    yaml_parser_delete(parser);
}

static int read_masked(struct reader *reader, struct config_node **ret_root)
{
    if (!yaml_parser_initialize(&reader->parser))
        return config_fail_memory(reader->ret_error);
    const aw_bytes *text = &reader->mask.text;
    yaml_parser_set_encoding(&reader->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader->parser, (const unsigned char *)text->data, text->size);
    int result = read_document(reader, ret_root);
    parser_finish(&reader->parser);
    return result;
}

int config_yaml_read(struct arena *arena, const char *path, aw_bytes text,
                     struct config_node **ret_root, aw_error *ret_error)
{
    KIT_CLEANUP(arena_finish) struct arena scratch;
    arena_init(&scratch, true);
    struct reader reader = {.arena = arena, .path = path, .ret_error = ret_error};
    const char *conflict = config_mask_conflict(text);
    if (conflict)
        return config_fail(ret_error, path, line_at(text, (size_t)(conflict - text.data)),
                           "characters for private use (U+F0000 and above) are not read here. "
                           "Remove it.");
    struct config_node *root = arena_alloc(arena, sizeof *root);
    if (!root || config_mask(&reader.mask, &scratch, text) < 0)
        return config_fail_memory(ret_error);
    if (read_masked(&reader, &root) < 0)
        return -1;
    *ret_root = root;
    return 0;
}
