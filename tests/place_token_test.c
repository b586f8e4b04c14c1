/* SPDX-License-Identifier: Apache-2.0 */
/* Placements with a token of the caller's: the repetition of one is the same one. */
#include "core/place_token.h"
#include "tests/place_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TOKEN "my-own-token-1"
#define LONG_TOKEN "0123456789012345678901234567890123456789012345678901234567890123"
#define TWO "small arm64 10 r1\nbig arm64 20 r1\n"
#define MACHINES(name) ASK("GET", "/" name "/machines")
#define NOBODY MACHINES("whole") SAY("200", "m8 r1 running " TOKEN "-and-more {{owner}}")

static const aw_offer small = {.size = sizeof small, .instance_type = "small", .region = "r1"};

static void test_each_place_has_a_token_of_its_own(void **state)
{
    const aw_offer others[] = {
        {.size = sizeof(aw_offer), .instance_type = "big", .region = "r1"},
        {.size = sizeof(aw_offer), .instance_type = "small", .region = "r2"},
        {.size = sizeof(aw_offer), .instance_type = "small", .region = "r1", .zone = "a"},
        {.size = sizeof(aw_offer), .instance_type = "small", .region = "r1", .spot = 1},
        {.size = sizeof(aw_offer), .instance_type = "smallr1", .region = ""},
    };
    char first[PLACE_TOKEN];
    char other[PLACE_TOKEN];
    (void)state;
    place_token(TOKEN, "whole", &small, first);
    place_token(TOKEN, "keyed", &small, other);
    assert_string_not_equal(first, other);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        place_token(TOKEN, "whole", &others[i], other);
        assert_string_not_equal(first, other);
        assert_true(place_token_is_of(TOKEN, other));
    }
    place_token(TOKEN, "whole", &small, other);
    assert_string_equal(first, other);
}

static void test_tokens_are_told_apart_by_their_callers_part(void **state)
{
    char token[PLACE_TOKEN];
    (void)state;
    place_token(TOKEN, "whole", &small, token);
    assert_true(place_token_is_of(TOKEN, TOKEN));
    assert_true(place_token_is_of(TOKEN, token));
    assert_false(place_token_is_of("my-own-token", token));
    assert_false(place_token_is_of(TOKEN, TOKEN "-and-more"));
    assert_false(place_token_is_of(TOKEN, TOKEN "-"));
    assert_false(place_token_is_of(TOKEN, TOKEN "-0123456"));
    assert_false(place_token_is_of(TOKEN, TOKEN "-012345678"));
    assert_false(place_token_is_of(TOKEN, ""));
}

static void test_the_longest_tokens_stay_within_what_a_provider_takes(void **state)
{
    char token[PLACE_TOKEN];
    char longer[65];
    (void)state;
    for (size_t size = 8; size <= 64; size++) {
        snprintf(longer, sizeof longer, "%.*s", (int)size, LONG_TOKEN);
        place_token(longer, "whole", &small, token);
        assert_in_range(strlen(token), size < 56 ? size + 9 : 64, 64);
        assert_true(place_token_is_of(longer, token));
    }
    place_token(LONG_TOKEN, "whole", &small, token);
    memcpy(longer, LONG_TOKEN, 65);
    longer[63] = 'x';
    assert_false(place_token_is_of(longer, token));
}

static void test_a_new_one_is_looked_for_on_all_backends_and_then_made(void **state)
{
    (void)state;
    wish.token = TOKEN;
    stage_open(ANY_ORDER WHOLE KEYED NOBODY MACHINES("keyed") SAY("200", "") OFFERS("whole", TWO)
                   OFFERS("keyed", "") NOBODY TRY("whole", "small r1 - -") MADE);
    archway_job *job = stage_run(begin_place(NULL));
    char token[PLACE_TOKEN];
    place_token(TOKEN, "whole", &small, token);
    assert_string_equal(archway_job_token(job), token);
    must_make(job, "whole/r1/small made\n");
    stage_close();
}

