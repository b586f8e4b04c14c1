/* SPDX-License-Identifier: Apache-2.0 */
/* The AWS backend's entry, its settings, its regions, and how requests are written. */
#include "backend_host.h"

#include "backends/aws/aws.h"
#include "core/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define REGION(name, status)                                                                       \
    "<item><regionName>" name "</regionName><regionEndpoint>ec2." name                             \
    ".amazonaws.com</regionEndpoint><optInStatus>" status "</optInStatus></item>"
#define REGIONS(items)                                                                             \
    "<DescribeRegionsResponse xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">"                 \
    "<requestId>1</requestId><regionInfo>" items "</regionInfo></DescribeRegionsResponse>"

static void test_the_entry_declares_what_aws_has(void **state)
{
    (void)state;
    const aw_backend_entry *entry = &archway_backend_v1;
    assert_string_equal(entry->provider, "aws");
    assert_int_equal(entry->capabilities, AW_CAP_SPOT | AW_CAP_IMAGE | AW_CAP_USER_DATA |
                                              AW_CAP_DISK | AW_CAP_ZONES |
                                              AW_CAP_IDEMPOTENT_CREATE);
    assert_string_equal(entry->credential_variables[0], "AWS_ACCESS_KEY_ID");
    for (uint64_t i = 0; i < entry->limit_count; i++)
        assert_null(strstr(entry->limits[i].request, "Describe"));
}

static void test_settings_are_kept_for_the_whole_life(void **state)
{
    (void)state;
    char first[] = "subnet-1";
    const char *const subnets[] = {first, "subnet-2"};
    const char *const profile[] = {"work"};
    const char *const public_ip[] = {"false"};
    const aw_setting items[] = {
        {"subnets", subnets, 2}, {"profile", profile, 1}, {"public_ip", public_ip, 1}};
    const aw_settings settings = {.size = sizeof settings, .count = 3, .items = items};
    struct backend_host host;
    host_init(&host, &(struct host_world){.settings = &settings});
    first[0] = 'X';
    const struct aws *aws = host.op.state;
    assert_string_equal(aws->subnets[0], "subnet-1");
    assert_string_equal(aws->subnets[1], "subnet-2");
    assert_null(aws->subnets[2]);
    assert_null(aws->vpcs);
    assert_string_equal(aws->profile, "work");
    assert_int_equal(aws->public_ip, 0);
    host_finish(&host);
}

static void test_regions_are_those_that_the_account_has_enabled(void **state)
{
    struct backend_host *host = *state;
    host_begin(host);
    vtable()->regions(&host->op);
    assert_string_equal(host_last(host)->body, "Action=DescribeRegions&Version=2016-11-15");
    host_answer(host, 200,
                REGIONS(REGION("eu-north-1", "opt-in-not-required")
                            REGION("ap-east-1", "not-opted-in") REGION("af-south-1", "opted-in")));
    assert_int_equal(host->error.code, AW_OK);
    assert_string_equal(host_results(host), "region eu-north-1 (-)\nregion af-south-1 (-)\n");
}

static void test_regions_that_cannot_be_read_fail_with_the_place(void **state)
{
    struct backend_host *host = *state;
    host_begin(host);
    vtable()->regions(&host->op);
    host_answer(host, 200, REGIONS("<item><regionName>a</regionName></item><item/>"));
    assert_failed(host, AW_E_PROTOCOL,
                  "AWS's answer to `DescribeRegions` cannot be read: "
                  "regionInfo.item[1].regionName: expected an element");
    host_begin(host);
    vtable()->regions(&host->op);
    host_answer(host, 200, "{}");
    assert_failed(host, AW_E_PROTOCOL, "expected XML, found JSON");
}

static void test_a_query_is_a_form_that_is_signed_for_its_region(void **state)
{
    struct backend_host *host = *state;
    kit_request request;
    host_begin(host);
    aws_query_init(&request, &host->op, AWS_EC2, "DescribeInstanceTypes", "ap-south-1");
    aws_query_add(&request, "processor-info.supported-architecture", "Filter.%d.Name", 1);
    aws_query_add(&request, "arm64", "Filter.%d.Value.%d", 1, 1);
    aws_query_add(&request, NULL, "NextToken");
    aws_query_add(&request, "a b+c/d=*~\xc3\xa9", "NextToken");
    kit_request_send(&request, NULL, NULL, NULL);
    const struct host_request *sent = host_last(host);
    assert_string_equal(sent->line, "POST https://ec2.ap-south-1.amazonaws.com/");
    assert_string_equal(sent->headers,
                        "content-type: application/x-www-form-urlencoded; charset=utf-8\n");
    assert_string_equal(sent->body, "Action=DescribeInstanceTypes&Version=2016-11-15"
                                    "&Filter.1.Name=processor-info.supported-architecture"
                                    "&Filter.1.Value.1=arm64&NextToken=a%20b%2Bc%2Fd%3D%2A~%C3%A9");
    assert_string_equal(sent->region, "ap-south-1");
    assert_string_equal(sent->service, "ec2");
    assert_true(sent->flags & AW_REQUEST_REPEATABLE);
}

