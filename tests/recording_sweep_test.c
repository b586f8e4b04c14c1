/* SPDX-License-Identifier: Apache-2.0 */
/* Neither a lack of memory nor any damage to a recording makes a crash, a leak or a false answer. */
#include "core/arena.h"
#include "core/mem.h"
#include "tests/recording_files.h"
#include "tests/scripted_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define TOKEN "0123456789abcdef"
#define ANSWER "{\"data\":[{\"token\":\"" TOKEN "\"}]}"

static const char recording[] = "archway-recording 1\n"
                                "# all that there is in a recording\n"
                                "clock 2026-05-01T12:00:00.250Z\n"
                                "order any\n"
                                "env API_KEY <secret>\n"
                                "file ~/.cloud/config\n"
                                "region = us\n"
                                "\\\n"
                                "end\n"
                                "\n"
                                ">>> POST " MACHINES "\n"
                                "content-type: application/json\n"
                                "\n"
                                "{\"token\":\"{{token}}\"}\n"
                                "<<< 200 after 80ms\n"
                                "content-type: application/json\n"
                                "x-token: {{token:1}}\n"
                                "\n"
                                "{\"data\":[{\"token\":\"{{token}}\"}]}\n"
                                "\n"
                                ">>> run [\"ssh\",\"{{token}}\"]\n"
                                "\n"
                                "@input.txt\n"
                                "<<< exit 3 after 2s\n"
                                "stderr: one\n"
                                "stderr: two\n"
                                "\n"
                                "aarch64\n"
                                "\\\n"
                                "\n"
                                ">>> GET " MACHINES "\n"
                                "<<< lost\n";

/* The allocation to fail, counted from 1, and whether all after it fail too. */
struct fault {
    unsigned long at;
    bool lasts;
    unsigned long count;
    bool hit;
};

static int should_fail(void *arg)
{
    struct fault *fault = arg;
    fault->count++;
    if (fault->count != fault->at && !(fault->lasts && fault->hit))
        return 0;
    fault->hit = true;
    return 1;
}

static bool read_things(struct world *world)
{
    struct arena arena;
    aw_bytes content = {0};
    aw_error error = {0};
    arena_init(&arena, true);
    bool right = world->ops->env(world, &arena, "API_KEY", true) != NULL;
    if (world->ops->read_file(world, &arena, "~/.cloud/config", 100, false, &content, &error) == 0)
        assert_string_equal(content.data, "region = us\n");
    else
        right = false;
    arena_finish(&arena);
    return right;
}

/* Says whether all went well. What goes wrong must not look as if it had. */
static bool converse(struct world *world)
{
    struct asked asked;
    struct ran ran;
    static const char *const argv[] = {"ssh", TOKEN, NULL};
    bool right = read_things(world);
    world->ops->name_value(world, "token", TOKEN);
    prepare(&asked, "POST", MACHINES, "{\"token\":\"" TOKEN "\"}");
    add_header(&asked, "content-type", "application/json");
    send_off(&asked, world);
    wait_for(&asked);
    right = right && asked.call.outcome == WIRE_ANSWERED;
    if (asked.call.outcome == WIRE_ANSWERED) {
        assert_string_equal(asked.body, ANSWER);
        assert_string_equal(asked.answer_headers,
                            "content-type: application/json\nx-token: " TOKEN "\n");
    }
    run(&ran, world, argv, "input of " TOKEN);
    right = right && run_is_whole(&ran.call);
    if (run_is_whole(&ran.call)) {
        assert_int_equal(ran.call.result.status, 3);
        assert_string_equal(ran.output, "aarch64\n");
        assert_string_equal(ran.errors, "one\ntwo\n");
    }
    ask(&asked, world, "GET", MACHINES, NULL);
    assert_int_not_equal(asked.call.outcome, WIRE_ANSWERED);
    return right && asked.call.outcome == WIRE_LOST;
}

static void replay_with(struct fault *fault)
{
    aw_error error = {0};
    mem_set_fault(should_fail, fault);
    struct world *world = world_replay_create(loop, in_folder("scenario.http"), &error);
    bool right = world && converse(world);
    bool finished = world && world->ops->finish(world, &error) == 0;
    mem_set_fault(NULL, NULL);
    assert_true(fault->hit || (right && finished));
    if (!world)
        assert_int_equal(error.code, AW_E_NO_MEMORY);
    if (world && !right)
        assert_false(finished);
    if (world)
        world->ops->destroy(world);
}

static void test_a_replay_survives_every_failed_allocation(void **state)
{
    (void)state;
    put("input.txt", "input of {{token}}");
    put("scenario.http", recording);
    for (int lasts = 0; lasts < 2; lasts++) {
        struct fault fault = {.hit = true};
        for (unsigned long at = 1; fault.hit && at < 10000; at++) {
            fault = (struct fault){.at = at, .lasts = lasts};
            replay_with(&fault);
        }
        assert_false(fault.hit);
    }
}

