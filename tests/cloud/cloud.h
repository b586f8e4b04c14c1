/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cloud to break things on: EC2, Google Compute Engine and Lambda Cloud as far as machines need them, with
 * state, and with trouble by script. It keeps its own truth, apart from what it answers, and tests judge by that.
 *
 * Here is the function from request to answer. It knows neither sockets nor a clock: the server
 * (tests/cloud/server.c) and a simulation in virtual time both call it.
 */
#ifndef ARCHWAY_TESTS_CLOUD_H
#define ARCHWAY_TESTS_CLOUD_H

#include "kit/buf.h"

#include <archway/backend.h>
#include <jansson.h>
#include <stdbool.h>

/* What the clients have to know. */
#define CLOUD_AWS_KEY_ID "AKIDCLOUDTOBREAK"
#define CLOUD_AWS_SECRET "aws-secret-of-the-cloud-to-break"
#define CLOUD_GCP_PROJECT "cloud-to-break"
#define CLOUD_GCP_REFRESH "gcp-refresh-of-the-cloud-to-break"
#define CLOUD_LAMBDA_KEY "lambda-key-of-the-cloud-to-break"

enum cloud_id {
    CLOUD_AWS,
    CLOUD_GCP,
    CLOUD_LAMBDA,
    CLOUDS
};

struct cloud;

/* Names of headers are in lower case; `path` and `query` are as they came, the query without its '?'. */
struct cloud_request {
    const char *method;
    const char *path;
    const char *query;
    const char *host; /* "127.0.0.1:4711" */
    const aw_header *headers;
    size_t header_count;
    const char *body; /* a NUL stands behind it */
    size_t body_size;
};

/* How an answer comes. */
enum cloud_ending {
    CLOUD_WHOLE,
    CLOUD_RESET, /* not at all: the connection is reset */
    CLOUD_CUT,   /* reset behind `cut_after` bytes of the body */
    CLOUD_STALL  /* never */
};

struct cloud_answer {
    unsigned status;
    const char *type;
    const char *retry_after; /* NULL: none */
    kit_buf body;
    enum cloud_ending ending;
    size_t cut_after;
    uint64_t latency_ms;
    uint64_t now_ms; /* by the cloud's clock */
};

/* Ends the program when there is no memory, here and everywhere below. */
struct cloud *cloud_create(void);
void cloud_destroy(struct cloud *cloud);

/* Fills *ret_answer, whose body is to be freed with kit_buf_finish. */
void cloud_answer(struct cloud *cloud, const struct cloud_request *request, uint64_t now_ms,
                  struct cloud_answer *ret_answer);

/* Changes what happens from now on; see tests/cloud/script.c for the words. -1: not understood. */
int cloud_script(struct cloud *cloud, const json_t *script, uint64_t now_ms);
/* The same from a text, which must be right. */
void cloud_script_text(struct cloud *cloud, const char *script, uint64_t now_ms);

/* Everything that ever was: see tests/cloud/truth.h. */
json_t *cloud_truth(const struct cloud *cloud, uint64_t now_ms);

/* Writes config.yaml and gcp.json for clients of a server at `port` into `folder`. */
void cloud_config_write(const char *folder, unsigned port);

const char *cloud_name(enum cloud_id id);

#endif
