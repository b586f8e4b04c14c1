/* SPDX-License-Identifier: Apache-2.0 */
/* Finding plugins by folder, backends by their credentials, and an owner by the host's name. */
#include "core/discover.h"

#include "core/error.h"
#include "core/host.h"
#include "core/mem.h"
#include "core/vec.h"

#include <ctype.h>
#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LONGEST_OWNER 63

struct folders {
    const char **items;
    size_t count;
};

static int add_folder(struct folders *folders, const char *path)
{
    const char **place = VEC_PUSH(&folders->items, &folders->count);
    if (!place)
        return -1;
    *place = path;
    return 0;
}

/* Cuts the list at its colons, in place. */
static int add_path(struct folders *folders, char *path)
{
    char *rest = path;
    for (char *folder = strsep(&rest, ":"); folder; folder = strsep(&rest, ":"))
        if (*folder && add_folder(folders, folder))
            return -1;
    return 0;
}

/* Beside the shared library, wherever it was installed; the static one does not know where that is. */
static const char *installed_folder(char *buffer, size_t buffer_size)
{
    static const char here = 0;
    Dl_info info;
    char library[PATH_MAX];
    if (!dladdr(&here, &info) || !info.dli_fname || !realpath(info.dli_fname, library))
        return ARCHWAY_DEFAULT_PLUGIN_DIR;
    char *slash = strrchr(library, '/');
    if (strncmp(slash, "/libarchway.so", strlen("/libarchway.so")) != 0)
        return ARCHWAY_DEFAULT_PLUGIN_DIR;
    *slash = '\0';
    snprintf(buffer, buffer_size, "%s/archway/backends", library);
    return buffer;
}

/* The types that the configuration names; NULL: no memory. */
static const char **configured_types(const struct config *config)
{
    const char **types = mem_alloc((config->backend_count + 1) * sizeof *types);
    for (size_t i = 0; types && i < config->backend_count; i++)
        types[i] = config->backends[i].type;
    return types;
}

static bool has_all(const struct plugins *plugins, const struct config *config)
{
    for (size_t i = 0; i < config->backend_count; i++)
        if (!plugins_find(plugins, config->backends[i].type))
            return false;
    return true;
}

static int load_configured(archway *aw, const struct folders *folders)
{
    const char **types = configured_types(&aw->config);
    int status = types ? plugins_load_for(&aw->plugins, folders->items, folders->count, types,
                                          &host_services)
                       : -1;
    mem_free(types);
    return status;
}

/* Where one is missing, what there is else tells which may be meant. */
static int load(archway *aw, const struct folders *folders, bool only_configured)
{
    if (only_configured && aw->config.backend_count > 0) {
        if (load_configured(aw, folders))
            return -1;
        if (has_all(&aw->plugins, &aw->config))
            return 0;
        plugins_finish(&aw->plugins);
    }
    return plugins_load(&aw->plugins, folders->items, folders->count, &host_services);
}

int discover_plugins(archway *aw, const archway_options *options)
{
    char beside[PATH_MAX + sizeof "/archway/backends"];
    const char *variable = secure_getenv("ARCHWAY_BACKEND_PATH");
    KIT_CLEANUP(mem_free_text) char *path = mem_copy_text(variable ? variable : "");
    const char *installed = options->default_plugin_dir;
    struct folders folders = {0};
    int status = path ? 0 : -1;
    for (uint64_t i = 0; !status && i < options->plugin_dir_count; i++)
        status = add_folder(&folders, options->plugin_dirs[i]);
    if (!status)
        status = add_path(&folders, path);
    if (!status)
        status =
            add_folder(&folders, installed ? installed : installed_folder(beside, sizeof beside));
    if (!status)
        status = load(aw, &folders, options->only_configured != 0);
    mem_free(folders.items);
    return status;
}

/* 1: one of them is set; 0: none; -1: no memory to tell. */
static int has_variable(archway *aw, const char *const *names)
{
    struct arena arena;
    int found = 0;
    arena_init(&arena, true);
    for (size_t i = 0; names && names[i] && !found; i++) {
        if (aw->world->ops->env(aw->world, &arena, names[i], true))
            found = 1;
        else if (arena.exhausted)
            found = -1;
    }
    arena_finish(&arena);
    return found;
}

static bool has_file(archway *aw, const char *const *paths)
{
    for (size_t i = 0; paths && paths[i]; i++)
        if (aw->world->ops->file_exists(aw->world, paths[i]))
            return true;
    return false;
}

/* As has_variable. */
static int has_credentials(archway *aw, const struct plugin *plugin)
{
    if (plugin->error.code)
        return 0;
    int found = has_variable(aw, plugin->entry.credential_variables);
    return found ? found : has_file(aw, plugin->entry.credential_files);
}

int discover_backends(archway *aw, aw_error *ret_error)
{
    struct config *config = &aw->config;
    config->backends =
        arena_alloc(&config->arena, (aw->plugins.count + 1) * sizeof *config->backends);
    if (!config->backends)
        return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
    for (size_t i = 0; i < aw->plugins.count; i++) {
        const struct plugin *plugin = &aw->plugins.items[i];
        int found = has_credentials(aw, plugin);
        if (found < 0)
            return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
        if (!found)
            continue;
        config->backends[config->backend_count++] = (struct config_backend){
            .type = plugin->entry.provider,
            .name = plugin->entry.provider,
            .rate_limit = true,
        };
    }
    return 0;
}

char *discover_owner(const char *given)
{
    char host[LONGEST_OWNER + 1] = {0};
    char owner[sizeof "archway-" + sizeof host] = "archway-";
    size_t size = strlen(owner);
    if (given)
        return mem_copy_text(given);
    if (gethostname(host, sizeof host - 1))
        host[0] = '\0';
    for (const char *c = host; *c && *c != '.' && size < LONGEST_OWNER; c++)
        owner[size++] = isalnum((unsigned char)*c) ? (char)tolower((unsigned char)*c) : '-';
    return mem_copy_text(size > sizeof "archway-" - 1 ? owner : "archway");
}
