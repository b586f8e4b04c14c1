/* SPDX-License-Identifier: Apache-2.0 */
/* An operation without a core: it records what the kit does to it, and runs out of memory on demand. */
#ifndef ARCHWAY_TESTS_KIT_HOST_H
#define ARCHWAY_TESTS_KIT_HOST_H

#include <archway/backend.h>

#include <stddef.h>

struct kit_host_block;

#define KIT_HOST_TIMERS 64

struct kit_host_timer {
    aw_timer_fn on_time;
    void *arg;
};

struct kit_host {
    aw_op op;
    aw_host services;
    struct kit_host_block *blocks;
    unsigned allocations;
    unsigned fail_at; /* the number of the allocation that fails; 0: none */
    unsigned sends;
    char *url; /* of the last request, like the rest */
    char *method;
    char *headers; /* "name: value\n" each */
    char *body;
    size_t body_size;
    aw_answer_fn on_answer;
    aw_error_fn on_error;
    void *arg;
    struct kit_host_timer timers[KIT_HOST_TIMERS]; /* that are set, the first one first */
    unsigned timer_count;
    unsigned fails;
    unsigned reports;
    aw_error error; /* the first failure, or the last report */
};

void kit_host_init(struct kit_host *host);
void kit_host_finish(struct kit_host *host);

/* Answers the last request with this text. */
void kit_host_answer(struct kit_host *host, const char *body);
/* It has failed. */
void kit_host_fail(struct kit_host *host, const char *message);
/* Runs the first timer that is set. Returns 0 when there is none. */
int kit_host_run_timer(struct kit_host *host);

#endif
