/* SPDX-License-Identifier: Apache-2.0 */
/* No secret is ever written into a recording. */
#include "core/arena.h"
#include "tests/recording_files.h"
#include "tests/scripted_world.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const fields[] = {"jupyter_token", "x-session", NULL};
static const struct scripted_value variables[] = {
    {"API_KEY", "canary-api-key"}, {"REGION", "us-east-3"}, {NULL, NULL}};
static const struct scripted_value files[] = {
    {"~/.cloud/key", "canary in a file"}, {"~/.cloud/config", "region = us\n"}, {NULL, NULL}};
static struct arena arena;

static int start(void **state)
{
    arena_init(&arena, false);
    return make_folder(state);
}

static int end(void **state)
{
    arena_finish(&arena);
    return remove_folder(state);
}

static struct world *record(const struct scripted *answers)
{
    aw_error error = {0};
    struct script script = {.answers = answers, .variables = variables, .files = files};
    struct world *inner = scripted_world_create(loop, &script);
    assert_non_null(inner);
    struct world *world = world_record_create(inner, in_folder("out"), &error);
    if (!world)
        fail_msg("%s", error.message);
    return world;
}

/* Ends the recording, looks for canaries in every file, and returns the recording, to be freed. */
static char *finish_clean(struct world *world)
{
    char folder[PATH_SIZE];
    char *recording = NULL;
    size_t size;
    finish(world);
    snprintf(folder, sizeof folder, "%s", in_folder("out"));
    DIR *open_folder = opendir(folder);
    assert_non_null(open_folder);
    for (struct dirent *entry = readdir(open_folder); entry; entry = readdir(open_folder)) {
        if (entry->d_name[0] == '.')
            continue;
        char *text = get(folder, entry->d_name, &size);
        if (memmem(text, size, "canary", strlen("canary")))
            fail_msg("%s has a secret in it: %s", entry->d_name, text);
        if (strstr(entry->d_name, ".http"))
            recording = text;
        else
            free(text);
    }
    closedir(open_folder);
    assert_non_null(recording);
    return recording;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("expected %s in: %s", part, text);
}

static void test_secret_variables_and_files_are_masked(void **state)
{
    (void)state;
    aw_bytes content = {0};
    struct world *world = record(NULL);
    assert_string_equal(world->ops->env(world, &arena, "API_KEY", true), "canary-api-key");
    assert_string_equal(world->ops->env(world, &arena, "REGION", false), "us-east-3");
    assert_null(world->ops->env(world, &arena, "UNSET", true));
    assert_int_equal(world->ops->read_file(world, &arena, "~/.cloud/key", 99, true, &content, NULL),
                     0);
    assert_string_equal(content.data, "canary in a file");
    assert_int_equal(
        world->ops->read_file(world, &arena, "~/.cloud/config", 99, false, &content, NULL), 0);
    char *text = finish_clean(world);
    assert_has(text, "\nenv API_KEY <secret>\nenv REGION us-east-3\n"
                     "file ~/.cloud/key\n<secret>\nend\n"
                     "file ~/.cloud/config\nregion = us\n\\\nend\n");
    assert_null(strstr(text, "UNSET"));
    free(text);
}

static void test_a_variable_once_secret_is_always_secret(void **state)
{
    (void)state;
    struct world *world = record(NULL);
    world->ops->env(world, &arena, "API_KEY", false);
    world->ops->env(world, &arena, "API_KEY", true);
    world->ops->env(world, &arena, "API_KEY", false);
    char *text = finish_clean(world);
    assert_has(text, "\nenv API_KEY <secret>\n");
    free(text);
}

static void test_of_a_file_that_was_only_looked_for_nothing_is_known(void **state)
{
    (void)state;
    struct world *world = record(NULL);
    assert_true(world->ops->file_exists(world, "~/.cloud/key"));
    assert_false(world->ops->file_exists(world, "~/.cloud/nothing"));
    aw_bytes content = {0};
    assert_true(world->ops->file_exists(world, "~/.cloud/config"));
    assert_int_equal(
        world->ops->read_file(world, &arena, "~/.cloud/config", 99, false, &content, NULL), 0);
    char *text = finish_clean(world);
    assert_has(text, "\nfile ~/.cloud/key\n<secret>\nend\n");
    assert_has(text, "\nfile ~/.cloud/config\nregion = us\n\\\nend\n");
    assert_null(strstr(text, "nothing"));
    free(text);
}

