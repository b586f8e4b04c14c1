/* SPDX-License-Identifier: Apache-2.0 */
/* Zones tried in turn, the subnets in them, and reservations that leave one only. */
#include "aws_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define UNSUPPORTED EC2_ERROR("Unsupported", "c7g.large is not supported in this zone.")

static void begin_run(struct backend_host *host)
{
    aw_create wish = wish_for_graviton();
    launch_begin(host, &wish, NULL);
    launch_until_run(host);
}

static void test_a_zone_that_is_sold_out_leads_to_the_next(void **state)
{
    static const struct {
        uint32_t status;
        const char *body;
    } refusals[] = {
        {500, SOLD_OUT},
        {400, UNSUPPORTED},
        {400, EC2_ERROR("InsufficientFreeAddressesInSubnet", "No addresses.")},
        {400, EC2_ERROR("SpotMaxPriceTooLow", "Too low.")},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct backend_host host;
        begin_run(&host);
        assert_contains(host_last(&host)->body, "&ClientToken=" TOKEN "-716287579b4db347&");
        assert_contains(host_last(&host)->body, "&NetworkInterface.1.SubnetId=subnet-a&");
        host_answer(&host, refusals[i].status, refusals[i].body);
        assert_asks(&host, "Action=RunInstances&");
        assert_lacks(host_last(&host)->body, "-716287579b4db347");
        assert_contains(host_last(&host)->body, "&NetworkInterface.1.SubnetId=subnet-b&");
        host_answer(&host, 200, STARTED(""));
        assert_contains(host_results(&host), "machine i-1");
        host_finish(&host);
    }
}

static void test_a_type_that_is_sold_out_everywhere_says_where(void **state)
{
    struct backend_host host;
    (void)state;
    begin_run(&host);
    host_answer(&host, 500, SOLD_OUT);
    host_answer(&host, 400, UNSUPPORTED);
    assert_failed(
        &host, AW_E_NO_CAPACITY,
        "There is no capacity in the zone you requested. Tried in us-east-1a, us-east-1b.");
    assert_string_equal(host.error.provider_code, "InsufficientInstanceCapacity");
    assert_int_equal(host.error.scope, AW_SCOPE_REGION);
    host_finish(&host);
}

