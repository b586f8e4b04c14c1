/* SPDX-License-Identifier: Apache-2.0 */
/* Cleaning of what was made beside machines: what is found, what is left alone, and what is removed. */
#include "tests/journal_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define NO_MACHINES ASK("GET", "/machines") SAY("200", "")
#define PASS NO_MACHINES ASK("GET", "/disks") SAY("200", "")
#define GONE(id) ASK("DELETE", "/disks/" id) SAY("200", "")
#define CREATED_AT_MS 1767139200000u /* a day before a replay starts */

/* What the next listing emits; ends with one without a kind. */
static aw_resource listed[4];
static bool has_gap;

static void on_disks(aw_op *op, const aw_response *answer, void *arg)
{
    (void)answer;
    (void)arg;
    for (const aw_resource *resource = listed; resource->kind; resource++)
        aw_emit_resource(op, resource);
    if (has_gap)
        kit_report(op, AW_E_UNAVAILABLE, "a zone is down");
}

static void list_resources(aw_op *op, const aw_list *wish)
{
    assert_string_equal(wish->owner, "my-server");
    engine_send(op, "disks", "GET", "/disks", 0, NULL, on_disks, NULL, NULL);
}

static void on_removed(aw_op *op, const aw_response *answer, void *arg)
{
    (void)op;
    (void)answer;
    (void)arg;
}

static void remove_resource(aw_op *op, const aw_resource *resource)
{
    char path[64];
    assert_string_equal(resource->kind, "disk");
    assert_string_equal(resource->region, "r1");
    assert_string_equal(resource->data, "the zone of it");
    snprintf(path, sizeof path, "/disks/%s", resource->id);
    engine_send(op, "remove", "DELETE", path, 0, NULL, on_removed, NULL, NULL);
}

static const void *extension(void *state, const char *id)
{
    static const aw_resources resources = {.size = sizeof resources,
                                           .list_resources = list_resources,
                                           .remove_resource = remove_resource};
    (void)state;
    return strcmp(id, AW_RESOURCES) == 0 ? &resources : NULL;
}

static aw_resource disk(const char *id)
{
    return (aw_resource){.size = sizeof(aw_resource),
                         .kind = "disk",
                         .region = "r1",
                         .id = id,
                         .owner = "my-server",
                         .data = "the zone of it",
                         .created_at_ms = CREATED_AT_MS};
}

static void open_with(const char *recording)
{
    engine_script.extension = extension;
    memset(listed, 0, sizeof listed);
    has_gap = false;
    listed[0] = disk("d1");
    stage_open(recording);
}

/* "d1 gone, d2 kept" */
static void must_clean(uint32_t passes, uint32_t most, const char *expected)
{
    char text[512] = "";
    archway_job *job = NULL;
    archway_outcome outcome = {.size = sizeof outcome};
    aw_error error = {.code = AW_OK};
    const archway_gc_options how = {
        .size = sizeof how, .act = 1, .passes = passes, .most = most, .grace_ms = 60000};
    assert_int_equal(archway_gc(stage.aw, &how, NULL, &job, &error), 0);
    stage_run(job);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    for (uint64_t i = 0; archway_job_outcome(job, i, &outcome) == 0; i++) {
        size_t size = strlen(text);
        snprintf(text + size, sizeof text - size, "%s%s %s", size ? ", " : "", outcome.id,
                 archway_fate_name(outcome.fate));
    }
    assert_string_equal(text, expected);
    archway_job_destroy(job);
}

static void test_its_age_counts_from_when_it_was_first_seen_out_of_use(void **state)
{
    (void)state;
    open_with(WHOLE PASS PASS GONE("d1"));
    must_clean(1, 20, "d1 waiting");
    stage_pass(60000);
    must_clean(1, 20, "d1 gone");
    stage_close();
}

