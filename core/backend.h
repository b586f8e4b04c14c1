/* SPDX-License-Identifier: Apache-2.0 */
/* One opened backend: an entry of the user's configuration, served by a plugin. */
#ifndef ARCHWAY_CORE_BACKEND_H
#define ARCHWAY_CORE_BACKEND_H

#include "core/capacity.h"
#include "core/context.h"
#include "core/credentials.h"
#include "core/limiter.h"
#include "core/op.h"
#include "core/retry.h"

struct backend {
    archway *aw;
    const struct plugin *plugin; /* NULL: there is none of that type */
    const struct config_backend *config;
    const char *name;
    const char *endpoint;
    char *cache_space; /* keeps its facts apart from those of other backends */
    aw_settings settings;
    aw_settings secrets;
    aw_error error;     /* AW_OK: open */
    void *state;        /* the plugin's */
    struct op *opening; /* its arena is the plugin's memory */
    struct credentials credentials;
    struct limiter limiter;
    struct retry_budget budget;
    struct capacity capacity; /* places that were sold out lately */
    struct link ops;          /* under way: struct op */
    struct link shared;       /* requests that others may join: struct exchange */
    int64_t skew_ms;      /* the provider's clock less ours, once a signature was refused for it */
    int64_t date_skew_ms; /* as the last answer's Date had it */
    bool date_known;
    char trouble
        [200]; /* why the last attempt failed that is to be repeated; "": none, or it went well since */
    struct region_search *regions; /* core/regions.h */
    struct shard **shards;         /* core/shard.h */
    size_t shard_count;
    bool quotas_unknown; /* that has been told */
};

/* Opens the backend of one entry of the configuration. One that cannot be opened is made all the same
 * and holds the reason. NULL: no memory. */
struct backend *backend_create(archway *aw, const struct config_backend *config);
/* One of core's own, which no configuration names: `plugin` and `config` are the caller's and stay. */
struct backend *backend_create_own(archway *aw, const struct plugin *plugin,
                                   const struct config_backend *config);
void backend_destroy(struct backend *backend);

/* The wall clock as the provider has it. */
uint64_t backend_now_ms(const struct backend *backend);

/* The extension "quotas/1", or NULL. */
const aw_quotas *backend_quotas(const struct backend *backend);
const aw_images *backend_images(const struct backend *backend);
/* The extension "resources/1", or NULL. */
const aw_resources *backend_resources(const struct backend *backend);

static inline bool backend_can(const struct backend *backend, uint64_t capability)
{
    return backend->plugin && (backend->plugin->entry.capabilities & capability);
}

#endif
