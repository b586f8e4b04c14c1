/* SPDX-License-Identifier: Apache-2.0 */
/* Programs run as child processes, without a shell, watched by the loop. */
#ifndef ARCHWAY_CORE_REAL_PROGRAM_H
#define ARCHWAY_CORE_REAL_PROGRAM_H

#include "core/world.h"

/* As struct world_ops says of `run` and `cancel_run`. Cancelling kills the program and its children. */
void program_run(struct loop *loop, struct run_call *call);
void program_cancel(struct loop *loop, struct run_call *call);

#endif
