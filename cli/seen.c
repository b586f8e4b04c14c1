/* SPDX-License-Identifier: Apache-2.0 */
/* One file of JSON in the cache folder: an object for each kind, whose members are the names. */
#include "cli/seen.h"

#include "cli/memory.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST_NAMES 20000u

static const char *const kinds[] = {"region", "type", "gpu"};
#define KINDS (sizeof kinds / sizeof *kinds)

/* NULL: the user has no such folder. */
static char *make_path(const char *end)
{
    KIT_CLEANUP(kit_buf_finish) kit_buf path;
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    cli_buf_init(&path);
    if (cache && *cache == '/')
        kit_buf_add_text(&path, cache);
    else if (home && *home == '/')
        kit_buf_addf(&path, "%s/.cache", home);
    else
        return NULL;
    kit_buf_add_text(&path, end);
    return kit_buf_take(&path);
}

static json_t *read_names(void)
{
    KIT_CLEANUP(cli_free_text) char *path = make_path("/archway/names.json");
    json_t *names = path ? json_load_file(path, 0, NULL) : NULL;
    if (!json_is_object(names)) {
        json_decref(names);
        names = json_object();
    }
    for (size_t i = 0; i < KINDS; i++)
        if (!json_is_object(json_object_get(names, kinds[i])))
            json_object_set_new(names, kinds[i], json_object());
    return names;
}

static void make_folders(void)
{
    static const char *const ends[] = {"", "/archway"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        KIT_CLEANUP(cli_free_text) char *path = make_path(ends[i]);
        mkdir(path, 0700);
    }
}

static void write_names(const json_t *names)
{
    KIT_CLEANUP(cli_free_text) char *path = make_path("/archway/names.json");
    KIT_CLEANUP(cli_free_text) char *draft = make_path("/archway/names.json.XXXXXX");
    if (!path || !draft)
        return;
    make_folders();
    int fd = mkstemp(draft);
    if (fd < 0)
        return;
    int failed = json_dumpfd(names, fd, JSON_SORT_KEYS | JSON_INDENT(0));
    failed |= close(fd);
    if (failed || rename(draft, path))
        unlink(draft);
}

/* Is it a new one? */
static int add(json_t *names, const char *kind, const char *name)
{
    json_t *known = json_object_get(names, kind);
    if (!name || !*name || json_object_get(known, name) || json_object_size(known) >= MOST_NAMES)
        return 0;
    return json_object_set_new(known, name, json_true()) == 0;
}

void seen_note(const archway_job *job)
{
    json_t *names = read_names();
    aw_offer offer = {.size = sizeof offer};
    const char *backend;
    int news = 0;
    for (uint64_t i = 0; archway_job_offer(job, i, &offer, &backend) == 0; i++) {
        news |= add(names, "region", offer.region);
        news |= add(names, "type", offer.instance_type);
        news |= add(names, "gpu", offer.gpu ? offer.gpu->name : NULL);
    }
    if (news)
        write_names(names);
    json_decref(names);
}

void seen_each(const char *kind, void (*each)(const char *name, void *arg), void *arg)
{
    json_t *names = read_names();
    const char *name;
    json_t *value;
    json_object_foreach(json_object_get(names, kind), name, value) each(name, arg);
    json_decref(names);
}