static void test_what_an_earlier_one_made_is_found_whatever_is_sold_by_now(void **state)
{
    static const aw_offer big = {.size = sizeof big, .instance_type = "big", .region = "r1"};
    char recording[512];
    char token[PLACE_TOKEN];
    const char *backend = NULL;
    (void)state;
    wish.token = TOKEN;
    place_token(TOKEN, "whole", &big, token);
    snprintf(recording, sizeof recording,
             WHOLE MACHINES("whole") "<<< 200\n\nm7 r1 terminated %s {{owner}}\n"
                                     "m9 r1 running %s {{owner}}\nm8 r1 running %s somebody\n",
             token, token, token);
    stage_open(recording);
    archway_job *job = stage_run(begin_place(NULL));
    assert_string_equal(archway_job_instance(job, 0, &backend)->id, "m9");
    assert_string_equal(backend, "whole");
    assert_string_equal(archway_job_token(job), token);
    must_make(job, "");
    stage_close();
}

static void test_a_machine_of_a_plain_create_with_the_token_is_found_too(void **state)
{
    (void)state;
    wish.token = TOKEN;
    stage_open(WHOLE MACHINES("whole") SAY("200", "m9 r1 pending " TOKEN " {{owner}}"));
    must_make(begin_place(NULL), "");
    stage_close();
}

static void test_where_it_is_not_known_what_there_is_nothing_is_made(void **state)
{
    (void)state;
    wish.token = TOKEN;
    stage_open(ANY_ORDER WHOLE KEYED NOBODY MACHINES("keyed") FAIL("denied"));
    archway_job *job = stage_run(begin_place(NULL));
    assert_contains(archway_job_error(job)->message, "nothing was created");
    assert_contains(archway_job_error(job)->message, TOKEN);
    assert_string_equal(archway_job_error(job)->backend, "keyed");
    assert_false(archway_job_sent(job));
    must_end(job, AW_E_DENIED, "");
    stage_close();
}

static void test_only_the_backend_that_is_allowed_is_asked_for_it(void **state)
{
    (void)state;
    wish.token = TOKEN;
    assert_int_equal(archway_query_set(query, "backend", "whole", NULL), 0);
    stage_open(WHOLE KEYED NOBODY OFFERS("whole", TWO) NOBODY TRY("whole", "small r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/small made\n");
    stage_close();
}

static void test_every_try_is_looked_for_before_it_is_sent(void **state)
{
    (void)state;
    wish.token = TOKEN;
    stage_open(WHOLE NOBODY OFFERS("whole", TWO) NOBODY TRY("whole", "small r1 - -")
                   FAIL("no_capacity") NOBODY TRY("whole", "big r1 - -") MADE);
    must_make(begin_place(NULL), "whole/r1/small no_capacity\nwhole/r1/big made\n");
    stage_close();
}

static void test_a_token_names_one_placement_at_a_time(void **state)
{
    archway_job *second = NULL;
    aw_error error = {.code = AW_OK};
    (void)state;
    wish.token = TOKEN;
    stage_open(WHOLE NOBODY OFFERS("whole", ""));
    archway_job *first = begin_place(NULL);
    assert_int_equal(archway_place(stage.aw, &placement, NULL, &second, &error), -1);
    assert_int_equal(error.code, AW_E_CONFLICT);
    must_end(first, AW_E_NOT_FOUND, "");
    stage_close();
}

static void test_what_is_wrong_with_a_wish_is_said_at_once(void **state)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    (void)state;
    stage_open(WHOLE);
    wish.token = "short";
    assert_int_equal(archway_place(stage.aw, &placement, NULL, &job, &error), -1);
    assert_contains(error.message, "8 to 64");
    wish.token = NULL;
    wish.name = "";
    assert_int_equal(archway_place(stage.aw, &placement, NULL, &job, &error), -1);
    assert_contains(error.message, "needs a name");
    placement.query = NULL;
    assert_int_equal(archway_place(stage.aw, &placement, NULL, &job, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_place_has_a_token_of_its_own),
        cmocka_unit_test(test_tokens_are_told_apart_by_their_callers_part),
        cmocka_unit_test(test_the_longest_tokens_stay_within_what_a_provider_takes),
        MARKET_TEST(test_a_new_one_is_looked_for_on_all_backends_and_then_made),
        MARKET_TEST(test_what_an_earlier_one_made_is_found_whatever_is_sold_by_now),
        MARKET_TEST(test_a_machine_of_a_plain_create_with_the_token_is_found_too),
        MARKET_TEST(test_where_it_is_not_known_what_there_is_nothing_is_made),
        MARKET_TEST(test_only_the_backend_that_is_allowed_is_asked_for_it),
        MARKET_TEST(test_every_try_is_looked_for_before_it_is_sent),
        MARKET_TEST(test_a_token_names_one_placement_at_a_time),
        MARKET_TEST(test_what_is_wrong_with_a_wish_is_said_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
