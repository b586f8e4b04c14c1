/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finds plugins and judges them. A file is first judged as bytes (core/elf.h), before any of its code
 * can run; then its owner and mode and its folder's; then it is loaded with RTLD_NOW | RTLD_LOCAL |
 * RTLD_NODELETE, its symbol proved to be its own, its entry copied by the smaller size, and its slots
 * checked. One that does not fit is kept with the reason, and the others load. Nothing is ever unloaded.
 */
#ifndef ARCHWAY_CORE_LOADER_H
#define ARCHWAY_CORE_LOADER_H

#include <archway/backend.h>

struct plugin {
    char *path;
    aw_error error; /* AW_OK: loaded */
    uint32_t abi_major;
    aw_backend_entry entry; /* this core's size, absent tail zero; zero when refused before that */
    aw_vtable vtable;       /* likewise; when loaded, entry.vtable points here */
};

struct plugins {
    struct plugin *items;
    size_t count;
};

/* Looks at every "*.so" of the folders, in order, names sorted within each; names that start with a dot
 * are no plugins, and a folder that was named before is not searched again. `host` goes to `init`. A
 * folder that is not absolute, does not exist or is not safe becomes an item with its reason, except
 * that a missing default folder (the last) is silent. Returns -1 only when there is no memory. */
int plugins_load(struct plugins *plugins, const char *const *folders, size_t folder_count,
                 const aw_host *host);
/* The same for the providers of a list that ends in NULL. A file that says before it is loaded that it is for another
 * one is passed over. NULL: for all. */
int plugins_load_for(struct plugins *plugins, const char *const *folders, size_t folder_count,
                     const char *const *providers, const aw_host *host);
/* The same for one file, by its path. */
int plugins_load_file(struct plugins *plugins, const char *path, const aw_host *host);
void plugins_finish(struct plugins *plugins);

/* The loaded plugin of that provider id, or NULL. */
const struct plugin *plugins_find(const struct plugins *plugins, const char *provider);
/* The id of a loaded plugin that was most likely meant, or NULL. */
const char *plugins_nearest(const struct plugins *plugins, const char *provider);

#endif
