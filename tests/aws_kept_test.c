/* SPDX-License-Identifier: Apache-2.0 */
/* What a listing leaves on disk for the next one, and what is believed of it. */
#include "aws_answers.h"

#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE_MS UINT64_C(60000)
#define HOUR_MS (60 * MINUTE_MS)

#define C7G TYPE("c7g.large", USAGES(ITEM("on-demand")), ITEM("arm64"), "")
#define G5                                                                                         \
    TYPE("g5.xlarge", USAGES(ITEM("on-demand")), ITEM("x86_64"),                                   \
         GPUS(GPU("NVIDIA", "A10G", "<count>1</count>", "22888")))
#define ODD TYPE("odd.large", BOTH, ITEM("vax"), "")

/* Lists once, so that everything is kept. */
static void list_first(struct backend_host *host)
{
    begin_and_answer(host, TYPES(C7G G5 ODD), ZONES(ZONE("c7g.large", "us-east-1b")),
                     PRICES(PRICE("c7g.large", "0.0725")), SPOTS(""));
    assert_int_equal(host->cached_count, 3);
}

static char *copy_results(const struct backend_host *host)
{
    char *copy = mem_copy_text(host_results(host));
    assert_non_null(copy);
    return copy;
}

static void test_the_next_listing_asks_for_spot_prices_only(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    char *first = copy_results(host);
    begin_listing(host);
    assert_int_equal(host->request_count, 1);
    assert_string_equal(host_last(host)->name, "DescribeSpotPriceHistory");
    host_answer(host, 200, SPOTS(""));
    assert_string_equal(host_results(host), first);
    assert_contains(first, "Instance type odd.large is left out");
    mem_free(first);
}

static void test_types_are_fresh_for_an_hour_and_prices_for_a_day(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    host->cache_age_ms = HOUR_MS + 1;
    begin_listing(host);
    assert_int_equal(host->request_count, 3);
    assert_string_equal(host->requests[0].name, "DescribeInstanceTypes");
    assert_string_equal(host->requests[1].name, "DescribeInstanceTypeOfferings");
    host->cache_age_ms = 24 * HOUR_MS + 1;
    begin_listing(host);
    assert_int_equal(host->request_count, 4);
}

static void test_without_the_provider_what_is_kept_is_shown_with_its_age(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    host->cache_age_ms = 26 * HOUR_MS;
    begin_listing(host);
    host_refuse(host);
    host_answer(host, 503, REFUSAL("Unavailable", "Try later."));
    host_answer(host, 500, JSON_REFUSAL("InternalErrorException", "Oh."));
    host_refuse(host);
    assert_int_equal(host->error.code, AW_OK);
    const char *results = host_results(host);
    assert_contains(results,
                    "The instance types of us-east-1 are 26 hours old; newer ones cannot be "
                    "had: the connection broke");
    assert_contains(results,
                    "The zones of us-east-1 are 26 hours old; newer ones cannot be had: Try");
    assert_contains(results, "The on-demand prices of us-east-1 are 26 hours old");
    assert_contains(results, "The spot prices of us-east-1 are not known: the connection broke");
    assert_contains(results,
                    "offer c7g.large in us-east-1: arch 2 by 1, 8 vcpus, 16384 MiB, disk 0 "
                    "MiB, 72500000 nusd, availability 0, zone us-east-1b");
    assert_contains(results, "1 nvidia A10G of 22888 MiB");
}

static void test_a_region_that_is_closed_is_not_shown_from_memory(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    host->cache_age_ms = 2 * HOUR_MS;
    begin_listing(host);
    host_answer(host, 401, REFUSAL("OptInRequired", "You are not subscribed to this service."));
    assert_failed(host, AW_E_DENIED, "not subscribed");
}

static void test_without_anything_kept_the_outage_is_the_error(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_refuse(host);
    assert_failed(host, AW_E_UNAVAILABLE, "the connection broke");
}

