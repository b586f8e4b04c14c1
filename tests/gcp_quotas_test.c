/* SPDX-License-Identifier: Apache-2.0 */
/* The project's quotas, of regions and of all of them together. */
#include "gcp_answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define QUOTA(metric, limit, usage)                                                                \
    "{\"metric\":\"" metric "\",\"limit\":" limit ",\"usage\":" usage "}"
#define REGION(name, quotas) "{\"name\":\"" name "\",\"quotas\":[" quotas "]}"
#define REGIONS(items) "{\"items\":[" items "]}"

static void list(struct backend_host *host, const char *project, const char *regions)
{
    const aw_offer_query query = {.size = sizeof query};
    const aw_quotas *quotas = vtable()->extension(host->op.state, AW_QUOTAS);
    host_begin(host);
    quotas->list_quotas(&host->op, &query);
    host_answer(host, 200, project);
    host_answer(host, 200, regions);
}

static void test_quotas_are_named_by_region_and_metric(void **state)
{
    struct backend_host *host = *state;
    list(host,
         "{\"quotas\":[" QUOTA("CPUS_ALL_REGIONS", "96.0", "4.0") "," QUOTA(
             "GPUS_ALL_REGIONS", "0.0", "0.0") "," QUOTA("FIREWALLS", "500", "1") "]}",
         REGIONS(REGION("us-central1",
                        QUOTA("CPUS", "72.0", "3.5") "," QUOTA("C4A_CPUS", "8.0", "0.0") "," QUOTA(
                            "NVIDIA_T4_GPUS", "1",
                            "0")) "," REGION("europe-west4", QUOTA("C4A_CPUS", "16.0", "0.0"))));
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(host_results(host), "quota CPUS_ALL_REGIONS: 96, 4 used\n"
                                            "quota GPUS_ALL_REGIONS: 0, 0 used\n"
                                            "quota us-central1/CPUS: 72, 4 used\n"
                                            "quota us-central1/C4A_CPUS: 8, 0 used\n"
                                            "quota us-central1/NVIDIA_T4_GPUS: 1, 0 used\n"
                                            "quota europe-west4/C4A_CPUS: 16, 0 used\n");
    assert_string_equal(host->requests[0].line, "GET " COMPUTE "?fields=quotas");
    assert_string_equal(host->requests[1].line,
                        "GET " COMPUTE "/regions?maxResults=500&fields=items%28name%2Cquotas%29%2C"
                        "nextPageToken");
}

/* There are a hundred in a region; most count nothing that is offered. */
static void test_other_quotas_are_passed_over(void **state)
{
    list(*state, "{}",
         REGIONS(
             REGION("us-central1",
                    QUOTA("ROUTERS", "10", "0") "," QUOTA("COMMITTED_C4A_CPUS", "0", "0") "," QUOTA(
                        "NVIDIA_T4_VWS_GPUS", "0",
                        "0") "," QUOTA("IN_USE_ADDRESSES", "8",
                                       "0") "," QUOTA("COMMITTED_NVIDIA_T4_GPUS", "0", "0"))));
    assert_string_equal(host_results(*state), "");
}

/* Who was given no quota of their own for spot machines starts them on the usual one. */
static void test_a_spot_quota_of_zero_is_none(void **state)
{
    list(*state, "{}",
         REGIONS(REGION("us-central1",
                        QUOTA("PREEMPTIBLE_CPUS", "0.0", "0.0") "," QUOTA(
                            "PREEMPTIBLE_NVIDIA_T4_GPUS", "0",
                            "0") "," QUOTA("NVIDIA_T4_GPUS", "2",
                                           "1") "," QUOTA("PREEMPTIBLE_NVIDIA_L4_GPUS", "0",
                                                          "0")) "," REGION("us-east1",
                                                                           QUOTA("PREEMPTIBLE_CPUS",
                                                                                 "24", "8"))));
    assert_string_equal(host_results(*state),
                        "quota us-central1/PREEMPTIBLE_NVIDIA_T4_GPUS: 2, 1 used\n"
                        "quota us-central1/NVIDIA_T4_GPUS: 2, 1 used\n"
                        "quota us-central1/PREEMPTIBLE_NVIDIA_L4_GPUS: 0, 0 used\n"
                        "quota us-east1/PREEMPTIBLE_CPUS: 24, 8 used\n");
}

