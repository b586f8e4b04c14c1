/* SPDX-License-Identifier: Apache-2.0 */
/* How the parts of a listing of all regions become offers, and what is told when a part is not there. */
#include "gcp_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_a_type_is_offered_on_demand_and_as_spot(void **state)
{
    struct backend_host *host = *state;
    list_types(
        host, TYPES(C4A),
        SKUS(C4A_SKUS "," SPOT("C4A Arm Instance Core running in Iowa", "h", "13340000") "," SPOT(
            "C4A Arm Instance Ram running in Iowa", "GiBy.h", "1517000")));
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(
        host_results(host),
        "offer c4a-standard-8 in us-central1: arch 2 by 1, 8 vcpus, 32768 MiB, disk 0 MiB, "
        "359200000 nusd, availability 0, zone us-central1-a, "
        "quota us-central1/C4A_CPUS:8,CPUS_ALL_REGIONS:8\n"
        "offer c4a-standard-8 in us-central1: arch 2 by 1, 8 vcpus, 32768 MiB, disk 0 MiB, "
        "155264000 nusd, availability 0, spot , zone us-central1-a, "
        "quota us-central1/PREEMPTIBLE_CPUS:8\n");
}

static void test_all_parts_are_asked_for_at_once(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    assert_int_equal(host->request_count, 3);
    assert_string_equal(
        host->requests[0].line,
        "GET https://cloudbilling.googleapis.com/v1/services/6F81-5844-456A/skus?currencyCode=USD"
        "&pageSize=5000&fields=skus%28description%2Ccategory%28resourceFamily%2CusageType%29%2C"
        "serviceRegions%2CpricingInfo%28pricingExpression%28usageUnit%2CtieredRates%28unitPrice%29"
        "%29%29%29%2CnextPageToken&prettyPrint=false");
    assert_string_equal(host->requests[1].line,
                        "GET " COMPUTE "/zones?maxResults=500&fields=items%28name%2Cregion%2Cstatus"
                        "%29%2CnextPageToken");
    assert_string_equal(host->requests[2].line,
                        "GET " COMPUTE "/aggregated/acceleratorTypes?maxResults=500"
                        "&returnPartialSuccess=true");
    host_answer(host, 200, SKUS(""));
    host_answer(host, 200, ZONES(IOWA "," ZONE("us-central1", "b") "," ZONE("europe-west4", "a")));
    assert_int_equal(host->request_count, 6);
    assert_string_equal(host->requests[5].line,
                        "GET " COMPUTE "/zones/europe-west4-a/machineTypes?maxResults=500&fields="
                        "items%28name%2CguestCpus%2CmemoryMb%2Carchitecture%2Caccelerators%2C"
                        "bundledLocalSsds%2Cdeprecated%29%2CnextPageToken&prettyPrint=false");
}

static void test_zones_of_a_region_are_one_offer(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, ZONES(ZONE("us-central1", "f") "," ZONE("europe-west4", "a") "," IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, TYPES(C4A));
    host_answer(host, 200, TYPES(C4A));
    assert_string_equal(host_results(host), "");
    host_answer(host, 200, TYPES(N2 "," C4A));
    const char *results = host_results(host);
    assert_contains(results, "359200000 nusd, availability 0, zone us-central1-f,us-central1-a, ");
    assert_contains(results, "offer c4a-standard-8 in europe-west4: arch 2 by 1, 8 vcpus, 32768 "
                             "MiB, disk 0 MiB, availability 0, zone europe-west4-a, ");
    assert_contains(results, "offer n2-standard-8 in us-central1: arch 1 by 1, 8 vcpus, 32768 MiB, "
                             "disk 0 MiB, availability 0, zone us-central1-a, ");
    assert_lacks(results, "offer n2-standard-8 in europe-west4");
}

static void test_a_type_that_differs_between_zones_is_two(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(""));
    host_answer(host, 200, ZONES(IOWA "," ZONE("us-central1", "b")));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, TYPES(C4A));
    host_answer(host, 200, TYPES(TYPE("c4a-standard-8", "8", "65536", ARCH("ARM64"))));
    assert_contains(host_results(host), "32768 MiB, disk 0 MiB, availability 0, zone "
                                        "us-central1-a, ");
    assert_contains(host_results(host), "65536 MiB, disk 0 MiB, availability 0, zone "
                                        "us-central1-b, ");
}

