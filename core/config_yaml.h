/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration file as a tree of texts, lists and maps, before it means anything. Read with libyaml,
 * without what a configuration has no use for: anchors, aliases, tags, several documents.
 */
#ifndef ARCHWAY_CORE_CONFIG_YAML_H
#define ARCHWAY_CORE_CONFIG_YAML_H

#include "core/arena.h"

#include <archway/backend.h>

#define CONFIG_MAX_DEPTH 8
#define CONFIG_MAX_MEMBERS 1000 /* of one list or map */

enum config_kind {
    CONFIG_NOTHING, /* no value, or null */
    CONFIG_TEXT,
    CONFIG_LIST,
    CONFIG_MAP
};

struct config_node {
    enum config_kind kind;
    int line;         /* of its key, where it has one */
    const char *key;  /* in a map: 1 to 63 printable ASCII characters, so errors can show it */
    const char *text; /* of a CONFIG_TEXT */
    struct config_node *first; /* of its members */
    struct config_node *last;
    struct config_node *next; /* beside it in the list or map */
    size_t count;             /* of its members */
};

/* Reads `text` into nodes of `arena`; `path` stands in errors. A file with nothing in it gives a
 * CONFIG_NOTHING. What libyaml copied is wiped. */
int config_yaml_read(struct arena *arena, const char *path, aw_bytes text,
                     struct config_node **ret_root, aw_error *ret_error);

/* The member of that key, or NULL. */
const struct config_node *config_member(const struct config_node *map, const char *key);

#endif
