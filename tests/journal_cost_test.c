/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked of the journal costs no more when there are many machines in it. */
#include "core/context.h"
#include "core/journal_parts.h"
#include "tests/journal_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define MANY "2000"

static void create(aw_op *op, const aw_create *wish)
{
    const aw_instance instance = {.size = sizeof instance,
                                  .state = AW_STATE_PENDING,
                                  .id = wish->name,
                                  .region = "r1",
                                  .token = wish->token};
    aw_emit_instance(op, &instance);
}

static int setup(void **state)
{
    int failed = journal_setup(state);
    engine_script.create = create;
    return failed;
}

static int count_step(void *arg)
{
    (*(unsigned *)arg)++;
    return 0;
}

/* In steps of SQLite's machine. */
static unsigned cost_of_an_end(const char *id)
{
    unsigned steps = 0;
    struct journal *journal = stage.aw->journal;
    sqlite3_progress_handler(journal->db, 1, count_step, &steps);
    assert_int_equal(journal_gone(journal, "whole", id, false, NULL), 0);
    sqlite3_progress_handler(journal->db, 0, NULL, NULL);
    return steps;
}

static void test_the_end_of_one_of_many_is_written_as_fast_as_of_one(void **state)
{
    (void)state;
    stage_open(WHOLE);
    must_succeed(begin_create("whole", NULL, NULL));
    unsigned alone = cost_of_an_end("trainer");
    journal_spoil(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number LIMIT " MANY
        ") INSERT INTO entry (state, writer, backend, provider, region, created_ms, sent_ms,"
        " sent_mono_ms, boot, changed_ms, instance_id) SELECT 2, 0, backend, provider, region,"
        " created_ms, sent_ms, sent_mono_ms, boot, changed_ms, 'm' || n FROM number, entry");
    unsigned among_many = cost_of_an_end("m1000");
    assert_string_equal(journal_ask("SELECT state FROM entry WHERE instance_id = 'm1000'"), "4");
    assert_in_range(among_many, 1, 2 * alone);
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_the_end_of_one_of_many_is_written_as_fast_as_of_one,
                                        setup, stage_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
