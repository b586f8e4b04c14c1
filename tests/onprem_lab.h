/* SPDX-License-Identifier: Apache-2.0 */
/* A server that has a real machine: this one, by way of an OpenSSH server on loopback. */
#ifndef ARCHWAY_TESTS_ONPREM_LAB_H
#define ARCHWAY_TESTS_ONPREM_LAB_H

#include "tests/sshd.h"

#include <archway/archway.h>

/* For cmocka's setup and teardown of a group: the server, and that ~/.ssh is as it was. */
int lab_open(void **state);
int lab_close(void **state);
/* Before each test: no claims, no known hosts, the user's key alone. */
int lab_clear(void **state);

extern struct sshd sshd;

/* Opens a context whose backend has this one machine, called "here", with more words for it ("blocks=2"), and further
 * lines of the configuration ("sudo: false"). */
archway *lab_context(const char *owner, const char *words, const char *lines);
/* The same configuration as the last one, recorded or replayed (or both NULL). */
archway *lab_again(const char *record_dir, const char *replay_path);
/* One whose key is pinned, and nothing else. */
archway *lab_trusted(const char *owner, const char *words);

/* Each runs its job to the end; the caller destroys it. */
archway_job *lab_offers(archway *aw);
archway_job *lab_create(archway *aw, const char *token, const char *user_data);
archway_job *lab_list(archway *aw);
archway_job *lab_terminate(archway *aw, const char *id);
archway_job *lab_wait_running(archway *aw, const char *id);

/* Begins the create only. `ssh_key` is a line, or NULL. */
archway_job *lab_begin_create(archway *aw, const char *token, const char *user_data,
                              const char *ssh_key);
archway_job *lab_run(archway *aw, archway_job *job);

void assert_has(const char *text, const char *part);
/* A job's only machine. */
const aw_instance *lab_machine(const archway_job *job, uint32_t state);
/* Asserts why it failed, and destroys it. */
void lab_failed(archway_job *job, uint32_t code, const char *part);
/* How many claims lie in the machine's folder. */
unsigned lab_claims(void);

#endif