static void test_prices_that_may_not_be_asked_are_the_older_ones(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    host->cache_age_ms = 80 * HOUR_MS;
    begin_listing(host);
    host_answer(host, 200, TYPES(C7G G5));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 400, JSON_REFUSAL("AccessDeniedException", "No more."));
    host_answer(host, 200, SPOTS(""));
    assert_contains(host_results(host),
                    "The on-demand prices of us-east-1 are 3 days old; newer ones "
                    "cannot be had: No more.");
    assert_contains(host_results(host), "72500000 nusd");
}

static void test_what_was_asked_wins_over_what_is_kept(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    host->cache_age_ms = 90 * MINUTE_MS;
    begin_listing(host);
    host_answer(host, 200,
                TYPES_THEN(TYPE("c7g.large", USAGES(ITEM("on-demand")), ITEM("x86_64"), ""), "t"));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, SPOTS(""));
    host_refuse(host);
    assert_contains(host_results(host), "The instance types of us-east-1 are 90 minutes old");
    assert_contains(host_results(host), "offer c7g.large in us-east-1: arch 1 by 1");
    assert_contains(host_results(host), "offer g5.xlarge in us-east-1: arch 1 by 1");
}

static void test_nothing_is_kept_of_an_empty_or_a_broken_answer(void **state)
{
    struct backend_host *host = *state;
    begin_and_answer(host, TYPES(""), ZONES(""), PRICES(""), SPOTS(""));
    assert_int_equal(host->cached_count, 0);
    begin_listing(host);
    host_answer(host, 200, TYPES_THEN(C7G, "t"));
    host_answer(host, 200, ZONES(""));
    host_answer(host, 200, PRICES(PRICE("c7g.large", "0.0725") ",\"no JSON\""));
    host_answer(host, 200, SPOTS(""));
    host_lose(host);
    assert_int_equal(host->cached_count, 0);
}

static void test_another_endpoint_has_facts_of_its_own(void **state)
{
    static const aw_header elsewhere[] = {{"AWS_ENDPOINT_URL", "http://localhost:4566"}, {0}};
    struct backend_host *host = *state;
    struct backend_host other;
    list_first(host);
    host_init(&other, &(struct host_world){.variables = elsewhere});
    memcpy(other.cached, host->cached, sizeof other.cached);
    other.cached_count = host->cached_count;
    begin_listing(&other);
    assert_int_equal(other.request_count, 4);
    host_finish(&other);
}

/* What is on disk may have been changed: every byte of it, its end, and its numbers. */
static void test_what_is_kept_may_be_anything(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    struct host_cached whole[3];
    memcpy(whole, host->cached, sizeof whole);
    for (size_t part = 0; part < 3; part++) {
        size_t size = whole[part].content.size;
        char *text = arena_copy(&host->lasting, whole[part].content.data, size);
        for (size_t at = 0; at < size; at++) {
            const char bytes[] = {'\0', '\n', '\t', '9', '!', (char)0xff};
            memcpy(host->cached, whole, sizeof whole);
            host->cached_count = 3;
            host->cached[part].content = (aw_bytes){text, size};
            for (size_t i = 0; i < sizeof bytes; i++) {
                text[at] = bytes[i];
                begin_listing(host);
                assert_true(host->error.code == AW_OK || host->error.code == AW_E_PROTOCOL);
            }
            text[at] = whole[part].content.data[at];
            host->cached[part].content.size = at;
            begin_listing(host);
            assert_true(host->request_count > 1);
        }
    }
}

static void assert_not_believed(struct backend_host *host, const char *lines)
{
    char text[512];
    host->cached[0].content.data = text;
    host->cached[0].content.size = (size_t)snprintf(
        text, sizeof text, "archway-aws types-1 https://ec2.us-east-1.amazonaws.com/\n%s", lines);
    begin_listing(host);
    if (strcmp(host->requests[0].name, "DescribeInstanceTypes") != 0)
        fail_msg("this is believed: %s", lines);
}

