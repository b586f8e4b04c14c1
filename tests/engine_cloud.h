/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small cloud and its backend. It speaks lines of words, "-" for none:
 *
 *     GET /regions              NAME
 *     GET /offers[?region=R]    TYPE amd64|arm64 PRICE REGION QUOTA
 *     GET /machines[?region=R]  ID REGION STATE TOKEN OWNER CREATED EXPIRES KEEP
 *     GET /machines/ID          the same
 *     POST /machines            in: the token; out: ID
 *     DELETE /machines/ID
 *
 * A status from 400 says that it failed, and the body says why. Its error codes are HTTP's, and 412 means
 * that the clock is wrong, 507 and 423 that there is no room. A header `x-retry: never|safe|unknown` says whether
 * again is of use, `retry-after` when.
 */
#ifndef ARCHWAY_TESTS_ENGINE_CLOUD_H
#define ARCHWAY_TESTS_ENGINE_CLOUD_H

#include "tests/engine_script.h"

/* How the backend asks; set anew for each test. */
struct engine_cloud {
    uint32_t list_flags;    /* AW_REQUEST_* of its listings */
    uint32_t create_flags;  /* and of its create */
    unsigned authenticated; /* how often it has looked for its key */
    unsigned signatures;
    uint64_t signed_at_ms; /* the last one */
    const char *account;   /* of its key; NULL: it does not say */
};
extern struct engine_cloud engine_cloud;

/* Sets engine_script and engine_cloud as they are at first. */
void engine_cloud_reset(void);

/* What the backend does, for tests that do a part of it themselves. */
void engine_send(aw_op *op, const char *name, const char *method, const char *path, uint32_t flags,
                 const char *body, aw_answer_fn on_answer, aw_error_fn on_error, void *arg);
void engine_on_machines(aw_op *op, const aw_response *answer, void *arg);
void engine_emit(aw_op *op, const char *id); /* a running machine in r1 */

#endif