static void test_only_reads_are_repeatable_by_themselves(void **state)
{
    struct backend_host *host = *state;
    kit_request request;
    host_begin(host);
    aws_query_init(&request, &host->op, AWS_EC2, "RunInstances", NULL);
    kit_request_send(&request, NULL, NULL, NULL);
    assert_int_equal(host_last(host)->flags, 0);
    assert_string_equal(host_last(host)->region, "us-east-1");
    aws_query_init(&request, &host->op, AWS_STS, "GetCallerIdentity", "eu-west-1");
    kit_request_send(&request, NULL, NULL, NULL);
    assert_string_equal(host_last(host)->body, "Action=GetCallerIdentity&Version=2011-06-15");
    assert_true(host_last(host)->flags & AW_REQUEST_REPEATABLE);
}

static void test_a_json_service_is_told_its_target(void **state)
{
    struct backend_host *host = *state;
    kit_request request;
    host_begin(host);
    aws_json_init(&request, &host->op, AWS_PRICING, "GetProducts", "eu-west-1",
                  json_pack("{s:s}", "ServiceCode", "AmazonEC2"));
    kit_request_send(&request, NULL, NULL, NULL);
    const struct host_request *sent = host_last(host);
    assert_string_equal(sent->line, "POST https://api.pricing.eu-central-1.amazonaws.com/");
    assert_contains(sent->headers, "x-amz-target: AWSPriceListService.GetProducts\n");
    assert_contains(sent->headers, "content-type: application/x-amz-json-1.1\n");
    assert_string_equal(sent->body, "{\"ServiceCode\":\"AmazonEC2\"}");
    assert_string_equal(sent->region, "eu-central-1");
    assert_string_equal(sent->service, "pricing");
    aws_json_init(&request, &host->op, AWS_QUOTAS, "ListServiceQuotas", NULL, json_object());
    kit_request_send(&request, NULL, NULL, NULL);
    assert_contains(host_last(host)->headers, "ServiceQuotasV20190624.ListServiceQuotas");
    aws_json_init(&request, &host->op, AWS_SSM, "GetParameter", NULL, json_object());
    kit_request_send(&request, NULL, NULL, NULL);
    assert_contains(host_last(host)->headers, "AmazonSSM.GetParameter");
}

static void test_a_request_to_no_region_is_never_sent(void **state)
{
    struct backend_host *host = *state;
    kit_request request;
    host_begin(host);
    aws_json_init(&request, &host->op, AWS_PRICING, "GetProducts", "us-gov-west-1", json_object());
    kit_request_send(&request, NULL, NULL, NULL);
    assert_failed(host, AW_E_UNSUPPORTED, "no price list");
    assert_int_equal(host->request_count, 0);
}

static void test_pages_end_without_a_token_and_with_an_empty_one(void **state)
{
    static const char *const bodies[] = {"<R><nextToken>a+b/c=</nextToken></R>",
                                         "<R><nextToken/></R>", "<R><x/></R>"};
    static const char *const tokens[] = {"a+b/c=", NULL, NULL};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        KIT_CLEANUP(kit_xml_finish) kit_xml document;
        const kit_xml_node *root =
            kit_xml_parse_bytes(&document, mem_kit(), bodies[i], strlen(bodies[i]));
        const char *token = aws_next_token(root);
        assert_string_equal(token ? token : "none", tokens[i] ? tokens[i] : "none");
    }
}

static void test_an_unread_answer_to_a_launch_may_have_started_something(void **state)
{
    struct backend_host *host = *state;
    aw_error problem = {.code = AW_E_PROTOCOL, .message = "a: expected an element, found nothing"};
    host_begin(host);
    aws_fail_unread(&host->op, "RunInstances", &problem);
    assert_int_equal(host->error.retry, AW_RETRY_UNKNOWN);
    host_begin(host);
    aws_fail_unread(&host->op, "DescribeInstances", &problem);
    assert_int_equal(host->error.retry, AW_RETRY_NEVER);
}

static void test_no_memory_anywhere_in_open_is_said(void **state)
{
    const char *const subnets[] = {"subnet-1"};
    const aw_setting items[] = {{"subnets", subnets, 1}, {"profile", subnets, 1}};
    const aw_settings settings = {.size = sizeof settings, .count = 2, .items = items};
    (void)state;
    unsigned step = 0;
    do {
        struct backend_host host;
        host_init(&host, NULL);
        vtable()->close(host.op.state);
        host_begin(&host);
        host.fail_at = ++step;
        void *opened = NULL;
        vtable()->open(&host.op, &settings, &opened);
        bool failed = host.error.code != AW_OK;
        assert_true(!failed || host.error.code == AW_E_NO_MEMORY);
        assert_true(failed || opened);
        host.op.state = opened;
        host_finish(&host);
        if (!failed)
            return;
    } while (step < 100);
    fail_msg("open never ends");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_entry_declares_what_aws_has),
        cmocka_unit_test(test_settings_are_kept_for_the_whole_life),
        HOSTED(test_regions_are_those_that_the_account_has_enabled),
        HOSTED(test_regions_that_cannot_be_read_fail_with_the_place),
        HOSTED(test_a_query_is_a_form_that_is_signed_for_its_region),
        HOSTED(test_only_reads_are_repeatable_by_themselves),
        HOSTED(test_a_json_service_is_told_its_target),
        HOSTED(test_a_request_to_no_region_is_never_sent),
        cmocka_unit_test(test_pages_end_without_a_token_and_with_an_empty_one),
        HOSTED(test_an_unread_answer_to_a_launch_may_have_started_something),
        cmocka_unit_test(test_no_memory_anywhere_in_open_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
