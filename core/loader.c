/* SPDX-License-Identifier: Apache-2.0 */
/* From folders to loaded plugins, each step of the judgement in its order. */
#include "core/loader.h"

#include "core/entry.h"
#include "core/mem.h"
#include "core/safe_file.h"
#include "core/vec.h"
#include "kit/buf.h"
#include "kit/error.h"
#include "kit/nearest.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX ".so"
/* More are not looked at for a name that was misspelt. */
#define MOST_NAMES 64

struct listing {
    char **names;
    size_t count;
};

/* What is looked for, where. */
struct search {
    struct plugins *plugins;
    const char *const *folders;
    size_t folder_count;
    const char *const *providers; /* NULL: all */
    const aw_host *host;
};

static void close_file(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

static void listing_finish(struct listing *listing)
{
    for (size_t i = 0; i < listing->count; i++)
        mem_free(listing->names[i]);
    mem_free(listing->names);
}

static int no_memory(aw_error *error)
{
    return kit_error_set(error, AW_E_NO_MEMORY, "No memory is left to load plugins.");
}

static int check_folder(const char *path, int *ret_fd, aw_error *error)
{
    KIT_CLEANUP(close_file) int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return kit_error_set(error, AW_E_INVALID, "%s: cannot open this folder: %s.", path,
                             strerror(errno));
    if (safe_file_check(fd, path, SAFE_FOLDER, error) < 0)
        return -1;
    if (ret_fd) {
        *ret_fd = fd;
        fd = -1;
    }
    return 0;
}

static int check_folder_of(const char *path, aw_error *error)
{
    char folder[PATH_MAX];
    size_t size = (size_t)(strrchr(path, '/') - path);
    memcpy(folder, path, size);
    folder[size] = '\0';
    return check_folder(size ? folder : "/", NULL, error);
}

static int judge_bytes(int fd, struct elf_entry *ret_head, aw_error *error)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || status.st_size == 0)
        return elf_judge("", 0, ret_head, error);
    size_t size = (size_t)status.st_size;
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return kit_error_set(error, AW_E_INVALID, "The file cannot be read: %s.", strerror(errno));
    int result = elf_judge(bytes, size, ret_head, error);
    munmap(bytes, size);
    return result;
}

static int judge_file(const char *path, char real[PATH_MAX], struct elf_entry *ret_head,
                      aw_error *error)
{
    if (!realpath(path, real))
        return kit_error_set(error, AW_E_INVALID,
                             "The file cannot be found: %s. If it is a link, mend or remove it.",
                             strerror(errno));
    if (check_folder_of(real, error) < 0)
        return -1;
    /* Not to wait for the other end, should it be a pipe. */
    KIT_CLEANUP(close_file) int fd = open(real, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return kit_error_set(error, AW_E_INVALID, "The file cannot be opened: %s.",
                             strerror(errno));
    if (safe_file_check(fd, real, "plugin", error) < 0)
        return -1;
    return judge_bytes(fd, ret_head, error);
}

/* dlsym looks in a plugin's dependencies too. */
static bool is_own(void *handle, const void *symbol)
{
    Dl_info info;
    void *owner = NULL;
    struct link_map *map = NULL;
    return dladdr1(symbol, &info, &owner, RTLD_DL_LINKMAP) &&
           dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 && owner == map;
}

static const void *load_object(const char *path, aw_error *error)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (!handle) {
        kit_error_set(error, AW_E_INVALID,
                      "The file cannot be loaded: %s. Install what it needs, or build it again.",
                      dlerror());
        return NULL;
    }
    const void *exported = dlsym(handle, AW_ENTRY_SYMBOL);
    if (exported && is_own(handle, exported))
        return exported;
    kit_error_set(error, AW_E_INVALID,
                  "The file has no " AW_ENTRY_SYMBOL
                  " of its own; the one it shows is a dependency's. Define it in the plugin.");
    return NULL;
}

