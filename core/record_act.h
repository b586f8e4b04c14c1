/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was done while it was recorded, for whoever does it again: the `do` lines. Where nothing is recorded, nothing of
 * this does anything.
 */
#ifndef ARCHWAY_CORE_RECORD_ACT_H
#define ARCHWAY_CORE_RECORD_ACT_H

#include "core/job.h"

#include <archway/archway.h>

/* Begins an act of one backend; NULL: of all that there are, of which there must be one. */
void record_act_offers(archway_job *job, const archway_query *query);
void record_act_create(archway_job *job, const struct backend *backend, const archway_wish *wish);
/* `verb` is get, terminate or wait; `until` is 0 unless it waits. */
void record_act_machine(archway_job *job, const struct backend *backend, const char *verb,
                        const aw_ref *ref, uint32_t until);
/* `verb` is list or images. */
void record_act_listing(archway_job *job, const char *verb, const char *backend, const char *owner,
                        const char *region);
void record_act_check(archway_job *job, const struct backend *backend);
/* Its job is done. */
void record_act_end(archway_job *job);
/* What is done here cannot be done again from a recording: there will be no `do` lines, and why is said there. */
void record_act_spoil(archway *aw, const char *why);

#endif
