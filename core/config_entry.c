/* SPDX-License-Identifier: Apache-2.0 */
/* One entry of `backends`: core's own keys checked, all others kept as they are. */
#include "core/config_entry.h"

#include "core/config_error.h"
#include "core/config_value.h"
#include "core/endpoint.h"
#include "kit/nearest.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

struct entry {
    struct config *config;
    struct config_backend *backend;
    aw_error *ret_error;
};

static int read_texts(const struct entry *entry, const struct config_node *list,
                      const char *const **ret_values)
{
    const char **values = arena_alloc(&entry->config->arena, list->count * sizeof *values);
    if (!values)
        return config_fail_memory(entry->ret_error);
    size_t i = 0;
    for (const struct config_node *item = list->first; item; item = item->next)
        if (config_need_text(entry->config, item, list->key, &values[i++], entry->ret_error) < 0)
            return -1;
    *ret_values = values;
    return 0;
}

static void add_setting(const struct entry *entry, const struct config_node *node,
                        const char *const *values, size_t count)
{
    struct config_backend *backend = entry->backend;
    size_t i = backend->setting_count++;
    backend->settings[i] = (aw_setting){.name = node->key, .values = values, .count = count};
    backend->setting_lines[i] = node->line;
    backend->setting_is_list[i] = node->kind == CONFIG_LIST;
}

static int add_text_setting(const struct entry *entry, const struct config_node *node,
                            const char *text)
{
    const char **value = arena_alloc(&entry->config->arena, sizeof *value);
    if (!value)
        return config_fail_memory(entry->ret_error);
    *value = text;
    add_setting(entry, node, value, 1);
    return 0;
}

static int read_word(const struct entry *entry, const struct config_node *node,
                     const char *(*fault_of)(const char *text), const char **ret_word)
{
    const char *word = NULL;
    if (config_need_text(entry->config, node, node->key, &word, entry->ret_error) < 0)
        return -1;
    const char *fault = fault_of(word);
    if (fault)
        return config_fail(entry->ret_error, entry->config->path, node->line, "`%s` %s", node->key,
                           fault);
    *ret_word = word;
    return 0;
}

static int read_type(const struct entry *entry, const struct config_node *node)
{
    return read_word(entry, node, config_type_fault, &entry->backend->type);
}

static int read_name(const struct entry *entry, const struct config_node *node)
{
    return read_word(entry, node, config_name_fault, &entry->backend->name);
}

static int read_endpoint(const struct entry *entry, const struct config_node *node)
{
    const char *url = NULL;
    if (read_word(entry, node, endpoint_fault, &url) < 0)
        return -1;
    size_t size = strlen(url);
    while (url[size - 1] == '/')
        size--;
    const char *trimmed = arena_copy(&entry->config->arena, url, size);
    if (!trimmed)
        return config_fail_memory(entry->ret_error);
    entry->backend->endpoint = trimmed;
    return add_text_setting(entry, node, trimmed);
}

static int check_region(const struct entry *entry, const char *const *regions, size_t index,
                        int line)
{
    const char *fault = config_region_fault(regions[index]);
    if (fault)
        return config_fail(entry->ret_error, entry->config->path, line, "each of `regions` %s",
                           fault);
    for (size_t i = 0; i < index; i++)
        if (strcmp(regions[i], regions[index]) == 0)
            return config_fail(entry->ret_error, entry->config->path, line,
                               "the region `%s` is named twice. Remove one of the two.",
                               regions[index]);
    return 0;
}

static int read_regions(const struct entry *entry, const struct config_node *node)
{
    if (node->kind == CONFIG_TEXT)
        return config_fail(entry->ret_error, entry->config->path, node->line,
                           "`regions` must be a list: write `regions: [%.63s]`.", node->text);
    if (node->kind != CONFIG_LIST || node->count == 0)
        return config_fail(
            entry->ret_error, entry->config->path, node->line,
            "`regions` names none. Write `regions: [NAME, NAME]`, or remove the line to "
            "use all of them.");
    const char *const *regions = NULL;
    if (read_texts(entry, node, &regions) < 0)
        return -1;
    size_t i = 0;
    for (const struct config_node *item = node->first; item; item = item->next)
        if (check_region(entry, regions, i++, item->line) < 0)
            return -1;
    entry->backend->regions = regions;
    entry->backend->region_count = node->count;
    add_setting(entry, node, regions, node->count);
    return 0;
}

