/* SPDX-License-Identifier: Apache-2.0 */
/* Other programs: a server that is stopped by closing its input, and one that is measured from start to end. */
#ifndef ARCHWAY_BENCH_CHILD_H
#define ARCHWAY_BENCH_CHILD_H

#include <stdio.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int stop_fd;
    FILE *output;
    unsigned port; /* which it has printed first */
};

struct child_result {
    double wall_ms;
    double cpu_ms;
    double peak_kib;
    size_t lines; /* of its output */
    char first_line[128];
};

/* All end the program when something fails. */
void child_start(char *const *arguments, struct child *ret_child);
void child_stop(struct child *child);
/* Its status may be any: a listing with gaps has one of its own. */
void child_run(char *const *arguments, struct child_result *ret_result);

#endif
