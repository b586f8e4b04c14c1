/* SPDX-License-Identifier: Apache-2.0 */
/* Recordings played through the loaded plugin by a server's calls: what is the same for every provider. */
#ifndef ARCHWAY_TESTS_PLAYED_H
#define ARCHWAY_TESTS_PLAYED_H

#include <archway/archway.h>

#define PLAYED_OWNER "my-server"
#define PLAYED_KEY                                                                                 \
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFMgl4wcxNsQEroi+40HvxODiXBFrd8uiyift3AbJo+d "            \
    "ada@example.org"

/* Opens fixtures/PROVIDER/NAME.http (or a path), and closes it: everything in the recording must have been asked
 * for. `config` is a path, or NULL. */
archway *played_open(const char *provider, const char *recording, const char *config);
void played_close(archway *aw);

/* Each runs its job to the end; the caller destroys it. */
archway_job *played_offers(archway *aw, const archway_query *query);
archway_job *played_create(archway *aw, const archway_wish *wish, const archway_call *call);
archway_job *played_wait(archway *aw, const archway_machine *machine, uint32_t state);
archway_job *played_list(archway *aw, const char *backend, const char *owner);
archway_job *played_get(archway *aw, const archway_machine *machine);
archway_job *played_terminate(archway *aw, const archway_machine *machine);

void assert_text_has(const char *text, const char *part);
/* Has succeeded; destroys it. */
void assert_good(archway_job *job);
void assert_error(const archway_job *job, uint32_t code, const char *part);
/* The first machine of a job that has succeeded. */
const aw_instance *assert_machine(const archway_job *job, uint32_t state);

#endif
