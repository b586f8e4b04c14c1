/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stage for the engine: a session on a recording that the test writes, with the small cloud's backend of
 * tests/engine_cloud.h as a loaded plugin. There are four, by what they declare and by the variable that
 * makes them found: "engine" (ENGINE: regions), "whole" (WHOLE: one listing for all regions), "keyed"
 * (KEYED: one listing, and creates have an idempotency key), "paced" (PACED: one listing; a launch every
 * 12 s, two requests at once and one a second).
 */
#ifndef ARCHWAY_TESTS_ENGINE_STAGE_H
#define ARCHWAY_TESTS_ENGINE_STAGE_H

#include "tests/engine_cloud.h"
#include "tests/replay_session.h"

/* Pieces of a recording. */
#define ENGINE "env ENGINE yes\n"
#define WHOLE "env WHOLE yes\n"
#define KEYED "env KEYED yes\n"
#define PACED "env PACED yes\n"
#define ANY_ORDER "order any\n"
#define ASK(method, path) ">>> " method " " ENGINE_URL path "\n\n"
#define POST(path, body) ">>> POST " ENGINE_URL path "\n\n" body "\n"
#define LAUNCH POST("/machines", "{{token}}")
#define SAY(status, body) "<<< " status "\n\n" body "\n\n"
#define SAY_WITH(status, headers, body) "<<< " status "\n" headers "\n\n" body "\n\n"
#define LOST "<<< lost\n\n"
#define REFUSED "<<< refused\n\n"

extern struct session stage;
/* Where the journal of the next session lies; NULL, as at first: in memory. */
extern const char *stage_journal;

/* cmocka's setup and teardown. */
int stage_setup(void **state);
int stage_teardown(void **state);
#define STAGE_TEST(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

void stage_open(const char *recording);
void stage_open_with(const char *config, const char *recording);
/* Every exchange must have been asked for, and nothing else. */
void stage_close(void);
/* Something must not have been. */
void stage_close_unlike(void);

uint64_t stage_now_ms(void);           /* since it was opened */
void stage_pass(uint64_t duration_ms); /* lets time pass, and does what is due */

/* The jobs of the backend `name`; `call` may be NULL. A machine is in r1. */
archway_job *begin_offers(const archway_query *query, uint64_t max_age_ms,
                          const archway_call *call);
archway_job *begin_list(const char *owner, const archway_call *call);
archway_job *begin_create(const char *name, const char *token, const archway_call *call);
archway_job *begin_get(const char *name, const char *id, const archway_call *call);
archway_job *begin_recover(bool once);
archway_job *begin_terminate(const char *name, const char *id, const archway_call *call);
archway_job *begin_wait(const char *name, const char *id, uint32_t until, const archway_call *call);

archway_job *stage_run(archway_job *job); /* until it is done */
/* Run it, look at its end, and destroy it. */
void must_succeed(archway_job *job);
void must_fail(archway_job *job, uint32_t code);

void assert_contains(const char *text, const char *part);

#endif