static void test_secret_fields_of_answers_are_masked(void **state)
{
    (void)state;
    struct asked asked;
    static const struct scripted answers[] = {
        {.status = 200,
         .headers = {{"x-session", "canary"}, {"set-cookie", "id=canary"}, {"x-other", "1"}},
         .body = "{\"data\":[{\"jupyter_token\":\"canary\",\"id\":\"7\"}]}"},
        {.status = 200, .body = "<a><Jupyter_Token>canary</Jupyter_Token></a>"},
        {.status = 502, .body = "<html>\"jupyter_token\":\"canary\""},
    };
    struct world *world = record(answers);
    for (int i = 0; i < 3; i++) {
        prepare(&asked, "GET", MACHINES, NULL);
        asked.call.secret_fields = fields;
        send_off(&asked, world);
        wait_for(&asked);
        assert_non_null(strstr(asked.body, "canary"));
    }
    char *text = finish_clean(world);
    assert_has(text, "<<< 200\nx-session: <secret>\nx-other: 1\n\n"
                     "{\"data\":[{\"jupyter_token\":\"<secret>\",\"id\":\"7\"}]}\n");
    assert_has(text, "<Jupyter_Token>&lt;secret&gt;</Jupyter_Token>");
    free(text);
}

static void test_a_secret_that_comes_back_is_masked(void **state)
{
    (void)state;
    struct asked asked;
    static const aw_header authorization = {"Authorization", "Bearer canary-from-config"};
    static const struct scripted answers[] = {
        {.status = 401,
         .headers = {{"x-echo", "canary-api-key"}},
         .body = "{\"error\":\"bad keys canary-api-key, canary-from-config\"}"}};
    struct world *world = record(answers);
    world->ops->env(world, &arena, "API_KEY", true);
    prepare(&asked, "GET", MACHINES "?key=canary-api-key", "canary-from-config");
    add_header(&asked, "x-key", "canary-api-key");
    asked.call.signed_headers = &authorization;
    asked.call.signed_header_count = 1;
    send_off(&asked, world);
    wait_for(&asked);
    char *text = finish_clean(world);
    assert_has(text, ">>> GET " MACHINES "?key=%3Csecret%3E\nx-key: <secret>\n\n<secret>\n"
                     "<<< 401\nx-echo: <secret>\n\n{\"error\":\"bad keys <secret>, <secret>\"}\n");
    free(text);
}

static void test_of_a_conversation_of_authenticate_little_is_left(void **state)
{
    (void)state;
    struct asked asked;
    static const struct scripted answers[] = {
        {.status = 200,
         .headers = {{"content-type", "application/json"}, {"x-next", "canary"}},
         .body = "{\"access_token\":\"canary\"}"},
        {.status = 200, .body = "canary"}};
    struct world *world = record(answers);
    prepare(&asked, "POST", "https://auth.example.com/token?key=canary", "grant=canary");
    add_header(&asked, "x-metadata-token", "canary");
    add_header(&asked, "accept", "application/json");
    asked.call.secret = true;
    send_off(&asked, world);
    wait_for(&asked);
    assert_string_equal(asked.body, "{\"access_token\":\"canary\"}");
    char *text = finish_clean(world);
    assert_has(text, ">>> POST https://auth.example.com/token?<secret>\n"
                     "x-metadata-token: <secret>\naccept: application/json\n\n<secret>\n"
                     "<<< 200\ncontent-type: application/json\nx-next: <secret>\n\n<secret>\n");
    assert_has(text, "\ncredentials <secret>\n");
    free(text);
}

/* Nobody is there to hold it, and nobody must. */
static void test_a_recording_without_secrets_needs_no_authentication(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay("credentials <secret>\n"
                                 ">>> POST https://auth.example.com/token\n\n<secret>\n"
                                 "<<< 200\n\n<secret>\n"
                                 ">>> GET " MACHINES "\n<<< 200\n\n1\n");
    assert_true(world->ops->has_credentials(world));
    prepare(&asked, "GET", MACHINES, NULL);
    send_off(&asked, world);
    wait_for(&asked);
    assert_string_equal(asked.body, "1");
    finish(world);
}

static void test_such_a_conversation_can_be_replayed_with_an_answer_put_in(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> POST https://auth.example.com/token?<secret>\n\n<secret>\n"
                                 "<<< 200\n\n{\"access_token\":\"x\",\"expires_in\":3600}\n");
    prepare(&asked, "POST", "https://auth.example.com/token?key=7", "grant=any");
    asked.call.secret = true;
    send_off(&asked, world);
    wait_for(&asked);
    assert_string_equal(asked.body, "{\"access_token\":\"x\",\"expires_in\":3600}");
    finish(world);
}

