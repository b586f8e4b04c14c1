/* SPDX-License-Identifier: Apache-2.0 */
/* What a plugin is told of the world: secrets, variables, files, time, randomness; and the log. */
#include "tests/engine_stage.h"

#include "core/context.h"
#include "core/mem.h"
#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MACHINES ASK("GET", "/machines")
#define FINE MACHINES SAY("200", "m1 r1 running")

static void must_list(archway_job *job)
{
    stage_run(job);
    if (archway_job_problem_count(job))
        fail_msg("%s", archway_job_problem(job, 0)->message);
    assert_string_equal(archway_job_instance(job, 0, NULL)->id, "m1");
    archway_job_destroy(job);
}

static void must_not_list(archway_job *job, uint32_t code, const char *part)
{
    stage_run(job);
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(archway_job_problem(job, 0)->code, code);
    assert_contains(archway_job_problem(job, 0)->message, part);
    archway_job_destroy(job);
}

static void find_the_secret(aw_op *op)
{
    const aw_credentials found = {.size = sizeof found, .token = aw_secret(op, "key")};
    assert_string_equal(found.token, "hush");
    assert_null(aw_secret(op, "word"));
    aw_emit_credentials(op, &found);
}

static void look_for_the_secret(aw_op *op, const aw_list *wish)
{
    (void)wish;
    assert_null(aw_secret(op, "key"));
    engine_send(op, "machines", "GET", "/machines", 0, NULL, engine_on_machines, NULL, NULL);
}

static void test_a_secret_is_told_to_authenticate_alone(void **state)
{
    (void)state;
    engine_script.authenticate = find_the_secret;
    engine_script.list = look_for_the_secret;
    stage_open_with("backends:\n  - type: whole\n    key: hush\n    word: loud\n", FINE);
    must_list(begin_list(NULL, NULL));
    stage_close();
}

