/* SPDX-License-Identifier: Apache-2.0 */
/* Requests as a plugin gives them: checked, copied, compared. */
#ifndef ARCHWAY_CORE_REQUEST_COPY_H
#define ARCHWAY_CORE_REQUEST_COPY_H

#include "core/arena.h"

#include <archway/backend.h>

#include <stdbool.h>

/* Method, URL and headers are what HTTP allows; the URL is https, or http on loopback. */
int request_check(const aw_request *request, bool in_authenticate, aw_error *ret_error);

/* A deep copy into the arena. -1: no memory. */
int request_copy(struct arena *arena, const aw_request *request, const char *default_region,
                 aw_request *ret_copy);

bool request_equal(const aw_request *a, const aw_request *b);

#endif
