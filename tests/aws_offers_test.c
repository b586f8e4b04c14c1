/* SPDX-License-Identifier: Apache-2.0 */
/* How the parts of a listing become offers, and what is told when a part is not there. */
#include "aws_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define C7G TYPE("c7g.2xlarge", BOTH, ITEM("arm64"), "")
#define M5 TYPE("m5.2xlarge", BOTH, ITEM("x86_64"), "")

static void test_a_type_is_offered_on_demand_and_as_spot(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(host, TYPES(C7G),
                     ZONES(ZONE("c7g.2xlarge", "us-east-1c") ZONE("c7g.2xlarge", "us-east-1a")),
                     PRICES(PRICE("c7g.2xlarge", "0.2900000000")),
                     SPOTS(SPOT("c7g.2xlarge", "us-east-1a", "0.1012", "2026-01-01T00:00:00Z")));
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(
        host_results(host),
        "offer c7g.2xlarge in us-east-1: arch 2 by 1, 8 vcpus, 16384 MiB, disk 0 MiB, "
        "290000000 nusd, availability 0, zone us-east-1a,us-east-1c, quota L-1216C47A:8\n"
        "offer c7g.2xlarge in us-east-1: arch 2 by 1, 8 vcpus, 16384 MiB, disk 0 MiB, "
        "101200000 nusd, availability 0, spot , zone us-east-1a, quota L-34B43A08:8\n");
}

static void test_all_parts_are_asked_for_at_once(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    assert_int_equal(host->request_count, 4);
    assert_string_equal(host->requests[0].body,
                        "Action=DescribeInstanceTypes&Version=2016-11-15&MaxResults=100");
    assert_string_equal(host->requests[1].body,
                        "Action=DescribeInstanceTypeOfferings&Version=2016-11-15"
                        "&LocationType=availability-zone&MaxResults=1000");
    assert_string_equal(host->requests[2].line,
                        "POST https://api.pricing.us-east-1.amazonaws.com/");
    assert_contains(host->requests[2].headers, "x-amz-target: AWSPriceListService.GetProducts\n");
    assert_string_equal(host->requests[3].body,
                        "Action=DescribeSpotPriceHistory&Version=2016-11-15"
                        "&ProductDescription.1=Linux%2FUNIX&StartTime=2026-01-01T00%3A00%3A00Z"
                        "&MaxResults=1000");
    for (size_t i = 0; i < 4; i++)
        assert_true(host->requests[i].flags & AW_REQUEST_REPEATABLE);
}

static void test_nothing_is_offered_before_all_parts_are_there(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, TYPES(C7G));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, PRICES(PRICE("c7g.2xlarge", "0.29")));
    assert_string_equal(host_results(host), "");
    host_answer(host, 200, SPOTS(""));
    assert_contains(host_results(host), "offer c7g.2xlarge");
}

static void test_a_type_without_a_price_is_unpriced(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(host, TYPES(C7G M5), ZONES(""), PRICES(PRICE("m5.2xlarge", "0.384")),
                     SPOTS(""));
    assert_contains(host_results(host), "offer c7g.2xlarge in us-east-1: arch 2 by 1, 8 vcpus, "
                                        "16384 MiB, disk 0 MiB, availability 0, quota");
    assert_contains(host_results(host), "384000000 nusd");
    assert_lacks(host_results(host), "problem");
}

static void test_zones_with_one_spot_price_are_one_offer(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(
        host, TYPES(C7G), ZONES(""), PRICES(PRICE("c7g.2xlarge", "0.29")),
        SPOTS(SPOT("c7g.2xlarge", "us-east-1a", "0.1012", "2026-01-01T00:00:00Z")
                  SPOT("c7g.2xlarge", "us-east-1b", "0.2", "2026-01-01T00:00:00Z")
                      SPOT("c7g.2xlarge", "us-east-1f", "0.1012", "2026-01-01T00:00:00Z")));
    assert_contains(host_results(host),
                    "101200000 nusd, availability 0, spot , zone us-east-1a,us-east-1f, ");
    assert_contains(host_results(host), "200000000 nusd, availability 0, spot , zone us-east-1b, ");
}

static void test_the_newest_spot_price_of_a_zone_counts(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(
        host, TYPES(C7G), ZONES(""), PRICES(PRICE("c7g.2xlarge", "0.29")),
        SPOTS(SPOT("c7g.2xlarge", "us-east-1a", "0.11", "2026-01-01T09:00:00.000Z")
                  SPOT("c7g.2xlarge", "us-east-1a", "0.12", "2026-01-01T10:00:00.000Z")
                      SPOT("c7g.2xlarge", "us-east-1a", "0.13", "2025-12-31T23:00:00Z")));
    assert_contains(host_results(host), "120000000 nusd");
    assert_lacks(host_results(host), "110000000 nusd");
    assert_lacks(host_results(host), "130000000 nusd");
}

