/* SPDX-License-Identifier: Apache-2.0 */
/* Finding what is to be checked. */
#include "check/subject.h"

#include "core/error.h"
#include "core/host.h"
#include "core/mem.h"
#include "core/vec.h"
#include "kit/buf.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SUFFIX ".http"
#define DEEPEST 4

static int no_memory(aw_error *ret_error)
{
    return kit_error_set(ret_error, AW_E_NO_MEMORY, "out of memory");
}

static bool is_recording(const char *name)
{
    size_t size = strlen(name);
    return size > strlen(SUFFIX) && !strcmp(name + size - strlen(SUFFIX), SUFFIX);
}

static int compare_paths(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

static int find_in(struct subject *subject, const char *folder, int depth, aw_error *ret_error);

static int find_entry(struct subject *subject, const char *folder, const struct dirent *entry,
                      int depth, aw_error *ret_error)
{
    kit_buf path;
    kit_buf_init(&path, mem_kit(), PATH_MAX);
    kit_buf_addf(&path, "%s/%s", folder, entry->d_name);
    KIT_CLEANUP(mem_free_text) char *text = kit_buf_take(&path);
    if (!text)
        return no_memory(ret_error);
    if (entry->d_type == DT_DIR && depth < DEEPEST)
        return find_in(subject, text, depth + 1, ret_error);
    if (!is_recording(entry->d_name))
        return 0;
    char **slot = VEC_PUSH(&subject->recordings, &subject->recording_count);
    if (!slot)
        return no_memory(ret_error);
    *slot = text;
    text = NULL;
    return 0;
}

static int find_in(struct subject *subject, const char *folder, int depth, aw_error *ret_error)
{
    KIT_CLEANUP(close_folder) DIR *open = opendir(folder);
    if (!open)
        return kit_error_set(ret_error, AW_E_INVALID,
                             "%s: this folder of recordings cannot be read: %s.", folder,
                             strerror(errno));
    for (const struct dirent *entry; (entry = readdir(open));)
        if (entry->d_name[0] != '.' && find_entry(subject, folder, entry, depth, ret_error))
            return -1;
    return 0;
}

int subject_init(struct subject *subject, const char *path, const char *fixtures,
                 aw_error *ret_error)
{
    *subject = (struct subject){.points = 0};
    if (!realpath(path, subject->path))
        return kit_error_set(ret_error, AW_E_NOT_FOUND, "%s: there is no such plugin: %s.", path,
                             strerror(errno));
    if (fixtures && find_in(subject, fixtures, 0, ret_error))
        return -1;
    if (subject->recording_count)
        qsort(subject->recordings, subject->recording_count, sizeof *subject->recordings,
              compare_paths);
    return 0;
}

void subject_finish(struct subject *subject)
{
    for (size_t i = 0; i < subject->recording_count; i++)
        mem_free(subject->recordings[i]);
    mem_free(subject->recordings);
    plugins_finish(&subject->loaded);
}

const struct plugin *subject_load(struct subject *subject, aw_error *ret_error)
{
    if (subject->loaded.count == 0 &&
        plugins_load_file(&subject->loaded, subject->path, &host_services)) {
        no_memory(ret_error);
        return NULL;
    }
    const struct plugin *plugin = &subject->loaded.items[0];
    if (plugin->error.code == AW_OK)
        return plugin;
    error_pass(ret_error, &plugin->error);
    return NULL;
}
