/* SPDX-License-Identifier: Apache-2.0 */
/* The machines that providers list beside those that the journal knows. */
#ifndef ARCHWAY_CORE_LIST_KNOWN_H
#define ARCHWAY_CORE_LIST_KNOWN_H

#include "core/job.h"
#include "core/journal.h"

/* Marks the job's instances that the journal knows, and adds those of `owner` (NULL: everybody's) on `backend` (NULL:
 * all) that it knows and nobody lists. `listed_whole`: would it be in what was listed? A journal that cannot be
 * read is a problem of the job's. */
void list_known_merge(archway_job *job, const char *backend, const char *owner,
                      bool (*listed_whole)(archway_job *job, const struct journal_entry *entry));

#endif
