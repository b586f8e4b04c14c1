/* SPDX-License-Identifier: Apache-2.0 */
/* Reading indexes, manifests and configurations of images. */
#include "core/image_manifest.h"

#include "core/error.h"
#include "core/image_reference.h"
#include "kit/json.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* An image has a dozen platforms and each of them an attestation; nobody has a thousand. */
#define MOST_ENTRIES 1000u

enum media {
    MEDIA_UNKNOWN,
    MEDIA_INDEX,
    MEDIA_MANIFEST,
    MEDIA_SCHEMA_1
};

static const struct {
    const char *name;
    enum media media;
} media_types[] = {
    {IMAGE_INDEX_OCI, MEDIA_INDEX},
    {IMAGE_INDEX_DOCKER, MEDIA_INDEX},
    {IMAGE_MANIFEST_OCI, MEDIA_MANIFEST},
    {IMAGE_MANIFEST_DOCKER, MEDIA_MANIFEST},
    {"application/vnd.docker.distribution.manifest.v1+json", MEDIA_SCHEMA_1},
    {"application/vnd.docker.distribution.manifest.v1+prettyjws", MEDIA_SCHEMA_1},
};

/* Parameters behind a ";" do not count. */
static enum media media_of(const char *type)
{
    size_t size = type ? strcspn(type, "; \t") : 0;
    for (size_t i = 0; i < sizeof media_types / sizeof *media_types; i++)
        if (size == strlen(media_types[i].name) && !strncasecmp(type, media_types[i].name, size))
            return media_types[i].media;
    return MEDIA_UNKNOWN;
}

uint32_t image_platform_arch(const char *os, const char *architecture)
{
    static const struct {
        const char *name;
        uint32_t arch;
    } words[] = {{"amd64", AW_ARCH_AMD64},
                 {"x86_64", AW_ARCH_AMD64},
                 {"x86-64", AW_ARCH_AMD64},
                 {"arm64", AW_ARCH_ARM64},
                 {"aarch64", AW_ARCH_ARM64}};
    if (strcasecmp(os, "linux") != 0)
        return AW_ARCH_UNKNOWN;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!strcasecmp(architecture, words[i].name))
            return words[i].arch;
    return AW_ARCH_UNKNOWN;
}

static int no_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory for the platforms of an image");
}

/* -1: no memory. */
static int keep(struct arena *arena, const char *text, const char **ret)
{
    *ret = text && *text ? arena_text(arena, text) : NULL;
    return text && *text && !*ret ? -1 : 0;
}

static int read_platform(struct arena *arena, const kit_json_node *node,
                         struct image_platform *platform)
{
    const char *os = kit_json_text(node, "os");
    const char *architecture = kit_json_text(node, "architecture");
    platform->arch = image_platform_arch(os, architecture);
    if (keep(arena, os, &platform->os) || keep(arena, architecture, &platform->architecture) ||
        keep(arena, kit_json_find_text(node, "variant", NULL), &platform->variant) ||
        keep(arena, kit_json_find_text(node, "os.version", NULL), &platform->os_version))
        return -1;
    return 0;
}

/* What a builder adds to tell how the image was built is no image. */
static bool is_attestation(const kit_json_node *entry)
{
    kit_json_node annotations = kit_json_find(entry, "annotations");
    if (!json_is_object(annotations.value))
        return false;
    kit_json_node type = kit_json_find(&annotations, "vnd.docker.reference.type");
    return type.value != NULL;
}

static bool is_unknown(const struct image_platform *platform)
{
    return !platform->os || !platform->architecture ||
           (!strcmp(platform->os, "unknown") && !strcmp(platform->architecture, "unknown"));
}

static const char *read_digest(struct arena *arena, const kit_json_node *node, aw_error *ret_error)
{
    const char *text = kit_json_text(node, "digest");
    if (node->document->error.code) {
        error_pass(ret_error, &node->document->error);
        return NULL;
    }
    if (!image_digest_is_good(text)) {
        kit_error_set(ret_error, AW_E_PROTOCOL, "\"%.150s\" is no digest", text);
        return NULL;
    }
    const char *copy = arena_text(arena, text);
    if (!copy)
        no_memory(ret_error);
    return copy;
}

struct reading {
    struct arena *arena;
    struct image_document *document;
    struct image_platform **last_platform;
    struct image_child **last_child;
};

static int add_child(struct reading *reading, const char *digest, aw_error *ret_error)
{
    struct image_child *child = arena_alloc(reading->arena, sizeof *child);
    if (!child)
        return no_memory(ret_error);
    child->digest = digest;
    *reading->last_child = child;
    reading->last_child = &child->next;
    return 0;
}

static int add_platform(struct reading *reading, const kit_json_node *node, const char *digest,
                        aw_error *ret_error)
{
    struct image_platform *platform = arena_alloc(reading->arena, sizeof *platform);
    if (!platform || read_platform(reading->arena, node, platform))
        return no_memory(ret_error);
    if (node->document->error.code)
        return error_pass(ret_error, &node->document->error);
    if (is_unknown(platform))
        return 0;
    platform->digest = digest;
    *reading->last_platform = platform;
    reading->last_platform = &platform->next;
    return 0;
}

