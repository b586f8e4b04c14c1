/* SPDX-License-Identifier: Apache-2.0 */
/* A journal in the folder of a stage: what is in it, and processes that end in the middle of their work. */
#ifndef ARCHWAY_TESTS_JOURNAL_STAGE_H
#define ARCHWAY_TESTS_JOURNAL_STAGE_H

#include "tests/engine_stage.h"

#include <sys/types.h>

/* cmocka's setup: a stage whose sessions keep the journal "journal.db" of its folder. */
int journal_setup(void **state);
#define JOURNAL_TEST(test) cmocka_unit_test_setup_teardown(test, journal_setup, stage_teardown)

/* What a query of one value says of the journal, as another process sees it; "" for none. Good until the next. */
const char *journal_ask(const char *sql);
/* Changes it, as nobody should. */
void journal_spoil(const char *sql);

/* Runs `work` in a process of its own, which is gone behind it, without any farewell. */
void must_crash(void (*work)(void));
/* Runs it in one that goes on living until it is killed. */
pid_t begin_living(void (*work)(void));
void end_living(pid_t child);

#endif
