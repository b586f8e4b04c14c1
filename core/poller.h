/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Waiting for machines to change. All who wait on one backend and region share one listing every few
 * seconds, since a provider's limits count requests and not machines.
 */
#ifndef ARCHWAY_CORE_POLLER_H
#define ARCHWAY_CORE_POLLER_H

#include "core/context.h"
#include "core/list.h"

struct backend;

struct poll_wait {
    struct link link;
    const char *id;
    /* The machine as it is in a listing, or NULL: it is not in it. Or why there is none. */
    void (*seen)(struct poll_wait *wait, const aw_instance *instance, const aw_error *error);
};

/* Calls wait->seen after each listing, until poller_leave. -1: no memory. */
int poller_join(struct backend *backend, const char *region, struct poll_wait *wait);
void poller_leave(struct poll_wait *wait);

void pollers_finish(archway *aw);

#endif
