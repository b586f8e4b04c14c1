/* SPDX-License-Identifier: Apache-2.0 */
/* Credentials: found once for all, and found anew when refused or old. */
#include "tests/engine_stage.h"

#include "kit/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

static void on_key(aw_op *op, const aw_response *answer, void *arg)
{
    const aw_credentials found = {.size = sizeof found, .token = answer->body.data};
    (void)arg;
    engine_cloud.authenticated++;
    aw_emit_credentials(op, &found);
}

static void ask_for_the_key(aw_op *op)
{
    engine_send(op, "key", "GET", "/key", 0, NULL, on_key, NULL, NULL);
}

static void test_all_who_wait_are_served_by_one_authentication(void **state)
{
    archway_job *jobs[10];
    (void)state;
    engine_script.authenticate = ask_for_the_key;
    stage_open(WHOLE ASK("GET", "/key") SAY("200 after 2s", "k")
                   FINE FINE FINE FINE FINE FINE FINE FINE FINE FINE FINE);
    for (size_t i = 0; i < 10; i++)
        jobs[i] = begin_list(NULL, NULL);
    for (size_t i = 0; i < 10; i++)
        must_list(jobs[i]);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.authenticated, 1);
    assert_int_equal(engine_cloud.signatures, 11);
    stage_close();
}

/* Nor after they were refused. */
static void test_a_recording_that_has_credentials_needs_none_found(void **state)
{
    (void)state;
    engine_script.authenticate = ask_for_the_key;
    stage_open(WHOLE "credentials <secret>\n" ASK("GET", "/key") SAY("200", "<secret>")
                   MACHINES SAY("401", "old") FINE);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.authenticated, 0);
    assert_int_equal(engine_cloud.signatures, 2);
    stage_close();
}

static void test_who_gives_up_waiting_leaves_the_others_theirs(void **state)
{
    (void)state;
    engine_script.authenticate = ask_for_the_key;
    stage_open(WHOLE ASK("GET", "/key") SAY("200 after 2s", "k") FINE);
    archway_job *first = begin_list(NULL, NULL);
    archway_job *second = begin_list(NULL, NULL);
    stage_pass(1000);
    archway_job_destroy(first);
    must_list(second);
    stage_close();
}

static void find_none(aw_op *op)
{
    engine_cloud.authenticated++;
    kit_fail(op, AW_E_UNAUTHENTICATED, "there is no key in any of its places");
}

static void test_a_failure_is_told_to_all_who_wait_and_tried_again_for_the_next(void **state)
{
    archway_job *jobs[5];
    (void)state;
    engine_script.authenticate = find_none;
    stage_open(WHOLE);
    for (size_t i = 0; i < 5; i++)
        jobs[i] = begin_list(NULL, NULL);
    for (size_t i = 0; i < 5; i++)
        must_not_list(jobs[i], AW_E_UNAUTHENTICATED, "no key in any of its places");
    assert_int_equal(engine_cloud.authenticated, 1);
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "no key in any of its places");
    assert_int_equal(engine_cloud.authenticated, 2);
    stage_close();
}

static void find_nothing(aw_op *op)
{
    (void)op;
}

static void find_what_is_old(aw_op *op)
{
    const aw_credentials found = {
        .size = sizeof found, .token = "old", .expires_at_ms = aw_now_ms(op)};
    aw_emit_credentials(op, &found);
}

static void test_finding_nothing_or_what_has_expired_fails(void **state)
{
    (void)state;
    engine_script.authenticate = find_nothing;
    stage_open(WHOLE);
    must_not_list(begin_list(NULL, NULL), AW_E_INTERNAL, "found no credentials");
    stage_close();
    engine_script.authenticate = find_what_is_old;
    stage_open(WHOLE);
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "expired");
    stage_close();
}

static void find_twice(aw_op *op)
{
    const aw_credentials found = {.size = sizeof found, .token = "key"};
    aw_emit_credentials(op, &found);
    aw_emit_credentials(op, &found);
}

static void test_a_key_is_found_once(void **state)
{
    (void)state;
    engine_script.authenticate = find_twice;
    stage_open(WHOLE);
    must_not_list(begin_list(NULL, NULL), AW_E_INTERNAL, "twice");
    stage_close();
}

static void test_a_key_that_is_refused_is_looked_for_again_once(void **state)
{
    (void)state;
    stage_open(WHOLE MACHINES SAY("401", "old key") FINE);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.authenticated, 2);
    assert_int_equal(stage_now_ms(), 0);
    stage_close();

    engine_cloud.authenticated = 0;
    stage_open(WHOLE MACHINES SAY("401", "old key") MACHINES SAY("401", "bad key"));
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "bad key");
    assert_int_equal(engine_cloud.authenticated, 2);
    stage_close();
}

static void find_long_key(aw_op *op)
{
    const aw_credentials found = {.size = sizeof found, .token = "sesame-sesame"};
    aw_emit_credentials(op, &found);
}

static void test_a_key_that_the_provider_repeats_is_not_told(void **state)
{
    (void)state;
    engine_script.authenticate = find_long_key;
    stage_open(WHOLE MACHINES SAY("400", "sesame-sesame is wrong"));
    must_not_list(begin_list(NULL, NULL), AW_E_INVALID, "<secret> is wrong");
    stage_close();
    stage_open(WHOLE MACHINES SAY("401", "no sesame-sesame")
                   MACHINES SAY("401", "no sesame-sesame"));
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "no <secret>");
    stage_close();
}

