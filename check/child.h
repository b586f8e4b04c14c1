/* SPDX-License-Identifier: Apache-2.0 */
/* Running what may crash, hang or eat all memory in a process of its own. */
#ifndef ARCHWAY_CHECK_CHILD_H
#define ARCHWAY_CHECK_CHILD_H

#include "check/verdict.h"

#include <archway/backend.h>

/* Memory that a child shares. NULL: there is none. */
struct verdict *child_memory(void);
void child_memory_free(struct verdict *verdict);

/*
 * Calls `run` in a child, with limits on its memory and CPU time, until it ends or makes no progress
 * (verdict->beats) for `patience_ms`. A signal becomes a failure of the verdict. Returns 0 when the child ended
 * by itself, 1 when it did not, and -1 with an error when it could not be started.
 */
int child_run(void (*run)(void *arg, struct verdict *verdict), void *arg, uint64_t patience_ms,
              struct verdict *verdict, aw_error *ret_error);

#endif
