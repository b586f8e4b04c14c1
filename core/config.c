/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration file: read whole, turned into a tree, and its top level understood. */
#include "core/config.h"

#include "core/config_bootstrap.h"
#include "core/config_entry.h"
#include "core/config_error.h"
#include "core/config_image.h"
#include "core/config_value.h"
#include "core/config_yaml.h"
#include "core/mem.h"
#include "core/safe_file.h"
#include "core/whole_file.h"
#include "kit/error.h"
#include "kit/nearest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LARGEST_FILE (1024 * 1024)

void config_init(struct config *config)
{
    *config =
        (struct config){.emulation_factor = {EMULATION_DEFAULT_OVER, EMULATION_DEFAULT_UNDER}};
    arena_init(&config->arena, true);
}

void config_finish(struct config *config)
{
    if (!config)
        return;
    mem_free(config->path);
    arena_finish(&config->arena);
    config_init(config);
}

static int fail_system(const struct config *config, aw_error *ret_error)
{
    int problem = errno;
    uint32_t code = problem == ENOENT || problem == ENOTDIR ? AW_E_NOT_FOUND
                    : problem == EACCES || problem == EPERM ? AW_E_DENIED
                                                            : AW_E_INVALID;
    return kit_error_set(ret_error, code, "%s: the configuration cannot be read: %s.", config->path,
                         strerror(problem));
}