static int read_entry(struct reading *reading, const kit_json_node *entry, aw_error *ret_error)
{
    enum media media = media_of(kit_json_text(entry, "mediaType"));
    if (entry->document->error.code)
        return error_pass(ret_error, &entry->document->error);
    bool is_artifact = kit_json_find(entry, "artifactType").value != NULL;
    /* The specification wants unknown types passed over. */
    if (is_artifact || is_attestation(entry) || (media != MEDIA_INDEX && media != MEDIA_MANIFEST))
        return 0;
    const char *digest = read_digest(reading->arena, entry, ret_error);
    if (!digest)
        return -1;
    kit_json_node platform = kit_json_find(entry, "platform");
    if (media == MEDIA_INDEX || !platform.value)
        return add_child(reading, digest, ret_error);
    return add_platform(reading, &platform, digest, ret_error);
}

static int read_index(struct arena *arena, const kit_json_node *root, struct image_document *ret,
                      aw_error *ret_error)
{
    struct reading reading = {.arena = arena,
                              .document = ret,
                              .last_platform = &ret->platforms,
                              .last_child = &ret->children};
    kit_json_node manifests = kit_json_array(root, "manifests");
    ret->entries = kit_json_count(&manifests);
    if (root->document->error.code)
        return error_pass(ret_error, &root->document->error);
    if (ret->entries > MOST_ENTRIES)
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "its index has %zu entries, and more than %u are not read",
                             ret->entries, MOST_ENTRIES);
    for (size_t i = 0; i < ret->entries; i++) {
        kit_json_node entry = kit_json_item(&manifests, i);
        if (read_entry(&reading, &entry, ret_error))
            return -1;
    }
    return 0;
}

static int read_manifest(struct arena *arena, const kit_json_node *root, struct image_document *ret,
                         aw_error *ret_error)
{
    kit_json_node config = kit_json_object(root, "config");
    const char *type = kit_json_text(&config, "mediaType");
    if (root->document->error.code)
        return error_pass(ret_error, &root->document->error);
    if (strcmp(type, "application/vnd.oci.image.config.v1+json") != 0 &&
        strcmp(type, "application/vnd.docker.container.image.v1+json") != 0)
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "it is no image that runs, but holds %.150s", type);
    ret->config = read_digest(arena, &config, ret_error);
    return ret->config ? 0 : -1;
}

/* What the answer says it is, then what the document says, then what it looks like. */
static enum media judge(const char *content_type, const kit_json_node *root)
{
    enum media media = media_of(content_type);
    if (media == MEDIA_UNKNOWN)
        media = media_of(kit_json_find_text(root, "mediaType", NULL));
    if (kit_json_find_integer(root, "schemaVersion", 0, INT32_MAX, 2) == 1)
        return MEDIA_SCHEMA_1;
    if (media != MEDIA_UNKNOWN)
        return media;
    if (kit_json_find(root, "manifests").value)
        return MEDIA_INDEX;
    return kit_json_find(root, "config").value ? MEDIA_MANIFEST : MEDIA_UNKNOWN;
}

static int read_as(struct arena *arena, enum media media, const kit_json_node *root,
                   struct image_document *ret, aw_error *ret_error)
{
    /* https://github.com/opencontainers/image-spec/security/advisories/GHSA-77vh-xpmg-72qh */
    if (kit_json_find(root, "manifests").value &&
        (kit_json_find(root, "config").value || kit_json_find(root, "layers").value))
        return kit_error_set(ret_error, AW_E_PROTOCOL,
                             "it is an index and a manifest at once, which nobody may be");
    switch (media) {
    case MEDIA_INDEX:
        return read_index(arena, root, ret, ret_error);
    case MEDIA_MANIFEST:
        return read_manifest(arena, root, ret, ret_error);
    case MEDIA_SCHEMA_1:
        return kit_error_set(ret_error, AW_E_UNSUPPORTED,
                             "it is in the old format (schema 1), which registries no longer take. "
                             "Push it again with a present tool");
    default:
        return kit_error_set(ret_error, AW_E_PROTOCOL, "it is neither an index nor a manifest");
    }
}

int image_document_read(struct arena *arena, const char *content_type, aw_bytes body,
                        struct image_document *ret, aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    struct image_document found = {0};
    kit_json_node root = kit_json_parse_bytes(&document, body.data, body.size);
    enum media media = judge(content_type, &root);
    if (document.error.code)
        return error_pass(ret_error, &document.error);
    if (read_as(arena, media, &root, &found, ret_error))
        return -1;
    *ret = found;
    return 0;
}

int image_config_read(struct arena *arena, aw_bytes body, struct image_platform *ret,
                      aw_error *ret_error)
{
    KIT_CLEANUP(kit_json_finish) kit_json document;
    struct image_platform found = {0};
    kit_json_node root = kit_json_parse_bytes(&document, body.data, body.size);
    if (read_platform(arena, &root, &found))
        return no_memory(ret_error);
    if (document.error.code)
        return error_pass(ret_error, &document.error);
    if (is_unknown(&found))
        return kit_error_set(ret_error, AW_E_PROTOCOL, "its configuration names no platform");
    *ret = found;
    return 0;
}
