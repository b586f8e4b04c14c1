/* SPDX-License-Identifier: Apache-2.0 */
/* Listing machines, and reading and ending one. */
#include "tests/engine_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define REGIONS ASK("GET", "/regions") SAY("200", "r1\nr2")
#define IN(region) ASK("GET", "/machines?region=" region)
#define ALL ASK("GET", "/machines")
#define M1 ASK("GET", "/machines/m1")

/* "a b c": the ids, in the order in which they came. */
static void must_list(archway_job *job, const char *ids)
{
    char found[256] = "";
    const aw_error *error = archway_job_error(stage_run(job));
    if (error->code)
        fail_msg("%s", error->message);
    for (uint64_t i = 0; i < archway_job_instance_count(job); i++) {
        size_t size = strlen(found);
        snprintf(found + size, sizeof found - size, "%s%s", i ? " " : "",
                 archway_job_instance(job, i, NULL)->id);
    }
    assert_string_equal(found, ids);
}

static void must_be_whole(archway_job *job)
{
    archway_backend_result result = {.size = sizeof result};
    if (archway_job_problem_count(job))
        fail_msg("%s", archway_job_problem(job, 0)->message);
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    assert_int_equal(result.error->code, AW_OK);
    assert_int_equal(result.complete, 1);
    archway_job_destroy(job);
}

static void must_lack(archway_job *job, uint32_t code, const char *region, bool answered)
{
    archway_backend_result result = {.size = sizeof result};
    assert_int_equal(archway_job_problem_count(job), 1);
    assert_int_equal(archway_job_problem(job, 0)->code, code);
    assert_string_equal(archway_job_problem(job, 0)->region, region);
    assert_int_equal(archway_job_backend(job, 0, &result), 0);
    assert_int_equal(result.error->code, answered ? AW_OK : code);
    assert_int_equal(result.complete, 0);
    archway_job_destroy(job);
}

static void test_all_regions_are_listed_at_once(void **state)
{
    (void)state;
    stage_open(ENGINE ANY_ORDER REGIONS IN("r1") SAY("200 after 2s", "a r1 running") IN("r2")
                   SAY("200 after 1s", "b r2 running"));
    uint64_t done = 0;
    uint64_t parts = 0;
    archway_job *job = begin_list(NULL, NULL);
    stage_pass(1500);
    archway_job_progress(job, &done, &parts);
    assert_int_equal(done, 2); /* the regions, and one of them */
    assert_int_equal(parts, 3);
    must_list(job, "b a");
    must_be_whole(job);
    assert_int_equal(stage_now_ms(), 2000);
    stage_close();
}

static void test_a_region_that_is_named_twice_is_listed_once(void **state)
{
    (void)state;
    stage_open(ENGINE ASK("GET", "/regions") SAY("200", "r1\nr1") IN("r1")
                   SAY("200", "a r1 running"));
    archway_job *job = begin_list(NULL, NULL);
    must_list(job, "a");
    must_be_whole(job);
    stage_close();
}

static void test_a_region_that_fails_is_a_problem_beside_the_others(void **state)
{
    (void)state;
    stage_open(ENGINE ANY_ORDER REGIONS IN("r1") SAY("403", "no") IN("r2")
                   SAY("200", "b r2 running"));
    archway_job *job = begin_list(NULL, NULL);
    must_list(job, "b");
    must_lack(job, AW_E_DENIED, "r1", true);
    stage_close();
}

static void test_a_backend_that_cannot_be_listed_has_failed(void **state)
{
    (void)state;
    stage_open(ENGINE ASK("GET", "/regions") SAY("403", "no"));
    archway_job *job = begin_list(NULL, NULL);
    must_list(job, "");
    must_lack(job, AW_E_DENIED, "", false);
    stage_close();
    stage_open(WHOLE ALL SAY("403", "no"));
    job = begin_list(NULL, NULL);
    must_list(job, "");
    must_lack(job, AW_E_DENIED, "", false);
    stage_close();
}

static void test_a_limit_shows_what_has_come_so_far(void **state)
{
    const archway_call brief = {.size = sizeof brief, .timeout_ms = 3000};
    (void)state;
    stage_open(ENGINE ANY_ORDER ASK("GET", "/regions") SAY("200 after 1s", "r1\nr2") IN("r1") SAY(
        "200 after 1s", "a r1 running") IN("r2") SAY("200 after 5s", "b r2 running"));
    archway_job *job = begin_list(NULL, &brief);
    must_list(job, "a");
    must_lack(job, AW_E_TIMEOUT, "", true);
    assert_int_equal(stage_now_ms(), 3000);
    stage_close();

    stage_open(ENGINE ANY_ORDER REGIONS IN("r1") SAY("200 after 5s", "a r1 running") IN("r2")
                   SAY("200 after 5s", "b r2 running"));
    job = begin_list(NULL, &brief);
    must_list(job, "");
    must_lack(job, AW_E_TIMEOUT, "", false);
    stage_close();

    stage_open(ENGINE ASK("GET", "/regions") SAY("200 after 5s", "r1\nr2"));
    job = begin_list(NULL, &brief);
    must_list(job, "");
    must_lack(job, AW_E_TIMEOUT, "", false);
    assert_int_equal(stage_now_ms(), 3000);
    stage_close();
}