static void test_spot_prices_of_other_systems_and_other_zones_do_not_count(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(
        host, TYPES(C7G), ZONES(ZONE("c7g.2xlarge", "us-east-1-bos-1a")),
        PRICES(PRICE("c7g.2xlarge", "0.29")),
        SPOTS(SPOT_OF("c7g.2xlarge", "us-east-1a", "Windows", "0.01", "2026-01-01T00:00:00Z")
                  SPOT("c7g.2xlarge", "us-east-1-bos-1a", "0.02", "2026-01-01T00:00:00Z")
                      SPOT("c7g.2xlarge", "us-east-1b", "0.000000", "2026-01-01T00:00:00Z")
                          SPOT_OF("c7g.2xlarge", "us-east-1c", "Linux/UNIX (Amazon VPC)", "0.1",
                                  "2026-01-01T00:00:00Z")));
    assert_contains(host_results(host), "100000000 nusd, availability 0, spot , zone us-east-1c");
    assert_lacks(host_results(host), "10000000 nusd, availability 0, spot , zone us-east-1a");
    assert_lacks(host_results(host), "20000000 nusd");
    assert_lacks(host_results(host), "us-east-1-bos-1a");
    assert_lacks(host_results(host), "us-east-1b");
}

static void test_what_is_not_sold_in_a_way_is_not_offered_in_that_way(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(host,
                     TYPES(TYPE("on.demand", USAGES(ITEM("on-demand")), ITEM("arm64"),
                                "") TYPE("only.spot", USAGES(ITEM("spot")), ITEM("arm64"), "")
                               TYPE("a.block", USAGES(ITEM("capacity-block")), ITEM("arm64"), "")
                                   TYPE("says.nothing", "", ITEM("arm64"), "")),
                     ZONES(""),
                     PRICES(PRICE("on.demand", "1") "," PRICE("only.spot", "1") "," PRICE(
                         "a.block", "1") "," PRICE("says.nothing", "1")),
                     SPOTS(SPOT("on.demand", "us-east-1a", "0.5", "2026-01-01T00:00:00Z")
                               SPOT("only.spot", "us-east-1a", "0.5", "2026-01-01T00:00:00Z")));
    const char *results = host_results(host);
    assert_int_equal(strlen(results) > 0, 1);
    assert_contains(results, "offer on.demand in us-east-1: arch 2 by 1, 8 vcpus, 16384 MiB, "
                             "disk 0 MiB, 1000000000 nusd, availability 0\n");
    assert_contains(results,
                    "offer only.spot in us-east-1: arch 2 by 1, 8 vcpus, 16384 MiB, "
                    "disk 0 MiB, 500000000 nusd, availability 0, spot , zone us-east-1a\n");
    assert_contains(results, "offer a.block in us-east-1: arch 2 by 1, 8 vcpus, 16384 MiB, "
                             "disk 0 MiB, availability 2\n");
    assert_contains(results, "offer says.nothing");
    assert_null(strstr(strstr(results, "offer only.spot") + 1, "offer only.spot"));
    assert_null(strstr(strstr(results, "offer on.demand") + 1, "offer on.demand"));
}

static void test_a_region_that_says_no_fails_with_its_reason(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 403, REFUSAL("UnauthorizedOperation", "You are not authorized."));
    assert_failed(host, AW_E_DENIED, "You are not authorized.");
    assert_string_equal(host->error.provider_code, "UnauthorizedOperation");
    assert_string_equal(host_results(host), "");
}

static void test_without_zones_prices_or_spot_prices_there_are_offers_and_problems(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, TYPES(C7G));
    host_answer(host, 403, REFUSAL("UnauthorizedOperation", "No zones for you."));
    host_answer(host, 400, JSON_REFUSAL("AccessDeniedException", "No prices for you."));
    host_answer(host, 403, REFUSAL("UnauthorizedOperation", "No spot prices for you."));
    assert_int_equal(host->error.code, AW_OK);
    const char *results = host_results(host);
    assert_contains(results, "problem 3: The zones of us-east-1 are not known: No zones for you.");
    assert_contains(results, "problem 3: The on-demand prices of us-east-1 are not known: "
                             "No prices for you.");
    assert_contains(results, "problem 3: The spot prices of us-east-1 are not known: "
                             "No spot prices for you.");
    assert_contains(results, "disk 0 MiB, availability 0, quota L-1216C47A:8\n");
    assert_contains(results, "disk 0 MiB, availability 0, spot , quota L-34B43A08:8\n");
}

