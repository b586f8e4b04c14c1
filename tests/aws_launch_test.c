/* SPDX-License-Identifier: Apache-2.0 */
/* Creating a machine on EC2: the image, the reservation, and zone after zone. */
#include "aws_launch.h"

#include "backends/aws/launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_a_machine_is_started_as_it_was_wished(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    launch_begin(&host, &wish, NULL);
    launch_until_run(&host);
    assert_string_equal(
        host_last(&host)->body,
        "Action=RunInstances&Version=2016-11-15&ClientToken=" TOKEN "-716287579b4db347"
        "&ImageId=ami-1&InstanceType=c7g.large&MinCount=1&MaxCount=1"
        "&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fsda1&BlockDeviceMapping.1.Ebs.VolumeType=gp3"
        "&BlockDeviceMapping.1.Ebs.DeleteOnTermination=true"
        "&NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SubnetId=subnet-a"
        "&NetworkInterface.1.AssociatePublicIpAddress=true"
        "&NetworkInterface.1.SecurityGroupId.1=sg-1"
        "&MetadataOptions.HttpTokens=required&MetadataOptions.HttpEndpoint=enabled"
        "&InstanceInitiatedShutdownBehavior=terminate"
        "&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=Name"
        "&TagSpecification.1.Tag.1.Value=runner&TagSpecification.1.Tag.2.Key=archway-owner"
        "&TagSpecification.1.Tag.2.Value=my-server&TagSpecification.1.Tag.3.Key=archway-token"
        "&TagSpecification.1.Tag.3.Value=" TOKEN
        "&TagSpecification.2.ResourceType=volume&TagSpecification.2.Tag.1.Key=Name"
        "&TagSpecification.2.Tag.1.Value=runner&TagSpecification.2.Tag.2.Key=archway-owner"
        "&TagSpecification.2.Tag.2.Value=my-server&TagSpecification.2.Tag.3.Key=archway-token"
        "&TagSpecification.2.Tag.3.Value=" TOKEN);
    assert_int_equal(host_last(&host)->flags, AW_REQUEST_REPEATABLE);
    host_answer(&host, 200, STARTED(""));
    assert_int_equal(host.error.code, AW_OK);
    assert_contains(host_results(&host), "machine i-1 - in us-east-1: state 1 (pending), arch 2");
    assert_contains(host_results(&host), "owner my-server, token " TOKEN ", reason -");
    host_finish(&host);
}

static void test_what_was_made_beside_the_machine_is_told_too(void **state)
{
    struct backend_host host;
    const aw_create wish = wish_for_graviton();
    (void)state;
    launch_begin(&host, &wish, NULL);
    launch_until_run(&host);
    host_answer(&host, 200,
                STARTED("</item><item><instanceId>i-2</instanceId><instanceState><code>0</code>"
                        "<name>pending</name></instanceState><instanceType>c7g.large"
                        "</instanceType><architecture>arm64</architecture>"));
    assert_int_equal(host.error.code, AW_OK);
    assert_contains(host_results(&host), "machine i-1 - in us-east-1");
    assert_contains(host_results(&host), "machine i-2 - in us-east-1");
    host_finish(&host);
    launch_begin(&host, &wish, NULL);
    launch_until_run(&host);
    host_answer(&host, 200, STARTED("</item><item><instanceId>../i</instanceId>"));
    assert_contains(host_results(&host), "machine i-1 - in us-east-1");
    assert_failed(&host, AW_E_PROTOCOL, "AWS's answer to `RunInstances` cannot be read");
    host_finish(&host);
}