static int check_duplicate(const struct plugins *plugins, const char *provider, aw_error *error)
{
    const struct plugin *first = plugins_find(plugins, provider);
    if (!first)
        return 0;
    return kit_error_set(
        error, AW_E_CONFLICT,
        "The provider \"%s\" is served by %s already, which was found first: remove one "
        "of the two.",
        provider, first->path);
}

static bool is_wanted(const char *const *providers, const struct elf_entry *head)
{
    for (size_t i = 0; providers && providers[i]; i++)
        if (strcmp(providers[i], head->provider) == 0)
            return true;
    return !providers || !*head->provider;
}

/* 1: it is for somebody else. */
static int load_plugin(const struct search *search, struct plugin *plugin, aw_error *error)
{
    char real[PATH_MAX];
    struct elf_entry head;
    if (judge_file(plugin->path, real, &head, error) < 0)
        return -1;
    plugin->abi_major = head.abi_major;
    if (entry_check_version(&head, error) < 0)
        return -1;
    if (!is_wanted(search->providers, &head))
        return 1;
    const void *exported = load_object(real, error);
    if (!exported || entry_copy(exported, &head, &plugin->entry, &plugin->vtable, error) < 0 ||
        check_duplicate(search->plugins, plugin->entry.provider, error) < 0)
        return -1;
    return entry_init(exported, &plugin->entry, search->host, error);
}

/* Takes over the plugin's path, which is NULL when there was no memory for it. */
static int keep(struct plugins *plugins, struct plugin *plugin)
{
    struct plugin *item = NULL;
    if (plugin->path && plugin->error.code != AW_E_NO_MEMORY)
        item = VEC_PUSH(&plugins->items, &plugins->count);
    if (!item) {
        mem_free(plugin->path);
        return -1;
    }
    *item = *plugin;
    return 0;
}

static int load_file(const struct search *search, const char *folder, const char *name)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf path;
    kit_buf_init(&path, mem_kit(), PATH_MAX + NAME_MAX);
    kit_buf_addf(&path, "%s/%s", folder, name);
    struct plugin plugin = {.path = kit_buf_take(&path)};
    if (!plugin.path || load_plugin(search, &plugin, &plugin.error) <= 0)
        return keep(search->plugins, &plugin);
    mem_free(plugin.path);
    return 0;
}

