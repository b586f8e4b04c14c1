/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A market for placements, on the stage of the engine's tests: the backends "whole" and "keyed", which say their own
 * name in every path.
 *
 *     GET /NAME/offers      TYPE amd64|arm64 PRICE REGION QUOTA ZONE spot   ("-" for none)
 *     GET /NAME/machines    ID REGION STATE TOKEN OWNER
 *     POST /NAME/machines   in: TYPE REGION ZONE spot TOKEN; out: ID
 *
 * An answer fails with the header `x-code: no_capacity`, and perhaps `x-scope: region`, `x-retry: unknown`.
 */
#ifndef ARCHWAY_TESTS_PLACE_STAGE_H
#define ARCHWAY_TESTS_PLACE_STAGE_H

#include "tests/engine_stage.h"

/* Pieces of a recording. */
#define OFFERS(name, lines) ASK("GET", "/" name "/offers") SAY("200", lines)
#define TRY(name, place) POST("/" name "/machines", place " {{token}}")
#define MADE SAY("200", "m1")
#define FAIL(code) SAY_WITH("409", "x-code: " code, "no " code)
#define FAIL_IN(code, scope) SAY_WITH("409", "x-code: " code "\nx-scope: " scope, "no " code)
#define FAIL_DARK(code) SAY_WITH("409", "x-code: " code "\nx-retry: unknown", "who knows")

/* cmocka's setup and teardown: a stage, and a query that wants everything. */
int market_setup(void **state);
int market_teardown(void **state);
#define MARKET_TEST(test) cmocka_unit_test_setup_teardown(test, market_setup, market_teardown)

extern archway_query *query;
extern archway_placement placement; /* set anew for each test: a machine named "trainer" */
extern archway_wish wish;           /* its wish */

archway_job *begin_place(const archway_call *call);
/* Runs it, and compares its tries with "whole/r1/small made" lines, one a try, the machine, or the error. */
void must_make(archway_job *job, const char *tries);
void must_end(archway_job *job, uint32_t code, const char *tries);

#endif
