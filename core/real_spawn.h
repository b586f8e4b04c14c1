/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a child process with its three streams in our hands. */
#ifndef ARCHWAY_CORE_REAL_SPAWN_H
#define ARCHWAY_CORE_REAL_SPAWN_H

#include <archway/backend.h>

#include <sys/types.h>

struct child {
    pid_t pid;
    int process; /* a descriptor that is readable when it has ended */
    int input;   /* non-blocking, all four; a socket, so that writing raises no signal */
    int output;
    int errors;
};

/* Starts it in a process group of its own. Returns 0, or an errno; nothing is open then. */
int child_start(struct child *child, const aw_program *program);

#endif
