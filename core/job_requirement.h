/* SPDX-License-Identifier: Apache-2.0 */
/* What the machines of a query must have, where each part of that comes from, and telling it. */
#ifndef ARCHWAY_CORE_JOB_REQUIREMENT_H
#define ARCHWAY_CORE_JOB_REQUIREMENT_H

#include "core/image_lookup.h"
#include "core/job.h"
#include "core/table.h"

/* A query, the image that it names, and what follows from both. */
struct wanted {
    const archway_query *query;
    const struct image_lookup *image; /* found; NULL: there is none, or it is not known */
    struct requirement requirement;
    const struct table *table;
};

/* Did the user name one of the two? Then nothing else counts. */
bool wanted_says_arch(const archway_query *query);

/* An architecture that the user names wins, then the image's, else there is none. AW_E_UNSUPPORTED: the image is for
 * neither. `wanted->table` is not looked at. */
int wanted_settle(struct wanted *wanted, const archway *aw, aw_error *ret_error);

/* Adds the findings of an archway_offers (see there) to the job, which has its offers. Without memory it ends it. */
void wanted_explain(archway_job *job, const struct wanted *wanted);

#endif
