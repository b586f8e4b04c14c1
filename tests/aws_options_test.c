/* SPDX-License-Identifier: Apache-2.0 */
/* What only EC2 has: reservations, placement groups, instance profiles, and options by their names. */
#include "aws_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RESERVATION(type, state, left, more)                                                       \
    "<R><capacityReservationSet><item><state>" state "</state><instanceType>" type                 \
    "</instanceType><availabilityZone>us-east-1b</availabilityZone><availableInstanceCount>" left  \
    "</availableInstanceCount>" more "</item></capacityReservationSet></R>"

static void begin_with(struct backend_host *host, const char *name, const char *value)
{
    const aw_header options[] = {{name, value}};
    aw_create wish = wish_for_graviton();
    wish.options = options;
    wish.option_count = 1;
    launch_begin(host, &wish, NULL);
}

static void begin_reserved(struct backend_host *host, const char *answer)
{
    begin_with(host, "reservation", "cr-1");
    host_answer(host, 200, IMAGE("arm64", ""));
    assert_asks(host, "Action=DescribeCapacityReservations&Version=2016-11-15"
                      "&CapacityReservationId.1=cr-1");
    host_answer(host, 200, answer);
}

static void test_a_reservation_decides_the_zone(void **state)
{
    struct backend_host host;
    (void)state;
    begin_reserved(&host, RESERVATION("c7g.large", "active", "1", "<tenancy>default</tenancy>"));
    host_answer(&host, 200, TWO_SUBNETS);
    host_answer(&host, 200, OPEN_GROUP);
    assert_contains(host_last(&host)->body, "SubnetId=subnet-b&");
    assert_contains(host_last(&host)->body,
                    "&CapacityReservationSpecification.CapacityReservationTarget."
                    "CapacityReservationId=cr-1&");
    assert_lacks(host_last(&host)->body, "InstanceMarketOptions");
    assert_lacks(host_last(&host)->body, "Tenancy");
    host_answer(&host, 400, EC2_ERROR("ReservationCapacityExceeded", "Full."));
    assert_failed(&host, AW_E_NO_CAPACITY, "Full. Tried in us-east-1b.");
    assert_int_equal(host.error.scope, AW_SCOPE_ZONE);
    host_finish(&host);
}

static void test_a_capacity_block_is_a_market_of_its_own(void **state)
{
    struct backend_host host;
    (void)state;
    begin_reserved(&host, RESERVATION("c7g.large", "active", "2",
                                      "<reservationType>capacity-block</reservationType>"
                                      "<tenancy>dedicated</tenancy>"));
    host_answer(&host, 200, TWO_SUBNETS);
    host_answer(&host, 200, OPEN_GROUP);
    assert_contains(host_last(&host)->body, "&InstanceMarketOptions.MarketType=capacity-block&");
    assert_contains(host_last(&host)->body, "&Placement.Tenancy=dedicated&");
    assert_lacks(host_last(&host)->body, "SpotOptions");
    host_finish(&host);
}

