/* SPDX-License-Identifier: Apache-2.0 */
/* A command that is stopped at a chosen moment, and what the clouds say afterwards. */
#ifndef ARCHWAY_TESTS_CRASH_STAGE_H
#define ARCHWAY_TESTS_CRASH_STAGE_H

#include "tests/cloud_rig.h"

#include <stdbool.h>

/* How a run is disturbed (tests/crash/shim.c). Zeroed: not at all. */
struct disturbance {
    long at; /* the N-th call */
    int signal;
    long times;
    long again;   /* and once more at this call; 0: not */
    long full_at; /* the N-th write to a file */
    long long jump_ms;
    const char *log; /* where all calls are noted, instead */
};

extern struct cloud_rig *crash_rig;

#define CRASH_CLOUDS 3
extern const char *const crash_clouds[CRASH_CLOUDS];

/* For cmocka's group setup and teardown: a folder, and a cloud beside it. */
int crash_enter(void **state);
int crash_leave(void **state);

/* Adds a machine of one's own to the configuration, reached by tests/crash/fake_ssh.sh: the cloud "onprem", whose
 * machines are claims, and known by their tokens. */
void crash_add_onprem(void);
/* Until what a killed command has left running on that machine is through. */
void crash_await_onprem(void);

/* Runs the command like cli_run, disturbed. NULL: undisturbed. */
void crash_run(const struct disturbance *how, const char *const *argv);
#define crash_archway(how, ...) crash_run(how, (const char *const[]){"archway", __VA_ARGS__, NULL})

/* Did the last run come to its moment? */
bool crash_was_struck(void);

/* Whose journal later runs have: NULL: the usual one's. */
void crash_state(const char *folder);

/* Begins a run whose outputs nobody reads; crash_await waits for all that were begun. */
void crash_begin(const struct disturbance *how, const char *const *argv);
void crash_await(void);

/* All clocks, the clouds' too, go on by so much. */
void crash_pass_ms(long long ms);

/* The ids of all living machines of a cloud, as an object whose names they are. */
json_t *crash_living(const char *cloud);

/* What was found wrong, at all points so far. */
struct crash_tally {
    unsigned points;
    unsigned made;    /* points behind which a machine was there */
    unsigned leaked;  /* a living machine that the journal does not know */
    unsigned doubled; /* a second machine of one create */
    unsigned killed;  /* a machine that should live */
    unsigned stayed;  /* a machine that should have been ended */
};

/* Compares what lives with what lived `before` (taken over), of which only `ended` (or NULL) may have gone. Says
 * what is wrong. Returns the id of the new machine, if there is one; it lives until the next call. */
const char *crash_judge(struct crash_tally *tally, const char *cloud, json_t *before,
                        const char *ended, const char *what);
/* Counts it as one that stayed when it lives. */
void crash_must_be_gone(struct crash_tally *tally, const char *cloud, const char *id,
                        const char *what);
/* The same behind many creates at once, each with a token of its own. */
void crash_judge_many(struct crash_tally *tally, json_t *before[CRASH_CLOUDS], const char *what);

/* Writes a line of figures, for docs/reliability.md, and fails the test when anything was wrong. */
void crash_report(const struct crash_tally *tally, const char *subject, const char *cloud);

#endif
