/* SPDX-License-Identifier: Apache-2.0 */
/* Folders of plugins for one test, and what the loader made of them. */
#ifndef ARCHWAY_TESTS_LOADER_FILES_H
#define ARCHWAY_TESTS_LOADER_FILES_H

#include "core/loader.h"

#include <limits.h>

#define PATH_SIZE (PATH_MAX + 64)
#define PLUGIN_SIZE (1 << 20) /* on arm64 each segment starts on a page of 64 KiB */

extern char root[PATH_MAX];
extern char folder[PATH_SIZE];    /* is searched by `load` */
extern char elsewhere[PATH_SIZE]; /* is not */
extern struct plugins plugins;
extern int inits; /* calls of an init so far */
extern const aw_host host;

/* cmocka's setup and teardown of a test that calls any of these. */
int make_files(void **state);
int remove_files(void **state);

const char *join(char path[PATH_SIZE], const char *start, const char *name);
void make_folder(char path[PATH_SIZE], const char *name);
size_t read_plugin(const char *plugin, char *bytes, size_t size);
void write_file(const char *path, const char *bytes, size_t size);

/* Copies a built plugin; the path is good until the next call. */
char *put(const char *plugin);
char *put_as(const char *plugin, const char *where, const char *name);

void load(void);

/* What the loader says of that path, or of that file in `folder`. */
const struct plugin *item(const char *path);
const struct plugin *file(const char *name);

void assert_loaded(const char *name);
void assert_says(const struct plugin *plugin, const char *reason);

#endif
