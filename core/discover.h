/* SPDX-License-Identifier: Apache-2.0 */
/* What a context finds out by itself when nobody says: plugins, backends, the owner's name. */
#ifndef ARCHWAY_CORE_DISCOVER_H
#define ARCHWAY_CORE_DISCOVER_H

#include "core/context.h"

/* Loads the plugins of all folders: the caller's, ARCHWAY_BACKEND_PATH's, the installed one. -1: no memory. */
int discover_plugins(archway *aw, const archway_options *options);

/* Without a configuration: an entry for each loaded plugin whose credentials are in their usual places. */
int discover_backends(archway *aw, aw_error *ret_error);

/* A copy of the given owner, or "archway-" and the host's name. NULL: no memory. */
char *discover_owner(const char *given);

#endif
