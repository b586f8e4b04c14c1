/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings of Google Cloud, played through the loaded plugin by a server's calls. */
#ifndef ARCHWAY_TESTS_GCP_REPLAY_H
#define ARCHWAY_TESTS_GCP_REPLAY_H

#include "tests/played.h"

/* What the machine of every recording is called: its end is made of the token, which is the same in every replay. */
#define MACHINE "runner-9c4cac0e6139"

/* A c4a-standard-4 on demand, in two zones of us-central1. */
aw_offer gcp_axion(void);

/* Each runs its job to the end; the caller destroys it. */
archway_job *gce_create(archway *aw, const aw_offer *offer, uint64_t timeout_ms);
archway_job *gce_wait(archway *aw, const char *id, uint32_t state);
archway_job *gce_list(archway *aw);
/* `zone` may be NULL. */
archway_job *gce_get(archway *aw, const char *id, const char *zone);
archway_job *gce_terminate(archway *aw, const char *id, const char *zone);

/* The only machine of a job that has succeeded. */
const aw_instance *assert_gce_machine(const archway_job *job, uint32_t state);
/* Made nothing. */
void assert_refused(const archway_job *job, uint32_t code, const char *part);

#endif