static void test_a_spot_price_that_is_none_is_told(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(host, TYPES(C7G), ZONES(""), PRICES(PRICE("c7g.2xlarge", "0.29")),
                     SPOTS(SPOT("c7g.2xlarge", "us-east-1a", "cheap", "2026-01-01T00:00:00Z")
                               SPOT("c7g.2xlarge", "us-east-1b", "0.1", "2026-01-01T00:00:00Z")));
    assert_contains(host_results(host), "problem 13: Of the spot prices of us-east-1 that AWS has "
                                        "answered, 1 cannot be read; the first: \"cheap\" is no "
                                        "price, of c7g.2xlarge");
    assert_contains(host_results(host), "100000000 nusd");
}

static void test_a_wish_for_one_way_saves_the_requests_of_the_other(void **state)
{
    struct backend_host *host = *state;
    aw_offer_query query = {.size = sizeof query, .region = "us-east-1", .spot = AW_SPOT_NO};
    vtable()->list_offers(&host->op, &query);
    assert_int_equal(host->request_count, 3);
    host_begin(host);
    query.spot = AW_SPOT_ONLY;
    vtable()->list_offers(&host->op, &query);
    assert_int_equal(host->request_count, 3);
    host_answer(host, 200, TYPES(C7G));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, SPOTS(SPOT("c7g.2xlarge", "us-east-1b", "0.1", "2026-01-01T00:00:00Z")));
    assert_contains(host_results(host), "100000000 nusd, availability 0, spot , zone us-east-1b");
    assert_lacks(host_results(host), "availability 0, quota");
}

static void test_an_option_that_is_not_known_is_refused(void **state)
{
    static const aw_header unknown = {"NONSENSE", "1"};
    static const aw_header of_a_wish = {"ssh_user", "ada"};
    struct backend_host *host = *state;
    aw_offer_query query = {.size = sizeof query, .region = "us-east-1", .option_count = 1};
    query.options = &unknown;
    vtable()->list_offers(&host->op, &query);
    assert_failed(host, AW_E_INVALID, "AWS has no option `NONSENSE`: there are `reservation`");
    assert_int_equal(host->request_count, 0);
    host_begin(host);
    query.options = &of_a_wish;
    vtable()->list_offers(&host->op, &query);
    assert_int_equal(host->request_count, 4);
}

#define RESERVED(type, zone, state, left, more)                                                    \
    "<R><capacityReservationSet><item><instanceType>" type                                         \
    "</instanceType><availabilityZone>" zone "</availabilityZone><state>" state                    \
    "</state><availableInstanceCount>" left "</availableInstanceCount>" more                       \
    "</item></capacityReservationSet></R>"

/* What becomes of a listing with a reservation named, once its answer is there. */
static const char *list_reserved(struct backend_host *host, unsigned status, const char *answer)
{
    static const aw_header reserved = {"reservation", "cr-1"};
    const aw_offer_query query = {
        .size = sizeof query, .region = "us-east-1", .options = &reserved, .option_count = 1};
    host_begin(host);
    vtable()->list_offers(&host->op, &query);
    assert_string_equal(host->requests[0].body, "Action=DescribeCapacityReservations"
                                                "&Version=2016-11-15&CapacityReservationId.1=cr-1");
    host_answer(host, status, answer);
    if (host->request_count == 1) /* the rest is kept */
        return host_results(host);
    assert_int_equal(host->request_count, 4);
    host_answer(host, 200, TYPES(C7G));
    host_answer(host, 200, ZONES(ZONE("c7g.2xlarge", "us-east-1a")));
    host_answer(host, 200, PRICES(PRICE("c7g.2xlarge", "0.2900000000")));
    return host_results(host);
}

static void test_a_reservation_leaves_its_type_in_its_zone(void **state)
{
    static const char in_zone[] = "zone us-east-1b";
    struct backend_host *host = *state;
    const char *results =
        list_reserved(host, 200, RESERVED("c7g.2xlarge", "us-east-1b", "active", "2", ""));
    assert_contains(results, "disk 0 MiB, 290000000 nusd, availability 1");
    assert_contains(results, in_zone);
    assert_lacks(results, "spot");
    assert_lacks(results, "quota");
    assert_contains(
        list_reserved(host, 200, RESERVED("c7g.2xlarge", "us-east-1b", "active", "0", "")),
        "availability 2");
    assert_contains(
        list_reserved(host, 200, RESERVED("c7g.2xlarge", "us-east-1b", "expired", "2", "")),
        "availability 2");
    results = list_reserved(host, 200,
                            RESERVED("c7g.2xlarge", "us-east-1b", "active", "1",
                                     "<reservationType>capacity-block</reservationType>"));
    assert_contains(results, "availability 1");
    assert_lacks(results, "290000000");
}

