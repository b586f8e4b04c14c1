/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of signing share: a request that can be signed, of which each test changes
 * something. */
#ifndef ARCHWAY_TESTS_SIGV4_STAGE_H
#define ARCHWAY_TESTS_SIGV4_STAGE_H

#include "header_collector.h"

#include "backends/aws/sigv4.h"

#define NEW_YEAR_2026_MS UINT64_C(1767225600000)

struct stage {
    struct sigv4_keys keys;
    struct sigv4_scope scope;
    aw_credentials credentials;
    aw_header headers[80];
    aw_request request;
    uint64_t now_ms;
    struct header_collector found;
    aw_error error;
};

/* For each test of cmocka's, a stage of its own. */
int stage_up(void **state);
int stage_down(void **state);
#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_up, stage_down)

void stage_add_header(struct stage *stage, const char *name, const char *value);

/* Signs into `found`. */
int stage_try(struct stage *stage);
void stage_sign(struct stage *stage); /* must work */
const char *stage_authorization(const struct stage *stage);

/* It is not signed, nothing is added, and the error has this code and these words. */
void assert_refused(struct stage *stage, uint32_t code, const char *part);
/* The names behind SignedHeaders= are these. */
void assert_signed_headers(const struct stage *stage, const char *expected);

#endif
