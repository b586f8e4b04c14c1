/* SPDX-License-Identifier: Apache-2.0 */
/* What was recorded answers the same again, and recorded again it is the same to the byte. */
#include "core/arena.h"
#include "core/mem.h"
#include "kit/buf.h"
#include "tests/recording_files.h"
#include "tests/scripted_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define JSON                                                                                       \
    {                                                                                              \
        "content-type", "application/json"                                                         \
    }

static struct world *record(struct world *inner, const char *folder)
{
    aw_error error = {0};
    assert_non_null(inner);
    struct world *world = world_record_create(inner, in_folder(folder), &error);
    if (!world)
        fail_msg("%s", error.message);
    return world;
}

static struct world *record_answers(const struct scripted *answers, const char *folder)
{
    struct script script = {.answers = answers};
    return record(scripted_world_create(loop, &script), folder);
}

/* The recording in a folder, to be freed. */
static char *recorded(const char *folder)
{
    char path[PATH_SIZE];
    size_t size;
    snprintf(path, sizeof path, "%s", in_folder(folder));
    return get(path, only_file(path, ".http"), &size);
}

static struct world *replay_folder(const char *folder)
{
    char path[2 * PATH_SIZE];
    aw_error error = {0};
    snprintf(path, sizeof path, "%s/%s", in_folder(folder), only_file(in_folder(folder), ".http"));
    struct world *world = world_replay_create(loop, path, &error);
    if (!world)
        fail_msg("%s", error.message);
    return world;
}

static void note_answer(kit_buf *log, const struct asked *asked)
{
    kit_buf_addf(log, "outcome %d after %llu\n", (int)asked->call.outcome,
                 (unsigned long long)asked->took_ms);
    if (asked->call.outcome != WIRE_ANSWERED)
        return;
    kit_buf_addf(log, "%u\n%s%zu bytes\n", asked->call.answer.status, asked->answer_headers,
                 asked->body_size);
    kit_buf_add(log, asked->body, asked->body_size);
}

static void note_end(kit_buf *log, const struct ran *ran)
{
    kit_buf_addf(log, "started %d timed out %d large %d status %d\n%s%s", ran->call.started,
                 ran->call.timed_out, ran->call.too_large, ran->call.result.status, ran->output,
                 ran->errors);
}

#define OWNER "my-server"
#define TOKEN "0123456789abcdef0123456789abcdef"

static char long_body[9000];
static char long_answer[900];

static const struct scripted answers[] = {
    {.status = 200,
     .headers = {JSON, {"date", "Fri, 01 May 2026 12:00:00 GMT"}, {"x-token", TOKEN}},
     .body = "{\"data\":{\"token\":\"" TOKEN "\"},\"literal\":\"{{token}}\"}",
     .after_ms = 80},
    {.status = 200, .headers = {{"x-empty", ""}}, .body = "line\n"},
    {.status = 200, .body = "\n\nline\n\n\n"},
    {.status = 200, .body = "<<< 200\n>>> GET x\n\\\n@a\nend"},
    {.status = 200, .body = "@name"},
    {.status = 200, .body = "\\"},
    {.status = 200, .body = "\n"},
    {.status = 200, .body = "\r\n"},
    {.status = 200, .body = "a\0b", .body_size = 3},
    {.status = 200, .body = "\xff\xfe"},
    {.status = 200, .body = "é {{braces}} {{ x }} {{{"},
    {.status = 204},
    {.status = 429, .headers = {{"retry-after", "1"}, JSON}, .body = long_answer},
    {.outcome = WIRE_NOT_SENT},
    {.outcome = WIRE_LOST, .after_ms = 5},
    {.outcome = WIRE_TIMED_OUT, .after_ms = 1000},
    {.outcome = WIRE_TOO_LARGE},
};

static const struct scripted program_answers[] = {
    {.status = 3, .body = "aarch64\n", .errors = "one\n  two\n\n", .after_ms = 7},
    {.status = 0, .body = "no newline"},
    {.outcome = WIRE_NOT_SENT},
    {.outcome = WIRE_TIMED_OUT, .after_ms = 60000},
    {.outcome = WIRE_TOO_LARGE},
};

