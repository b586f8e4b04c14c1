/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of a placement that came to nothing. */
#ifndef ARCHWAY_CORE_PLACE_FAILURE_H
#define ARCHWAY_CORE_PLACE_FAILURE_H

#include "core/job.h"

/* From its tries, or, when there was no offer to try, from how its backends did. `some_left`: more tries were not
 * allowed. */
void place_failure(const archway_job *job, bool some_left, aw_error *ret_error);

#endif
