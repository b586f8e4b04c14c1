/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The regions of a backend: what the user configured, or what the provider names when it is asked, once
 * for all who want to know. A backend whose one listing covers all regions has the single region NULL.
 */
#ifndef ARCHWAY_CORE_REGIONS_H
#define ARCHWAY_CORE_REGIONS_H

#include "core/list.h"

#include <archway/backend.h>

struct backend;

struct regions_wait {
    struct link link;
    /* `names` lives as long as the backend. With an error there are none. */
    void (*found)(struct regions_wait *wait, const char *const *names, size_t count,
                  const aw_error *error);
};

/* Calls wait->found, at once or later. */
void regions_find(struct backend *backend, struct regions_wait *wait);
/* Gives up waiting; again, or when not waiting, does nothing. */
void regions_leave(struct regions_wait *wait);

/* May a machine or an offer in this region be shown? The user may have restricted the backend. */
int regions_allow(const struct backend *backend, const char *region);

void regions_finish(struct backend *backend);

#endif
