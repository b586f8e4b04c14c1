/* SPDX-License-Identifier: Apache-2.0 */
/* Which row of the price list is the price of a machine, and how it is read. */
#include "aws_answers.h"

#include "backends/aws/offers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ON_DEMAND USAGES(ITEM("on-demand"))
#define C7G TYPE("c7g.large", ON_DEMAND, ITEM("arm64"), "")
#define REAL PRICE("c7g.large", "0.0725000000")

static const char *list_prices(struct backend_host *host, const char *prices)
{
    host->cached_count = 0;
    begin_and_answer(host, TYPES(C7G), ZONES(""), prices, SPOTS(""));
    assert_int_equal(host->error.code, AW_OK);
    return host_results(host);
}

static void test_the_request_asks_for_nothing_else(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    assert_string_equal(
        host->requests[2].body,
        "{\"ServiceCode\":\"AmazonEC2\",\"Filters\":["
        "{\"Type\":\"TERM_MATCH\",\"Field\":\"regionCode\",\"Value\":\"us-east-1\"},"
        "{\"Type\":\"TERM_MATCH\",\"Field\":\"operatingSystem\",\"Value\":\"Linux\"},"
        "{\"Type\":\"TERM_MATCH\",\"Field\":\"tenancy\",\"Value\":\"Shared\"},"
        "{\"Type\":\"TERM_MATCH\",\"Field\":\"capacitystatus\",\"Value\":\"Used\"},"
        "{\"Type\":\"TERM_MATCH\",\"Field\":\"preInstalledSw\",\"Value\":\"NA\"},"
        "{\"Type\":\"TERM_MATCH\",\"Field\":\"marketoption\",\"Value\":\"OnDemand\"}],"
        "\"FormatVersion\":\"aws_v1\",\"MaxResults\":100}");
    assert_string_equal(host->requests[2].region, "us-east-1");
    assert_string_equal(host->requests[2].service, "pricing");
}

static void test_the_price_list_is_asked_where_it_lies(void **state)
{
    struct backend_host *host = *state;
    const aw_offer_query query = {.size = sizeof query, .region = "eu-north-1"};
    vtable()->list_offers(&host->op, &query);
    assert_string_equal(host->requests[2].line,
                        "POST https://api.pricing.eu-central-1.amazonaws.com/");
    assert_string_equal(host->requests[2].region, "eu-central-1");
    assert_contains(host->requests[2].body, "\"regionCode\",\"Value\":\"eu-north-1\"");
}

#define TRAP(name, value)                                                                          \
    PRODUCT("c7g.large", ATTRIBUTE(name, value), DIMENSION("Hrs", "USD", "0.0100000000"))

static void test_rows_of_another_kind_are_no_prices(void **state)
{
    static const char *const lists[] = {
        PRICES(TRAP("operatingSystem", "Windows") "," REAL),
        PRICES(TRAP("operatingSystem", "RHEL") "," REAL),
        PRICES(TRAP("tenancy", "Dedicated") "," REAL),
        PRICES(TRAP("tenancy", "Host") "," REAL),
        PRICES(TRAP("capacitystatus", "UnusedCapacityReservation") "," REAL),
        PRICES(TRAP("capacitystatus", "AllocatedCapacityReservation") "," REAL),
        PRICES(TRAP("preInstalledSw", "SQL Web") "," REAL),
        PRICES(TRAP("marketoption", "CapacityBlock") "," REAL),
        PRICES(TRAP("regionCode", "us-west-2") "," REAL),
        PRICES(REAL "," TRAP("marketoption", "CapacityBlock")),
        PRICES(REAL "," PRICE("c7g.large", "0.0000000000")),
        PRICES(PRODUCT("c7g.large", "", DIMENSION("Quantity", "USD", "2714")) "," REAL),
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        const char *results = list_prices(*state, lists[i]);
        assert_contains(results, " 72500000 nusd");
        assert_lacks(results, "problem");
    }
}

static void test_bare_metal_has_a_family_of_its_own_and_a_price(void **state)
{
    const char *results = list_prices(
        *state, PRICES("\"{\\\"product\\\":{\\\"productFamily\\\":\\\"Compute Instance "
                       "(bare metal)\\\",\\\"attributes\\\":{\\\"instanceType\\\":"
                       "\\\"c7g.large\\\"}},\\\"terms\\\":{\\\"OnDemand\\\":{\\\"A\\\":"
                       "{\\\"priceDimensions\\\":" DIMENSION("Hrs", "USD", "2.32") "}}}}\""));
    assert_contains(results, " 2320000000 nusd");
}

static void test_zero_is_no_price(void **state)
{
    const char *results = list_prices(
        *state, PRICES(PRICE("c7g.large", "0.0000000000") "," PRICE("m5.large", "0.096")));
    assert_contains(results, "offer c7g.large");
    assert_lacks(results, "nusd");
}

