/* SPDX-License-Identifier: Apache-2.0 */
/* Reading mirrors and the emulation factor. */
#include "core/config_image.h"

#include "core/config_error.h"
#include "core/config_value.h"
#include "core/endpoint.h"

#include <string.h>
#include <strings.h>

static int read_mirror(struct config *config, const struct config_node *node,
                       aw_setting *ret_setting, aw_error *ret_error)
{
    const char *url = NULL;
    const char **value = arena_alloc(&config->arena, sizeof *value);
    if (config_need_text(config, node, node->key, &url, ret_error) < 0)
        return -1;
    const char *fault = endpoint_fault(url);
    if (fault)
        return config_fail(ret_error, config->path, node->line, "the mirror of `%s` %s", node->key,
                           fault);
    size_t size = strlen(url);
    while (url[size - 1] == '/')
        size--;
    const char *trimmed = arena_copy(&config->arena, url, size);
    if (!value || !trimmed)
        return config_fail_memory(ret_error);
    *value = trimmed;
    *ret_setting = (aw_setting){.name = node->key, .values = value, .count = 1};
    return 0;
}

int config_read_mirrors(struct config *config, const struct config_node *node, aw_error *ret_error)
{
    if (node->kind != CONFIG_MAP)
        return config_fail(ret_error, config->path, node->line,
                           "`registry_mirrors` is written as `REGISTRY: URL` below it, such as "
                           "`docker.io: https://mirror.example.com`.");
    aw_setting *mirrors = arena_alloc(&config->arena, (node->count + 1) * sizeof *mirrors);
    if (!mirrors)
        return config_fail_memory(ret_error);
    size_t count = 0;
    for (const struct config_node *entry = node->first; entry; entry = entry->next)
        if (read_mirror(config, entry, &mirrors[count++], ret_error))
            return -1;
    config->mirrors = mirrors;
    config->mirror_count = count;
    return 0;
}

int config_read_emulation_factor(struct config *config, const struct config_node *node,
                                 aw_error *ret_error)
{
    const char *text = NULL;
    aw_error error = {0};
    if (config_need_text(config, node, node->key, &text, ret_error) < 0)
        return -1;
    if (emulation_factor_read(text, &config->emulation_factor, &error))
        return config_fail(ret_error, config->path, node->line, "`emulation_factor`: %s.",
                           error.message);
    config->has_emulation_factor = true;
    return 0;
}

const char *config_mirror_of(const struct config *config, const char *registry)
{
    for (size_t i = 0; i < config->mirror_count; i++)
        if (!strcasecmp(config->mirrors[i].name, registry))
            return config->mirrors[i].values[0];
    return NULL;
}