static void test_pages_may_be_empty(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS_THEN(N2_SKUS, "s/+2=="));
    host_answer(host, 200, "{\"nextPageToken\":\"z2\"}");
    host_answer(host, 200, "{\"items\":{},\"nextPageToken\":\"a2\"}");
    assert_contains(host->requests[3].line, "/skus?");
    assert_contains(host->requests[3].line, "&pageToken=s%2F%2B2%3D%3D");
    assert_contains(host->requests[4].line, "/zones?");
    assert_contains(host->requests[4].line, "&pageToken=z2");
    assert_contains(host->requests[5].line, "&pageToken=a2");
    host_answer(host, 200, SKUS_THEN("", "s3"));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, "{}");
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, "{\"items\":[],\"nextPageToken\":\"t/2=\"}");
    assert_contains(host_last(host)->line, "/zones/us-central1-a/machineTypes?");
    assert_contains(host_last(host)->line, "&pageToken=t%2F2%3D");
    host_answer(host, 200, TYPES_THEN(N2, "t3"));
    assert_string_equal(host_results(host), "");
    host_answer(host, 200, TYPES(C4A));
    assert_contains(host_results(host), " 359200000 nusd");
    assert_contains(host_results(host), " 388472000 nusd");
    assert_lacks(host_results(host), "problem");
}

/* The pages of SKUs take so long to read that the next one is on its way meanwhile. */
static void test_a_page_of_prices_is_read_when_the_next_one_has_been_asked_for(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS_THEN(N2_SKUS, "s2"));
    assert_int_equal(host->request_count, 4);
    assert_int_equal(host->timed, 1);
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, TYPES(N2));
    assert_contains(host_results(host), " 388472000 nusd");
}

static void test_a_page_of_prices_that_is_read_later_may_be_no_json(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, "{\"skus\":[{]],\"nextPageToken\":\"s2\"}");
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, TYPES(C4A));
    assert_contains(host_results(host),
                    "problem 13: The prices are not known: Google's answer to `skus` cannot be "
                    "read: expected JSON, found a mistake after 10 bytes: ");
    assert_contains(host_results(host), "offer c4a-standard-8");
}

static void test_a_zone_that_fails_is_named_and_the_others_are_shown(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, ZONES(IOWA "," ZONE("us-central1", "b") "," ZONE("us-central1", "c")));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, TYPES(C4A));
    host_answer(host, 503, REFUSAL("503", "backendError", "Backend Error"));
    host_answer(host, 200, "<html><title>502</title></html>");
    assert_int_equal(host->error.code, AW_OK);
    assert_contains(host_results(host),
                    "problem 9: The machine types of us-central1-b are not known: Backend Error\n");
    assert_contains(host_results(host), "problem 13: The machine types of us-central1-c are not "
                                        "known: Google's answer to `machineTypes` cannot be read: "
                                        "expected JSON, found an HTML page");
    assert_contains(host_results(host), "359200000 nusd, availability 0, zone us-central1-a, ");
}

static void test_when_all_zones_fail_so_does_the_listing(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, ZONES(IOWA "," ZONE("us-central1", "b")));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 503, REFUSAL("503", "backendError", "Backend Error"));
    host_answer(host, 403, REFUSAL("403", "forbidden", "No"));
    assert_failed(host, AW_E_UNAVAILABLE, "Backend Error");
}

static void test_without_zones_there_is_nothing(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 403, REFUSAL("403", "accessNotConfigured", "The API is not enabled"));
    assert_failed(host, AW_E_DENIED, "The API is not enabled");
    begin_listing(host);
    host_answer(host, 200, ZONES(""));
    assert_failed(host, AW_E_PROTOCOL, "names no zone that is up");
}

static void test_zones_that_are_down_or_make_no_sense_are_left_out(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200,
                ZONES("{\"name\":\"us-east1-b\",\"status\":\"DOWN\",\"region\":\"r/us-east1\"},{"
                      "\"name\":\"a,b\",\"region\":\"us-east1\"},{\"name\":7,\"region\":\"x\"},{"
                      "\"name\":\"us-east1-c\"},5," IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    assert_int_equal(host_waiting(host), 1);
    host_answer(host, 200, TYPES(C4A));
    const char *results = host_results(host);
    assert_contains(results, "problem 9: The zone \"us-east1-b\" is left out: Google says that it "
                             "is down\n");
    assert_contains(results, "problem 13: The zone \"a,b\" is left out: \"a,b\" is not the name of "
                             "a zone\n");
    assert_contains(results, "problem 13: The zone \"\" is left out: name: expected text, found a "
                             "number\n");
    assert_contains(results,
                    "problem 13: The zone \"us-east1-c\" is left out: \"\" is not the name "
                    "of a region\n");
    assert_contains(results, "zone us-central1-a, ");
}

static void test_without_prices_there_are_offers_and_one_problem(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 403,
                REFUSAL("403", "accessNotConfigured", "Cloud Billing API has not been used"));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, TYPES(C4A "," N2));
    const char *results = host_results(host);
    assert_contains(results, "problem 3: The prices are not known: Cloud Billing API has not been "
                             "used\n");
    assert_null(strstr(strstr(results, "problem") + 1, "problem"));
    assert_contains(results, "offer c4a-standard-8");
    assert_contains(results, "offer n2-standard-8");
    assert_lacks(results, "nusd");
}

