/* SPDX-License-Identifier: Apache-2.0 */
/* The account's vCPU quotas, and which of them counts a type. */
#include "aws_answers.h"

#include "backends/aws/offers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define QUOTAS(items) "{\"Quotas\":[" items "]}"
#define QUOTA(code, value)                                                                         \
    "{\"ServiceCode\":\"ec2\",\"QuotaCode\":\"" code "\",\"QuotaName\":\"x\",\"Value\":" value "}"

#define RUNNING(items)                                                                             \
    "<DescribeInstancesResponse><reservationSet>" items                                            \
    "</reservationSet></DescribeInstancesResponse>"
#define CPUS(cores, threads)                                                                       \
    "<cpuOptions><coreCount>" cores "</coreCount><threadsPerCore>" threads                         \
    "</threadsPerCore></cpuOptions>"
#define MACHINE(type, cpus, more)                                                                  \
    "<item><instancesSet><item><instanceType>" type "</instanceType>" cpus more                    \
    "</item></instancesSet></item>"

static void begin(struct backend_host *host)
{
    const aw_offer_query query = {.size = sizeof query, .region = "eu-west-1"};
    const aw_quotas *quotas = vtable()->extension(host->op.state, AW_QUOTAS);
    host_begin(host);
    quotas->list_quotas(&host->op, &query);
    assert_int_equal(host->request_count, 1);
}

static void begin_with(struct backend_host *host, const char *quotas)
{
    begin(host);
    host_answer(host, 200, quotas);
    assert_int_equal(host->request_count, 2);
}

static void test_what_runs_counts_whoever_it_belongs_to(void **state)
{
    struct backend_host *host = *state;
    begin_with(host, QUOTAS(QUOTA("L-1216C47A", "32") "," QUOTA("L-34B43A08", "32") "," QUOTA(
                         "L-DB2E81BA", "8")));
    assert_string_equal(host_last(host)->line, "POST https://ec2.eu-west-1.amazonaws.com/");
    assert_string_equal(host_last(host)->body,
                        "Action=DescribeInstances&Version=2016-11-15"
                        "&Filter.1.Name=instance-state-name&Filter.1.Value.1=pending"
                        "&Filter.1.Value.2=running&MaxResults=1000");
    host_answer(host, 200,
                "<DescribeInstancesResponse><reservationSet>" MACHINE(
                    "c7g.4xlarge", CPUS("16", "1"), "") MACHINE("m7i.xlarge", CPUS("2", "2"), "")
                    MACHINE("g5g.xlarge", CPUS("4", "1"), "") "</reservationSet><nextToken>n+/="
                                                              "</nextToken>"
                                                              "</DescribeInstancesResponse>");
    assert_contains(host_last(host)->body, "&NextToken=n%2B%2F%3D");
    assert_string_equal(host_results(host), "");
    host_answer(host, 200,
                RUNNING(MACHINE("t3.micro", CPUS("1", "2"), "") MACHINE(
                    "c7i.large", CPUS("1", "2"), "<instanceLifecycle>spot</instanceLifecycle>")));
    assert_string_equal(host_results(host), "quota L-1216C47A: 32, 22 used\n"
                                            "quota L-DB2E81BA: 8, 4 used\n"
                                            "quota L-34B43A08: 32, 2 used\n");
}

static void test_hosts_and_blocks_of_ones_own_do_not_count(void **state)
{
    struct backend_host *host = *state;
    begin_with(host, QUOTAS(QUOTA("L-1216C47A", "32") "," QUOTA("L-417A185B", "192")));
    host_answer(host, 200,
                RUNNING(MACHINE("c5.large", CPUS("1", "2"),
                                "<placement><tenancy>host</tenancy></placement>")
                            MACHINE("p5.48xlarge", CPUS("96", "2"),
                                    "<instanceLifecycle>capacity-block</instanceLifecycle>")
                                MACHINE("c5.large", CPUS("1", "1"),
                                        "<placement><tenancy>dedicated</tenancy></placement>")));
    assert_string_equal(host_results(host), "quota L-1216C47A: 32, 1 used\n"
                                            "quota L-417A185B: 192, 0 used\n");
}

