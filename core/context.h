/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a context. */
#ifndef ARCHWAY_CORE_CONTEXT_H
#define ARCHWAY_CORE_CONTEXT_H

#include "core/config.h"
#include "core/list.h"
#include "core/loader.h"
#include "core/loop.h"
#include "core/table.h"
#include "core/world.h"

#include <archway/archway.h>

#include <stdatomic.h>

struct backend;
struct journal;
struct recorder;

struct archway {
    struct loop *loop;
    struct world *world;
    struct config config;
    struct plugins plugins;
    struct backend **backends;
    size_t backend_count;
    struct table *table;
    uint32_t shard_ids;
    char *owner;
    struct journal *journal; /* core/journal.h; NULL: not needed so far */
    char *journal_path;      /* as the host named it, or NULL */
    bool replaying;
    struct recorder *recorder; /* core/record.h: of the world; NULL: nothing is recorded */
    bool stepping; /* what is written into the journal is committed at the end of the step */
    struct link jobs;
    struct link pollers;       /* core/poller.h */
    struct link image_sources; /* core/image_source.h */
    archway_log_fn log;
    void *log_arg;
    uint32_t log_level;
    atomic_bool woken;
};

/* How the checks of a plugin take part in the opening of a context. */
struct context_parts {
    /* Stands around the world, which it takes over; NULL and *ret_error on failure. */
    struct world *(*wrap_world)(struct world *inner, void *arg, aw_error *ret_error);
    /* Fills aw->plugins in the place of a search. -1: no memory. */
    int (*load_plugins)(archway *aw, void *arg);
    void *arg;
};

/* archway_open; `parts` may be NULL. */
int context_open(const archway_options *options, const struct context_parts *parts,
                 archway **ret_archway, aw_error *ret_error);

/* The backend of that name, or NULL. */
struct backend *context_backend(const archway *aw, const char *name);

/* One line for the log, if its level is wanted. No secrets. */
void context_log(const archway *aw, uint32_t level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

uint64_t context_random(const archway *aw);

#endif
