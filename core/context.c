/* SPDX-License-Identifier: Apache-2.0 */
/* Opening and closing a context, and its loop. */
#include "core/context.h"

#include "core/backend.h"
#include "core/bootstrap.h"
#include "core/discover.h"
#include "core/error.h"
#include "core/image_lookup.h"
#include "core/job.h"
#include "core/journal.h"
#include "core/mem.h"
#include "core/poller.h"
#include "core/record.h"
#include "core/sized.h"
#include "core/vec.h"
#include "core/wipe.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int no_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
}

const char *archway_version(void)
{
    return ARCHWAY_VERSION;
}

const char *archway_owner(const archway *aw)
{
    return aw->owner;
}

const char *archway_config_path(const archway *aw)
{
    return aw->config.path;
}

static int open_world(archway *aw, const archway_options *options, aw_error *ret_error)
{
    aw->loop = loop_create(options->replay_path != NULL);
    if (!aw->loop)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "no memory or descriptors for the loop");
    aw->world = options->replay_path
                    ? world_replay_create(aw->loop, options->replay_path, ret_error)
                    : world_real_create(aw->loop, options->refresh != 0, ret_error);
    if (!aw->world || !options->record_dir)
        return aw->world ? 0 : -1;
    struct world *recorder = world_record_create(aw->world, options->record_dir, ret_error);
    if (!recorder)
        return -1;
    aw->world = recorder;
    aw->recorder = recorder_of(recorder);
    return 0;
}

/* A replay is the recording's world: the user's own file plays no part unless it is named. */
static int read_config(archway *aw, const archway_options *options, aw_error *ret_error)
{
    KIT_CLEANUP(mem_free_text) char *found = NULL;
    const char *path = options->config_path;
    config_init(&aw->config);
    if (!path && !options->replay_path && config_find(&found, ret_error) < 0)
        return -1;
    if (!path)
        path = found;
    return path ? config_read(&aw->config, path, ret_error) : 0;
}

static int open_backends(archway *aw, aw_error *ret_error)
{
    if (aw->config.backend_count == 0 && discover_backends(aw, ret_error))
        return -1;
    for (size_t i = 0; i < aw->config.backend_count; i++) {
        struct backend *backend = backend_create(aw, &aw->config.backends[i]);
        struct backend **place = backend ? VEC_PUSH(&aw->backends, &aw->backend_count) : NULL;
        if (!place) {
            backend_destroy(backend);
            return no_memory(ret_error);
        }
        *place = backend;
    }
    return 0;
}

static void hide_secrets(archway *aw)
{
    const struct bootstrap *bootstrap = aw->config.bootstrap;
    for (size_t i = 0; bootstrap && i < bootstrap->secret_count; i++)
        aw->world->ops->hide(aw->world, bootstrap->secrets[i]);
}

static int wrap_world(archway *aw, const struct context_parts *parts, aw_error *ret_error)
{
    struct world *around = parts ? parts->wrap_world(aw->world, parts->arg, ret_error) : aw->world;
    if (!around)
        return -1;
    aw->world = around;
    return 0;
}

static int find_plugins(archway *aw, const archway_options *options,
                        const struct context_parts *parts)
{
    return parts ? parts->load_plugins(aw, parts->arg) : discover_plugins(aw, options);
}

static int open_parts(archway *aw, const archway_options *options,
                      const struct context_parts *parts, aw_error *ret_error)
{
    if (open_world(aw, options, ret_error) || wrap_world(aw, parts, ret_error) ||
        read_config(aw, options, ret_error))
        return -1;
    const char *fault = options->owner ? config_owner_fault(options->owner) : NULL;
    if (fault)
        return kit_error_set(ret_error, AW_E_INVALID, "the owner `%.100s` %s", options->owner,
                             fault);
    aw->table = table_create();
    aw->owner = discover_owner(options->owner ? options->owner : aw->config.owner);
    aw->journal_path = mem_copy_text(options->journal_path);
    if (!aw->table || !aw->owner || (options->journal_path && !aw->journal_path))
        return no_memory(ret_error);
    aw->world->ops->name_value(aw->world, "owner", aw->owner);
    hide_secrets(aw);
    if (find_plugins(aw, options, parts))
        return no_memory(ret_error);
    return open_backends(aw, ret_error);
}

