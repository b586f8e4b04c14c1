/* SPDX-License-Identifier: Apache-2.0 */
/* Security groups: the user's, and Archway's own, which is made once. */
#include "aws_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MADE "<CreateSecurityGroupResponse><groupId>sg-2</groupId></CreateSecurityGroupResponse>"
#define DONE                                                                                       \
    "<AuthorizeSecurityGroupIngressResponse><return>true</return>"                                 \
    "</AuthorizeSecurityGroupIngressResponse>"
#define DUPLICATE EC2_ERROR("InvalidGroup.Duplicate", "The security group 'archway' exists.")
#define UNSEEN EC2_ERROR("InvalidGroup.NotFound", "The security group 'sg-2' does not exist")

/* Begins, as far as the question for groups. */
static void begin_groups(struct backend_host *host, const aw_settings *settings)
{
    aw_create wish = wish_for_graviton();
    launch_begin(host, &wish, settings);
    host_answer(host, 200, IMAGE("arm64", ""));
    host_answer(host, 200, TWO_SUBNETS);
    assert_asks(host, "Action=DescribeSecurityGroups&");
}

static void assert_runs_in(struct backend_host *host, const char *groups)
{
    assert_asks(host, "Action=RunInstances&");
    assert_contains(host_last(host)->body, groups);
}

static void test_a_group_that_is_there_is_used(void **state)
{
    static const char *const rules[] = {RULE("tcp", "22", "22"), RULE("tcp", "0", "65535"),
                                        "<item><ipProtocol>-1</ipProtocol></item>",
                                        RULE("icmp", "-1", "-1") RULE("tcp", "20", "23")};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char answer[1024];
        struct backend_host host;
        begin_groups(&host, NULL);
        assert_string_equal(host_last(&host)->body,
                            "Action=DescribeSecurityGroups&Version=2016-11-15"
                            "&Filter.1.Name=group-name&Filter.1.Value.1=archway"
                            "&Filter.2.Name=vpc-id&Filter.2.Value.1=vpc-1");
        snprintf(answer, sizeof answer, GROUPS(GROUP("sg-1", "%s")), rules[i]);
        host_answer(&host, 200, answer);
        assert_runs_in(&host, "&NetworkInterface.1.SecurityGroupId.1=sg-1&");
        assert_string_equal(host_results(&host), "");
        host_finish(&host);
    }
}

static void test_a_group_without_a_way_in_gets_one(void **state)
{
    static const char *const rules[] = {"", RULE("tcp", "80", "443"), RULE("tcp", "20", "21"),
                                        RULE("udp", "22", "22")};
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        char answer[1024];
        struct backend_host host;
        begin_groups(&host, NULL);
        snprintf(answer, sizeof answer, GROUPS(GROUP("sg-1", "%s")), rules[i]);
        host_answer(&host, 200, answer);
        assert_asks(&host, "Action=AuthorizeSecurityGroupIngress&Version=2016-11-15&GroupId=sg-1"
                           "&IpPermissions.1.IpProtocol=tcp&IpPermissions.1.FromPort=22"
                           "&IpPermissions.1.ToPort=22"
                           "&IpPermissions.1.IpRanges.1.CidrIp=0.0.0.0%2F0"
                           "&IpPermissions.1.Ipv6Ranges.1.CidrIpv6=%3A%3A%2F0");
        host_answer(&host, 200, DONE);
        assert_runs_in(&host, "SecurityGroupId.1=sg-1&");
        host_finish(&host);
    }
}

static void test_a_group_that_is_not_there_is_made(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(""));
    assert_string_equal(host_results(&host), "resource security-group archway, shared 1\n");
    assert_asks(&host, "Action=CreateSecurityGroup&Version=2016-11-15&GroupName=archway"
                       "&GroupDescription=Machines%20that%20Archway%20starts%3A%20ssh%20from%20"
                       "anywhere&VpcId=vpc-1&TagSpecification.1.ResourceType=security-group"
                       "&TagSpecification.1.Tag.1.Key=archway-owner"
                       "&TagSpecification.1.Tag.1.Value=my-server");
    host_answer(&host, 200, MADE);
    assert_asks(&host, "Action=AuthorizeSecurityGroupIngress&Version=2016-11-15&GroupId=sg-2&");
    host_answer(&host, 200, DONE);
    assert_runs_in(&host, "SecurityGroupId.1=sg-2&");
    host_finish(&host);
}

static void test_a_group_that_was_made_without_telling_its_id_is_found(void **state)
{
    static const char *const answers[] = {"<R/>", "<R><groupId>", "{}", ""};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct backend_host host;
        begin_groups(&host, NULL);
        host_answer(&host, 200, GROUPS(""));
        host_answer(&host, 200, answers[i]);
        assert_asks(&host, "Action=DescribeSecurityGroups&");
        host_answer(&host, 200, OPEN_GROUP);
        assert_runs_in(&host, "SecurityGroupId.1=sg-1&");
        host_finish(&host);
    }
}

static void test_a_rule_that_is_there_already_is_well(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(GROUP("sg-1", "")));
    host_answer(&host, 400, EC2_ERROR("InvalidPermission.Duplicate", "The rule exists."));
    assert_runs_in(&host, "SecurityGroupId.1=sg-1&");
    host_finish(&host);
}

static void test_whoever_comes_second_finds_the_others_group(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(""));
    host_answer(&host, 400, DUPLICATE);
    assert_asks(&host, "Action=DescribeSecurityGroups&");
    host_answer(&host, 200, OPEN_GROUP);
    assert_runs_in(&host, "SecurityGroupId.1=sg-1&");
    host_finish(&host);
}

