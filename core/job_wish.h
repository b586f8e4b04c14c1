/* SPDX-License-Identifier: Apache-2.0 */
/* The wish of a create. */
#ifndef ARCHWAY_CORE_JOB_WISH_H
#define ARCHWAY_CORE_JOB_WISH_H

#include "core/job.h"

/* Is there a name, and is the token one? */
int wish_check_words(const archway_wish *wish, aw_error *ret_error);

/* Can the backend do it, and is the token one? */
int wish_check(const struct backend *backend, const archway_wish *wish, aw_error *ret_error);

/* Copies it into the job, with a new token unless the caller brought one. -1: no memory. */
int wish_copy(archway_job *job, const archway_wish *wish, aw_create *ret_wish);

/* Makes its user data of the configuration's bootstrap, if there is one and the wish wants it. It is in the
 * arena. */
int wish_boot(struct arena *arena, const struct backend *backend, const archway_wish *wish,
              aw_create *create, aw_error *ret_error);

#endif