/* The same requests every time; the answers come from whatever world it is. */
static void converse(struct world *world, kit_buf *log)
{
    struct asked asked;
    world->ops->name_value(world, "owner", OWNER);
    world->ops->name_value(world, "token", TOKEN);
    prepare(&asked, "POST", MACHINES "?owner=" OWNER,
            "{\"token\":\"" TOKEN "\",\"owner\":\"" OWNER "\",\"literal\":\"{{token}}\"}");
    add_header(&asked, "X-Token", TOKEN);
    add_header(&asked, "content-type", "application/json");
    send_off(&asked, world);
    wait_for(&asked);
    note_answer(log, &asked);
    for (size_t i = 1; i < sizeof answers / sizeof answers[0]; i++) {
        ask(&asked, world, "PUT", MACHINES "/1",
            i == 12                                    ? long_body
            : answers[i].body && !answers[i].body_size ? answers[i].body
                                                       : NULL);
        note_answer(log, &asked);
    }
}

static void run_programs(struct world *world, kit_buf *log)
{
    struct ran ran;
    static const char *const argv[] = {"ssh", "-o", "a \"b\"\n\\é", OWNER, NULL};
    world->ops->name_value(world, "owner", OWNER);
    for (size_t i = 0; i < sizeof program_answers / sizeof program_answers[0]; i++) {
        run(&ran, world, argv, i % 2 ? "input of " OWNER "\n" : NULL);
        note_end(log, &ran);
    }
}

/* Records it, replays the recording, and records the replay. */
static void assert_survives(const struct scripted *script,
                            void (*talk)(struct world *world, kit_buf *log), const char *first,
                            const char *second)
{
    kit_buf logs[3];
    for (int i = 0; i < 3; i++)
        kit_buf_init(&logs[i], mem_kit(), SIZE_MAX);
    struct world *world = record_answers(script, first);
    talk(world, &logs[0]);
    finish(world);
    world = replay_folder(first);
    talk(world, &logs[1]);
    finish(world);
    world = record(replay_folder(first), second);
    talk(world, &logs[2]);
    finish(world);
    assert_string_equal(kit_buf_text(&logs[1]), kit_buf_text(&logs[0]));
    assert_int_equal(logs[1].size, logs[0].size);
    assert_memory_equal(logs[1].data, logs[0].data, logs[0].size);
    char *one = recorded(first);
    char *two = recorded(second);
    assert_string_equal(two, one);
    free(one);
    free(two);
    for (int i = 0; i < 3; i++)
        kit_buf_finish(&logs[i]);
}

static void test_requests_and_answers_survive(void **state)
{
    (void)state;
    memset(long_body, 'x', sizeof long_body - 1);
    memset(long_answer, 'y', sizeof long_answer - 1);
    assert_survives(answers, converse, "requests", "requests-again");
}

static void test_programs_survive(void **state)
{
    (void)state;
    assert_survives(program_answers, run_programs, "programs", "programs-again");
}

static void test_a_recording_reads_as_if_written_by_hand(void **state)
{
    (void)state;
    struct asked asked;
    static const struct scripted script[] = {
        {.status = 200,
         .headers = {JSON, {"content-length", "2"}, {"set-cookie", "a=b"}, {"date", "today"}},
         .body = "{\"owner\":\"" OWNER "\"}",
         .after_ms = 80},
        {.status = 404},
    };
    struct world *world = record_answers(script, "by-hand");
    world->ops->name_value(world, "owner", OWNER);
    prepare(&asked, "POST", MACHINES "?owner=" OWNER, "{\"owner\":\"" OWNER "\"}\n");
    add_header(&asked, "Content-Type", "application/json");
    send_off(&asked, world);
    wait_for(&asked);
    ask(&asked, world, "GET", MACHINES "/7", NULL);
    finish(world);
    char *text = recorded("by-hand");
    assert_string_equal(text, "archway-recording 1\n"
                              "clock 2026-05-01T12:00:00Z\n"
                              "\n"
                              ">>> POST " MACHINES "?owner={{owner}}\n"
                              "Content-Type: application/json\n"
                              "\n"
                              "{\"owner\":\"{{owner}}\"}\n"
                              "\\\n"
                              "<<< 200 after 80ms\n"
                              "content-type: application/json\n"
                              "date: today\n"
                              "\n"
                              "{\"owner\":\"{{owner}}\"}\n"
                              "\n"
                              ">>> GET " MACHINES "/7\n"
                              "<<< 404\n");
    free(text);
}

