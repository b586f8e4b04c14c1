/* SPDX-License-Identifier: Apache-2.0 */
/* Creating a machine on EC2, played by hand: the wish, and what EC2 answers to its steps. */
#ifndef ARCHWAY_TESTS_AWS_LAUNCH_H
#define ARCHWAY_TESTS_AWS_LAUNCH_H

#include "backend_host.h"

#define TOKEN "00112233445566778899aabbccddeeff"
#define EC2_ERROR(code, message)                                                                   \
    "<Response><Errors><Error><Code>" code "</Code><Message>" message                              \
    "</Message></Error></Errors><RequestID>59dbff89</RequestID></Response>"
#define SOLD_OUT                                                                                   \
    EC2_ERROR("InsufficientInstanceCapacity", "There is no capacity in the zone you requested.")

#define IMAGES(items)                                                                              \
    "<DescribeImagesResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><imagesSet>" items \
    "</imagesSet></DescribeImagesResponse>"
#define IMAGE(arch, more)                                                                          \
    IMAGES("<item><imageId>ami-1</imageId><imageState>available</imageState><architecture>" arch   \
           "</architecture><rootDeviceName>/dev/sda1</rootDeviceName>" more "</item>")
#define VOLUME(gib)                                                                                \
    "<rootDeviceType>ebs</rootDeviceType><blockDeviceMapping><item><deviceName>/dev/sdb"           \
    "</deviceName><virtualName>ephemeral0</virtualName></item><item><deviceName>/dev/sda1"         \
    "</deviceName><ebs><volumeSize>" gib "</volumeSize></ebs></item></blockDeviceMapping>"

#define SUBNETS(items)                                                                             \
    "<DescribeSubnetsResponse><subnetSet>" items "</subnetSet></DescribeSubnetsResponse>"
#define SUBNET_IN(vpc, id, zone, more)                                                             \
    "<item><subnetId>" id "</subnetId><availabilityZone>" zone "</availabilityZone><vpcId>" vpc    \
    "</vpcId><state>available</state>" more "</item>"
#define SUBNET(id, zone)                                                                           \
    SUBNET_IN("vpc-1", id, zone,                                                                   \
              "<availableIpAddressCount>9</availableIpAddressCount>"                               \
              "<mapPublicIpOnLaunch>true</mapPublicIpOnLaunch>")
#define TWO_SUBNETS SUBNETS(SUBNET("subnet-b", "us-east-1b") SUBNET("subnet-a", "us-east-1a"))

#define GROUPS(items)                                                                              \
    "<DescribeSecurityGroupsResponse><securityGroupInfo>" items                                    \
    "</securityGroupInfo></DescribeSecurityGroupsResponse>"
#define GROUP(id, rules)                                                                           \
    "<item><groupId>" id "</groupId><groupName>archway</groupName><ipPermissions>" rules           \
    "</ipPermissions></item>"
#define RULE(protocol, from, to)                                                                   \
    "<item><ipProtocol>" protocol "</ipProtocol><fromPort>" from "</fromPort><toPort>" to          \
    "</toPort></item>"
#define OPEN_GROUP GROUPS(GROUP("sg-1", RULE("tcp", "22", "22")))

#define STARTED(more)                                                                              \
    "<RunInstancesResponse><instancesSet><item><instanceId>i-1</instanceId><instanceState><code>0" \
    "</code><name>pending</name></instanceState><instanceType>c7g.large</instanceType>"            \
    "<architecture>arm64</architecture>" more "</item></instancesSet></RunInstancesResponse>"

/* A wish for a c7g.large, whose other fields a test sets. */
static inline aw_create wish_for_graviton(void)
{
    return (aw_create){.size = sizeof(aw_create),
                       .arch = AW_ARCH_ARM64,
                       .instance_type = "c7g.large",
                       .region = "us-east-1",
                       .name = "runner",
                       .owner = "my-server",
                       .token = TOKEN,
                       .image = "ami-1"};
}

/* Opens the backend and begins to create. */
static inline void launch_begin(struct backend_host *host, const aw_create *wish,
                                const aw_settings *settings)
{
    host_init(host, &(struct host_world){.settings = settings});
    host_begin(host);
    vtable()->create(&host->op, wish);
}

/* Is this what EC2 is asked for next? */
static inline void assert_asks(const struct backend_host *host, const char *action)
{
    if (host->error.code)
        assert_contains(host->error.message, action);
    assert_contains(host_last(host)->body, action);
    if (host_waiting(host) != 1)
        assert_contains("nothing is asked", action);
}

/* Answers as far as RunInstances: the image is right, there are two zones and a group. */
static inline void launch_until_run(struct backend_host *host)
{
    assert_asks(host, "Action=DescribeImages&");
    host_answer(host, 200, IMAGE("arm64", ""));
    assert_asks(host, "Action=DescribeSubnets&");
    host_answer(host, 200, TWO_SUBNETS);
    assert_asks(host, "Action=DescribeSecurityGroups&");
    host_answer(host, 200, OPEN_GROUP);
    assert_asks(host, "Action=RunInstances&");
}

#endif
