/* SPDX-License-Identifier: Apache-2.0 */
/* Lives of machines on EC2, from recordings: on demand and spot, listed, and ended. */
#include "aws_replay.h"

#include "core/context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define DATA "#!/bin/sh\necho \"hello from $(uname -m)\"\n"

static void test_a_graviton_lives_on_demand(void **state)
{
    struct aws_wish wish = aws_graviton();
    archway *aw = played_open("aws", "life-graviton", NULL);
    (void)state;
    wish.user_data = DATA;

    archway_job *job = ec2_create(aw, &wish);
    const aw_instance *made = assert_ec2_machine(job, AW_STATE_PENDING);
    assert_int_equal(made->arch, AW_ARCH_ARM64);
    assert_string_equal(made->token, archway_job_token(job));
    assert_string_equal(made->owner, "my-server");
    assert_string_equal(made->zone, "us-east-1a");
    assert_null(made->reason);
    assert_int_equal(made->spot, 0);
    assert_int_equal(archway_job_sent(job), 1);
    assert_int_equal(archway_job_resource_count(job), 1);
    assert_string_equal(archway_job_resource(job, 0)->kind, "security-group");
    archway_job_destroy(job);

    job = ec2_wait(aw, AW_STATE_RUNNING);
    const aw_instance *running = assert_ec2_machine(job, AW_STATE_RUNNING);
    assert_string_equal(running->public_ip, "203.0.113.25");
    assert_string_equal(running->private_ip, "172.31.7.41");
    assert_string_equal(running->ssh_user, "ubuntu");
    assert_string_equal(running->name, "runner");
    archway_job_destroy(job);

    job = ec2_list(aw);
    assert_int_equal(archway_job_instance_count(job), 1);
    assert_ec2_machine(job, AW_STATE_RUNNING);
    archway_job_destroy(job);

    job = ec2_terminate(aw, MACHINE_ID);
    assert_ec2_machine(job, AW_STATE_TERMINATING);
    archway_job_destroy(job);

    job = ec2_wait(aw, AW_STATE_TERMINATED);
    const aw_instance *gone = assert_ec2_machine(job, AW_STATE_TERMINATED);
    assert_text_has(gone->reason, "User initiated shutdown");
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_spot_machine_lives_until_it_is_interrupted(void **state)
{
    struct aws_wish wish = aws_graviton();
    archway *aw = played_open("aws", "life-spot", NULL);
    (void)state;
    wish.offer.arch = AW_ARCH_AMD64;
    wish.offer.spot = 1;
    wish.offer.instance_type = "m7i.large";
    wish.offer.zone = "us-east-1a,us-east-1c";
    wish.image = AMD64_IMAGE;
    wish.disk_mib = 40 * 1024;

    archway_job *job = ec2_create(aw, &wish);
    const aw_instance *made = assert_ec2_machine(job, AW_STATE_PENDING);
    assert_int_equal(made->arch, AW_ARCH_AMD64);
    assert_int_equal(made->spot, 1);
    assert_null(made->ssh_user);
    archway_job_destroy(job);

    job = ec2_wait(aw, AW_STATE_RUNNING);
    assert_ec2_machine(job, AW_STATE_RUNNING);
    archway_job_destroy(job);

    job = ec2_get(aw);
    const aw_instance *taken = assert_ec2_machine(job, AW_STATE_TERMINATED);
    assert_string_equal(taken->reason, "Server.SpotInstanceTermination: Spot instance termination");
    archway_job_destroy(job);

    job = ec2_terminate(aw, MACHINE_ID);
    assert_ec2_machine(job, AW_STATE_TERMINATED);
    archway_job_destroy(job);
    job = ec2_wait(aw, AW_STATE_TERMINATED);
    assert_ec2_machine(job, AW_STATE_TERMINATED);
    archway_job_destroy(job);
    played_close(aw);
}

/* ---- lists ---- */

static void assert_listed(const char *recording, uint64_t count)
{
    archway *aw = played_open("aws", recording, NULL);
    archway_job *job = ec2_list(aw);
    if (archway_job_problem_count(job))
        fail_msg("%s: %s", recording, archway_job_problem(job, 0)->message);
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_instance_count(job), count);
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_list_is_whole_whatever_happens_on_the_way(void **state)
{
    static const struct {
        const char *recording;
        uint64_t count;
    } cases[] = {{"list-pages", 3},
                 {"list-expired-token", 2},
                 {"list-clock-skew", 0},
                 {"list-truncated", 1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_listed(cases[i].recording, cases[i].count);
}

static void test_a_list_that_cannot_be_had_is_no_empty_one(void **state)
{
    static const struct {
        const char *recording;
        uint32_t code;
        const char *problem;
    } cases[] = {
        {"list-expired-for-good", AW_E_UNAUTHENTICATED, "Request has expired."},
        {"list-hostile", AW_E_PROTOCOL, "AWS's answer to `DescribeInstances` cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        archway *aw = played_open("aws", cases[i].recording, NULL);
        archway_job *job = ec2_list(aw);
        assert_int_equal(archway_job_problem_count(job), 1);
        const aw_error *problem = archway_job_problem(job, 0);
        assert_text_has(problem->message, cases[i].problem);
        assert_int_equal(problem->code, cases[i].code);
        archway_job_destroy(job);
        played_close(aw);
    }
}

/* ---- credentials ---- */

static void test_keys_that_end_soon_are_fetched_again(void **state)
{
    archway *aw = played_open("aws", "credentials-refresh", NULL);
    (void)state;
    for (int i = 0; i < 2; i++) {
        archway_job *job = ec2_list(aw);
        assert_int_equal(archway_job_error(job)->code, AW_OK);
        if (archway_job_problem_count(job))
            fail_msg("%s", archway_job_problem(job, 0)->message);
        archway_job_destroy(job);
    }
    played_close(aw);
}

static void test_a_metadata_service_that_does_not_answer_costs_a_second(void **state)
{
    archway *aw = played_open("aws", "credentials-imds-hops", NULL);
    uint64_t started_ms = loop_now_ms(aw->loop);
    archway_job *job = ec2_get(aw);
    (void)state;
    assert_error(job, AW_E_UNAUTHENTICATED, "HttpPutResponseHopLimit is 2");
    assert_in_range(loop_now_ms(aw->loop) - started_ms, 1, 1000);
    archway_job_destroy(job);
    played_close(aw);
}

/* ---- ends ---- */

static void test_a_machine_that_ec2_does_not_know_yet_is_asked_for_again(void **state)
{
    archway *aw = played_open("aws", "terminate-not-yet", NULL);
    archway_job *job = ec2_terminate(aw, MACHINE_ID);
    (void)state;
    assert_ec2_machine(job, AW_STATE_TERMINATING);
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_machine_that_is_gone_is_terminated(void **state)
{
    archway *aw = played_open("aws", "terminate-gone", NULL);
    archway_job *job = ec2_terminate(aw, MACHINE_ID);
    (void)state;
    assert_int_equal(archway_job_error(job)->code, AW_OK);
    assert_int_equal(archway_job_instance_count(job), 0);
    archway_job_destroy(job);
    played_close(aw);
}

static void test_what_keeps_a_machine_is_told(void **state)
{
    static const struct {
        const char *recording;
        const char *id;
        uint32_t code;
        const char *problem;
    } cases[] = {
        {"terminate-malformed", "foo", AW_E_INVALID, "Invalid id: \"foo\""},
        {"terminate-protected", MACHINE_ID, AW_E_DENIED, "'disableApiTermination'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        archway *aw = played_open("aws", cases[i].recording, NULL);
        archway_job *job = ec2_terminate(aw, cases[i].id);
        assert_error(job, cases[i].code, cases[i].problem);
        archway_job_destroy(job);
        played_close(aw);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_graviton_lives_on_demand),
        cmocka_unit_test(test_a_spot_machine_lives_until_it_is_interrupted),
        cmocka_unit_test(test_a_list_is_whole_whatever_happens_on_the_way),
        cmocka_unit_test(test_a_list_that_cannot_be_had_is_no_empty_one),
        cmocka_unit_test(test_keys_that_end_soon_are_fetched_again),
        cmocka_unit_test(test_a_metadata_service_that_does_not_answer_costs_a_second),
        cmocka_unit_test(test_a_machine_that_ec2_does_not_know_yet_is_asked_for_again),
        cmocka_unit_test(test_a_machine_that_is_gone_is_terminated),
        cmocka_unit_test(test_what_keeps_a_machine_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
