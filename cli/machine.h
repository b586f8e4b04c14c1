/* SPDX-License-Identifier: Apache-2.0 */
/* Machines: finding the one that an ID means, and printing them. */
#ifndef ARCHWAY_CLI_MACHINE_H
#define ARCHWAY_CLI_MACHINE_H

#include "cli/session.h"

#include <jansson.h>

/* One machine of a command line, with memory of its own. */
struct machine {
    char *backend;
    char *region;
    char *id;
    char *zone; /* NULL where nobody said */
    char *data; /* likewise */
};

void machine_finish(struct machine *machine);
void machine_copy(struct machine *machine, const char *backend, const aw_instance *instance);
archway_machine machine_name(const struct machine *machine);
/* "lambda/us-east-3/0920582c" */
void machine_add_ref(const struct machine *machine, kit_buf *buf);

/* Finds out which machines the IDs mean: backend/region/id as it stands, a bare id by asking the backends
 * once. Returns EXIT_OK with all of them, or another exit code, having said which one is unknown. */
int machines_find(struct session *session, char *const *ids, size_t count,
                  struct machine *ret_machines);

/* Print all the machines of a job, or one, and return an exit code. `more` (or NULL) stands beside the one in JSON,
 * and is let go of. */
int machines_print(enum format format, const archway_job *job);
int machine_print(enum format format, const char *backend, const aw_instance *instance,
                  json_t *more);

#endif
