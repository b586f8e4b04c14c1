/* SPDX-License-Identifier: Apache-2.0 */
/* Showing which plugins and backends a context has. */
#include "core/backend.h"
#include "core/sized.h"

uint64_t archway_plugin_count(const archway *aw)
{
    return aw->plugins.count;
}

int archway_plugin_at(const archway *aw, uint64_t index, archway_plugin_info *ret_info)
{
    if (index >= aw->plugins.count)
        return -1;
    const struct plugin *plugin = &aw->plugins.items[index];
    const archway_plugin_info info = {
        .abi_major = plugin->abi_major,
        .abi_minor = plugin->entry.minor,
        .capabilities = plugin->entry.capabilities,
        .path = plugin->path,
        .provider = plugin->entry.provider,
        .title = plugin->entry.title,
        .version = plugin->entry.version,
        .error = &plugin->error,
    };
    SIZED_GIVE(ret_info, &info);
    return 0;
}

uint64_t archway_backend_count(const archway *aw)
{
    return aw->backend_count;
}

int archway_backend_at(const archway *aw, uint64_t index, archway_backend_info *ret_info)
{
    if (index >= aw->backend_count)
        return -1;
    const struct backend *backend = aw->backends[index];
    const archway_backend_info info = {
        .name = backend->name,
        .provider = backend->config->type,
        .endpoint = backend->endpoint,
        .error = &backend->error,
    };
    SIZED_GIVE(ret_info, &info);
    return 0;
}