/* All but RunInstances is read, or may be asked for by others too: none of it can make this machine. */
static void test_no_step_before_the_launch_can_make_a_machine(void **state)
{
    const aw_header options[] = {{"reservation", "cr-1"}};
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.image = NULL;
    wish.options = options;
    wish.option_count = 1;
    launch_begin(&host, &wish, NULL);
    host_answer(&host, 200, "{\"Parameter\":{\"Value\":\"ami-1\"}}");
    host_answer(&host, 200, IMAGE("arm64", ""));
    host_answer(&host, 200,
                "<R><capacityReservationSet><item><state>active</state><instanceType>c7g.large"
                "</instanceType><availabilityZone>us-east-1a</availabilityZone>"
                "<availableInstanceCount>1</availableInstanceCount></item>"
                "</capacityReservationSet></R>");
    host_answer(&host, 200, TWO_SUBNETS);
    host_answer(&host, 200, GROUPS(""));
    host_answer(&host, 200, "<R><groupId>sg-2</groupId></R>");
    assert_asks(&host, "Action=AuthorizeSecurityGroupIngress&");
    for (size_t i = 0; i < host.request_count; i++)
        assert_int_equal(host.requests[i].flags, AW_REQUEST_REPEATABLE | AW_REQUEST_SHARED);
    host_answer(&host, 200, "<R><return>true</return></R>");
    assert_asks(&host, "Action=RunInstances&");
    host_finish(&host);
}

static void test_a_spot_machine_is_asked_for_once(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.spot = 1;
    launch_begin(&host, &wish, NULL);
    launch_until_run(&host);
    assert_contains(host_last(&host)->body,
                    "&InstanceMarketOptions.MarketType=spot"
                    "&InstanceMarketOptions.SpotOptions.SpotInstanceType=one-time"
                    "&InstanceMarketOptions.SpotOptions.InstanceInterruptionBehavior=terminate");
    host_finish(&host);
}

/* ---- the image ---- */