static void test_a_pass_in_which_it_is_in_use_does_not_count(void **state)
{
    (void)state;
    open_with(WHOLE PASS PASS PASS PASS GONE("d1"));
    must_clean(1, 20, "d1 waiting");
    stage_pass(60000);
    listed[0].in_use = 1;
    must_clean(1, 20, "d1 kept");
    listed[0].in_use = 0;
    stage_pass(60000);
    must_clean(1, 20, "d1 waiting");
    stage_pass(60000);
    must_clean(1, 20, "d1 gone");
    stage_close();
}

static void test_what_is_shared_or_marked_or_anothers_stays(void **state)
{
    (void)state;
    open_with(WHOLE PASS PASS);
    listed[0].shared = 1;
    listed[1] = disk("d2");
    listed[1].keep = 1;
    listed[2] = disk("d3");
    listed[2].owner = "my-server-2";
    must_clean(1, 20, "d1 kept, d2 kept");
    stage_pass(60000);
    must_clean(1, 20, "d1 kept, d2 kept");
    stage_close();
}

/* By the token of its create, or because the create has told of it before it was made. */
static void test_what_a_machine_in_the_journal_may_need_stays(void **state)
{
    (void)state;
    open_with(WHOLE LAUNCH SAY("200", "m1") PASS PASS);
    must_succeed(begin_create("whole", NULL, NULL));
    char token[80];
    snprintf(token, sizeof token, "%s", journal_ask("SELECT token FROM entry"));
    journal_spoil("INSERT INTO resource (entry, shared, kind, region, resource_id, made_ms)"
                  " VALUES (1, 0, 'disk', 'r1', 'd2', 0)");
    listed[0].token = token;
    listed[1] = disk("d2");
    listed[1].token = "of-no-create-here";
    must_clean(1, 20, "");
    stage_pass(60000);
    must_clean(1, 20, "");
    stage_close();
}

static void test_a_list_with_a_gap_is_not_acted_upon(void **state)
{
    (void)state;
    open_with(WHOLE PASS PASS);
    must_clean(1, 20, "d1 waiting");
    stage_pass(60000);
    has_gap = true;
    must_clean(1, 20, "");
    stage_close();
}

static void test_no_more_are_removed_than_was_said(void **state)
{
    (void)state;
    open_with(WHOLE PASS PASS GONE("d1"));
    listed[1] = disk("d2");
    must_clean(1, 1, "d1 waiting, d2 waiting");
    stage_pass(60000);
    must_clean(1, 1, "d2 found, d1 gone");
    stage_close();
}

static void test_one_that_is_in_use_after_all_stays_and_is_no_failure(void **state)
{
    (void)state;
    open_with(WHOLE PASS PASS ASK("DELETE", "/disks/d1") SAY("409", "somebody has it"));
    must_clean(1, 20, "d1 waiting");
    stage_pass(60000);
    must_clean(1, 20, "d1 kept");
    stage_close();
}

static void test_one_that_cannot_be_removed_is_told(void **state)
{
    (void)state;
    open_with(WHOLE PASS PASS ASK("DELETE", "/disks/d1") SAY("403", "not you"));
    must_clean(1, 20, "d1 waiting");
    stage_pass(60000);
    must_clean(1, 20, "d1 open");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNAL_TEST(test_its_age_counts_from_when_it_was_first_seen_out_of_use),
        JOURNAL_TEST(test_a_pass_in_which_it_is_in_use_does_not_count),
        JOURNAL_TEST(test_what_is_shared_or_marked_or_anothers_stays),
        JOURNAL_TEST(test_what_a_machine_in_the_journal_may_need_stays),
        JOURNAL_TEST(test_a_list_with_a_gap_is_not_acted_upon),
        JOURNAL_TEST(test_no_more_are_removed_than_was_said),
        JOURNAL_TEST(test_one_that_is_in_use_after_all_stays_and_is_no_failure),
        JOURNAL_TEST(test_one_that_cannot_be_removed_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
