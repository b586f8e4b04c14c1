/* SPDX-License-Identifier: Apache-2.0 */
/* Prices are kept for a day, and longer where there are no newer ones. */
#include "gcp_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HOUR_MS UINT64_C(3600000)
#define FIRST "archway-gcp prices-2 https://cloudbilling.googleapis.com/v1\n"
#define LINES                                                                                      \
    "0\tc4a\tus-central1\t30860000\t13340000\t0\n1\tc4a\tus-central1\t3510000\t1517000\t0\n"

static void keep(struct backend_host *host, const char *text, uint64_t age_ms)
{
    host->cached_count = 1;
    host->cached[0] = (struct host_cached){.key = "prices-2", .content = {text, strlen(text)}};
    host->cache_age_ms = age_ms;
}

/* Lists while SKUs are asked for last or not at all. */
static void list_cached(struct backend_host *host)
{
    begin_listing(host);
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, TYPES(C4A));
}

static void list_failing(struct backend_host *host)
{
    begin_listing(host);
    host_answer(host, 503, REFUSAL("503", "backendError", "Backend Error"));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 200, TYPES(C4A));
}

static void test_prices_are_kept_as_lines(void **state)
{
    struct backend_host *host = *state;
    list_types(
        host, TYPES(C4A),
        SKUS(C4A_SKUS "," SPOT("C4A Arm Instance Core running in Iowa", "h", "13340000") "," SPOT(
            "C4A Arm Instance Ram running in Iowa", "GiBy.h", "1517000")));
    assert_int_equal(host->cached_count, 1);
    assert_string_equal(host->cached[0].key, "prices-2");
    const aw_bytes kept = host->cached[0].content;
    assert_int_equal(kept.size, strlen(FIRST LINES "end\n"));
    assert_memory_equal(kept.data, FIRST LINES "end\n", kept.size);
}

static void test_what_is_kept_is_not_asked_for_again_that_day(void **state)
{
    struct backend_host *host = *state;
    keep(host, FIRST LINES "end\n", 23 * HOUR_MS);
    list_cached(host);
    assert_int_equal(host->request_count, 3);
    assert_contains(host_results(host), " 359200000 nusd");
    assert_contains(host_results(host), " 155264000 nusd");
    assert_lacks(host_results(host), "problem");
    keep(host, FIRST LINES "end\n", 25 * HOUR_MS);
    begin_listing(host);
    assert_contains(host->requests[0].line, "/skus?");
}

static void test_older_prices_are_better_than_none(void **state)
{
    struct backend_host *host = *state;
    keep(host, FIRST LINES "end\n", 75 * HOUR_MS);
    list_failing(host);
    assert_contains(host_results(host),
                    "problem 9: The prices are 3 days old; newer ones cannot be "
                    "had: Backend Error\n");
    assert_contains(host_results(host), " 359200000 nusd");
}

/* And than a part of the newer ones, which would not go together. */
static void test_older_prices_are_better_than_some(void **state)
{
    struct backend_host *host = *state;
    keep(host, FIRST LINES "end\n", 30 * HOUR_MS);
    begin_listing(host);
    host_answer(host, 200, SKUS_THEN(SKU("C4A Arm Instance Core running in Iowa", "h", "1"), "s2"));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 503, REFUSAL("503", "backendError", "Backend Error"));
    host_answer(host, 200, TYPES(C4A));
    assert_contains(host_results(host), "The prices are 30 hours old; newer ones cannot be had: ");
    assert_contains(host_results(host), " 359200000 nusd");
    assert_memory_equal(host->cached[0].content.data, FIRST LINES "end\n",
                        host->cached[0].content.size);
}

static void test_some_prices_are_better_than_none(void **state)
{
    struct backend_host *host = *state;
    begin_listing(host);
    host_answer(host, 200, SKUS_THEN(C4A_SKUS, "s2"));
    host_answer(host, 200, ZONES(IOWA));
    host_answer(host, 200, ACCELERATORS(""));
    host_answer(host, 503, REFUSAL("503", "backendError", "Backend Error"));
    host_answer(host, 200, TYPES(C4A));
    assert_contains(host_results(host), "problem 9: Some prices are not known: Backend Error\n");
    assert_contains(host_results(host), " 359200000 nusd");
    assert_int_equal(host->cached_count, 0);
}

static void test_what_is_kept_may_be_anything(void **state)
{
    static const char *const texts[] = {
        "",
        "end\n",
        FIRST,
        FIRST "en",
        FIRST LINES,
        FIRST LINES "end\nmore",
        FIRST LINES "0\tc4a\n"
                    "end\n",
        FIRST "9\tc4a\tus-central1\t1\t1\t0\nend\n",
        FIRST "0\t\tus-central1\t1\t1\t0\nend\n",
        FIRST "0\tc4a\tus-central1\t-1\t1\t0\nend\n",
        FIRST "0\tc4a\tus-central1\t99999999999999999999\t1\t0\nend\n",
        FIRST "0\tc4a\tus-central1\t1\t1\t1\t1\nend\n",
        FIRST "0\tc4a\tus-central1\t1\t1\t0\t\t\t\t\t\t\t\nend\n",
        FIRST "0\tc4a\tUS Central\t1\t1\t0\nend\n",
        "archway-gcp prices-2 https://elsewhere.example/v1\n" LINES "end\n",
        "archway-gcp prices-0 https://cloudbilling.googleapis.com/v1\n" LINES "end\n",
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        keep(host, texts[i], HOUR_MS);
        list_failing(host);
        assert_contains(host_results(host), "The prices are not known: Backend Error");
        assert_lacks(host_results(host), "nusd");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTED(test_prices_are_kept_as_lines),
        LISTED(test_what_is_kept_is_not_asked_for_again_that_day),
        LISTED(test_older_prices_are_better_than_none),
        LISTED(test_older_prices_are_better_than_some),
        LISTED(test_some_prices_are_better_than_none),
        LISTED(test_what_is_kept_may_be_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
