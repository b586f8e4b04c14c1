/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing backends. */
#include "core/backend.h"

#include "core/error.h"
#include "core/mem.h"
#include "core/regions.h"
#include "core/shard.h"
#include "kit/buf.h"

static void on_opened(struct op *op)
{
    (void)op;
}

static const struct op_sink opening_sink = {.done = on_opened};

static int open_state(struct backend *backend)
{
    backend->opening = op_create(backend, OP_OPEN, NULL, &opening_sink, backend, 0, false);
    if (!backend->opening)
        return kit_error_set(&backend->error, AW_E_NO_MEMORY, "out of memory");
    op_start(backend->opening, &backend->settings);
    if (backend->opening->failed)
        return error_pass(&backend->error, &backend->opening->error);
    return 0;
}

static int name_cache(struct backend *backend)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf name;
    kit_buf_init(&name, mem_kit(), 512);
    kit_buf_addf(&name, "%s %s", backend->name, backend->endpoint);
    backend->cache_space = kit_buf_take(&name);
    return backend->cache_space ? 0 : -1;
}

static int open_plugin(struct backend *backend)
{
    const aw_backend_entry *entry = &backend->plugin->entry;
    size_t limit_count = backend->config->rate_limit ? entry->limit_count : 0;
    if (config_check(&backend->aw->config, backend->config, entry->options, entry->option_count,
                     &backend->settings, &backend->secrets, &backend->error))
        return -1;
    backend->settings.name = backend->name;
    if (!backend->endpoint)
        backend->endpoint = entry->endpoint;
    if (name_cache(backend) ||
        limiter_init(&backend->limiter, backend->aw->loop, entry->limits, limit_count))
        return kit_error_set(&backend->error, AW_E_NO_MEMORY, "out of memory");
    return open_state(backend);
}

static int find_plugin(struct backend *backend)
{
    backend->plugin = plugins_find(&backend->aw->plugins, backend->config->type);
    if (backend->plugin)
        return 0;
    const char *nearest = plugins_nearest(&backend->aw->plugins, backend->config->type);
    if (nearest)
        return kit_error_set(&backend->error, AW_E_UNSUPPORTED,
                             "no plugin for the type `%s` is loaded: did you mean `%s`?",
                             backend->config->type, nearest);
    return kit_error_set(
        &backend->error, AW_E_UNSUPPORTED,
        "no plugin for the type `%s` is loaded: `archway backends` shows which are, "
        "and why others were refused",
        backend->config->type);
}

static struct backend *make(archway *aw, const struct config_backend *config)
{
    struct backend *backend = mem_alloc(sizeof *backend);
    if (!backend)
        return NULL;
    backend->aw = aw;
    backend->config = config;
    backend->name = config->name;
    backend->endpoint = config->endpoint;
    backend->error.size = sizeof backend->error;
    list_init(&backend->ops);
    list_init(&backend->shared);
    credentials_init(&backend->credentials, backend);
    return backend;
}

struct backend *backend_create(archway *aw, const struct config_backend *config)
{
    struct backend *backend = make(aw, config);
    if (backend && (find_plugin(backend) || open_plugin(backend)))
        kit_error_text(backend->error.backend, sizeof backend->error.backend, backend->name);
    return backend;
}

struct backend *backend_create_own(archway *aw, const struct plugin *plugin,
                                   const struct config_backend *config)
{
    struct backend *backend = make(aw, config);
    if (!backend)
        return NULL;
    backend->plugin = plugin;
    backend->settings = (aw_settings){.size = sizeof backend->settings,
                                      .count = (uint32_t)config->setting_count,
                                      .items = config->settings,
                                      .name = config->name};
    if (name_cache(backend) || limiter_init(&backend->limiter, aw->loop, NULL, 0))
        kit_error_set(&backend->error, AW_E_NO_MEMORY, "out of memory");
    else
        open_state(backend);
    return backend;
}

void backend_destroy(struct backend *backend)
{
    if (!backend)
        return;
    shards_finish(backend);
    regions_finish(backend);
    credentials_finish(&backend->credentials);
    limiter_finish(&backend->limiter);
    if (backend->plugin && backend->plugin->vtable.close && backend->opening &&
        !backend->opening->failed)
        backend->plugin->vtable.close(backend->state);
    op_destroy(backend->opening);
    capacity_finish(&backend->capacity);
    mem_free(backend->cache_space);
    mem_free(backend);
}

uint64_t backend_now_ms(const struct backend *backend)
{
    struct world *world = backend->aw->world;
    return (uint64_t)((int64_t)world->ops->wall_ms(world) + backend->skew_ms);
}

static const void *extension(const struct backend *backend, const char *id)
{
    const aw_vtable *vtable = &backend->plugin->vtable;
    return vtable->extension ? vtable->extension(backend->state, id) : NULL;
}

const aw_images *backend_images(const struct backend *backend)
{
    const aw_images *images = extension(backend, AW_IMAGES);
    return images && AW_HAS(images, list_images) && images->list_images ? images : NULL;
}

const aw_resources *backend_resources(const struct backend *backend)
{
    const aw_resources *resources = extension(backend, AW_RESOURCES);
    bool whole = resources && AW_HAS(resources, remove_resource) && resources->list_resources &&
                 resources->remove_resource;
    return whole ? resources : NULL;
}

const aw_quotas *backend_quotas(const struct backend *backend)
{
    const aw_quotas *quotas = extension(backend, AW_QUOTAS);
    return quotas && AW_HAS(quotas, list_quotas) && quotas->list_quotas ? quotas : NULL;
}
