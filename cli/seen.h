/* SPDX-License-Identifier: Apache-2.0 */
/* The names of regions, types and GPUs that offers have shown on this machine, kept for completion at the prompt, which
 * cannot wait for a cloud. */
#ifndef ARCHWAY_CLI_SEEN_H
#define ARCHWAY_CLI_SEEN_H

#include <archway/archway.h>

/* Notes those of a job's offers. Nothing is said when they cannot be kept. */
void seen_note(const archway_job *job);

/* Calls `each` with every name of a kind: "region", "type", "gpu". */
void seen_each(const char *kind, void (*each)(const char *name, void *arg), void *arg);

#endif