/* Ends all that is under way. */
static void stop_all(archway *aw)
{
    journal_step_begin(aw);
    while (!list_empty(&aw->jobs))
        archway_job_destroy(list_item(aw->jobs.next, archway_job, link));
    pollers_finish(aw);
    image_sources_finish(aw);
    for (size_t i = 0; i < aw->backend_count; i++)
        backend_destroy(aw->backends[i]);
    aw->backend_count = 0;
    journal_step_end(aw);
}

static void release(archway *aw)
{
    stop_all(aw);
    journal_close(aw->journal);
    mem_free(aw->backends);
    table_destroy(aw->table);
    plugins_finish(&aw->plugins);
    if (aw->world)
        aw->world->ops->destroy(aw->world);
    config_finish(&aw->config);
    loop_destroy(aw->loop);
    mem_free(aw->owner);
    mem_free(aw->journal_path);
    mem_free(aw);
}

int context_open(const archway_options *options, const struct context_parts *parts,
                 archway **ret_archway, aw_error *ret_error)
{
    archway_options known = {.size = sizeof known};
    archway *aw = mem_alloc(sizeof *aw);
    wipe_json();
    if (!aw)
        return no_memory(ret_error);
    if (options)
        SIZED_COPY(&known, options);
    list_init(&aw->jobs);
    list_init(&aw->pollers);
    list_init(&aw->image_sources);
    aw->log = known.log;
    aw->log_arg = known.log_arg;
    aw->log_level = known.log_level;
    aw->replaying = known.replay_path != NULL;
    if (open_parts(aw, &known, parts, ret_error)) {
        release(aw);
        return -1;
    }
    *ret_archway = aw;
    return 0;
}

int archway_open(const archway_options *options, archway **ret_archway, aw_error *ret_error)
{
    return context_open(options, NULL, ret_archway, ret_error);
}

int archway_close(archway *aw, aw_error *ret_error)
{
    if (!aw)
        return 0;
    stop_all(aw); /* first, so that the recording of what is cancelled is whole */
    int status = aw->world->ops->finish(aw->world, ret_error);
    release(aw);
    return status;
}

struct backend *context_backend(const archway *aw, const char *name)
{
    for (size_t i = 0; i < aw->backend_count; i++)
        if (!strcmp(aw->backends[i]->name, name))
            return aw->backends[i];
    return NULL;
}

void context_log(const archway *aw, uint32_t level, const char *format, ...)
{
    char line[1024];
    char clean[1024];
    va_list args;
    if (!aw->log || level > aw->log_level)
        return;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    kit_error_text(clean, sizeof clean, line);
    aw->log(level, clean, aw->log_arg);
}

uint64_t context_random(const archway *aw)
{
    uint64_t bits = 0;
    aw->world->ops->random(aw->world, &bits, sizeof bits);
    return bits;
}

int archway_fd(const archway *aw)
{
    return loop_fd(aw->loop);
}

int64_t archway_timeout_ms(const archway *aw)
{
    return loop_timeout_ms(aw->loop);
}

void archway_step(archway *aw)
{
    journal_step_begin(aw);
    loop_step(aw->loop);
    journal_step_end(aw);
}

int archway_run(archway *aw, const archway_job *job)
{
    while (!archway_job_done(job)) {
        if (atomic_exchange(&aw->woken, false))
            return -1;
        journal_step_begin(aw);
        loop_wait(aw->loop);
        journal_step_end(aw);
    }
    return 0;
}

void archway_wake(archway *aw)
{
    int saved = errno;
    atomic_store(&aw->woken, true);
    loop_wake(aw->loop);
    errno = saved;
}