static void test_a_reservation_that_will_not_do_is_refused(void **state)
{
    static const struct {
        const char *answer;
        uint32_t code;
        const char *problem;
    } cases[] = {
        {RESERVATION("c7g.xlarge", "active", "1", ""), AW_E_INVALID,
         "The reservation cr-1 is for c7g.xlarge, not for c7g.large."},
        {RESERVATION("c7g.large", "scheduled", "1", ""), AW_E_NO_CAPACITY,
         "has no machine to give: it is scheduled, with 1 free"},
        {RESERVATION("c7g.large", "active", "0", ""), AW_E_NO_CAPACITY, "with 0 free"},
        {RESERVATION("c7g.large", "active", "many", ""), AW_E_PROTOCOL, "availableInstanceCount"},
        {"<R><capacityReservationSet/></R>", AW_E_INVALID, "There is no capacity reservation cr-1"},
        {"<R/>", AW_E_PROTOCOL, "AWS's answer to `DescribeCapacityReservations` cannot be read"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        begin_reserved(&host, cases[i].answer);
        assert_failed(&host, cases[i].code, cases[i].problem);
        assert_int_equal(host_waiting(&host), 0);
        host_finish(&host);
    }
}

static void test_a_reservation_that_does_not_exist_is_a_wrong_wish(void **state)
{
    struct backend_host host;
    (void)state;
    begin_with(&host, "reservation", "cr-1");
    host_answer(&host, 200, IMAGE("arm64", ""));
    host_answer(&host, 400, EC2_ERROR("InvalidCapacityReservationId.NotFound", "No cr-1."));
    assert_failed(&host, AW_E_INVALID, "No cr-1.");
    host_finish(&host);
}

static void test_a_reservation_is_not_for_spot(void **state)
{
    const aw_header options[] = {{"reservation", "cr-1"}};
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.options = options;
    wish.option_count = 1;
    wish.spot = 1;
    launch_begin(&host, &wish, NULL);
    assert_failed(&host, AW_E_INVALID, "A reservation is of machines on demand");
    assert_int_equal(host_waiting(&host), 0);
    host_finish(&host);
}

static void test_a_placement_group_is_named(void **state)
{
    struct backend_host host;
    (void)state;
    begin_with(&host, "placement_group", "close together");
    launch_until_run(&host);
    assert_contains(host_last(&host)->body, "&Placement.GroupName=close%20together&");
    host_finish(&host);
}

static void test_a_subnet_of_the_wish_comes_before_the_configured_ones(void **state)
{
    struct backend_host host;
    (void)state;
    begin_with(&host, "subnet", "subnet-z");
    host_answer(&host, 200, IMAGE("arm64", ""));
    assert_contains(host_last(&host)->body, "&Filter.1.Name=subnet-id&Filter.1.Value.1=subnet-z");
    host_answer(&host, 200, SUBNETS(""));
    assert_failed(&host, AW_E_INVALID, "There is none of the configured subnets or VPCs");
    host_finish(&host);
}

static void test_the_users_image_may_have_a_user(void **state)
{
    struct backend_host host;
    (void)state;
    begin_with(&host, "ssh_user", "ec2-user");
    launch_until_run(&host);
    assert_contains(host_last(&host)->body, "Tag.4.Key=archway-ssh-user&TagSpecification.1.Tag.4."
                                            "Value=ec2-user&");
    host_finish(&host);
}

static void test_an_option_that_is_not_known_is_refused(void **state)
{
    struct backend_host host;
    (void)state;
    begin_with(&host, "reservaton", "cr-1");
    assert_failed(&host, AW_E_INVALID,
                  "AWS has no option `reservaton`: there are `reservation`, `placement_group`, "
                  "`subnet` and `ssh_user`. Did you mean `reservation`?");
    host_finish(&host);
    begin_with(&host, "colour", "blue");
    assert_failed(&host, AW_E_INVALID,
                  "AWS has no option `colour`: there are `reservation`, `placement_group`, "
                  "`subnet` and `ssh_user`.");
    host_finish(&host);
}

static void test_an_instance_profile_is_a_name_or_an_arn(void **state)
{
    static const char *const names[][1] = {{"runner"},
                                           {"arn:aws:iam::123456789012:instance-profile/runner"}};
    static const char *const parts[] = {
        "&IamInstanceProfile.Name=runner&",
        "&IamInstanceProfile.Arn=arn%3Aaws%3Aiam%3A%3A123456789012%3Ainstance-profile%2Frunner&"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const aw_setting item = {"instance_profile", names[i], 1};
        const aw_settings settings = {.size = sizeof settings, .count = 1, .items = &item};
        struct backend_host host;
        aw_create wish = wish_for_graviton();
        launch_begin(&host, &wish, &settings);
        launch_until_run(&host);
        assert_contains(host_last(&host)->body, parts[i]);
        host_finish(&host);
    }
}

static void test_tags_of_the_users_are_added_and_ours_stay(void **state)
{
    static const aw_header tags[] = {{"team", "a+b=c&d"}, {"archway-owner", "me"}, {"Name", "x"}};
    struct backend_host host;
    aw_create wish = wish_for_graviton();
    (void)state;
    wish.tags = tags;
    wish.tag_count = 3;
    launch_begin(&host, &wish, NULL);
    launch_until_run(&host);
    assert_contains(
        host_last(&host)->body,
        "TagSpecification.1.Tag.4.Key=team&TagSpecification.1.Tag.4.Value=a%2Bb%3Dc%26d&"
        "TagSpecification.2.ResourceType=volume");
    assert_contains(host_last(&host)->body, "TagSpecification.2.Tag.4.Key=team");
    assert_lacks(host_last(&host)->body, "Value=me");
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_reservation_decides_the_zone),
        cmocka_unit_test(test_a_capacity_block_is_a_market_of_its_own),
        cmocka_unit_test(test_a_reservation_that_will_not_do_is_refused),
        cmocka_unit_test(test_a_reservation_that_does_not_exist_is_a_wrong_wish),
        cmocka_unit_test(test_a_reservation_is_not_for_spot),
        cmocka_unit_test(test_a_placement_group_is_named),
        cmocka_unit_test(test_a_subnet_of_the_wish_comes_before_the_configured_ones),
        cmocka_unit_test(test_the_users_image_may_have_a_user),
        cmocka_unit_test(test_an_option_that_is_not_known_is_refused),
        cmocka_unit_test(test_an_instance_profile_is_a_name_or_an_arn),
        cmocka_unit_test(test_tags_of_the_users_are_added_and_ours_stay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