static void test_without_the_reservation_there_is_nothing(void **state)
{
    struct backend_host *host = *state;
    assert_string_equal(
        list_reserved(host, 200, RESERVED("m7i.large", "us-east-1b", "active", "1", "")), "");
    assert_string_equal(list_reserved(host, 200, "<R><capacityReservationSet/></R>"), "");
    assert_string_equal(
        list_reserved(host, 400, REFUSAL("InvalidCapacityReservationId.NotFound", "None such.")),
        "");
    assert_int_equal(host->error.code, AW_OK);
    list_reserved(host, 400, REFUSAL("InvalidCapacityReservationId.Malformed", "No id: cr-1."));
    assert_failed(host, AW_E_INVALID, "No id: cr-1.");
    list_reserved(host, 200, RESERVED("m7i.large", "us-east-1b", "active", "many", ""));
    assert_failed(host, AW_E_PROTOCOL, "AWS's answer to `DescribeCapacityReservations`");
}

static void list_two_pages(struct backend_host *host)
{
    static const char *const bodies[] = {
        TYPES_THEN(C7G, "t=="),
        ZONES(ZONE("c7g.2xlarge", "us-east-1c")),
        PRICES(PRICE("c7g.2xlarge", "0.2900000000")),
        SPOTS(SPOT("c7g.2xlarge", "us-east-1a", "0.1012", "2026-01-01T00:00:00Z")),
        TYPES(TYPE("p9.2xlarge", BOTH, ITEM("x86_64"),
                   GPUS(GPU("NVIDIA", "Z9", "<count>1</count>", "1024")))
                  TYPE("odd.2xlarge", BOTH, ITEM("vax"), "")),
    };
    host->cached_count = 0;
    begin_listing(host);
    for (size_t i = 0; i < 5 && !host->error.code; i++)
        host_answer(host, 200, bodies[i]);
}

static bool is_kept(const struct host_cached *kept, size_t count, const struct host_cached *cached)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(kept[i].key, cached->key) == 0)
            return kept[i].content.size == cached->content.size &&
                   memcmp(kept[i].content.data, cached->content.data, cached->content.size) == 0;
    return false;
}

/* Either the operation says that memory ran out, or the result is whole; what is kept always is. */
static void test_no_allocation_is_taken_for_granted(void **state)
{
    struct backend_host *host = *state;
    struct host_cached kept[3];
    char whole[4096];
    list_two_pages(host);
    assert_int_equal(host->cached_count, 3);
    memcpy(kept, host->cached, sizeof kept);
    snprintf(whole, sizeof whole, "%s", host_results(host));
    assert_contains(whole, "1 nvidia Z9 of 1024 MiB");
    unsigned count = host->allocations;
    assert_true(count > 30);
    for (host->fail_at = 1; host->fail_at <= count; host->fail_at++) {
        list_two_pages(host);
        if (host->error.code)
            assert_int_equal(host->error.code, AW_E_NO_MEMORY);
        else
            assert_string_equal(host_results(host), whole);
        for (size_t i = 0; i < host->cached_count; i++)
            assert_true(is_kept(kept, 3, &host->cached[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_a_type_is_offered_on_demand_and_as_spot),
        HOSTED(test_all_parts_are_asked_for_at_once),
        HOSTED(test_nothing_is_offered_before_all_parts_are_there),
        HOSTED(test_a_type_without_a_price_is_unpriced),
        HOSTED(test_zones_with_one_spot_price_are_one_offer),
        HOSTED(test_the_newest_spot_price_of_a_zone_counts),
        HOSTED(test_spot_prices_of_other_systems_and_other_zones_do_not_count),
        HOSTED(test_what_is_not_sold_in_a_way_is_not_offered_in_that_way),
        HOSTED(test_a_region_that_says_no_fails_with_its_reason),
        HOSTED(test_without_zones_prices_or_spot_prices_there_are_offers_and_problems),
        HOSTED(test_a_spot_price_that_is_none_is_told),
        HOSTED(test_a_wish_for_one_way_saves_the_requests_of_the_other),
        HOSTED(test_an_option_that_is_not_known_is_refused),
        HOSTED(test_a_reservation_leaves_its_type_in_its_zone),
        HOSTED(test_without_the_reservation_there_is_nothing),
        HOSTED(test_no_allocation_is_taken_for_granted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