static void test_only_machines_of_the_owner_and_the_configured_regions_are_shown(void **state)
{
    (void)state;
    stage_open(WHOLE ALL SAY("200", "a r1 running - me\nb r1 running - you\nc r1 running"));
    archway_job *job = begin_list("me", NULL);
    must_list(job, "a");
    must_be_whole(job);
    stage_close();
    stage_open_with("backends:\n  - type: whole\n    regions: [r2]\n",
                    ALL SAY("200", "a r1 running - me\nb r2 running - me"));
    job = begin_list("me", NULL);
    must_list(job, "b");
    must_be_whole(job);
    stage_close();
    stage_open_with("backends:\n  - type: engine\n    regions: [r2]\n",
                    IN("r2") SAY("200", "b r2 running"));
    job = begin_list(NULL, NULL);
    must_list(job, "b");
    must_be_whole(job);
    stage_close();
}

static void test_only_the_named_backend_is_listed(void **state)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    (void)state;
    stage_open(WHOLE KEYED ALL SAY("200", "a r1 running"));
    assert_int_equal(archway_list(stage.aw, "keyed", NULL, NULL, &job, &error), 0);
    must_list(job, "a");
    assert_int_equal(archway_job_backend_count(job), 1);
    must_be_whole(job);
    assert_int_equal(archway_list(stage.aw, "other", NULL, NULL, &job, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    stage_close();
}

static void refuse_to_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    (void)settings;
    (void)ret_state;
    kit_fail(op, AW_E_INVALID, "the word is not the right one");
}

static void test_a_backend_that_is_not_open_is_a_problem(void **state)
{
    (void)state;
    engine_script.open = refuse_to_open;
    stage_open(WHOLE);
    archway_job *job = begin_list(NULL, NULL);
    must_list(job, "");
    must_lack(job, AW_E_INVALID, "", false);
    stage_close();
}

static void test_one_machine_is_read(void **state)
{
    (void)state;
    stage_open(WHOLE M1 SAY("200", "m1 r1 running\nm2 r1 running") M1 SAY("404", "no such machine")
                   M1 SAY("200", ""));
    archway_job *job = begin_get("whole", "m1", NULL);
    must_list(job, "m1");
    must_succeed(job);
    must_fail(begin_get("whole", "m1", NULL), AW_E_NOT_FOUND);
    must_fail(begin_get("whole", "m1", NULL), AW_E_NOT_FOUND);
    stage_close();
}

/* What would be asked of a plugin must have a meaning. */
static void must_refuse(const archway_machine *machine, const char *part)
{
    archway_job *job = NULL;
    aw_error error = {.code = AW_OK};
    assert_int_equal(archway_get(stage.aw, machine, NULL, &job, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_contains(error.message, part);
    assert_int_equal(archway_terminate(stage.aw, machine, NULL, &job, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_int_equal(archway_wait(stage.aw, machine, AW_STATE_RUNNING, NULL, &job, &error), -1);
    assert_int_equal(error.code, AW_E_INVALID);
    assert_contains(error.message, part);
}

static void test_a_machine_is_named_by_backend_region_and_id(void **state)
{
    archway_machine machine = {.size = sizeof machine, .backend = "engine"};
    (void)state;
    stage_open(ENGINE WHOLE);
    must_refuse(&machine, "id");
    machine.id = "";
    must_refuse(&machine, "id");
    machine.id = "m1";
    must_refuse(&machine, "region");
    machine.backend = "other";
    must_refuse(&machine, "there is no backend");
    machine.backend = NULL;
    must_refuse(&machine, "there is no backend");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_all_regions_are_listed_at_once),
        STAGE_TEST(test_a_region_that_is_named_twice_is_listed_once),
        STAGE_TEST(test_a_region_that_fails_is_a_problem_beside_the_others),
        STAGE_TEST(test_a_backend_that_cannot_be_listed_has_failed),
        STAGE_TEST(test_a_limit_shows_what_has_come_so_far),
        STAGE_TEST(test_only_machines_of_the_owner_and_the_configured_regions_are_shown),
        STAGE_TEST(test_only_the_named_backend_is_listed),
        STAGE_TEST(test_a_backend_that_is_not_open_is_a_problem),
        STAGE_TEST(test_one_machine_is_read),
        STAGE_TEST(test_a_machine_is_named_by_backend_region_and_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