static void test_products_without_a_type_or_terms_are_passed_over(void **state)
{
    const char *results = list_prices(
        *state, PRICES("\"{\\\"product\\\":{\\\"attributes\\\":{\\\"usagetype\\\":"
                       "\\\"EU-BoxUsage\\\"}}}\",\"{\\\"product\\\":{\\\"attributes\\\":{"
                       "\\\"instanceType\\\":\\\"c7g.large\\\"}},\\\"terms\\\":{}}\"," REAL));
    assert_contains(results, " 72500000 nusd");
    assert_lacks(results, "problem");
}

static void test_of_two_prices_the_higher_one_is_shown(void **state)
{
    assert_contains(list_prices(*state, PRICES(REAL "," PRICE("c7g.large", "0.09"))),
                    " 90000000 nusd");
    assert_contains(list_prices(*state, PRICES(PRICE("c7g.large", "0.09") "," REAL)),
                    " 90000000 nusd");
}

static void test_what_cannot_be_read_is_counted_and_the_rest_counts(void **state)
{
    const char *results =
        list_prices(*state, PRICES("\"no JSON\",\"{\"," PRICE("m5.large", "much") "," REAL));
    assert_contains(results, "problem 13: Of the on-demand prices of us-east-1 that AWS has "
                             "answered, 3 cannot be read; the first: expected JSON");
    assert_contains(results, " 72500000 nusd");
    assert_int_equal(((struct backend_host *)*state)->cached_count,
                     1); /* of types, not of prices */
}

static void test_another_currency_is_told_and_is_no_price(void **state)
{
    const char *results =
        list_prices(*state, PRICES(PRODUCT("c7g.large", "", DIMENSION("Hrs", "CNY", "0.3"))));
    assert_contains(results,
                    "problem 12: The on-demand prices of us-east-1 are not known: the price "
                    "list has none in dollars, only in another currency");
    assert_lacks(results, "nusd");
}

static void test_an_empty_list_is_told(void **state)
{
    const char *results = list_prices(*state, PRICES(""));
    assert_contains(results, "problem 12: The on-demand prices of us-east-1 are not known");
    assert_contains(results, "offer c7g.large");
}

static void test_a_partition_without_a_price_list_is_not_asked(void **state)
{
    struct backend_host *host = *state;
    const aw_offer_query query = {.size = sizeof query, .region = "us-gov-west-1"};
    vtable()->list_offers(&host->op, &query);
    assert_int_equal(host->request_count, 3);
    host_answer(host, 200, TYPES(C7G));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, SPOTS(""));
    assert_contains(host_results(host), "problem 12: The on-demand prices of us-gov-west-1 are not "
                                        "known: AWS has no price list for us-gov-west-1");
    assert_contains(host_results(host), "offer c7g.large in us-gov-west-1");
}

/* 3.2107 is what a machine costs in Beijing that costs 0.84 dollars elsewhere. */
static void test_prices_in_another_currency_are_not_taken_for_dollars(void **state)
{
    struct backend_host *host = *state;
    const aw_offer_query query = {.size = sizeof query, .region = "cn-north-1"};
    vtable()->list_offers(&host->op, &query);
    assert_int_equal(host->request_count, 3);
    host_answer(host, 200, TYPES(C7G));
    host_answer(host, 200, ZONES(ZONE("c7g.large", "cn-north-1b")));
    host_answer(host, 200, PRICES(PRODUCT("c7g.large", "", DIMENSION("Hrs", "CNY", "0.5"))));
    const char *results = host_results(host);
    assert_contains(results, "problem 12: The spot prices of cn-north-1 are not known: they are in "
                             "yuan there, and only dollars are compared");
    assert_contains(results, "problem 12: The on-demand prices of cn-north-1 are not known: the "
                             "price list has none in dollars, only in another currency");
    assert_contains(results, "offer c7g.large in cn-north-1");
    assert_contains(results, "zone cn-north-1b");
    assert_lacks(results, "nusd");
}

static void test_prices_come_in_pages_too(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, TYPES(C7G));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, "{\"PriceList\":[],\"NextToken\":\"0J1/+==:1\"}");
    host_answer(host, 200, SPOTS(""));
    assert_contains(host_last(host)->body, ",\"MaxResults\":100,\"NextToken\":\"0J1/+==:1\"}");
    host_answer(host, 200, "{\"PriceList\":[" REAL "],\"NextToken\":\"\"}");
    assert_contains(host_results(host), " 72500000 nusd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_the_request_asks_for_nothing_else),
        HOSTED(test_the_price_list_is_asked_where_it_lies),
        HOSTED(test_rows_of_another_kind_are_no_prices),
        HOSTED(test_bare_metal_has_a_family_of_its_own_and_a_price),
        HOSTED(test_zero_is_no_price),
        HOSTED(test_products_without_a_type_or_terms_are_passed_over),
        HOSTED(test_of_two_prices_the_higher_one_is_shown),
        HOSTED(test_what_cannot_be_read_is_counted_and_the_rest_counts),
        HOSTED(test_another_currency_is_told_and_is_no_price),
        HOSTED(test_an_empty_list_is_told),
        HOSTED(test_a_partition_without_a_price_list_is_not_asked),
        HOSTED(test_prices_in_another_currency_are_not_taken_for_dollars),
        HOSTED(test_prices_come_in_pages_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