static void test_pages_that_never_end_are_given_up(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS(C4A_SKUS));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, TYPES_THEN(C4A, "t"));
    host_answer(host, 200, TYPES_THEN(C4A, "t"));
    assert_failed(host, AW_E_PROTOCOL, "its next page is the same one again");
}

static void test_a_wish_for_one_way_is_answered_with_that_way(void **state)
{
    static const uint32_t ways[] = {AW_SPOT_NO, AW_SPOT_ONLY};
    struct backend_host *host = *state;
    for (size_t i = 0; i < 2; i++) {
        const aw_offer_query query = {.size = sizeof query, .spot = ways[i]};
        host_begin(host);
        vtable()->list_offers(&host->op, &query);
        host_answer(host, 200, SKUS(""));
        host_answer(host, 200, ZONES(IOWA));
        host_answer(host, 200, ACCELERATORS(""));
        host_answer(host, 200, TYPES(C4A));
        const char *offer = strstr(host_results(host), "offer c4a-standard-8");
        assert_non_null(offer);
        assert_null(strstr(offer + 1, "offer "));
        assert_int_equal(strstr(offer, ", spot ") != NULL, ways[i] == AW_SPOT_ONLY);
    }
}

static void test_without_a_project_it_is_said_where_to_write_it(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    assert_failed(host, AW_E_INVALID, "No project: write `project:`");
}

static void list_three_pages(struct backend_host *host)
{
    static const char *const bodies[] = {
        SKUS_THEN(C4A_SKUS, "s2"),
        ZONES(IOWA "," ZONE("us-central1", "b")),
        ACCELERATORS(SCOPE("us-central1-a", CARD("nvidia-tesla-t4", "4"))),
        SKUS(N2_SKUS),
        TYPES_THEN(C4A "," TYPE("odd-standard-8", "8", "32768", ARCH("VAX")), "t2"),
        TYPES(N2),
        TYPES(TYPE("n1-standard-8", "8", "30720", ARCH("X86_64"))),
    };
    host->cached_count = 0;
    begin_listing(host);
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0] && !host->error.code; i++)
        host_answer(host, 200, bodies[i]);
}

/* Either the operation says that memory ran out, or the result is whole; what is kept always is. */
static void test_no_allocation_is_taken_for_granted(void **state)
{
    struct backend_host *host = *state;
    char whole[8192];
    list_three_pages(host);
    assert_int_equal(host->cached_count, 1);
    const struct host_cached kept = host->cached[0];
    snprintf(whole, sizeof whole, "%s", host_results(host));
    assert_contains(whole, "4 nvidia T4 of 16384 MiB");
    unsigned count = host->allocations;
    assert_true(count > 30);
    for (host->fail_at = 1; host->fail_at <= count; host->fail_at++) {
        list_three_pages(host);
        if (host->error.code)
            assert_int_equal(host->error.code, AW_E_NO_MEMORY);
        else
            assert_string_equal(host_results(host), whole);
        for (size_t i = 0; i < host->cached_count; i++)
            assert_memory_equal(host->cached[i].content.data, kept.content.data, kept.content.size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTED(test_a_type_is_offered_on_demand_and_as_spot),
        LISTED(test_all_parts_are_asked_for_at_once),
        LISTED(test_zones_of_a_region_are_one_offer),
        LISTED(test_a_type_that_differs_between_zones_is_two),
        LISTED(test_pages_may_be_empty),
        LISTED(test_a_page_of_prices_is_read_when_the_next_one_has_been_asked_for),
        LISTED(test_a_page_of_prices_that_is_read_later_may_be_no_json),
        LISTED(test_a_zone_that_fails_is_named_and_the_others_are_shown),
        LISTED(test_when_all_zones_fail_so_does_the_listing),
        LISTED(test_without_zones_there_is_nothing),
        LISTED(test_zones_that_are_down_or_make_no_sense_are_left_out),
        LISTED(test_without_prices_there_are_offers_and_one_problem),
        LISTED(test_pages_that_never_end_are_given_up),
        LISTED(test_a_wish_for_one_way_is_answered_with_that_way),
        HOSTED(test_without_a_project_it_is_said_where_to_write_it),
        LISTED(test_no_allocation_is_taken_for_granted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
