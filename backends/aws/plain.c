/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A short way through plain XML. Listings of EC2's are megabytes of elements and texts and nothing else, and most
 * of the elements are of no use here. What is plain in the sense of this file is well-formed; all that is not
 * (references, attributes, comments, other scripts, mistakes) takes the long way.
 */
#include "backends/aws/offers.h"
#include "kit/eight.h"
#include "kit/xml_memory.h"

#include <string.h>
#include <strings.h>

enum {
    MOST_LEVELS = 64,
    MOST_ELEMENTS = 1000000,
    LONGEST_TEXT = 4 << 20
};

static const char *const declarations[] = {"<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                                           "<?xml version=\"1.0\" encoding=\"utf-8\"?>"};

struct level {
    const char *name; /* in the body */
    size_t size;
    kit_xml_node *node; /* NULL: of no use */
    kit_xml_node *last_child;
    bool is_leaf; /* so far */
    bool is_item; /* to be handed over when it ends */
};

struct scan {
    kit_xml *document;
    const char *const *wanted;
    struct aws_xml_each *each; /* NULL: the tree is wanted whole */
    struct kit_xml_mark before_item;
    const char *at;
    const char *end; /* of the body. A NUL stands there, and in no plain text */
    const char *text;
    size_t text_size;
    size_t elements;
    size_t depth;
    struct level levels[MOST_LEVELS];
    const kit_xml_node *root;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t';
}

static bool is_name_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

/* Marks what is no ASCII letter: in small letters, what is below "a" or above "z". */
static uint64_t no_letters(uint64_t eight)
{
    uint64_t small = eight | KIT_EIGHT(0x20);
    return ((small - KIT_EIGHT('a')) | (small + KIT_EIGHT(0x7f - 'z')) | small) & KIT_EIGHT_MARKS;
}

static bool is_text_character(char c)
{
    return (c >= ' ' && c <= '~' && c != '<' && c != '>' && c != '&') || c == '\n' || c == '\t';
}

static size_t bytes_left(const struct scan *scan, const char *at)
{
    return (size_t)(scan->end - at);
}

/* Half of an answer that is laid out for people is the space before its lines. */
static const char *skip_blanks(const struct scan *scan, const char *at)
{
    while (is_blank(*at)) {
        at++;
        while (bytes_left(scan, at) >= 8 && *at == ' ')
            at += kit_eight_before(kit_eight_at(at) ^ KIT_EIGHT(' '));
    }
    return at;
}

/* Marks what ends a text, and what has to be looked at: "<" and ">" differ in one bit. */
static uint64_t not_plain(uint64_t eight)
{
    uint64_t from_delete = (eight | (eight + KIT_EIGHT(1))) & KIT_EIGHT_MARKS;
    return kit_eight_below(eight, ' ') | kit_eight_equal(eight & KIT_EIGHT(0xfd), '<') |
           kit_eight_equal(eight, '&') | from_delete;
}

static const char *text_end(const struct scan *scan, const char *at)
{
    uint64_t marks = 0;
    while (!marks && bytes_left(scan, at) >= 8) {
        marks = not_plain(kit_eight_at(at));
        at += kit_eight_before(marks);
    }
    while (is_text_character(*at))
        at++;
    return at;
}

/* Are these the same bytes? `a` comes later in the body than `b`, and they do not overlap. */
static bool is_same(const struct scan *scan, const char *a, const char *b, size_t size)
{
    if (bytes_left(scan, a) < size)
        return false;
    for (; size >= 8; a += 8, b += 8, size -= 8)
        if (kit_eight_at(a) != kit_eight_at(b))
            return false;
    if (size == 0 || bytes_left(scan, a) < 8)
        return memcmp(a, b, size) == 0;
    return (kit_eight_at(a) ^ kit_eight_at(b)) << (64 - 8 * size) == 0;
}

/* Takes the text up to the next tag, without the blanks around it. */
static void take_text(struct scan *scan)
{
    const char *start = skip_blanks(scan, scan->at);
    const char *end = *start == '<' ? start : text_end(scan, start);
    scan->at = end;
    while (end > start && is_blank(end[-1]))
        end--;
    scan->text = start;
    scan->text_size = (size_t)(end - start);
}

static size_t name_size(const struct scan *scan, const char *name)
{
    const char *at = name;
    uint64_t marks = 0;
    if ((*name >= '0' && *name <= '9') || *name == '.' || *name == '-')
        return 0;
    while (!marks && bytes_left(scan, at) >= 8) {
        marks = no_letters(kit_eight_at(at));
        at += kit_eight_before(marks);
    }
    while (is_name_character(*at))
        at++;
    return (size_t)(at - name);
}

/* The word of the list that a name is; it lives longer than the document. */
static const char *find_wanted(const struct scan *scan, const struct level *level)
{
    for (const char *const *word = scan->wanted; *word; word++)
        if (**word == *level->name && strncmp(*word, level->name, level->size) == 0 &&
            (*word)[level->size] == '\0')
            return *word;
    return NULL;
}

static bool is_item(const struct scan *scan, const struct level *level, const char *name)
{
    return scan->each && scan->depth == 2 && strcmp(name, "item") == 0 &&
           strcmp(scan->root->name, scan->each->root) == 0 &&
           strcmp(level[-1].node->name, scan->each->set) == 0;
}

/* An item is no part of the tree: it is there until it ends. */
static void link_node(struct scan *scan, struct level *level)
{
    struct level *parent = level - 1;
    level->is_item = scan->depth > 0 && is_item(scan, level, level->node->name);
    if (level->is_item)
        return;
    if (scan->depth == 0)
        scan->root = level->node;
    else if (parent->last_child)
        parent->last_child->next = level->node;
    else
        parent->node->first = level->node;
    if (scan->depth > 0)
        parent->last_child = level->node;
}