static void test_for_who_may_not_see_machines_the_limits_count_alone(void **state)
{
    struct backend_host *host = *state;
    begin_with(host, QUOTAS(QUOTA("L-1216C47A", "32")));
    host_answer(host, 403, REFUSAL("UnauthorizedOperation", "Not yours to see."));
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(host_results(host), "quota L-1216C47A: 32, 0 used\n");
}

/* Half a count would be none. */
static void test_what_runs_and_cannot_be_read_is_told(void **state)
{
    static const char *const answers[] = {
        RUNNING(MACHINE("c7g.large", CPUS("2", "1"), "") MACHINE("c7g.large", "", "")),
        RUNNING(MACHINE("c7g.large", CPUS("-2", "1"), "")),
        RUNNING(MACHINE("c7g.large", CPUS("2", "999999999999"), "")),
        "<DescribeInstanceTypesResponse/>",
        "<html>",
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        begin_with(host, QUOTAS(QUOTA("L-1216C47A", "32")));
        host_answer(host, 200, answers[i]);
        assert_failed(host, AW_E_PROTOCOL, "AWS's answer to `DescribeInstances` cannot be read");
        assert_string_equal(host_results(host), "");
    }
}

static void test_the_family_of_a_type_says_which_quota_counts_it(void **state)
{
    static const struct {
        const char *type;
        const char *on_demand;
        const char *spot;
    } cases[] = {
        {"c7g.large", "L-1216C47A", "L-34B43A08"},
        {"a1.metal", "L-1216C47A", "L-34B43A08"},
        {"t4g.nano", "L-1216C47A", "L-34B43A08"},
        {"im4gn.large", "L-1216C47A", "L-34B43A08"},
        {"is4gen.large", "L-1216C47A", "L-34B43A08"},
        {"m9g.large", "L-1216C47A", "L-34B43A08"},
        {"g5g.xlarge", "L-DB2E81BA", "L-3819A6DF"},
        {"gr6.4xlarge", "L-DB2E81BA", "L-3819A6DF"},
        {"vt1.3xlarge", "L-DB2E81BA", "L-3819A6DF"},
        {"p4d.24xlarge", "L-417A185B", "L-7212CCBC"},
        {"p5.48xlarge", "L-417A185B", "L-C4BD4855"},
        {"p6-b200.48xlarge", "L-417A185B", "L-C4BD4855"},
        {"x8g.large", "L-7295265B", "L-E3A00192"},
        {"x1e.32xlarge", "L-7295265B", "L-E3A00192"},
        {"f2.6xlarge", "L-74FC7D96", "L-88CF9481"},
        {"inf2.xlarge", "L-1945791B", "L-B5D1601B"},
        {"trn1.2xlarge", "L-2C3B7624", "L-6B0D517C"},
        {"dl1.24xlarge", "L-6E869C2A", "L-85EED4F7"},
        {"u-6tb1.56xlarge", "L-43DA4232", NULL},
        {"u7i-12tb.224xlarge", "L-43DA4232", NULL},
        {"hpc7g.4xlarge", "L-F7808C92", NULL},
        {"mac2.metal", NULL, NULL},
        {"new7x.large", NULL, NULL},
        {"7.large", NULL, NULL},
        {"averyverylongfamily1.large", NULL, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *on_demand = aws_quota_code(cases[i].type, false);
        const char *spot = aws_quota_code(cases[i].type, true);
        assert_string_equal(on_demand ? on_demand : "",
                            cases[i].on_demand ? cases[i].on_demand : "");
        assert_string_equal(spot ? spot : "", cases[i].spot ? cases[i].spot : "");
    }
}

static void test_quotas_are_listed_page_by_page(void **state)
{
    struct backend_host *host = *state;
    begin(host);
    assert_string_equal(host_last(host)->line,
                        "POST https://servicequotas.eu-west-1.amazonaws.com/");
    assert_contains(host_last(host)->headers,
                    "x-amz-target: ServiceQuotasV20190624.ListServiceQuotas\n");
    assert_string_equal(host_last(host)->body, "{\"ServiceCode\":\"ec2\",\"MaxResults\":100}");
    host_answer(host, 200,
                "{\"NextToken\":\"n+/=\",\"Quotas\":[" QUOTA("L-1216C47A", "1152.0") "," QUOTA(
                    "L-0263D0A3", "5.0") "]}");
    assert_string_equal(host_last(host)->body,
                        "{\"ServiceCode\":\"ec2\",\"MaxResults\":100,\"NextToken\":\"n+/=\"}");
    host_answer(host, 200, QUOTAS(QUOTA("L-DB2E81BA", "0.0") "," QUOTA("L-C4BD4855", "192")));
    host_answer(host, 200, RUNNING(""));
    assert_string_equal(host_results(host), "quota L-1216C47A: 1152, 0 used\n"
                                            "quota L-DB2E81BA: 0, 0 used\n"
                                            "quota L-C4BD4855: 192, 0 used\n");
}

static void test_the_quota_of_all_p_counts_p5_where_that_has_none_of_its_own(void **state)
{
    struct backend_host *host = *state;
    begin(host);
    host_answer(host, 200, QUOTAS(QUOTA("L-7212CCBC", "96.0")));
    host_answer(host, 200, RUNNING(""));
    assert_contains(host_results(host), "quota L-7212CCBC: 96,");
    assert_contains(host_results(host), "quota L-C4BD4855: 96,");
    begin_with(host, QUOTAS(QUOTA("L-7212CCBC", "96.0")));
    host_answer(host, 200,
                RUNNING(MACHINE("p4d.24xlarge", CPUS("24", "2"),
                                "<instanceLifecycle>spot</instanceLifecycle>")
                            MACHINE("p5.4xlarge", CPUS("8", "2"),
                                    "<instanceLifecycle>spot</instanceLifecycle>")));
    assert_contains(host_results(host), "quota L-7212CCBC: 96, 64 used");
    assert_contains(host_results(host), "quota L-C4BD4855: 96, 64 used");
}

static void test_values_that_are_none_are_passed_over(void **state)
{
    struct backend_host *host = *state;
    begin(host);
    host_answer(
        host, 200,
        QUOTAS(QUOTA("L-1216C47A", "-1") "," QUOTA("L-34B43A08", "\"5\"") "," QUOTA(
            "L-DB2E81BA", "1e300") "," QUOTA("L-74FC7D96", "null") "," QUOTA("L-417A185B", "8.9")));
    host_answer(host, 200, RUNNING(""));
    assert_string_equal(host_results(host), "quota L-417A185B: 8, 0 used\n");
}

static void test_who_may_not_see_quotas_is_told_so(void **state)
{
    struct backend_host *host = *state;
    begin(host);
    host_answer(host, 400, JSON_REFUSAL("AccessDeniedException", "Not yours to see."));
    assert_failed(host, AW_E_DENIED, "Not yours to see.");
}

static void test_there_is_no_other_extension(void **state)
{
    struct backend_host *host = *state;
    assert_null(vtable()->extension(host->op.state, "quotas/2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_the_family_of_a_type_says_which_quota_counts_it),
        HOSTED(test_quotas_are_listed_page_by_page),
        HOSTED(test_what_runs_counts_whoever_it_belongs_to),
        HOSTED(test_hosts_and_blocks_of_ones_own_do_not_count),
        HOSTED(test_for_who_may_not_see_machines_the_limits_count_alone),
        HOSTED(test_what_runs_and_cannot_be_read_is_told),
        HOSTED(test_the_quota_of_all_p_counts_p5_where_that_has_none_of_its_own),
        HOSTED(test_values_that_are_none_are_passed_over),
        HOSTED(test_who_may_not_see_quotas_is_told_so),
        HOSTED(test_there_is_no_other_extension),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