static int read_rate_limit(const struct entry *entry, const struct config_node *node)
{
    const char *text = NULL;
    if (config_need_text(entry->config, node, node->key, &text, entry->ret_error) < 0)
        return -1;
    int value = config_boolean(text);
    if (value < 0)
        return config_fail(
            entry->ret_error, entry->config->path, node->line,
            "`rate_limit` must be `true` or `false` (`yes`, `no`, `on` and `off` are "
            "plain words in YAML 1.2).");
    entry->backend->rate_limit = value;
    return 0;
}

static int read_other(const struct entry *entry, const struct config_node *node)
{
    if (node->kind == CONFIG_LIST) {
        const char *const *values = NULL;
        if (read_texts(entry, node, &values) < 0)
            return -1;
        add_setting(entry, node, values, node->count);
        return 0;
    }
    const char *text = NULL;
    if (config_need_text(entry->config, node, node->key, &text, entry->ret_error) < 0)
        return -1;
    return add_text_setting(entry, node, text);
}

static const struct entry_key {
    const char *name;
    int (*read)(const struct entry *entry, const struct config_node *node);
} entry_keys[] = {
    {"type", read_type},
    {"name", read_name},
    {"endpoint", read_endpoint},
    {"regions", read_regions},
    {"rate_limit", read_rate_limit},
};

const char *config_entry_key(size_t index)
{
    return index < COUNT(entry_keys) ? entry_keys[index].name : NULL;
}

bool config_is_entry_key(const char *key)
{
    for (size_t i = 0; i < COUNT(entry_keys); i++)
        if (strcmp(entry_keys[i].name, key) == 0)
            return true;
    return false;
}

static int read_member(const struct entry *entry, const struct config_node *node)
{
    for (size_t i = 0; i < COUNT(entry_keys); i++)
        if (strcmp(entry_keys[i].name, node->key) == 0)
            return entry_keys[i].read(entry, node);
    return read_other(entry, node);
}

static int make_room(const struct entry *entry, size_t count)
{
    struct arena *arena = &entry->config->arena;
    struct config_backend *backend = entry->backend;
    backend->settings = arena_alloc(arena, count * sizeof *backend->settings);
    backend->setting_lines = arena_alloc(arena, count * sizeof *backend->setting_lines);
    backend->setting_is_list = arena_alloc(arena, count * sizeof *backend->setting_is_list);
    if (!backend->settings || !backend->setting_lines || !backend->setting_is_list)
        return config_fail_memory(entry->ret_error);
    return 0;
}

static int fail_typeless(const struct entry *entry, const struct config_node *node)
{
    static const char *const known[] = {"type"};
    for (const struct config_node *member = node->first; member; member = member->next)
        if (kit_nearest_word(member->key, known, COUNT(known)))
            return config_fail(entry->ret_error, entry->config->path, member->line,
                               "unknown key `%s` in a backend without `type`: did you mean `type`?",
                               member->key);
    return config_fail(entry->ret_error, entry->config->path, node->line,
                       "this backend has no `type`. Start it with `- type: PROVIDER`.");
}

int config_entry_read(struct config *config, const struct config_node *node,
                      struct config_backend *ret_backend, aw_error *ret_error)
{
    if (node->kind != CONFIG_MAP)
        return config_fail(
            ret_error, config->path, node->line,
            "each of `backends` is written as `- type: PROVIDER`, with its other keys "
            "below `type`.");
    struct config_backend backend = {.line = node->line, .rate_limit = true};
    const struct entry entry = {.config = config, .backend = &backend, .ret_error = ret_error};
    if (make_room(&entry, node->count) < 0)
        return -1;
    for (const struct config_node *member = node->first; member; member = member->next)
        if (read_member(&entry, member) < 0)
            return -1;
    if (!backend.type)
        return fail_typeless(&entry, node);
    if (!backend.name)
        backend.name = backend.type;
    *ret_backend = backend;
    return 0;
}