static void test_other_values_take_the_place_of_the_recorded_ones(void **state)
{
    (void)state;
    struct asked asked;
    static const char *const tokens[2][2] = {{"token-one", "token-two"}, {"token-3", "token-4"}};
    static const struct scripted script[] = {
        {.status = 200, .body = "{\"token\":\"token-one\"}"},
        {.status = 200, .body = "{\"token\":\"token-two\"}"},
        {.status = 200, .body = "[\"token-one\",\"token-two\"]"},
    };
    struct world *world = record_answers(script, "tokens");
    for (int run = 0; run < 2; run++) {
        for (int i = 0; i < 2; i++) {
            world->ops->name_value(world, "token", tokens[run][i]);
            ask(&asked, world, "POST", MACHINES, tokens[run][i]);
            assert_non_null(strstr(asked.body, tokens[run][i]));
        }
        ask(&asked, world, "GET", MACHINES, NULL);
        finish(world);
        world = run ? NULL : replay_folder("tokens");
    }
    assert_string_equal(asked.body, "[\"token-3\",\"token-4\"]");
}

/* What providers are sent that is made of a token, as a name, is the same only if the token is. */
static void test_tokens_that_were_made_are_made_again_in_a_replay(void **state)
{
    (void)state;
    char made[2][3][WORLD_TOKEN];
    static const struct scripted script[] = {{.status = 200, .body = "1"}};
    struct world *world = record_answers(script, "made");
    for (int run = 0; run < 2; run++) {
        struct asked asked;
        for (int i = 0; i < 2 + run; i++)
            world->ops->token(world, made[run][i]);
        ask(&asked, world, "GET", MACHINES, NULL);
        finish(world);
        world = run ? NULL : replay_folder("made");
    }
    assert_int_equal(strlen(made[0][0]), 32);
    assert_string_equal(made[1][0], made[0][0]);
    assert_string_equal(made[1][1], made[0][1]);
    assert_string_not_equal(made[1][2], made[1][1]);
    char *text = recorded("made");
    assert_non_null(strstr(text, "\ntoken "));
    free(text);
}

static void test_a_large_body_lies_beside_the_recording(void **state)
{
    (void)state;
    struct asked asked;
    static char large[20000];
    static const struct scripted script[] = {{.status = 200}};
    memset(large, 'x', sizeof large - 1);
    memcpy(large, OWNER " ", sizeof OWNER);
    struct world *world = record_answers(script, "large");
    world->ops->name_value(world, "owner", OWNER);
    ask(&asked, world, "POST", MACHINES, large);
    finish(world);
    char folder[PATH_SIZE];
    size_t size;
    snprintf(folder, sizeof folder, "%s", in_folder("large"));
    char *body = get(folder, only_file(folder, "-1.body"), &size);
    assert_memory_equal(body, "{{owner}} xxx", 13);
    assert_int_equal(size, sizeof large - 1);
    free(body);
}

static void test_what_is_under_way_together_may_come_in_any_order(void **state)
{
    (void)state;
    struct asked slow, fast;
    static const struct scripted script[] = {{.status = 200, .body = "slow", .after_ms = 50},
                                             {.status = 200, .body = "fast", .after_ms = 10}};
    struct world *world = record_answers(script, "together");
    prepare(&slow, "GET", MACHINES "/1", NULL);
    prepare(&fast, "GET", MACHINES "/2", NULL);
    send_off(&slow, world);
    send_off(&fast, world);
    wait_for(&slow);
    assert_true(fast.done);
    finish(world);
    world = replay_folder("together");
    ask(&fast, world, "GET", MACHINES "/2", NULL);
    ask(&slow, world, "GET", MACHINES "/1", NULL);
    assert_string_equal(fast.body, "fast");
    assert_string_equal(slow.body, "slow");
    finish(world);
}