static void test_what_another_zone_would_not_mend_ends_at_once(void **state)
{
    static const struct {
        uint32_t status;
        const char *body;
        uint32_t code;
    } refusals[] = {
        {400, EC2_ERROR("VcpuLimitExceeded", "Your limit is 32."), AW_E_QUOTA},
        {400, EC2_ERROR("MaxSpotInstanceCountExceeded", "Max."), AW_E_QUOTA},
        {403, EC2_ERROR("UnauthorizedOperation", "You are not authorized."), AW_E_DENIED},
        {400,
         EC2_ERROR("InvalidParameterValue",
                   "The architecture 'arm64' of the specified "
                   "instance type does not match the architecture 'x86_64'."),
         AW_E_INVALID},
        {400, EC2_ERROR("InvalidSubnetID.NotFound", "No such subnet."), AW_E_INVALID},
        {400, EC2_ERROR("IdempotentParameterMismatch", "Other parameters."), AW_E_CONFLICT},
        {400, EC2_ERROR("PendingVerification", "Your request is being validated."), AW_E_DENIED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        struct backend_host host;
        begin_run(&host);
        host_answer(&host, refusals[i].status, refusals[i].body);
        assert_int_equal(host.error.code, refusals[i].code);
        assert_int_equal(host.error.retry, AW_RETRY_NEVER);
        assert_int_equal(host_waiting(&host), 0);
        host_finish(&host);
    }
}

static void test_a_zone_that_may_have_made_it_is_the_last(void **state)
{
    struct backend_host host;
    (void)state;
    begin_run(&host);
    host_lose(&host);
    assert_failed(&host, AW_E_UNAVAILABLE, "the connection broke");
    assert_int_equal(host.error.retry, AW_RETRY_UNKNOWN);
    assert_int_equal(host_waiting(&host), 0);
    host_finish(&host);
}

static void test_a_launch_that_cannot_be_read_may_have_made_it(void **state)
{
    static const char *const answers[] = {
        "<RunInstancesResponse/>",
        "<RunInstancesResponse><instancesSet/></RunInstancesResponse>",
        ("<RunInstancesResponse><instancesSet><item><instanceId/></item></instancesSet>"
         "</RunInstancesResponse>"),
        "<RunInstancesResponse><instancesSet><item><instanceId>i-1</instanceId>",
        "<html>hello</html>",
        "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct backend_host host;
        begin_run(&host);
        host_answer(&host, 200, answers[i]);
        assert_failed(&host, AW_E_PROTOCOL, "AWS's answer to `RunInstances` cannot be read");
        assert_int_equal(host.error.retry, AW_RETRY_UNKNOWN);
        host_finish(&host);
    }
}

/* ---- which subnets ---- */

/* Answers with these subnets, and tells the first one that is tried. */
static void begin_in(struct backend_host *host, const aw_create *wish, const aw_settings *settings,
                     const char *subnets)
{
    launch_begin(host, wish, settings);
    host_answer(host, 200, IMAGE("arm64", ""));
    host_answer(host, 200, subnets);
    if (!host->error.code)
        host_answer(host, 200, OPEN_GROUP);
}

static void test_only_zones_that_have_the_offer_are_tried(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.zone = "us-east-1bb,us-east-1b";
    begin_in(&host, &wish, NULL, TWO_SUBNETS);
    assert_contains(host_last(&host)->body, "&NetworkInterface.1.SubnetId=subnet-b&");
    host_answer(&host, 500, SOLD_OUT);
    assert_failed(&host, AW_E_NO_CAPACITY, "Tried in us-east-1b.");
    host_finish(&host);
    wish.zone = "us-east-1,us-east-1aa,xus-east-1b";
    begin_in(&host, &wish, NULL, TWO_SUBNETS);
    assert_failed(&host, AW_E_INVALID, "There is no subnet in the zones that have this machine");
    host_finish(&host);
}

static void test_a_region_without_a_default_vpc_says_what_to_do(void **state)
{
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.zone = "us-east-1a";
    begin_in(&host, &wish, NULL, SUBNETS(""));
    assert_failed(&host, AW_E_INVALID, "us-east-1 has no default VPC: write `vpcs:` or `subnets:`");
    host_finish(&host);
    begin_in(&host, &wish, NULL, SUBNETS("<item/>"));
    assert_failed(&host, AW_E_PROTOCOL, "AWS's answer to `DescribeSubnets` cannot be read");
    host_finish(&host);
}

static void test_the_configured_network_is_used(void **state)
{
    static const char *const vpcs[] = {"vpc-9", "vpc-1"};
    static const char *const subnets[] = {"subnet-x", "subnet-b"};
    static const struct {
        aw_setting setting;
        const char *filter;
        const char *tried;
    } cases[] = {
        {{"vpcs", vpcs, 2},
         "&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-9&Filter.1.Value.2=vpc-1",
         "SubnetId=subnet-a&"},
        {{"subnets", subnets, 2},
         "&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-x&Filter.1.Value.2=subnet-b",
         "SubnetId=subnet-a&"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const aw_settings settings = {
            .size = sizeof settings, .count = 1, .items = &cases[i].setting};
        struct backend_host host;
        aw_create wish = wish_for_graviton();
        begin_in(&host, &wish, &settings, TWO_SUBNETS);
        assert_contains(host.requests[1].body, cases[i].filter);
        assert_contains(host_last(&host)->body, cases[i].tried);
        host_finish(&host);
        begin_in(&host, &wish, &settings, SUBNETS(""));
        assert_failed(&host, AW_E_INVALID, "There is none of the configured subnets or VPCs");
        host_finish(&host);
    }
}

static void test_the_best_subnet_of_a_zone_is_used(void **state)
{
#define ROOM(id, free, public)                                                                     \
    SUBNET_IN("vpc-1", id, "us-east-1a",                                                           \
              "<availableIpAddressCount>" free                                                     \
              "</availableIpAddressCount><mapPublicIpOnLaunch>" public "</mapPublicIpOnLaunch>")
    static const char *const vpcs[] = {"vpc-1"};
    static const char *const none[] = {"false"};
    const aw_setting items[] = {{"vpcs", vpcs, 1}, {"public_ip", none, 1}};
    static const struct {
        const char *subnets;
        uint32_t settings;
        const char *tried;
    } cases[] = {
        {SUBNETS(ROOM("subnet-p", "99", "false") ROOM("subnet-q", "1", "true")), 1, "subnet-q"},
        {SUBNETS(ROOM("subnet-p", "9", "false") ROOM("subnet-q", "99", "true")), 2, "subnet-p"},
        {SUBNETS(ROOM("subnet-p", "9", "true") ROOM("subnet-q", "99", "true")), 1, "subnet-q"},
        {SUBNETS(ROOM("subnet-q", "9", "true") ROOM("subnet-p", "9", "true")), 1, "subnet-p"},
        {SUBNETS("<item><subnetId>subnet-o</subnetId><availabilityZone>us-east-1a"
                 "</availabilityZone><vpcId>vpc-1</vpcId><state>pending</state></item>" ROOM(
                     "subnet-p", "0", "true")),
         1, "subnet-p"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const aw_settings settings = {
            .size = sizeof settings, .count = cases[i].settings, .items = items};
        struct backend_host host;
        char expected[64];
        aw_create wish = wish_for_graviton();
        begin_in(&host, &wish, &settings, cases[i].subnets);
        snprintf(expected, sizeof expected, "SubnetId=%s&", cases[i].tried);
        assert_contains(host_last(&host)->body, expected);
        assert_contains(host_last(&host)->body, cases[i].settings == 2
                                                    ? "AssociatePublicIpAddress=false&"
                                                    : "AssociatePublicIpAddress=true&");
        host_finish(&host);
    }
}

static void test_a_machine_lies_in_one_vpc(void **state)
{
    static const char *const vpcs[] = {"vpc-2", "vpc-1"};
    const aw_setting item = {"vpcs", vpcs, 2};
    const aw_settings settings = {.size = sizeof settings, .count = 1, .items = &item};
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    begin_in(&host, &wish, &settings,
             SUBNETS(SUBNET("subnet-a", "us-east-1a")
                         SUBNET_IN("vpc-2", "subnet-c", "us-east-1c", "")
                             SUBNET_IN("vpc-2", "subnet-b", "us-east-1b", "")));
    assert_contains(host.requests[2].body, "&Filter.2.Name=vpc-id&Filter.2.Value.1=vpc-2");
    assert_contains(host_last(&host)->body, "SubnetId=subnet-b&");
    host_answer(&host, 500, SOLD_OUT);
    host_answer(&host, 500, SOLD_OUT);
    assert_failed(&host, AW_E_NO_CAPACITY, "Tried in us-east-1b, us-east-1c.");
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_zone_that_is_sold_out_leads_to_the_next),
        cmocka_unit_test(test_a_type_that_is_sold_out_everywhere_says_where),
        cmocka_unit_test(test_what_another_zone_would_not_mend_ends_at_once),
        cmocka_unit_test(test_a_zone_that_may_have_made_it_is_the_last),
        cmocka_unit_test(test_a_launch_that_cannot_be_read_may_have_made_it),
        cmocka_unit_test(test_only_zones_that_have_the_offer_are_tried),
        cmocka_unit_test(test_a_region_without_a_default_vpc_says_what_to_do),
        cmocka_unit_test(test_the_configured_network_is_used),
        cmocka_unit_test(test_the_best_subnet_of_a_zone_is_used),
        cmocka_unit_test(test_a_machine_lies_in_one_vpc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