static bool is_plugin_name(const char *name)
{
    size_t size = strlen(name);
    return name[0] != '.' && size > strlen(SUFFIX) &&
           strcmp(name + size - strlen(SUFFIX), SUFFIX) == 0;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool add_name(struct listing *listing, const char *name)
{
    char **slot = VEC_PUSH(&listing->names, &listing->count);
    return slot && (*slot = mem_copy_text(name));
}

static int list_folder(int fd, struct listing *listing, aw_error *error)
{
    KIT_CLEANUP(close_folder) DIR *folder = fdopendir(fd);
    if (!folder) {
        close(fd);
        return no_memory(error);
    }
    struct dirent *entry;
    for (errno = 0; (entry = readdir(folder)); errno = 0)
        if (is_plugin_name(entry->d_name) && !add_name(listing, entry->d_name))
            return no_memory(error);
    if (errno)
        return kit_error_set(error, AW_E_INVALID, "The folder cannot be read: %s.",
                             strerror(errno));
    if (listing->count)
        qsort(listing->names, listing->count, sizeof *listing->names, compare_names);
    return 0;
}

static int read_folder(const char *folder, const char *real, struct listing *listing,
                       aw_error *error)
{
    int fd = -1;
    if (folder[0] != '/')
        return kit_error_set(
            error, AW_E_INVALID,
            "\"%s\" is not an absolute path: write the folder's whole path, from / on.", folder);
    if (!real)
        return kit_error_set(
            error, AW_E_NOT_FOUND,
            "The folder cannot be found: %s. Make it, or take it out of the search path.",
            strerror(errno));
    return check_folder(real, &fd, error) < 0 ? -1 : list_folder(fd, listing, error);
}

/* NULL and errno when there is no such folder; NULL for a relative one. */
static const char *real_folder(const char *folder, char real[PATH_MAX])
{
    errno = 0;
    return folder[0] == '/' ? realpath(folder, real) : NULL;
}

static bool was_searched(const char *const *folders, size_t count, const char *real)
{
    char buffer[PATH_MAX];
    for (size_t i = 0; i < count; i++) {
        const char *other = real_folder(folders[i], buffer);
        if (other && strcmp(other, real) == 0)
            return true;
    }
    return false;
}

static int load_folder(const struct search *search, size_t index)
{
    const char *const *folders = search->folders;
    bool optional = index + 1 == search->folder_count;
    char buffer[PATH_MAX];
    struct plugin refused = {0};
    KIT_CLEANUP(listing_finish) struct listing listing = {0};
    const char *real = real_folder(folders[index], buffer);
    if (real ? was_searched(folders, index, real) : optional && errno == ENOENT)
        return 0;
    if (read_folder(folders[index], real, &listing, &refused.error) < 0) {
        refused.path = mem_copy_text(folders[index]);
        return keep(search->plugins, &refused);
    }
    for (size_t i = 0; i < listing.count; i++)
        if (load_file(search, real, listing.names[i]) < 0)
            return -1;
    return 0;
}

/* So that nobody reads a plugin's own vtable past its end. */
static void point_at_copies(struct plugins *plugins)
{
    for (size_t i = 0; i < plugins->count; i++)
        if (plugins->items[i].error.code == AW_OK)
            plugins->items[i].entry.vtable = &plugins->items[i].vtable;
}

int plugins_load_file(struct plugins *plugins, const char *path, const aw_host *host)
{
    *plugins = (struct plugins){0};
    const struct search search = {.plugins = plugins, .host = host};
    struct plugin plugin = {.path = mem_copy_text(path)};
    if (plugin.path)
        load_plugin(&search, &plugin, &plugin.error);
    if (keep(plugins, &plugin) < 0)
        return -1;
    point_at_copies(plugins);
    return 0;
}

int plugins_load_for(struct plugins *plugins, const char *const *folders, size_t folder_count,
                     const char *const *providers, const aw_host *host)
{
    const struct search search = {plugins, folders, folder_count, providers, host};
    *plugins = (struct plugins){0};
    for (size_t i = 0; i < folder_count; i++) {
        if (load_folder(&search, i) == 0)
            continue;
        plugins_finish(plugins);
        return -1;
    }
    point_at_copies(plugins);
    return 0;
}

int plugins_load(struct plugins *plugins, const char *const *folders, size_t folder_count,
                 const aw_host *host)
{
    return plugins_load_for(plugins, folders, folder_count, NULL, host);
}

void plugins_finish(struct plugins *plugins)
{
    for (size_t i = 0; i < plugins->count; i++)
        mem_free(plugins->items[i].path);
    mem_free(plugins->items);
    *plugins = (struct plugins){0};
}

const struct plugin *plugins_find(const struct plugins *plugins, const char *provider)
{
    for (size_t i = 0; i < plugins->count; i++) {
        const struct plugin *plugin = &plugins->items[i];
        if (plugin->error.code == AW_OK && strcmp(plugin->entry.provider, provider) == 0)
            return plugin;
    }
    return NULL;
}

const char *plugins_nearest(const struct plugins *plugins, const char *provider)
{
    const char *known[MOST_NAMES] = {NULL};
    for (size_t i = 0; i < plugins->count && i < MOST_NAMES; i++)
        if (plugins->items[i].error.code == AW_OK)
            known[i] = plugins->items[i].entry.provider;
    return kit_nearest_word(provider, known, MOST_NAMES);
}
