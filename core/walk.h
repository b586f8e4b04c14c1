/* SPDX-License-Identifier: Apache-2.0 */
/* Which offer is tried next, and where not to go after a failure. Asks nothing of anybody. */
#ifndef ARCHWAY_CORE_WALK_H
#define ARCHWAY_CORE_WALK_H

#include "core/job.h"

#define WALK_END SIZE_MAX

struct walk {
    const struct job_offer *offers; /* the best first */
    size_t count;
    bool *passed; /* by offer: it was tried or left out */
    size_t at;
};

/* -1: no memory. The offers must stay. */
int walk_init(struct walk *walk, const struct job_offer *offers, size_t count);
void walk_finish(struct walk *walk);

/* The best offer that is left, which is passed now; WALK_END: none. */
size_t walk_next(struct walk *walk);

/* After this error nothing else may be tried. */
bool walk_ends(const aw_error *error);

/* Leaves out what would fail as the offer `failed` has; returns how many offers these are. */
size_t walk_leave_out(struct walk *walk, size_t failed, const aw_error *error);

#endif