static void test_a_redirect_with_a_secret_query_is_followed_in_a_replay(void **state)
{
    (void)state;
    struct asked asked;
    struct world *world = replay(">>> GET " MACHINES "\n<<< 307\n"
                                 "location: https://store.example.net/blob?%3Csecret%3E\n\n\n\n"
                                 ">>> GET https://store.example.net/blob?%3Csecret%3E\n"
                                 "<<< 200\n\na blob\n");
    prepare(&asked, "GET", MACHINES, NULL);
    send_off(&asked, world);
    wait_for(&asked);
    prepare(&asked, "GET", "https://store.example.net/blob?%3Csecret%3E", NULL);
    send_off(&asked, world);
    wait_for(&asked);
    assert_string_equal(asked.body, "a blob");
    finish(world);
}

static void test_programs_keep_their_environment_and_their_secrets(void **state)
{
    (void)state;
    struct ran ran;
    static const char *const argv[] = {"credentials", NULL};
    static const char *const environment[] = {"KEY=canary", NULL};
    static const struct scripted answers[] = {
        {.body = "{\"jupyter_token\":\"canary\"}", .errors = "ok\n"},
        {.body = "canary\n", .errors = "canary\n"}};
    struct world *world = record(answers);
    for (int i = 0; i < 2; i++) {
        prepare_run(&ran, argv, i ? "canary" : NULL);
        ran.program.environment = environment;
        ran.call.secret = i == 1;
        ran.call.secret_fields = fields;
        start_run(&ran, world);
    }
    assert_string_equal(ran.output, "canary\n");
    char *text = finish_clean(world);
    assert_has(text, ">>> run [\"credentials\"]\n<<< exit 0\nstderr: ok\n\n"
                     "{\"jupyter_token\":\"<secret>\"}\n");
    assert_has(text,
               ">>> run [\"credentials\"]\n\n<secret>\n<<< exit 0\nstderr: <secret>\n\n<secret>\n");
    free(text);
}

static void test_what_signs_a_request_is_not_recorded(void **state)
{
    (void)state;
    struct asked asked;
    static const aw_header signature[] = {{"authorization", "HMAC canary-signature"},
                                          {"x-security-token", "canary"}};
    static const struct scripted answers[] = {{.status = 200}};
    struct world *world = record(answers);
    prepare(&asked, "GET", MACHINES, NULL);
    asked.call.signed_headers = signature;
    asked.call.signed_header_count = 2;
    send_off(&asked, world);
    wait_for(&asked);
    char *text = finish_clean(world);
    assert_has(text, ">>> GET " MACHINES "\n<<< 200\n");
    free(text);
}

static void test_the_query_of_a_redirect_is_a_secret(void **state)
{
    (void)state;
    struct asked asked;
    static const struct scripted answers[] = {
        {.status = 307,
         .headers = {{"location", "https://store.example.net/blob?X-Signature=canary&until=9"}},
         .body =
             "<a href=\"https://store.example.net/blob?X-Signature=canary&amp;until=9\">there</a>"},
        {.status = 200, .body = "a blob"}};
    struct world *world = record(answers);
    prepare(&asked, "GET", MACHINES, NULL);
    send_off(&asked, world);
    wait_for(&asked);
    prepare(&asked, "GET", "https://store.example.net/blob?X-Signature=canary&until=9", NULL);
    send_off(&asked, world);
    wait_for(&asked);
    char *text = finish_clean(world);
    assert_has(text,
               "<<< 307\nlocation: https://store.example.net/blob?%3Csecret%3E\n\n<secret>\n");
    assert_has(text, ">>> GET https://store.example.net/blob?%3Csecret%3E\n<<< 200\n\na blob\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_secret_variables_and_files_are_masked, start, end),
        cmocka_unit_test_setup_teardown(test_a_variable_once_secret_is_always_secret, start, end),
        cmocka_unit_test_setup_teardown(test_of_a_file_that_was_only_looked_for_nothing_is_known,
                                        start, end),
        cmocka_unit_test_setup_teardown(test_secret_fields_of_answers_are_masked, start, end),
        cmocka_unit_test_setup_teardown(test_a_secret_that_comes_back_is_masked, start, end),
        cmocka_unit_test_setup_teardown(test_of_a_conversation_of_authenticate_little_is_left,
                                        start, end),
        cmocka_unit_test_setup_teardown(test_a_recording_without_secrets_needs_no_authentication,
                                        start, end),
        cmocka_unit_test_setup_teardown(
            test_such_a_conversation_can_be_replayed_with_an_answer_put_in, start, end),
        cmocka_unit_test_setup_teardown(test_programs_keep_their_environment_and_their_secrets,
                                        start, end),
        cmocka_unit_test_setup_teardown(test_what_signs_a_request_is_not_recorded, start, end),
        cmocka_unit_test_setup_teardown(test_the_query_of_a_redirect_is_a_secret, start, end),
        cmocka_unit_test_setup_teardown(test_a_redirect_with_a_secret_query_is_followed_in_a_replay,
                                        start, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
