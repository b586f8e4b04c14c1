/* SPDX-License-Identifier: Apache-2.0 */
/* Programs run as child processes, without a shell, watched by the loop. */
#ifndef ARCHWAY_CORE_REAL_PROGRAM_H
#define ARCHWAY_CORE_REAL_PROGRAM_H

#include "core/world.h"

/* Each takes four descriptors, of which a process has 1024 unless told otherwise. */
#define PROGRAMS_AT_ONCE 100u

/* The programs of one world: those beyond the limit wait for their turn, which is no part of their time. */
struct programs {
    struct loop *loop;
    size_t running;
    struct link waiting; /* struct run_call */
    struct loop_timer turn;
};

void programs_init(struct programs *programs, struct loop *loop);
void programs_finish(struct programs *programs); /* nothing may run any more */

/* As struct world_ops says of `run` and `cancel_run`. Cancelling kills the program and its children. */
void program_run(struct programs *programs, struct run_call *call);
void program_cancel(struct programs *programs, struct run_call *call);

#endif