static void test_many_whose_key_is_refused_look_for_it_once(void **state)
{
    archway_job *jobs[3];
    (void)state;
    stage_open(WHOLE MACHINES SAY("401 after 1s", "old") MACHINES SAY("401 after 1s", "old")
                   MACHINES SAY("401 after 3s", "old") FINE FINE FINE);
    for (size_t i = 0; i < 3; i++)
        jobs[i] = begin_list(NULL, NULL);
    for (size_t i = 0; i < 3; i++)
        must_list(jobs[i]);
    assert_int_equal(engine_cloud.authenticated, 2);
    stage_close();
}

static void test_authenticate_itself_is_not_authenticated(void **state)
{
    (void)state;
    engine_script.authenticate = ask_for_the_key;
    stage_open(WHOLE ASK("GET", "/key") SAY("401", "who are you"));
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "who are you");
    stage_close();
}

static void ask_in_public(aw_op *op, const aw_list *wish)
{
    (void)wish;
    engine_send(op, "machines", "GET", "/machines", AW_REQUEST_UNSIGNED, NULL, engine_on_machines,
                NULL, NULL);
}

static void test_an_unsigned_request_needs_no_key(void **state)
{
    (void)state;
    engine_script.list = ask_in_public;
    engine_script.authenticate = find_none;
    stage_open(WHOLE FINE MACHINES SAY("401", "not for the public"));
    must_list(begin_list(NULL, NULL));
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "not for the public");
    assert_int_equal(engine_cloud.authenticated, 0);
    assert_int_equal(engine_cloud.signatures, 0);
    stage_close();
}

static int32_t cannot_sign(void *state, const aw_request *request,
                           const aw_credentials *credentials, uint64_t now_ms,
                           aw_header_sink *ret_headers, aw_error *ret_error)
{
    (void)state;
    (void)request;
    (void)credentials;
    (void)now_ms;
    (void)ret_headers;
    return kit_error_set(ret_error, AW_E_UNAUTHENTICATED, "this key cannot sign");
}

static void test_what_cannot_be_signed_is_not_sent(void **state)
{
    (void)state;
    engine_script.sign = cannot_sign;
    stage_open(WHOLE);
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "this key cannot sign");
    stage_close();
}

/* A key for ten minutes; what it is like later is the test's. */
static void find_for_ten_minutes(aw_op *op)
{
    const aw_credentials found = {
        .size = sizeof found, .token = "brief", .expires_at_ms = aw_now_ms(op) + 600000};
    engine_cloud.authenticated++;
    aw_emit_credentials(op, &found);
}

static void test_a_key_is_looked_for_again_before_it_expires(void **state)
{
    (void)state;
    engine_script.authenticate = find_for_ten_minutes;
    stage_open(WHOLE FINE FINE FINE);
    must_list(begin_list(NULL, NULL));
    stage_pass(370000);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.authenticated, 1);
    stage_pass(10000);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.authenticated, 2);
    stage_close();
}

static void test_while_the_old_key_is_good_no_new_one_is_no_failure(void **state)
{
    (void)state;
    engine_script.authenticate = find_for_ten_minutes;
    stage_open(WHOLE FINE FINE);
    must_list(begin_list(NULL, NULL));
    engine_script.authenticate = find_none;
    stage_pass(599999);
    must_list(begin_list(NULL, NULL));
    assert_int_equal(engine_cloud.authenticated, 2);
    stage_pass(1);
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "no key in any of its places");
    stage_close();
}

static void test_a_refused_key_is_not_used_again_because_no_other_is_found(void **state)
{
    (void)state;
    stage_open(WHOLE FINE MACHINES SAY("401", "revoked"));
    must_list(begin_list(NULL, NULL));
    engine_script.authenticate = find_none;
    must_not_list(begin_list(NULL, NULL), AW_E_UNAUTHENTICATED, "no key in any of its places");
    stage_close();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGE_TEST(test_all_who_wait_are_served_by_one_authentication),
        STAGE_TEST(test_a_recording_that_has_credentials_needs_none_found),
        STAGE_TEST(test_who_gives_up_waiting_leaves_the_others_theirs),
        STAGE_TEST(test_a_failure_is_told_to_all_who_wait_and_tried_again_for_the_next),
        STAGE_TEST(test_finding_nothing_or_what_has_expired_fails),
        STAGE_TEST(test_a_key_is_found_once),
        STAGE_TEST(test_a_key_that_is_refused_is_looked_for_again_once),
        STAGE_TEST(test_a_key_that_the_provider_repeats_is_not_told),
        STAGE_TEST(test_many_whose_key_is_refused_look_for_it_once),
        STAGE_TEST(test_authenticate_itself_is_not_authenticated),
        STAGE_TEST(test_an_unsigned_request_needs_no_key),
        STAGE_TEST(test_what_cannot_be_signed_is_not_sent),
        STAGE_TEST(test_a_key_is_looked_for_again_before_it_expires),
        STAGE_TEST(test_while_the_old_key_is_good_no_new_one_is_no_failure),
        STAGE_TEST(test_a_refused_key_is_not_used_again_because_no_other_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