static int read_bytes(const struct config *config, int fd, struct arena *arena, size_t size,
                      aw_bytes *ret_bytes, aw_error *ret_error)
{
    char *data = arena_alloc(arena, size + 1);
    if (!data)
        return config_fail_memory(ret_error);
    size_t used = 0;
    while (used <= size) {
        ssize_t got = read(fd, data + used, size + 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_system(config, ret_error);
        if (got == 0)
            break;
        used += (size_t)got;
    }
    if (used != size)
        return config_fail(ret_error, config->path, 0,
                           "the file changed while it was read. Try again.");
    *ret_bytes = (aw_bytes){.data = data, .size = size};
    return 0;
}

static int read_file(struct config *config, struct arena *arena, aw_bytes *ret_bytes,
                     aw_error *ret_error)
{
    /* Without O_NONBLOCK a pipe would be waited for before it is refused. */
    KIT_CLEANUP(close_fd) int fd = open(config->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return fail_system(config, ret_error);
    if (safe_file_check(fd, config->path, "configuration", ret_error) < 0)
        return -1;
    struct stat status;
    if (fstat(fd, &status) < 0)
        return fail_system(config, ret_error);
    if (status.st_size > LARGEST_FILE)
        return config_fail(
            ret_error, config->path, 0,
            "a configuration of more than %d bytes is not read. Is this the right file?",
            LARGEST_FILE);
    config->readable_by_others = status.st_mode & (S_IRWXG | S_IRWXO);
    return read_bytes(config, fd, arena, (size_t)status.st_size, ret_bytes, ret_error);
}

static int read_owner(struct config *config, const struct config_node *node, aw_error *ret_error)
{
    const char *owner = NULL;
    if (config_need_text(config, node, node->key, &owner, ret_error) < 0)
        return -1;
    const char *fault = config_owner_fault(owner);
    if (fault)
        return config_fail(ret_error, config->path, node->line, "`owner` %s", fault);
    config->owner = owner;
    return 0;
}

static int read_journal(struct config *config, const struct config_node *node, aw_error *ret_error)
{
    const char *path = NULL;
    if (config_need_text(config, node, node->key, &path, ret_error) < 0)
        return -1;
    if (path[0] != '/' && strncmp(path, "~/", 2) != 0)
        return config_fail(ret_error, config->path, node->line,
                           "`journal` must be a whole path, such as /var/lib/archway/journal.db or "
                           "~/journal.db.");
    config->journal = path;
    return 0;
}

static int check_names(const struct config *config, aw_error *ret_error)
{
    for (size_t i = 1; i < config->backend_count; i++) {
        const struct config_backend *backend = &config->backends[i];
        for (size_t j = 0; j < i; j++)
            if (strcmp(config->backends[j].name, backend->name) == 0)
                return config_fail(
                    ret_error, config->path, backend->line,
                    "the backend on line %d is called `%s` too. Add a `name:` that tells "
                    "them apart.",
                    config->backends[j].line, backend->name);
    }
    return 0;
}

static int read_backends(struct config *config, const struct config_node *node, aw_error *ret_error)
{
    if (node->kind != CONFIG_LIST || node->count == 0)
        return config_fail(
            ret_error, config->path, node->line,
            "`backends` must be a list, of entries that start with `- type: PROVIDER`. "
            "Without it every backend whose credentials are found is used.");
    struct config_backend *backends =
        arena_alloc(&config->arena, node->count * sizeof *config->backends);
    if (!backends)
        return config_fail_memory(ret_error);
    size_t count = 0;
    for (const struct config_node *entry = node->first; entry; entry = entry->next)
        if (config_entry_read(config, entry, &backends[count++], ret_error) < 0)
            return -1;
    config->backends = backends;
    config->backend_count = count;
    return check_names(config, ret_error);
}

static int fail_unknown(const struct config *config, const struct config_node *node,
                        aw_error *ret_error)
{
    static const char *const known[] = {
        "owner", "journal", "backends", "registry_mirrors", "emulation_factor", "bootstrap"};
    const char *nearest = kit_nearest_word(node->key, known, sizeof known / sizeof *known);
    if (nearest)
        return config_fail(ret_error, config->path, node->line,
                           "unknown key `%s`: did you mean `%s`?", node->key, nearest);
    if (config_is_entry_key(node->key))
        return config_fail(
            ret_error, config->path, node->line,
            "`%s` belongs to an entry of `backends`. Indent it below that entry's `type`.",
            node->key);
    return config_fail(ret_error, config->path, node->line,
                       "unknown key `%s`. Only `owner`, `journal`, `backends`, `registry_mirrors`, "
                       "`emulation_factor` and `bootstrap` stand here.",
                       node->key);
}

static int read_member(struct config *config, const struct config_node *node, aw_error *ret_error)
{
    static const struct {
        const char *key;
        int (*read)(struct config *config, const struct config_node *node, aw_error *ret_error);
    } keys[] = {
        {"owner", read_owner},
        {"journal", read_journal},
        {"backends", read_backends},
        {"registry_mirrors", config_read_mirrors},
        {"emulation_factor", config_read_emulation_factor},
        {"bootstrap", config_bootstrap_read},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(node->key, keys[i].key) == 0)
            return keys[i].read(config, node, ret_error);
    return fail_unknown(config, node, ret_error);
}

static int understand(struct config *config, const struct config_node *root, aw_error *ret_error)
{
    if (root->kind != CONFIG_MAP && root->kind != CONFIG_NOTHING)
        return config_fail(ret_error, config->path, root->line,
                           "a configuration starts with `owner: NAME` or `backends:`.");
    for (const struct config_node *node = root->first; node; node = node->next) {
        if (read_member(config, node, ret_error) < 0)
            return -1;
    }
    return 0;
}

static int read_all(struct config *config, aw_error *ret_error)
{
    KIT_CLEANUP(arena_finish) struct arena file_arena;
    arena_init(&file_arena, true);
    aw_bytes bytes = {0};
    struct config_node *root = NULL;
    if (read_file(config, &file_arena, &bytes, ret_error) < 0 ||
        config_yaml_read(&config->arena, config->path, bytes, &root, ret_error) < 0)
        return -1;
    return understand(config, root, ret_error);
}

int config_read(struct config *config, const char *path, aw_error *ret_error)
{
    KIT_CLEANUP(config_finish) struct config fresh;
    config_init(&fresh);
    fresh.path = mem_copy_text(path);
    if (!fresh.path)
        return config_fail_memory(ret_error);
    if (read_all(&fresh, ret_error) < 0)
        return -1;
    *config = fresh;
    config_init(&fresh);
    return 0;
}