static void read_the_world(aw_op *op, const aw_list *wish)
{
    aw_bytes content = {0};
    aw_error error = {.size = sizeof error};
    (void)wish;
    assert_string_equal(aw_env(op, "WORD"), "yes and no");
    assert_null(aw_env(op, "UNSET"));
    assert_int_equal(aw_read_file(op, "~/.word", 100, &content, &error), 0);
    assert_int_equal(content.size, 4);
    assert_memory_equal(content.data, "word", 5);
    assert_int_equal(aw_read_file(op, "~/.word", 3, &content, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_int_equal(aw_read_file(op, "~/.none", 100, &content, &error), -1);
    assert_int_equal(error.code, AW_E_NOT_FOUND);
    engine_emit(op, "m1");
}

#define WORLD "env WORD yes and no\nfile ~/.word\nword\nend\n"

static void test_variables_and_files_are_read(void **state)
{
    (void)state;
    engine_script.list = read_the_world;
    stage_open(WHOLE WORLD);
    must_list(begin_list(NULL, NULL));
    stage_close();
}

static int always(void *arg)
{
    (void)arg;
    return 1;
}

static void read_a_variable_without_memory(aw_op *op, const aw_list *wish)
{
    (void)wish;
    mem_set_fault(always, NULL);
    assert_null(aw_env(op, "LONG"));
    mem_set_fault(NULL, NULL);
    engine_emit(op, "m1");
}

static void read_a_file_without_memory(aw_op *op, const aw_list *wish)
{
    aw_bytes content = {0};
    aw_error error = {.size = sizeof error};
    (void)wish;
    mem_set_fault(always, NULL);
    assert_int_equal(aw_read_file(op, "~/.long", 4096, &content, &error), -1);
    mem_set_fault(NULL, NULL);
    engine_emit(op, "m1");
}

/* Longer than what an operation has to begin with. */
static void open_with_long_words(void)
{
    char word[3000];
    char *recording = NULL;
    memset(word, 'w', sizeof word);
    word[sizeof word - 1] = '\0';
    assert_true(asprintf(&recording, WHOLE "env LONG %s\nfile ~/.long\n%s\nend\n", word, word) > 0);
    stage_open(recording);
    free(recording);
}

static void test_what_cannot_be_read_for_want_of_memory_fails_the_operation(void **state)
{
    (void)state;
    engine_script.list = read_a_variable_without_memory;
    open_with_long_words();
    must_not_list(begin_list(NULL, NULL), AW_E_NO_MEMORY, "memory");
    stage_close_unlike();
    engine_script.list = read_a_file_without_memory;
    open_with_long_words();
    must_not_list(begin_list(NULL, NULL), AW_E_NO_MEMORY, "memory");
    stage_close_unlike();
}

static unsigned char drawn[2][32];
static unsigned round_of_replay;

static void draw(aw_op *op, const aw_list *wish)
{
    (void)wish;
    aw_random(op, drawn[round_of_replay++ % 2], sizeof drawn[0]);
    assert_int_equal(aw_now_ms(op), 1777636800000u);
    engine_emit(op, "m1");
}

static void test_randomness_and_time_are_the_same_in_every_replay(void **state)
{
    (void)state;
    engine_script.list = draw;
    for (unsigned i = 0; i < 2; i++) {
        stage_open("clock 2026-05-01T12:00:00Z\n" WHOLE);
        must_list(begin_list(NULL, NULL));
        stage_close();
    }
    assert_memory_equal(drawn[0], drawn[1], sizeof drawn[0]);
    assert_memory_not_equal(drawn[0], drawn[0] + 16, 16);
}

static void keep(aw_op *op, const aw_list *wish)
{
    aw_bytes content = {0};
    uint64_t age_ms = 0;
    (void)wish;
    assert_int_equal(aw_cache_get(op, "prices", UINT64_MAX, &content, &age_ms), -1);
    aw_cache_put(op, "prices", "dear", 4);
    engine_emit(op, "m1");
}

static void test_nothing_is_kept_from_one_replay_to_the_next(void **state)
{
    (void)state;
    engine_script.list = keep;
    for (unsigned i = 0; i < 2; i++) {
        stage_open(WHOLE);
        must_list(begin_list(NULL, NULL));
        stage_close();
    }
}

static char logged[4096];

static void keep_line(uint32_t level, const char *line, void *arg)
{
    size_t size = strlen(logged);
    (void)arg;
    assert_in_range(level, AW_LOG_ERROR, AW_LOG_INFO);
    assert_null(strpbrk(line, "\r\n"));
    snprintf(logged + size, sizeof logged - size, "%s\n", line);
}

static void list_with_a_query(aw_op *op, const aw_list *wish)
{
    (void)wish;
    aw_log(op, AW_LOG_WARNING, "two\nlines");
    aw_log(op, AW_LOG_DEBUG, "too much");
    engine_send(op, "machines", "GET", "/machines?key=hush", 0, NULL, engine_on_machines, NULL,
                NULL);
}

static void test_the_log_says_who_asked_for_what_and_no_secret(void **state)
{
    (void)state;
    engine_script.list = list_with_a_query;
    logged[0] = '\0';
    stage_open(WHOLE ASK("GET", "/machines?key=hush") LOST ASK("GET", "/machines?key=hush")
                   SAY("200 after 7ms", "m1 r1 running"));
    stage.aw->log = keep_line;
    stage.aw->log_level = AW_LOG_INFO;
    must_list(begin_list(NULL, NULL));
    assert_contains(logged, "whole: two lines\n");
    assert_contains(logged, "whole machines: GET " ENGINE_URL "/machines: the connection broke");
    assert_contains(logged, "whole machines: again in ");
    assert_contains(logged, "whole machines: GET " ENGINE_URL "/machines: 200, 13 bytes, 7 ms\n");
    assert_null(strstr(logged, "hush"));
    assert_null(strstr(logged, "too much"));
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_a_secret_is_told_to_authenticate_alone),
        STAGE_TEST(test_variables_and_files_are_read),
        STAGE_TEST(test_what_cannot_be_read_for_want_of_memory_fails_the_operation),
        STAGE_TEST(test_randomness_and_time_are_the_same_in_every_replay),
        STAGE_TEST(test_nothing_is_kept_from_one_replay_to_the_next),
        STAGE_TEST(test_the_log_says_who_asked_for_what_and_no_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
