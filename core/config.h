/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user's configuration: YAML, read with libyaml into plain lists of settings. Core's own keys are
 * checked here; a backend's keys are checked against the options its plugin declares (config_check).
 *
 *     owner: my-server
 *     journal: /var/lib/my-server/archway.db
 *     backends:
 *       - type: lambda
 *         name: lambda-research
 *         endpoint: http://127.0.0.1:8080/api/v1
 *         regions: [us-east-3]
 *         rate_limit: false
 *         api_key: ...
 *
 * `bootstrap:` is in core/config_bootstrap.h.
 */
#ifndef ARCHWAY_CORE_CONFIG_H
#define ARCHWAY_CORE_CONFIG_H

#include "core/arena.h"
#include "core/emulation.h"

#include <archway/backend.h>

#include <stdbool.h>

struct bootstrap;

struct config_backend {
    const char *type;     /* required */
    const char *name;     /* `name`, else `type` */
    const char *endpoint; /* or NULL */
    const char *const *regions;
    size_t region_count;
    bool rate_limit;      /* true unless the file says false */
    int line;             /* where the entry starts, for errors */
    aw_setting *settings; /* all other keys, and endpoint and regions too */
    size_t setting_count;
    int *setting_lines;
    bool *setting_is_list; /* written as a list, even of one */
};

struct config {
    char *path; /* NULL: no file */
    const char *owner;
    const char *journal; /* a path, "~/" being the user's home; or NULL */
    struct config_backend *backends;
    size_t backend_count;
    const struct bootstrap *bootstrap; /* NULL: machines run what they boot */
    aw_setting *mirrors;               /* of registries, by name: one URL each */
    size_t mirror_count;
    struct emulation_factor emulation_factor;
    bool has_emulation_factor; /* false: it is the default */
    struct arena arena;        /* secret: values may be keys */
    bool readable_by_others;
};

/* What is wrong with an owner tag, as the rest of a sentence ("must be ..."); NULL: nothing. */
const char *config_owner_fault(const char *owner);

/* Reads the file at `path`, which must belong to root or the user and not be writable by others.
 * Errors name file, line, and for an unknown key the nearest known one. *config needs no init. */
int config_read(struct config *config, const char *path, aw_error *ret_error);
void config_init(struct config *config); /* an empty one */
void config_finish(struct config *config);

/* Where the file is looked for: ARCHWAY_CONFIG, else the XDG place. Returns 1 and a path to be freed
 * with mem_free when there is one to read, 0 when there is none, -1 on error (ARCHWAY_CONFIG names
 * a file that is not there, no memory). */
int config_find(char **ret_path, aw_error *ret_error);

/* Checks a backend's other keys against what its plugin declares: unknown keys (naming the nearest),
 * lists where one value is wanted, integers and booleans that are none, secrets in a file that others can
 * read. Also splits them: settings of secret options go to *ret_secrets, the rest stays in *ret_settings,
 * both in the config's arena; booleans are spelled "true" and "false". */
int config_check(struct config *config, const struct config_backend *backend,
                 const aw_option *options, size_t option_count, aw_settings *ret_settings,
                 aw_settings *ret_secrets, aw_error *ret_error);

#endif