static const struct scripted answers[] = {
    {.status = 200,
     .headers = {{"content-type", "application/json"}, {"x-token", TOKEN}},
     .body = ANSWER,
     .after_ms = 80},
    {.status = 3, .body = "aarch64\n", .errors = "one\ntwo\n"},
    {.outcome = WIRE_LOST},
};
static const struct scripted_value variables[] = {{"API_KEY", "a-secret-key"}, {NULL, NULL}};
static const struct scripted_value files[] = {{"~/.cloud/config", "region = us\n"}, {NULL, NULL}};

/* The recording of the conversation, to be freed; NULL when it was not written. */
static char *record(struct fault *fault)
{
    aw_error error = {0};
    struct script script = {.answers = answers, .variables = variables, .files = files};
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", in_folder("out"));
    struct world *inner = scripted_world_create(loop, &script);
    assert_non_null(inner);
    mem_set_fault(should_fail, fault);
    struct world *world = world_record_create(inner, folder, &error);
    bool right = world && converse(world);
    bool finished = world && world->ops->finish(world, &error) == 0;
    mem_set_fault(NULL, NULL);
    if (!finished)
        assert_int_equal(error.code, AW_E_NO_MEMORY);
    (world ? world : inner)->ops->destroy(world ? world : inner);
    if (!finished)
        return NULL;
    size_t size;
    char path[2 * PATH_SIZE];
    char *text = get(folder, only_file(folder, ".http"), &size);
    snprintf(path, sizeof path, "%s/%s", folder, only_file(folder, ".http"));
    assert_int_equal(unlink(path), 0);
    if (right)
        return text;
    free(text);
    return NULL;
}

static void test_a_recorder_survives_every_failed_allocation(void **state)
{
    (void)state;
    struct fault none = {0};
    char *whole = record(&none);
    assert_non_null(whole);
    for (int lasts = 0; lasts < 2; lasts++) {
        struct fault fault = {.hit = true};
        for (unsigned long at = 1; fault.hit && at < 10000; at++) {
            fault = (struct fault){.at = at, .lasts = lasts};
            char *text = record(&fault);
            assert_true(fault.hit || text);
            if (text)
                assert_string_equal(text, whole);
            free(text);
        }
        assert_false(fault.hit);
    }
    free(whole);
}

/* Whatever can be read of it can be used. */
static void use(const char *bytes, size_t size)
{
    aw_error error = {0};
    struct asked asked;
    struct ran ran;
    struct arena arena;
    static const char *const argv[] = {"ssh", TOKEN, NULL};
    put_bytes("damaged.http", bytes, size);
    struct world *world = world_replay_create(loop, in_folder("damaged.http"), &error);
    if (!world) {
        assert_true(error.code != AW_OK && error.message[0]);
        return;
    }
    arena_init(&arena, false);
    world->ops->env(world, &arena, "API_KEY", true);
    world->ops->name_value(world, "token", TOKEN);
    ask(&asked, world, "POST", MACHINES, "{\"token\":\"" TOKEN "\"}");
    run(&ran, world, argv, "input of " TOKEN);
    ask(&asked, world, "GET", MACHINES, NULL);
    world->ops->finish(world, &error);
    world->ops->destroy(world);
    arena_finish(&arena);
}

static void test_a_recording_may_end_anywhere(void **state)
{
    (void)state;
    put("input.txt", "input of {{token}}");
    for (size_t size = 0; size < sizeof recording; size++)
        use(recording, size);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void test_a_recording_may_be_damaged_anywhere(void **state)
{
    (void)state;
    static const char pieces[] = "<>\\@{}: \n\r\x01\xff"
                                 "0a\"[]";
    uint32_t seed = 1;
    char bytes[sizeof recording + 64];
    for (int round = 0; round < 3000; round++) {
        size_t size = sizeof recording - 1;
        memcpy(bytes, recording, size);
        for (uint32_t i = 0; i < 1 + next_random(&seed) % 4; i++) {
            size_t at = next_random(&seed) % size;
            size_t moved = next_random(&seed) % 3;
            memmove(bytes + at + moved, bytes + at + (moved == 0), size - at - (moved == 0));
            size = size + moved - (moved == 0);
            for (size_t j = 0; j < moved; j++)
                bytes[at + j] = pieces[next_random(&seed) % (sizeof pieces - 1)];
        }
        use(bytes, size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_replay_survives_every_failed_allocation),
        cmocka_unit_test(test_a_recorder_survives_every_failed_allocation),
        cmocka_unit_test(test_a_recording_may_end_anywhere),
        cmocka_unit_test(test_a_recording_may_be_damaged_anywhere),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
