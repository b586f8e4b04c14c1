/* SPDX-License-Identifier: Apache-2.0 */
/* One program at a time in the real world, for tests. */
#ifndef ARCHWAY_TESTS_PROGRAM_RUN_H
#define ARCHWAY_TESTS_PROGRAM_RUN_H

#include "core/world.h"

/* A program under way, and what became of it. */
struct program_run {
    aw_program program;
    struct run_call call;
    bool done;
    char output[65536];
    char errors[1024];
};

extern struct program_run run;
extern struct loop *loop;
extern struct world *world;

/* For cmocka's setup and teardown: the group's, and each test's. */
int program_world_open(void **state);
int program_world_close(void **state);
int program_run_begin(void **state);

/* Starts it. What else it is given than `argv` is set in `run.program` before. */
void program_start_it(const char *const *argv);
/* Lets the loop run until then; fails when that takes too long. */
void wait_until(const bool *done);
void pass_time(uint64_t delay_ms);

/* Runs a program to its end. */
#define RUN(...) program_run_all((const char *const[]){__VA_ARGS__, NULL})
void program_run_all(const char *const *argv);

#endif
