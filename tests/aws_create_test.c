/* SPDX-License-Identifier: Apache-2.0 */
/* Machines created on EC2, from recordings: what goes wrong, and that it never leaves one that nobody knows. */
#include "aws_replay.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void test_a_machine_is_made_once_whatever_happens_on_the_way(void **state)
{
    static const struct {
        const char *recording;
        const char *zone;
    } cases[] = {
        {"capacity-next-zone", "us-east-1c"}, {"launch-lost-once", "us-east-1a"},
        {"launch-lost-found", "us-east-1a"},  {"launch-lost-sold-out", "us-east-1a"},
        {"launch-cut", "us-east-1a"},         {"launch-unreadable", "us-east-1a"},
        {"launch-throttled", "us-east-1a"},   {"group-race", "us-east-1a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct aws_wish wish = aws_graviton();
        archway *aw = played_open("aws", cases[i].recording, NULL);
        archway_job *job = ec2_create(aw, &wish);
        const aw_instance *made = assert_ec2_machine(job, AW_STATE_PENDING);
        assert_string_equal(made->token, archway_job_token(job));
        assert_string_equal(made->zone, cases[i].zone);
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_what_cannot_be_made_says_why_at_once(void **state)
{
    static const struct {
        const char *recording;
        uint32_t code;
        const char *problem;
        uint32_t scope;
    } cases[] = {
        {"capacity-nowhere", AW_E_NO_CAPACITY, "Tried in us-east-1a, us-east-1b, us-east-1c.",
         AW_SCOPE_REGION},
        {"launch-quota", AW_E_QUOTA, "your current vCPU limit of 32", AW_SCOPE_REGION},
        {"launch-denied", AW_E_DENIED, "is not authorized to perform: ec2:RunInstances",
         AW_SCOPE_REGION},
        {"launch-other-architecture", AW_E_INVALID, "does not match the architecture 'x86_64'", 0},
        {"no-default-vpc", AW_E_INVALID, "us-east-1 has no default VPC", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct aws_wish wish = aws_graviton();
        archway *aw = played_open("aws", cases[i].recording, NULL);
        archway_job *job = ec2_create(aw, &wish);
        assert_error(job, cases[i].code, cases[i].problem);
        assert_int_equal(archway_job_error(job)->retry, AW_RETRY_NEVER);
        assert_int_equal(archway_job_error(job)->scope, cases[i].scope);
        assert_int_equal(archway_job_sent(job), 0);
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_a_launch_that_nobody_knows_of_is_not_denied(void **state)
{
    const struct aws_wish wish = aws_graviton();
    archway *aw = played_open("aws", "launch-lost-not-made", NULL);
    archway_job *job = ec2_create(aw, &wish);
    (void)state;
    assert_error(job, AW_E_TIMEOUT, "it is not known whether the machine was made");
    assert_text_has(archway_job_error(job)->message, archway_job_token(job));
    assert_int_equal(archway_job_error(job)->retry, AW_RETRY_UNKNOWN);
    assert_int_equal(archway_job_sent(job), 1);
    archway_job_destroy(job);
    played_close(aw);
}

static void
test_an_image_of_the_wrong_architecture_is_refused_before_anything_is_bought(void **state)
{
    struct aws_wish wish = aws_graviton();
    archway *aw = played_open("aws", "image-other-architecture", NULL);
    (void)state;
    wish.image = AMD64_IMAGE;
    archway_job *job = ec2_create(aw, &wish);
    assert_error(job, AW_E_INVALID,
                 "The image " AMD64_IMAGE " is for x86_64 and c7g.large is a machine of arm64");
    assert_int_equal(archway_job_sent(job), 0);
    archway_job_destroy(job);
    played_close(aw);
}

static void test_a_reservation_decides_zone_and_market(void **state)
{
    static const struct {
        const char *recording;
        uint32_t arch;
        const char *type;
        const char *data;
        uint64_t options;
        const char *zone;
    } cases[] = {
        {"reservation", AW_ARCH_ARM64, "c7g.large", NULL, 1, "us-east-1b"},
        {"capacity-block", AW_ARCH_AMD64, "p5.48xlarge", "gpu=nvidia", 1, "us-east-1b"},
        {"image-arm64-gpu", AW_ARCH_ARM64, "g5g.xlarge", "gpu=nvidia", 0, "us-east-1a"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aws_wish wish = aws_graviton();
        archway *aw = played_open("aws", cases[i].recording, NULL);
        wish.offer.arch = cases[i].arch;
        wish.offer.instance_type = cases[i].type;
        wish.offer.data = cases[i].data;
        wish.options[0] = (aw_header){"reservation", "cr-0123456789abcdef0"};
        wish.option_count = cases[i].options;
        archway_job *job = ec2_create(aw, &wish);
        assert_string_equal(assert_ec2_machine(job, AW_STATE_PENDING)->zone, cases[i].zone);
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void test_a_token_of_the_callers_is_one_machine(void **state)
{
    static const struct {
        const char *recording;
        uint32_t state;
    } cases[] = {{"own-token", AW_STATE_PENDING}, {"own-token-known", AW_STATE_RUNNING}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct aws_wish wish = aws_graviton();
        archway *aw = played_open("aws", cases[i].recording, NULL);
        wish.token = "order-4711-attempt-1";
        archway_job *job = ec2_create(aw, &wish);
        assert_string_equal(assert_ec2_machine(job, cases[i].state)->token, wish.token);
        archway_job_destroy(job);
        played_close(aw);
    }
}

static void write_config(char path[64], const char *text)
{
    snprintf(path, 64, "/tmp/archway-aws-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
}

static void test_the_configured_network_is_used(void **state)
{
    static const char config[] =
        "backends:\n"
        "  - type: aws\n"
        "    subnets: [subnet-0b0b0b0b0b0b0b0b0, subnet-0a0a0a0a0a0a0a0a0]\n"
        "    security_groups: [sg-0b0b0b0b0b0b0b0b0, sg-0a0a0a0a0a0a0a0a0]\n"
        "    instance_profile: runner\n"
        "    public_ip: false\n";
    char path[64];
    struct aws_wish wish = aws_graviton();
    (void)state;
    write_config(path, config);
    archway *aw = played_open("aws", "configured-network", path);
    unlink(path);
    wish.image = GRAVITON_IMAGE;
    wish.options[0] = (aw_header){"placement_group", "close"};
    wish.option_count = 1;
    archway_job *job = ec2_create(aw, &wish);
    assert_ec2_machine(job, AW_STATE_PENDING);
    assert_int_equal(archway_job_resource_count(job), 0);
    archway_job_destroy(job);
    played_close(aw);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_machine_is_made_once_whatever_happens_on_the_way),
        cmocka_unit_test(test_what_cannot_be_made_says_why_at_once),
        cmocka_unit_test(test_a_launch_that_nobody_knows_of_is_not_denied),
        cmocka_unit_test(
            test_an_image_of_the_wrong_architecture_is_refused_before_anything_is_bought),
        cmocka_unit_test(test_a_token_of_the_callers_is_one_machine),
        cmocka_unit_test(test_a_reservation_decides_zone_and_market),
        cmocka_unit_test(test_the_configured_network_is_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
