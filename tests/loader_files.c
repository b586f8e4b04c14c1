/* SPDX-License-Identifier: Apache-2.0 */
/* Every test has its own folders: nothing is ever unloaded, so no path may come twice. */
#include "tests/loader_files.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

char root[PATH_MAX];
char folder[PATH_SIZE];
char elsewhere[PATH_SIZE];
struct plugins plugins;
int inits;

static void count_inits(aw_op *op, uint32_t level, const char *message)
{
    (void)op;
    (void)level;
    inits += strncmp(message, "init of ", strlen("init of ")) == 0;
}

const aw_host host = {.size = sizeof host, .minor = AW_ABI_MINOR, .log = count_inits};

const char *join(char path[PATH_SIZE], const char *start, const char *name)
{
    assert_true(snprintf(path, PATH_SIZE, "%s/%s", start, name) < PATH_SIZE);
    return path;
}

void make_folder(char path[PATH_SIZE], const char *name)
{
    join(path, root, name);
    assert_int_equal(mkdir(path, 0755), 0);
    assert_int_equal(chmod(path, 0755), 0);
}

int make_files(void **state)
{
    (void)state;
    char real[PATH_MAX];
    snprintf(root, sizeof root, "%s/tests/loader-XXXXXX", BINARY_DIR);
    assert_non_null(mkdtemp(root));
    assert_non_null(realpath(root, real));
    memcpy(root, real, sizeof root);
    make_folder(folder, "plugins");
    make_folder(elsewhere, "elsewhere");
    inits = 0;
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *level)
{
    (void)status;
    (void)type;
    (void)level;
    return remove(path);
}

int remove_files(void **state)
{
    (void)state;
    plugins_finish(&plugins);
    return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

size_t read_plugin(const char *plugin, char *bytes, size_t size)
{
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/tests/plugins/%s.so", BINARY_DIR, plugin);
    FILE *stream = fopen(path, "rb");
    if (!stream)
        fail_msg("%s is not built", path);
    size_t count = fread(bytes, 1, size, stream);
    fclose(stream);
    assert_in_range(count, 1, size - 1);
    return count;
}

void write_file(const char *path, const char *bytes, size_t size)
{
    FILE *stream = fopen(path, "wb");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes, 1, size, stream), size);
    assert_int_equal(fclose(stream), 0);
    assert_int_equal(chmod(path, 0644), 0);
}

char *put_as(const char *plugin, const char *where, const char *name)
{
    static char bytes[PLUGIN_SIZE];
    static char path[PATH_SIZE];
    size_t size = read_plugin(plugin, bytes, sizeof bytes);
    join(path, where, name);
    write_file(path, bytes, size);
    return path;
}

char *put(const char *plugin)
{
    char name[64];
    snprintf(name, sizeof name, "%s.so", plugin);
    return put_as(plugin, folder, name);
}

void load(void)
{
    const char *folders[] = {folder};
    plugins_finish(&plugins);
    assert_int_equal(plugins_load(&plugins, folders, 1, &host), 0);
}

const struct plugin *item(const char *path)
{
    for (size_t i = 0; i < plugins.count; i++)
        if (strcmp(plugins.items[i].path, path) == 0)
            return &plugins.items[i];
    fail_msg("%s was not looked at", path);
    return NULL;
}

const struct plugin *file(const char *name)
{
    char path[PATH_SIZE];
    return item(join(path, folder, name));
}

void assert_loaded(const char *name)
{
    const struct plugin *plugin = file(name);
    if (plugin->error.code)
        fail_msg("%s: %s", name, plugin->error.message);
    assert_ptr_equal(plugins_find(&plugins, plugin->entry.provider), plugin);
    assert_int_equal(plugin->abi_major, AW_ABI_MAJOR);
    assert_ptr_equal(plugin->entry.vtable, &plugin->vtable);
    assert_non_null(plugin->vtable.classify);
}

void assert_says(const struct plugin *plugin, const char *reason)
{
    if (plugin->error.code == AW_OK)
        fail_msg("%s was loaded, though: %s", plugin->path, reason);
    if (!strstr(plugin->error.message, reason))
        fail_msg("%s: \"%s\" does not say \"%s\"", plugin->path, plugin->error.message, reason);
}
