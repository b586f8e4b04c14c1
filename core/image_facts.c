/* SPDX-License-Identifier: Apache-2.0 */
/* Copying, writing and reading what is known of an image. */
#include "core/image_facts.h"

#include "core/image_reference.h"
#include "kit/json.h"

#include <jansson.h>

void image_facts_complete(struct image_facts *facts)
{
    facts->archs = 0;
    for (const struct image_platform *p = facts->platforms; p; p = p->next)
        facts->archs |= p->arch;
}

static int copy_text(struct arena *arena, const char **text)
{
    const char *copy = arena_text(arena, *text);
    if (*text && !copy)
        return -1;
    *text = copy;
    return 0;
}

static struct image_platform *copy_platform(struct arena *arena,
                                            const struct image_platform *platform)
{
    struct image_platform *copy = arena_alloc(arena, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *platform;
    copy->next = NULL;
    if (copy_text(arena, &copy->os) || copy_text(arena, &copy->architecture) ||
        copy_text(arena, &copy->variant) || copy_text(arena, &copy->os_version) ||
        copy_text(arena, &copy->digest))
        return NULL;
    return copy;
}

int image_facts_copy(struct arena *arena, const struct image_facts *facts, struct image_facts *ret)
{
    struct image_facts copy = *facts;
    struct image_platform **last = &copy.platforms;
    if (copy_text(arena, &copy.digest))
        return -1;
    for (const struct image_platform *p = facts->platforms; p; p = p->next) {
        *last = copy_platform(arena, p);
        if (!*last)
            return -1;
        last = &(*last)->next;
    }
    *ret = copy;
    return 0;
}

static json_t *write_platform(const struct image_platform *platform)
{
    return json_pack("{ss ss ss* ss* ss*}", "os", platform->os, "architecture",
                     platform->architecture, "variant", platform->variant, "os.version",
                     platform->os_version, "digest", platform->digest);
}

char *image_facts_write(struct arena *arena, const struct image_facts *facts)
{
    json_t *platforms = json_array();
    for (const struct image_platform *p = facts->platforms; p; p = p->next)
        if (json_array_append_new(platforms, write_platform(p)))
            break;
    json_t *root = json_pack("{ss sb so}", "digest", facts->digest, "index", facts->has_index,
                             "platforms", platforms);
    size_t size = json_dumpb(root, NULL, 0, JSON_COMPACT);
    char *text = size ? arena_alloc(arena, size + 1) : NULL;
    if (text)
        json_dumpb(root, text, size, JSON_COMPACT);
    json_decref(root);
    return text;
}

/* False: it is none, or there is no memory. */
static bool read_platform(struct arena *arena, const kit_json_node *node,
                          struct image_platform *platform)
{
    platform->os = arena_text(arena, kit_json_text(node, "os"));
    platform->architecture = arena_text(arena, kit_json_text(node, "architecture"));
    platform->variant = arena_text(arena, kit_json_find_text(node, "variant", NULL));
    platform->os_version = arena_text(arena, kit_json_find_text(node, "os.version", NULL));
    platform->digest = arena_text(arena, kit_json_find_text(node, "digest", NULL));
    if (arena->exhausted || node->document->error.code || !platform->os || !platform->architecture)
        return false;
    platform->arch = image_platform_arch(platform->os, platform->architecture);
    return true;
}

int image_facts_read(struct arena *arena, aw_bytes text, struct image_facts *ret)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    kit_json_node root = kit_json_parse_bytes(&document, text.data, text.size);
    kit_json_node platforms = kit_json_array(&root, "platforms");
    struct image_facts facts = {
        .digest = arena_text(arena, kit_json_text(&root, "digest")),
        .has_index = kit_json_find_boolean(&root, "index", 0),
    };
    struct image_platform **last = &facts.platforms;
    for (size_t i = 0; i < kit_json_count(&platforms); i++) {
        kit_json_node node = kit_json_item(&platforms, i);
        struct image_platform *platform = arena_alloc(arena, sizeof *platform);
        if (!platform || !read_platform(arena, &node, platform))
            return -1;
        *last = platform;
        last = &platform->next;
    }
    if (document.error.code || !facts.digest || !image_digest_is_good(facts.digest) ||
        !facts.platforms)
        return -1;
    image_facts_complete(&facts);
    *ret = facts;
    return 0;
}