static void test_the_image_follows_architecture_and_gpu(void **state)
{
    static const struct {
        uint32_t arch;
        const char *data;
        const char *parameter;
    } cells[] = {
        {AW_ARCH_AMD64, NULL, "/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/"},
        {AW_ARCH_ARM64, NULL, "/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/"},
        {AW_ARCH_AMD64, "gpu=nvidia",
         "/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/"},
        {AW_ARCH_ARM64, "gpu=nvidia",
         "/deeplearning/ami/arm64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/"},
        {AW_ARCH_AMD64, "gpu=aws",
         "/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        struct backend_host host;
        char body[256];
        aw_create wish = wish_for_graviton();
        wish.arch = cells[i].arch;
        wish.offer_data = cells[i].data;
        wish.image = NULL;
        launch_begin(&host, &wish, NULL);
        snprintf(body, sizeof body, "{\"Name\":\"/aws/service%sami-id\"}", cells[i].parameter);
        assert_string_equal(host_last(&host)->line, "POST https://ssm.us-east-1.amazonaws.com/");
        assert_contains(host_last(&host)->headers, "x-amz-target: AmazonSSM.GetParameter\n");
        assert_string_equal(host_last(&host)->body, body);
        host_answer(&host, 200, "{\"Parameter\":{\"Name\":\"n\",\"Value\":\"ami-7\"}}");
        assert_asks(&host, "Action=DescribeImages&Version=2016-11-15&ImageId.1=ami-7");
        host_finish(&host);
    }
}

static void test_an_image_that_archway_chose_says_who_may_log_in(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.image = NULL;
    launch_begin(&host, &wish, NULL);
    host_answer(&host, 200, "{\"Parameter\":{\"Value\":\"ami-1\"}}");
    launch_until_run(&host);
    assert_contains(host_last(&host)->body, "&TagSpecification.1.Tag.4.Key=archway-ssh-user"
                                            "&TagSpecification.1.Tag.4.Value=ubuntu"
                                            "&TagSpecification.2.ResourceType=volume");
    host_finish(&host);
}

static void test_an_image_that_will_not_do_is_refused_before_anything_is_bought(void **state)
{
    static const struct {
        const char *answer;
        uint64_t disk_mib;
        uint32_t code;
        const char *problem;
    } cases[] = {
        {IMAGE("x86_64", ""), 0, AW_E_INVALID,
         "The image ami-1 is for x86_64 and c7g.large is a machine of arm64"},
        {IMAGE("arm64_mac", ""), 0, AW_E_INVALID, "The image ami-1 is for arm64_mac"},
        {IMAGE("i386", ""), 0, AW_E_INVALID, "The image ami-1 is for i386"},
        {IMAGE("", ""), 0, AW_E_INVALID, "The image ami-1 is for "},
        {IMAGES(""), 0, AW_E_INVALID, "There is no image ami-1 in us-east-1"},
        {IMAGE("arm64", VOLUME("40")), 39 * 1024, AW_E_INVALID,
         "needs a root disk of at least 40 GiB"},
        {IMAGE("arm64", "<rootDeviceType>instance-store</rootDeviceType>"), 0, AW_E_UNSUPPORTED,
         "has its root disk on instance-store"},
        {IMAGES("<item><architecture>arm64</architecture><imageState>pending</imageState></item>"),
         0, AW_E_INVALID, "is not available: it is pending"},
        {IMAGES("<item><architecture>arm64</architecture></item>"), 0, AW_E_PROTOCOL,
         "AWS's answer to `DescribeImages` cannot be read: imagesSet.item.rootDeviceName"},
        {"{}", 0, AW_E_PROTOCOL, "expected XML, found JSON"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        aw_create wish = wish_for_graviton();
        wish.disk_mib = cases[i].disk_mib;
        launch_begin(&host, &wish, NULL);
        host_answer(&host, 200, cases[i].answer);
        assert_failed(&host, cases[i].code, cases[i].problem);
        assert_int_equal(host_waiting(&host), 0);
        host_finish(&host);
    }
}

static void test_an_image_that_does_not_exist_is_a_wrong_wish(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    launch_begin(&host, &wish, NULL);
    host_answer(&host, 400,
                EC2_ERROR("InvalidAMIID.NotFound", "The image id '[ami-1]' does not exist"));
    assert_failed(&host, AW_E_INVALID, "The image id '[ami-1]' does not exist");
    assert_string_equal(host.error.provider_code, "InvalidAMIID.NotFound");
    host_finish(&host);
    wish.image = "ubuntu-24.04";
    launch_begin(&host, &wish, NULL);
    assert_failed(&host, AW_E_INVALID, "`ubuntu-24.04` is no image of EC2's: write its id, ami-");
    host_finish(&host);
}

static void test_a_region_without_an_image_says_what_to_write(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.image = NULL;
    wish.offer_data = "gpu=nvidia";
    launch_begin(&host, &wish, NULL);
    host_answer(&host, 400, "{\"__type\":\"ParameterNotFound\"}");
    assert_failed(&host, AW_E_INVALID,
                  "us-east-1 has no current image for arm64 with NVIDIA's driver: name one");
    host_finish(&host);
}

static void test_the_root_disk_is_the_images_own(void **state)
{
    static const struct {
        uint64_t mib;
        const char *gib;
    } sizes[] = {{40 * 1024, "40&"}, {40 * 1024 + 1, "41&"}, {UINT64_MAX, "18014398509481984&"}};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct backend_host host;
        char expected[128];
        aw_create wish = wish_for_graviton();
        wish.disk_mib = sizes[i].mib;
        launch_begin(&host, &wish, NULL);
        host_answer(&host, 200, IMAGE("arm64", VOLUME("40")));
        host_answer(&host, 200, TWO_SUBNETS);
        host_answer(&host, 200, OPEN_GROUP);
        snprintf(expected, sizeof expected, "&BlockDeviceMapping.1.Ebs.VolumeSize=%s",
                 sizes[i].gib);
        assert_contains(host_last(&host)->body, "&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fsda1&");
        assert_contains(host_last(&host)->body, expected);
        host_finish(&host);
    }
}

/* ---- tokens ---- */

static void test_every_zone_type_and_market_has_a_token_of_its_own(void **state)
{
    aw_create wish = wish_for_graviton();
    char tokens[5][LAUNCH_TOKEN];
    (void)state;
    assert_int_equal(launch_token(&wish, "us-east-1a", tokens[0]), 0);
    assert_int_equal(launch_token(&wish, "us-east-1b", tokens[1]), 0);
    wish.spot = 1;
    assert_int_equal(launch_token(&wish, "us-east-1a", tokens[2]), 0);
    wish.instance_type = "c7g.xlarge";
    assert_int_equal(launch_token(&wish, "us-east-1a", tokens[3]), 0);
    wish.token = TOKEN "0";
    assert_int_equal(launch_token(&wish, "us-east-1a", tokens[4]), 0);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(strncmp(tokens[i], TOKEN, strlen(TOKEN)), 0);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(tokens[i], tokens[k]);
    }
}

