/* SPDX-License-Identifier: Apache-2.0 */
/* What is checked: a plugin's file and its recordings, and how thoroughly. */
#ifndef ARCHWAY_CHECK_SUBJECT_H
#define ARCHWAY_CHECK_SUBJECT_H

#include "core/loader.h"

#include <limits.h>

struct subject {
    char path[PATH_MAX];
    char **recordings; /* paths, sorted */
    size_t recording_count;
    uint64_t points;       /* at most so many of a rule's conversations on one recording */
    struct plugins loaded; /* in the child: one item */
};

/* Finds the file, and the recordings in the folder (which may be NULL) and those below it. */
int subject_init(struct subject *subject, const char *path, const char *fixtures,
                 aw_error *ret_error);
void subject_finish(struct subject *subject);

/* Loads the plugin as core does. NULL and *ret_error when it is refused. */
const struct plugin *subject_load(struct subject *subject, aw_error *ret_error);

#endif
