/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest core that a backend can talk to, for the tests of one backend: it keeps what is queued
 * until the test answers, runs every answer through `classify`, and writes what comes of it into a text.
 * The backend's objects are linked into the test.
 */
#ifndef ARCHWAY_TESTS_BACKEND_HOST_H
#define ARCHWAY_TESTS_BACKEND_HOST_H

#include "core/arena.h"
#include "kit/buf.h"

#include <archway/backend.h>

#define HOST_REQUESTS 64
#define HOST_TIMERS 16
#define HOST_PROGRAMS 4
#define HOST_CACHED 16

struct host_request {
    char *name;
    char *line; /* "GET https://..." */
    char *body;
    char *headers; /* "name: value\n" each */
    char *region;
    char *service;
    uint32_t flags;
    uint32_t max_attempts;
    aw_answer_fn on_answer;
    aw_error_fn on_error;
    void *arg;
};

struct host_timer {
    uint64_t delay_ms;
    aw_timer_fn on_time;
    void *arg;
};

struct host_program {
    char *line; /* the arguments, with blanks between */
    aw_exit_fn on_exit;
    aw_error_fn on_error;
    void *arg;
};

struct host_cached {
    char *key;
    aw_bytes content;
};

/* What surrounds a backend. Lists end in an entry without a name; NULL: none. */
struct host_world {
    const aw_header *variables;
    const aw_header *files; /* path and content */
    const aw_header *secrets;
    const aw_settings *settings;
    uint32_t file_code; /* why the other files cannot be read; AW_OK: AW_E_NOT_FOUND */
};

struct backend_host {
    aw_op op; /* first */
    aw_host services;
    struct host_world world;
    struct arena lasting;   /* of the backend */
    struct arena operation; /* of one operation */
    struct host_request requests[HOST_REQUESTS];
    size_t request_count;
    size_t answered;
    struct host_timer timers[HOST_TIMERS];
    size_t timer_count;
    size_t timed;
    struct host_program programs[HOST_PROGRAMS];
    size_t program_count;
    size_t exited;
    struct host_cached cached[HOST_CACHED];
    size_t cached_count;
    uint64_t cache_age_ms; /* of all of it */
    uint64_t now_ms;
    unsigned allocations; /* in this operation */
    unsigned fail_at;     /* the number of the one that fails; 0: none */
    kit_buf results;      /* a line for all that is emitted or reported */
    aw_error error;       /* AW_OK, or why the operation failed */
};

/* Opens the backend. `world` may be NULL: nothing is set. */
void host_init(struct backend_host *host, const struct host_world *world);
void host_finish(struct backend_host *host);

/* Ends the operation and begins another one on the same backend. */
void host_begin(struct backend_host *host);

/* Answers the oldest request that has no answer. Timers for at once ring behind it. */
void host_answer(struct backend_host *host, uint32_t status, const char *body);
void host_answer_with(struct backend_host *host, const aw_response *answer);
/* Its outcome is unknown: it left, and nothing came back. */
void host_lose(struct backend_host *host);
/* Nothing is there to ask. */
void host_refuse(struct backend_host *host);
/* The oldest timer rings. The clock goes on by its delay. */
void host_ring(struct backend_host *host);
/* The oldest program ends. */
void host_exit(struct backend_host *host, int32_t status, const char *output, const char *errors);

/* The last request, and how many have no answer yet. */
const struct host_request *host_last(const struct backend_host *host);
size_t host_waiting(const struct backend_host *host);
const char *host_results(const struct backend_host *host);

/* For each test of cmocka's, a host of its own. */
int host_up(void **state);
int host_down(void **state);
#define HOSTED(test) cmocka_unit_test_setup_teardown(test, host_up, host_down)

void assert_contains(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);
void assert_failed(const struct backend_host *host, uint32_t code, const char *part);

const aw_vtable *vtable(void);

/* The services, for backend_host.c (backend_services.c). */
void host_set_services(struct backend_host *host);

#endif