static void test_a_group_that_is_not_listed_yet_is_waited_for(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(""));
    host_answer(&host, 400, DUPLICATE);
    for (int i = 0; i < 3; i++) {
        host_answer(&host, 200, GROUPS(""));
        host_ring(&host);
    }
    host_answer(&host, 200, OPEN_GROUP);
    assert_runs_in(&host, "SecurityGroupId.1=sg-1&");
    host_finish(&host);
}

static void test_a_group_that_is_never_listed_is_a_conflict(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(""));
    host_answer(&host, 400, DUPLICATE);
    for (int i = 0; i < 10; i++) {
        host_answer(&host, 200, GROUPS(""));
        host_ring(&host);
    }
    host_answer(&host, 200, GROUPS(""));
    assert_failed(&host, AW_E_CONFLICT, "exists in vpc-1, and does not list it");
    host_finish(&host);
}

static void test_a_group_that_was_just_made_may_not_be_known_yet(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(""));
    host_answer(&host, 200, MADE);
    host_answer(&host, 400, UNSEEN);
    host_ring(&host);
    assert_asks(&host, "Action=AuthorizeSecurityGroupIngress&");
    host_answer(&host, 200, DONE);
    assert_asks(&host, "Action=RunInstances&");
    const char *first = host_last(&host)->body;
    host_answer(&host, 400, UNSEEN);
    host_ring(&host);
    assert_string_equal(host_last(&host)->body, first);
    host_answer(&host, 200, STARTED(""));
    assert_contains(host_results(&host), "machine i-1");
    host_finish(&host);
}

static void test_a_group_that_stays_unknown_ends_the_create(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(""));
    host_answer(&host, 200, MADE);
    for (int i = 0; i < 10; i++) {
        host_answer(&host, 400, UNSEEN);
        host_ring(&host);
    }
    host_answer(&host, 400, UNSEEN);
    assert_failed(&host, AW_E_NOT_FOUND, "The security group 'sg-2' does not exist");
    host_finish(&host);
    /* One that was there before must be known. */
    begin_groups(&host, NULL);
    host_answer(&host, 200, OPEN_GROUP);
    host_answer(&host, 400, UNSEEN);
    assert_failed(&host, AW_E_INVALID, "The security group 'sg-2' does not exist");
    host_finish(&host);
}

static void test_the_configured_groups_are_used_as_they_are(void **state)
{
    static const char *const ids[] = {"sg-b", "sg-elsewhere", "sg-a"};
    const aw_setting item = {"security_groups", ids, 3};
    const aw_settings settings = {.size = sizeof settings, .count = 1, .items = &item};
    struct backend_host host;
    (void)state;
    begin_groups(&host, &settings);
    assert_contains(host_last(&host)->body,
                    "&Filter.1.Name=group-id&Filter.1.Value.1=sg-b&Filter.1.Value.2=sg-elsewhere"
                    "&Filter.1.Value.3=sg-a&Filter.2.Name=vpc-id&Filter.2.Value.1=vpc-1");
    host_answer(&host, 200, GROUPS(GROUP("sg-a", "") GROUP("sg-b", "")));
    assert_runs_in(&host, "&NetworkInterface.1.SecurityGroupId.1=sg-b"
                          "&NetworkInterface.1.SecurityGroupId.2=sg-a&");
    host_finish(&host);
    begin_groups(&host, &settings);
    host_answer(&host, 200, GROUPS(""));
    assert_failed(&host, AW_E_INVALID, "None of the configured security groups belongs to vpc-1");
    host_finish(&host);
}

static void test_groups_that_cannot_be_read_end_the_create(void **state)
{
    static const char *const answers[] = {"<R/>", GROUPS("<item/>"),
                                          GROUPS(GROUP("sg-1", RULE("tcp", "x", "22"))), "{}"};
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct backend_host host;
        begin_groups(&host, NULL);
        host_answer(&host, 200, answers[i]);
        assert_failed(&host, AW_E_PROTOCOL,
                      "AWS's answer to `DescribeSecurityGroups` cannot be read");
        assert_int_equal(host.error.retry, AW_RETRY_NEVER);
        host_finish(&host);
    }
}

static void test_who_may_make_no_group_is_told(void **state)
{
    struct backend_host host;
    (void)state;
    begin_groups(&host, NULL);
    host_answer(&host, 200, GROUPS(""));
    host_answer(&host, 403, EC2_ERROR("UnauthorizedOperation", "You are not authorized."));
    assert_failed(&host, AW_E_DENIED, "You are not authorized.");
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_group_that_is_there_is_used),
        cmocka_unit_test(test_a_group_without_a_way_in_gets_one),
        cmocka_unit_test(test_a_group_that_is_not_there_is_made),
        cmocka_unit_test(test_a_group_that_was_made_without_telling_its_id_is_found),
        cmocka_unit_test(test_a_rule_that_is_there_already_is_well),
        cmocka_unit_test(test_whoever_comes_second_finds_the_others_group),
        cmocka_unit_test(test_a_group_that_is_not_listed_yet_is_waited_for),
        cmocka_unit_test(test_a_group_that_is_never_listed_is_a_conflict),
        cmocka_unit_test(test_a_group_that_was_just_made_may_not_be_known_yet),
        cmocka_unit_test(test_a_group_that_stays_unknown_ends_the_create),
        cmocka_unit_test(test_the_configured_groups_are_used_as_they_are),
        cmocka_unit_test(test_groups_that_cannot_be_read_end_the_create),
        cmocka_unit_test(test_who_may_make_no_group_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