static bool add_node(struct scan *scan, struct level *level)
{
    struct level *parent = scan->depth > 0 ? level - 1 : NULL;
    const char *name = NULL;
    if (!parent && level->size == 4 && strncasecmp(level->name, "html", 4) == 0)
        return false;
    if (!parent)
        name = kit_xml_copy(scan->document, level->name, level->size);
    else if (parent->node)
        name = find_wanted(scan, level);
    if (!name)
        return parent != NULL;
    if (scan->depth == 2)
        scan->before_item = kit_xml_mark_memory(scan->document);
    level->node = kit_xml_new_node(scan->document);
    if (!level->node)
        return false;
    *level->node = (kit_xml_node){.name = name, .text = "", .parent = parent ? parent->node : NULL};
    link_node(scan, level);
    return true;
}

/* The root may say what its name space is, and nothing may say more. */
static bool skip_name_space(struct scan *scan)
{
    static const char start[] = " xmlns=\"";
    if (scan->depth > 0 || strncmp(scan->at, start, sizeof start - 1) != 0)
        return true;
    scan->at += sizeof start - 1;
    while (is_text_character(*scan->at) && *scan->at != '"')
        scan->at++;
    return *scan->at++ == '"';
}

static bool hand_over(struct scan *scan, const kit_xml_node *item)
{
    scan->each->count++;
    scan->each->read(scan->each->arg, scan->document, item);
    kit_xml_rewind_memory(scan->document, &scan->before_item);
    return scan->document->error.code == AW_OK;
}

static bool close_element(struct scan *scan)
{
    const struct level *level = &scan->levels[--scan->depth];
    if (level->node && level->is_leaf && scan->text_size > 0)
        level->node->text = kit_xml_copy(scan->document, scan->text, scan->text_size);
    scan->text_size = 0;
    if (scan->depth > 0)
        scan->levels[scan->depth - 1].is_leaf = false;
    if (level->node && !level->node->text)
        return false;
    return !level->is_item || hand_over(scan, level->node);
}

/* An element has text or elements in it, not both. */
static bool take_start(struct scan *scan)
{
    const char *name = scan->at + 1;
    if (scan->text_size > 0 || scan->depth == MOST_LEVELS || scan->elements++ == MOST_ELEMENTS)
        return false;
    struct level *level = &scan->levels[scan->depth];
    *level = (struct level){.name = name, .size = name_size(scan, name), .is_leaf = true};
    if (level->size == 0 || !add_node(scan, level))
        return false;
    scan->at = name + level->size;
    if (!skip_name_space(scan))
        return false;
    scan->depth++;
    bool is_empty = *scan->at == '/';
    scan->at += is_empty;
    if (*scan->at++ != '>')
        return false;
    return !is_empty || close_element(scan);
}

static bool take_end(struct scan *scan)
{
    const struct level *level = &scan->levels[scan->depth - 1];
    const char *name = scan->at + 2;
    if (!is_same(scan, name, level->name, level->size) || name[level->size] != '>')
        return false;
    if (scan->text_size > 0 && !level->is_leaf)
        return false;
    scan->at = name + level->size + 1;
    return close_element(scan);
}

static bool take_all(struct scan *scan)
{
    do {
        take_text(scan);
        if (*scan->at != '<' || scan->text_size > LONGEST_TEXT ||
            (scan->depth == 0 && scan->text_size > 0))
            return false;
        bool is_end = scan->at[1] == '/';
        if (is_end ? scan->depth == 0 || !take_end(scan) : !take_start(scan))
            return false;
    } while (scan->depth > 0);
    take_text(scan);
    return scan->text_size == 0 && scan->at == scan->end;
}

static const kit_xml_node *parse_plain(kit_xml *document, const aw_bytes *body,
                                       const char *const *wanted, struct aws_xml_each *each)
{
    if (!body->data)
        return NULL;
    struct scan scan = {.document = document,
                        .wanted = wanted,
                        .each = each,
                        .at = body->data,
                        .end = body->data + body->size};
    for (size_t i = 0; i < sizeof declarations / sizeof declarations[0]; i++)
        if (strncmp(scan.at, declarations[i], strlen(declarations[i])) == 0)
            scan.at += strlen(declarations[i]);
    return take_all(&scan) ? scan.root : NULL;
}

/* The items of a whole tree, but for those that the short way has handed over already. */
static void hand_over_rest(kit_xml *document, const kit_xml_node *root, struct aws_xml_each *each)
{
    size_t count = 0;
    const kit_xml_node *set = strcmp(root->name, each->root) == 0 ? root->first : NULL;
    for (; set; set = set->next) {
        const kit_xml_node *item =
            strcmp(set->name, each->set) == 0 ? kit_xml_first(set, "item") : NULL;
        for (; item && document->error.code == AW_OK; item = kit_xml_next(item, "item"))
            if (count++ == each->count) {
                each->count++;
                each->read(each->arg, document, item);
            }
    }
}

const kit_xml_node *aws_xml_parse(kit_xml *document, const aw_response *answer,
                                  const char *const *wanted, struct aws_xml_each *each)
{
    *document = (kit_xml){.memory = kit_xml_heap()};
    const kit_xml_node *root = parse_plain(document, &answer->body, wanted, each);
    if (root || document->error.code)
        return root;
    kit_xml_finish(document);
    root = kit_xml_parse(document, answer);
    if (root && each)
        hand_over_rest(document, root, each);
    return document->error.code ? NULL : root;
}
