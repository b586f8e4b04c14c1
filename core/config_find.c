/* SPDX-License-Identifier: Apache-2.0 */
/* Where the configuration file lies. */
#include "core/config.h"

#include "core/config_error.h"
#include "core/mem.h"
#include "kit/buf.h"
#include "kit/error.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

/* NULL when it is unset or empty. */
static const char *variable(const char *name)
{
    const char *value = secure_getenv(name);
    return value && *value ? value : NULL;
}

/* One that may not be looked at is there: reading it will tell. */
static bool is_there(const char *path)
{
    return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static int find_named(const char *path, char **ret_path, aw_error *ret_error)
{
    if (!is_there(path))
        return kit_error_set(
            ret_error, AW_E_NOT_FOUND,
            "ARCHWAY_CONFIG names %s, which is not there. Correct it, or unset it.", path);
    char *copy = mem_copy_text(path);
    if (!copy)
        return config_fail_memory(ret_error);
    *ret_path = copy;
    return 1;
}

static int find_in(const char *folder, const char *below, char **ret_path, aw_error *ret_error)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf path;
    kit_buf_init(&path, mem_kit(), PATH_MAX);
    kit_buf_addf(&path, "%s%s/archway/config.yaml", folder, below);
    if (path.state == KIT_BUF_FULL)
        return 0;
    char *text = kit_buf_take(&path);
    if (!text)
        return config_fail_memory(ret_error);
    if (!is_there(text)) {
        mem_free(text);
        return 0;
    }
    *ret_path = text;
    return 1;
}

int config_find(char **ret_path, aw_error *ret_error)
{
    const char *named = variable("ARCHWAY_CONFIG");
    if (named)
        return find_named(named, ret_path, ret_error);
    const char *folder = variable("XDG_CONFIG_HOME");
    if (folder && folder[0] == '/')
        return find_in(folder, "", ret_path, ret_error);
    const char *home = variable("HOME");
    if (home && home[0] == '/')
        return find_in(home, "/.config", ret_path, ret_error);
    return 0;
}