static void test_a_long_token_is_hashed_into_what_ec2_takes(void **state)
{
    aw_create wish = wish_for_graviton();
    char first[LAUNCH_TOKEN], second[LAUNCH_TOKEN];
    (void)state;
    wish.token = "a-token-of-the-callers-own-that-is-47-bytes-long";
    wish.token++;
    assert_int_equal(launch_token(&wish, "us-east-1a", first), 0);
    assert_int_equal(strlen(first), 64);
    assert_int_equal(strncmp(first, wish.token, 47), 0);
    wish.token--;
    assert_int_equal(launch_token(&wish, "us-east-1a", first), 0);
    assert_int_equal(strlen(first), 64);
    assert_int_equal(strspn(first, "0123456789abcdef"), 64);
    wish.token = "b-token-of-the-callers-own-that-is-47-bytes-long";
    assert_int_equal(launch_token(&wish, "us-east-1a", second), 0);
    assert_string_not_equal(first, second);
}

/* Each allocation of the first step fails in turn. */
static void test_a_create_without_memory_says_so(void **state)
{
    const char *const keys[] = {"ssh-ed25519 AAAA me"};
    unsigned fail_at = 0;
    bool asked = false;
    (void)state;
    while (!asked) {
        struct backend_host host;
        aw_create wish = wish_for_graviton();
        wish.ssh_keys = keys;
        wish.ssh_key_count = 1;
        wish.user_data = (aw_bytes){"#!/bin/sh\n", 10};
        host_init(&host, NULL);
        host_begin(&host);
        host.fail_at = ++fail_at;
        vtable()->create(&host.op, &wish);
        asked = host.error.code == AW_OK;
        if (asked)
            assert_asks(&host, "Action=DescribeImages&");
        else
            assert_int_equal(host.error.code, AW_E_NO_MEMORY);
        host_finish(&host);
    }
    assert_true(fail_at > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_machine_is_started_as_it_was_wished),
        cmocka_unit_test(test_what_was_made_beside_the_machine_is_told_too),
        cmocka_unit_test(test_no_step_before_the_launch_can_make_a_machine),
        cmocka_unit_test(test_a_spot_machine_is_asked_for_once),
        cmocka_unit_test(test_the_image_follows_architecture_and_gpu),
        cmocka_unit_test(test_an_image_that_archway_chose_says_who_may_log_in),
        cmocka_unit_test(test_an_image_that_will_not_do_is_refused_before_anything_is_bought),
        cmocka_unit_test(test_an_image_that_does_not_exist_is_a_wrong_wish),
        cmocka_unit_test(test_a_region_without_an_image_says_what_to_write),
        cmocka_unit_test(test_the_root_disk_is_the_images_own),
        cmocka_unit_test(test_every_zone_type_and_market_has_a_token_of_its_own),
        cmocka_unit_test(test_a_long_token_is_hashed_into_what_ec2_takes),
        cmocka_unit_test(test_a_create_without_memory_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