static void test_limits_that_make_no_sense_are_none(void **state)
{
    list(*state, "{\"quotas\":7}",
         REGIONS(REGION("us-central1",
                        QUOTA("CPUS", "-1.0", "0") "," QUOTA("N2_CPUS", "\"8\"", "0") "," QUOTA(
                            "C4_CPUS", "9.2233720368547758E18",
                            "0") "," QUOTA("C4A_CPUS", "8", "-3") ",{\"metric\":\"C3_CPUS\"}")));
    assert_failed(*state, AW_E_PROTOCOL, "quotas");
    list(*state, "{}",
         REGIONS(REGION(
             "us-central1",
             QUOTA("CPUS", "-1.0", "0") "," QUOTA("N2_CPUS", "\"8\"", "0") "," QUOTA(
                 "C4_CPUS", "9.2233720368547758E18",
                 "0") "," QUOTA("C4A_CPUS", "8",
                                "-3") ",{\"metric\":\"C3_CPUS\"}") "," REGION("a b",
                                                                              QUOTA("CPUS", "1",
                                                                                    "0"))));
    assert_string_equal(host_results(*state), "quota us-central1/C4A_CPUS: 8, 0 used\n");
}

static void test_pages_of_regions(void **state)
{
    struct backend_host *host = *state;
    list(host, "{}", "{\"items\":[],\"nextPageToken\":\"r/2=\"}");
    assert_contains(host_last(host)->line, "&pageToken=r%2F2%3D");
    host_answer(host, 200, REGIONS(REGION("us-central1", QUOTA("CPUS", "24", "0"))));
    assert_string_equal(host_results(host), "quota us-central1/CPUS: 24, 0 used\n");
}

static void test_who_may_not_see_the_project_still_sees_its_regions(void **state)
{
    struct backend_host *host = *state;
    const aw_offer_query query = {.size = sizeof query};
    const aw_quotas *quotas = vtable()->extension(host->op.state, AW_QUOTAS);
    quotas->list_quotas(&host->op, &query);
    host_answer(host, 403, REFUSAL("403", "forbidden", "No"));
    host_answer(host, 200, REGIONS(REGION("us-central1", QUOTA("CPUS", "24", "0"))));
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(host_results(host), "quota us-central1/CPUS: 24, 0 used\n");
    host_begin(host);
    quotas->list_quotas(&host->op, &query);
    host_answer(host, 200, "{}");
    host_answer(host, 403, REFUSAL("403", "forbidden", "No"));
    assert_failed(host, AW_E_DENIED, "No");
}

static void test_families_have_quotas_of_their_own_but_for_the_oldest(void **state)
{
    static const struct {
        const char *type;
        const char *quota;
    } known[] = {{"n1-standard-2", "us-central1/CPUS:2,"},
                 {"e2-medium", "us-central1/CPUS:2,"},
                 {"n2-standard-2", "us-central1/N2_CPUS:2,"},
                 {"n2d-highmem-2", "us-central1/N2D_CPUS:2,"},
                 {"t2a-standard-2", "us-central1/T2A_CPUS:2,"}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        kit_buf types;
        char block[256];
        kit_buf_init_in(&types, block, sizeof block);
        kit_buf_addf(&types, TYPES("{\"name\":\"%s\",\"guestCpus\":2,\"memoryMb\":4096}"),
                     known[i].type);
        list_types(*state, kit_buf_text(&types), SKUS(""));
        assert_contains(host_results(*state), known[i].quota);
        assert_contains(host_results(*state), "quota us-central1/PREEMPTIBLE_CPUS:2\n");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LISTED(test_quotas_are_named_by_region_and_metric),
        LISTED(test_other_quotas_are_passed_over),
        LISTED(test_a_spot_quota_of_zero_is_none),
        LISTED(test_limits_that_make_no_sense_are_none),
        LISTED(test_pages_of_regions),
        LISTED(test_who_may_not_see_the_project_still_sees_its_regions),
        LISTED(test_families_have_quotas_of_their_own_but_for_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
