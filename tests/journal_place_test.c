/* SPDX-License-Identifier: Apache-2.0 */
/* Placements that are repeated after a crash, while the provider does not list yet what the first one made. */
#include "core/place_token.h"
#include "tests/place_stage.h"

#include "tests/journal_stage.h"
#include "tests/recording_files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#undef MACHINES
#define MACHINES ASK("GET", "/whole/machines")
#define NOBODY MACHINES SAY("200", "")
#define TOKEN "my-own-token-1"

static const aw_offer small = {.size = sizeof small, .instance_type = "small", .region = "r1"};
static char journal[PATH_SIZE];

static int setup(void **state)
{
    int failed = market_setup(state);
    snprintf(journal, sizeof journal, "%s", in_folder("journal.db"));
    stage_journal = journal;
    wish.token = TOKEN;
    return failed;
}

#define PLACE_TEST(test) cmocka_unit_test_setup_teardown(test, setup, market_teardown)

/* The launch is under way, and no answer comes in its life. */
static void place_and_stop(void)
{
    stage_open(WHOLE NOBODY OFFERS("whole", "small arm64 10 r1")
                   NOBODY TRY("whole", "small r1 - -") "<<< 200 after 3600s\n\nm1\n\n");
    begin_place(NULL);
    stage_pass(1000);
}

/* Its cheapest offer is another one by now, so its token at the provider would be another one too. */
static void test_a_repetition_waits_until_the_first_one_may_be_listed(void **state)
{
    char recording[1024];
    char token[PLACE_TOKEN];
    (void)state;
    must_crash(place_and_stop);
    place_token(TOKEN, "whole", &small, token);
    snprintf(recording, sizeof recording,
             WHOLE NOBODY NOBODY MACHINES "<<< 200\n\nm1 r1 running %s {{owner}}\n\n", token);
    stage_open(recording);
    archway_job *job = stage_run(begin_place(NULL));
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, "m1");
    assert_int_equal(stage_now_ms(), 16000);
    must_make(job, "");
    stage_close();
}

static void test_when_nothing_came_of_it_another_place_is_tried(void **state)
{
    (void)state;
    must_crash(place_and_stop);
    stage_open(WHOLE NOBODY NOBODY NOBODY NOBODY NOBODY NOBODY NOBODY NOBODY NOBODY NOBODY OFFERS(
        "whole", "big arm64 5 r1") NOBODY TRY("whole", "big r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/big made\n");
    assert_in_range(stage_now_ms(), 60000, 70000);
    stage_close();
}

static void test_while_the_first_one_lives_there_is_no_second(void **state)
{
    (void)state;
    pid_t child = begin_living(place_and_stop);
    stage_open(WHOLE NOBODY);
    archway_job *job = stage_run(begin_place(NULL));
    assert_contains(archway_job_error(job)->message, "under way in another process");
    must_end(job, AW_E_CONFLICT, "");
    stage_close();
    end_living(child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACE_TEST(test_a_repetition_waits_until_the_first_one_may_be_listed),
        PLACE_TEST(test_when_nothing_came_of_it_another_place_is_tried),
        PLACE_TEST(test_while_the_first_one_lives_there_is_no_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
