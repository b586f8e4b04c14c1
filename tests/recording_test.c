/* SPDX-License-Identifier: Apache-2.0 */
/* What is no recording is refused, with the line and what was expected there. */
#include "tests/recording_files.h"

#include "core/recording.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define ASKED ">>> GET " MACHINES "\n"

/* A recording, the line that is wrong in it, and words of the reason. */
struct mistake {
    const char *text;
    int line;
    const char *words;
};

static void assert_mistakes(const struct mistake *mistakes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char place[64];
        const char *reason = refusal(mistakes[i].text);
        snprintf(place, sizeof place, "/scenario.http:%d: ", mistakes[i].line);
        if (!strstr(reason, place) || !strstr(reason, mistakes[i].words))
            fail_msg("expected line %d, \"%s\": %s", mistakes[i].line, mistakes[i].words, reason);
    }
}

#define ASSERT_MISTAKES(list) assert_mistakes((list), sizeof(list) / sizeof(list)[0])

static void test_a_wrong_line_before_the_first_request_is_named(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {"clock yesterday\n", 2, "expected a time in UTC"},
        {"clock 2026-05-01T12:00:00\n", 2, "expected a time in UTC"},
        {"clock 2026-05-01T12:00:00.5Z\n", 2, "expected a time in UTC"},
        {"clock 1950-05-01T12:00:00Z\n", 2, "expected a time in UTC"},
        {"\n# a comment\norder strict\n", 4, "`order any`"},
        {"credentials good\n", 2, "expected `credentials <secret>`"},
        {"credentials\n", 2, "expected `credentials <secret>`"},
        {"token\n", 2, "expected 32 lower-case hex digits"},
        {"token 00112233445566778899AABBCCDDEEFF\n", 2, "expected 32 lower-case hex digits"},
        {"token 00112233445566778899aabbccddeeff0\n", 2, "expected 32 lower-case hex digits"},
        {"env API_KEY\n", 2, "expected a name and a value"},
        {"env\n", 2, "expected a name and a value"},
        {"env A 1\nenv A 2\n", 3, "A is here for the second time"},
        {"file\nend\n", 2, "expected a path"},
        {"env A 1\nfile /a\nline\n", 3, "expected a line `end`"},
        {"file /a\nend\nfile /a\nend\n", 4, "second time"},
        {"host example.com\n", 2, "expected `clock`"},
        {"do\n", 2, "expected what was done"},
        {"do -> denied\n", 2, "expected what was done"},
        {"and list\n", 2, "the first one with `do`"},
        {"<<< 200\n", 2, "expected `clock`"},
    };
    ASSERT_MISTAKES(mistakes);
}

static void test_a_wrong_request_is_named(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {">>> GET\n<<< 200\n", 2, "expected a request"},
        {">>> get " MACHINES "\n<<< 200\n", 2, "expected a request"},
        {">>> GET " MACHINES " HTTP/1.1\n<<< 200\n", 2, "encoded as %20"},
        {">>>GET " MACHINES "\n<<< 200\n", 2, "expected a request"},
        {ASKED "accept application/json\n<<< 200\n", 3, "expected a header"},
        {ASKED ": value\n<<< 200\n", 3, "expected a header"},
        {ASKED "a b: value\n<<< 200\n", 3, "expected a header"},
        {">>> run ssh host\n<<< exit 0\n", 2, "as JSON"},
        {">>> run []\n<<< exit 0\n", 2, "as JSON"},
        {">>> run {\"a\":\"b\"}\n<<< exit 0\n", 2, "as JSON"},
        {">>> run [\"ssh\",1]\n<<< exit 0\n", 2, "as JSON"},
        {">>> run [\"ssh\"]\ninput\n<<< exit 0\n", 3, "expected an empty line before the input"},
    };
    ASSERT_MISTAKES(mistakes);
}

static void test_a_wrong_answer_is_named(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {ASKED, 3, "expected the answer to line 2"},
        {ASKED ASKED "<<< 200\n", 3, "expected the answer to line 2"},
        {ASKED "<<< 200\n<<< 200\n", 4, "expected a request"},
        {ASKED "<<< ok\n", 3, "`<<< STATUS`"},
        {ASKED "<<< 99\n", 3, "`<<< STATUS`"},
        {ASKED "<<< 600\n", 3, "`<<< STATUS`"},
        {ASKED "<<< exit 0\n", 3, "`<<< STATUS`"},
        {ASKED "<<< 200 OK\n", 3, "`<<< STATUS`"},
        {ASKED "<<< 200 after 80\n", 3, "after 80ms"},
        {ASKED "<<< 200 after ms\n", 3, "after 80ms"},
        {ASKED "<<< 200 after 99999999999999999999ms\n", 3, "after 80ms"},
        {ASKED "<<< 200 cut 20\n", 3, "cut after 20"},
        {ASKED "<<< lost cut after 20\n", 3, "cut after 20"},
        {ASKED "<<< 200 cut after 99999999999\n", 3, "cut after 20"},
        {">>> run [\"a\"]\n<<< 200\n", 3, "`<<< exit STATUS`"},
        {">>> run [\"a\"]\n<<< exit 256\n", 3, "`<<< exit STATUS`"},
        {">>> run [\"a\"]\n<<< exit\n", 3, "`<<< exit STATUS`"},
        {">>> run [\"a\"]\n<<< lost\n", 3, "`<<< exit STATUS`"},
        {">>> run [\"a\"]\n<<< exit 0\nstdout: a\n", 4, "expected `stderr: text`"},
    };
    ASSERT_MISTAKES(mistakes);
}