static void test_lines_that_nobody_wrote_are_not_believed(void **state)
{
    struct backend_host *host = *state;
    list_first(host);
    assert_string_equal(host->cached[0].key, "types-1-us-east-1");
    assert_not_believed(host, "a.b\t4\t1\t8\t1\t0\nend\n");                     /* arch */
    assert_not_believed(host, "a.b\t2\t8\t8\t1\t0\nend\n");                     /* usage */
    assert_not_believed(host, "a.b\t2\t1\t0\t1\t0\nend\n");                     /* vCPUs */
    assert_not_believed(host, "a.b\t2\t1\t8\t4294967296\t0\nend\n");            /* memory */
    assert_not_believed(host, "a.b\t2\t1\t8\t1\t-1\nend\n");                    /* disk */
    assert_not_believed(host, "a.b\t2\t1\t8\t1\nend\n");                        /* too few */
    assert_not_believed(host, "a.b\t2\t1\t8\t1\t0\t0\t1\tx\ty\nend\n");         /* no GPUs */
    assert_not_believed(host, "a.b\t2\t1\t8\t1\t0\t1\t1\tx\nend\n");            /* no name */
    assert_not_believed(host, "a.b\t2\t1\t8\t1\t0\t1\t1\tx\ty\tz\nend\n");      /* too many */
    assert_not_believed(host, "a.b\t2\t1\t8\t1\t0\nend");                       /* no end */
    assert_not_believed(host, "a.b\t2\t1\t8\t1\t0\nend\na.c\t2\t1\t8\t1\t0\n"); /* behind it */
}

#define REGIONS(names) EC2("DescribeRegions", "<regionInfo>" names "</regionInfo>")
#define REGION(name) ITEM("<regionName>" name "</regionName>")

static void test_without_the_provider_regions_are_those_of_the_last_time(void **state)
{
    struct backend_host *host = *state;
    vtable()->regions(&host->op);
    host_answer(host, 200, REGIONS(REGION("us-east-1") REGION("eu-north-1")));
    host_begin(host);
    host->cache_age_ms = 1000 * HOUR_MS;
    vtable()->regions(&host->op);
    host_refuse(host);
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(host_results(host), "region us-east-1 (-)\nregion eu-north-1 (-)\n");
    host_begin(host);
    vtable()->regions(&host->op);
    host_answer(host, 403, REFUSAL("UnauthorizedOperation", "Not you."));
    assert_failed(host, AW_E_DENIED, "Not you.");
}

static void test_regions_that_nobody_wrote_are_not_believed(void **state)
{
    static const char *const lines[] = {
        "",
        "end\n",
        "us-east-1\n",
        "us-east-1\nend",
        "us east 1\nend\n",
        "US\nend\n",
        "\nend\n",
        "us-east-1\nend\nus-west-2\n",
        "a-name-that-is-much-longer-than-any-region-of-any-cloud-has-ever-had\nend\n"};
    struct backend_host *host = *state;
    vtable()->regions(&host->op);
    host_answer(host, 200, REGIONS(REGION("us-east-1")));
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char text[512];
        host->cached[0].content.data = text;
        host->cached[0].content.size = (size_t)snprintf(
            text, sizeof text, "archway-aws regions-1 https://ec2.us-east-1.amazonaws.com/\n%s",
            lines[i]);
        host_begin(host);
        vtable()->regions(&host->op);
        host_refuse(host);
        assert_failed(host, AW_E_UNAVAILABLE, "the connection broke");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_the_next_listing_asks_for_spot_prices_only),
        HOSTED(test_types_are_fresh_for_an_hour_and_prices_for_a_day),
        HOSTED(test_without_the_provider_what_is_kept_is_shown_with_its_age),
        HOSTED(test_a_region_that_is_closed_is_not_shown_from_memory),
        HOSTED(test_without_anything_kept_the_outage_is_the_error),
        HOSTED(test_prices_that_may_not_be_asked_are_the_older_ones),
        HOSTED(test_what_was_asked_wins_over_what_is_kept),
        HOSTED(test_nothing_is_kept_of_an_empty_or_a_broken_answer),
        HOSTED(test_another_endpoint_has_facts_of_its_own),
        HOSTED(test_what_is_kept_may_be_anything),
        HOSTED(test_lines_that_nobody_wrote_are_not_believed),
        HOSTED(test_without_the_provider_regions_are_those_of_the_last_time),
        HOSTED(test_regions_that_nobody_wrote_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