static void test_a_cancelled_request_is_recorded_as_one_without_an_answer(void **state)
{
    (void)state;
    struct asked asked;
    static const struct scripted script[] = {{.status = 200, .after_ms = 50}, {.status = 200}};
    struct world *world = record_answers(script, "cancelled");
    prepare(&asked, "GET", MACHINES "/1", NULL);
    send_off(&asked, world);
    world->ops->cancel(world, &asked.call);
    ask(&asked, world, "GET", MACHINES "/2", NULL);
    finish(world);
    char *text = recorded("cancelled");
    assert_non_null(strstr(text, "machines/1\n<<< timeout\n\n>>> GET " MACHINES "/2\n<<< 200\n"));
    assert_null(strstr(text, "order any"));
    free(text);
}

static void test_what_never_left_is_not_recorded(void **state)
{
    (void)state;
    struct asked asked;
    static const struct scripted script[] = {{.outcome = WIRE_FORBIDDEN}};
    struct world *world = record_answers(script, "forbidden");
    ask(&asked, world, "GET", "http://example.com/", NULL);
    assert_int_equal(asked.call.outcome, WIRE_FORBIDDEN);
    assert_string_equal(asked.call.problem, "scripted");
    finish(world);
    char *text = recorded("forbidden");
    assert_null(strstr(text, ">>>"));
    free(text);
}

static void test_a_recording_is_private_and_never_overwrites_another(void **state)
{
    (void)state;
    char path[2 * PATH_SIZE];
    struct stat status;
    finish(record_answers(NULL, "private"));
    finish(record_answers(NULL, "private"));
    snprintf(path, sizeof path, "%s", in_folder("private"));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    snprintf(path, sizeof path, "%s/%s", in_folder("private"),
             only_file(in_folder("private"), "-2.http"));
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    memcpy(strstr(path, "-2.http"), ".http", sizeof ".http");
    assert_int_equal(stat(path, &status), 0);
}

static void test_a_folder_that_cannot_be_written_is_refused_at_once(void **state)
{
    (void)state;
    aw_error error = {0};
    struct script script = {0};
    struct world *inner = scripted_world_create(loop, &script);
    put("a-file", "");
    assert_null(world_record_create(inner, in_folder("a-file"), &error));
    assert_int_equal(error.code, AW_E_INVALID);
    assert_null(world_record_create(inner, in_folder("no/such"), &error));
    assert_non_null(strstr(error.message, "cannot make this folder"));
    inner->ops->destroy(inner);
}

static void test_what_fails_inside_is_told(void **state)
{
    (void)state;
    struct script script = {.finish_result = -1};
    struct world *world = record(scripted_world_create(loop, &script), "inside");
    assert_string_equal(finish_failed(world), "the inner world failed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_requests_and_answers_survive),
        cmocka_unit_test(test_programs_survive),
        cmocka_unit_test(test_a_recording_reads_as_if_written_by_hand),
        cmocka_unit_test(test_other_values_take_the_place_of_the_recorded_ones),
        cmocka_unit_test(test_tokens_that_were_made_are_made_again_in_a_replay),
        cmocka_unit_test(test_a_large_body_lies_beside_the_recording),
        cmocka_unit_test(test_what_is_under_way_together_may_come_in_any_order),
        cmocka_unit_test(test_a_cancelled_request_is_recorded_as_one_without_an_answer),
        cmocka_unit_test(test_what_never_left_is_not_recorded),
        cmocka_unit_test(test_a_recording_is_private_and_never_overwrites_another),
        cmocka_unit_test(test_a_folder_that_cannot_be_written_is_refused_at_once),
        cmocka_unit_test(test_what_fails_inside_is_told),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