static void test_a_body_beside_it_must_be_beside_it(void **state)
{
    (void)state;
    static const struct mistake mistakes[] = {
        {ASKED "<<< 200\n\n@missing\n", 5, "No such file"},
        {ASKED "<<< 200\n\n@\n", 5, "expected @ and the name"},
        {ASKED "<<< 200\n\n@../passwd\n", 5, "no folders"},
        {ASKED "<<< 200\n\n@/etc/passwd\n", 5, "no folders"},
        {ASKED "<<< 200\n\n@..\n", 5, "no dot"},
        {ASKED "<<< 200\n\n@link\n", 5, "cannot read"},
        {ASKED "<<< 200\n\n@large\n", 5, "more than 67108864"},
    };
    char large[PATH_SIZE];
    put("large", "");
    snprintf(large, sizeof large, "%s", in_folder("large"));
    assert_int_equal(truncate(large, 64 * 1024 * 1024 + 1), 0);
    assert_int_equal(symlink("/etc/passwd", in_folder("link")), 0);
    ASSERT_MISTAKES(mistakes);
}

static const char *refusal_of_bytes(const char *bytes, size_t size)
{
    static aw_error error;
    put_bytes("bytes.http", bytes, size);
    assert_null(world_replay_create(loop, in_folder("bytes.http"), &error));
    assert_int_equal(error.code, AW_E_INVALID);
    return error.message;
}

static void test_what_is_no_recording_is_refused(void **state)
{
    (void)state;
    static const char *const others[] = {"", "archway-recording 2\n", "archway-recording 1\r\n",
                                         "{\"log\":{}}\n", "archway-recording 1 \n"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_non_null(strstr(refusal_of_bytes(others[i], strlen(others[i])),
                               "/bytes.http:1: expected `archway-recording 1`"));
    assert_non_null(strstr(refusal_of_bytes(FIRST_LINE "\n\0\n", sizeof FIRST_LINE "\n\0\n" - 1),
                           "/bytes.http:3: a recording is text"));
}

static void test_a_path_must_name_a_file(void **state)
{
    (void)state;
    aw_error error = {0};
    assert_null(world_replay_create(loop, root, &error));
    assert_non_null(strstr(error.message, "this is a folder: name a file in it"));
    assert_null(world_replay_create(loop, in_folder("nothing.http"), &error));
    assert_int_equal(error.code, AW_E_NOT_FOUND);
    assert_null(world_replay_create(loop, "/dev/zero", &error));
    assert_non_null(strstr(error.message, "not a regular file"));
}

static void test_a_recording_in_the_current_folder_finds_its_bodies(void **state)
{
    (void)state;
    struct asked asked;
    aw_error error = {0};
    char before[PATH_MAX];
    put("body.txt", "beside");
    put("here.http", FIRST_LINE ASKED "<<< 200\n\n@body.txt\n");
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(root), 0);
    struct world *world = world_replay_create(loop, "here.http", &error);
    assert_int_equal(chdir(before), 0);
    assert_non_null(world);
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_string_equal(asked.body, "beside");
    finish(world);
}

static void test_a_recording_tells_what_was_done(void **state)
{
    (void)state;
    struct recording recording;
    aw_error error = {0};
    put("scenario.http", "archway-recording 1\ndo offers\ndo  create {\"a\": \"x -> y\"}\n"
                         "and get {\"id\":\"m-1\"} -> not_found\n\n" ASKED "<<< 200\n");
    recording_init(&recording);
    assert_int_equal(recording_read(&recording, in_folder("scenario.http"), &error), 0);
    assert_int_equal(recording.act_count, 3);
    assert_string_equal(recording.acts[0].verb, "offers");
    assert_string_equal(recording.acts[0].inputs, "");
    assert_string_equal(recording.acts[0].outcome, "");
    assert_string_equal(recording.acts[1].inputs, "{\"a\": \"x -> y\"}");
    assert_string_equal(recording.acts[1].outcome, "");
    assert_false(recording.acts[1].together);
    assert_true(recording.acts[2].together);
    assert_int_equal(recording.acts[2].line, 4);
    assert_string_equal(recording.acts[2].inputs, "{\"id\":\"m-1\"}");
    assert_string_equal(recording.acts[2].outcome, "not_found");
    recording_finish(&recording);
}

static void test_a_recording_may_have_no_request(void **state)
{
    (void)state;
    finish(replay("# nothing is asked for\n\nclock 2026-05-01T12:00:00Z"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_wrong_line_before_the_first_request_is_named),
        cmocka_unit_test(test_a_wrong_request_is_named),
        cmocka_unit_test(test_a_wrong_answer_is_named),
        cmocka_unit_test(test_a_body_beside_it_must_be_beside_it),
        cmocka_unit_test(test_what_is_no_recording_is_refused),
        cmocka_unit_test(test_a_path_must_name_a_file),
        cmocka_unit_test(test_a_recording_in_the_current_folder_finds_its_bodies),
        cmocka_unit_test(test_a_recording_tells_what_was_done),
        cmocka_unit_test(test_a_recording_may_have_no_request),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
