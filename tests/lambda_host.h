/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest core that a backend can talk to, for the tests of the Lambda Cloud backend: it
 * keeps what is queued until the test answers, runs every answer through `classify`, and writes
 * what comes of it into a text.
 */
#ifndef ARCHWAY_TESTS_LAMBDA_HOST_H
#define ARCHWAY_TESTS_LAMBDA_HOST_H

#include "core/arena.h"
#include "kit/buf.h"

#include <archway/backend.h>

#define HOST_REQUESTS 16

struct host_request {
    char *name;
    char *line; /* "GET https://..." */
    char *body;
    uint32_t flags;
    aw_answer_fn on_answer;
    aw_error_fn on_error;
    void *arg;
};

struct lambda_host {
    aw_op op; /* first */
    aw_host services;
    struct arena lasting;   /* of the backend */
    struct arena operation; /* of one operation */
    struct host_request requests[HOST_REQUESTS];
    size_t request_count;
    size_t answered;
    unsigned allocations; /* in this operation */
    unsigned fail_at;     /* the number of the one that fails; 0: none */
    kit_buf results;      /* a line for all that is emitted or reported */
    aw_error error;       /* AW_OK, or why the operation failed */
    const char *variable; /* LAMBDA_API_KEY */
    const char *secret;   /* the option api_key */
    const char *file;     /* ~/.lambda_cloud/lambda_keys */
    uint32_t file_code;   /* why it cannot be read; AW_OK: AW_E_NOT_FOUND */
};

/* Opens the backend; `endpoint` may be NULL. */
void host_init(struct lambda_host *host, const char *endpoint);
void host_finish(struct lambda_host *host);

/* Ends the operation and begins another one on the same backend. */
void host_begin(struct lambda_host *host);

/* Answers the oldest request that has no answer. */
void host_answer(struct lambda_host *host, uint32_t status, const char *body);
/* Its outcome is unknown: it left, and nothing came back. */
void host_lose(struct lambda_host *host);

/* The last request. */
const struct host_request *host_last(const struct lambda_host *host);
const char *host_results(const struct lambda_host *host);

/* For each test of cmocka's, a host of its own. */
int host_up(void **state);
int host_down(void **state);
#define HOSTED(test) cmocka_unit_test_setup_teardown(test, host_up, host_down)

void assert_contains(const char *text, const char *part);
void assert_lacks(const char *text, const char *part);
void assert_failed(const struct lambda_host *host, uint32_t code, const char *part);

const aw_vtable *vtable(void);

/* Parts of answers. */
#define MACHINE_ID "0920582c7ff041399e34823a0be62549"
#define REFUSAL(code, message) "{\"error\":{\"code\":\"" code "\",\"message\":\"" message "\"}}"
#define SPECS(gpus) "{\"vcpus\":64,\"memory_gib\":432,\"storage_gib\":4096,\"gpus\":" gpus "}"
#define TYPE(name, words, price, specs, more)                                                      \
    "{\"name\":\"" name "\",\"description\":\"1x " words "\",\"gpu_description\":\"" words         \
    "\",\"price_cents_per_hour\":" price ",\"specs\":" specs more "}"
#define GH200 TYPE("gpu_1x_gh200", "GH200 (96 GB)", "149", SPECS("1"), "")

#endif
