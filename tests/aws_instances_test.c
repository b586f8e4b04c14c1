/* SPDX-License-Identifier: Apache-2.0 */
/* Machines on EC2 as they are: read, listed page by page, ended. */
#include "aws_launch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW_MS UINT64_C(1767225600000)
#define TAG(key, value) "<item><key>" key "</key><value>" value "</value></item>"
#define MACHINE(id, code, state, more)                                                             \
    "<item><instanceId>" id "</instanceId><instanceState><code>" code "</code><name>" state        \
    "</name></instanceState><instanceType>c7g.large</instanceType>" more "</item>"
#define RESERVED(items) "<item><instancesSet>" items "</instancesSet></item>"
#define LISTED(reservations, next)                                                                 \
    "<DescribeInstancesResponse><requestId>r</requestId><reservationSet>" reservations             \
    "</reservationSet>" next "</DescribeInstancesResponse>"
#define NEXT(token) "<nextToken>" token "</nextToken>"
#define LONG_AGO "created=1767225500000"
#define UNKNOWN EC2_ERROR("InvalidInstanceID.NotFound", "The instance ID 'i-1' does not exist")

static void begin_list(struct backend_host *host, const char *owner, const char *token)
{
    const aw_list wish = {
        .size = sizeof wish, .region = "us-east-1", .owner = owner, .token = token};
    host_begin(host);
    vtable()->list(&host->op, &wish);
}

static aw_ref reference(const char *data)
{
    return (aw_ref){.size = sizeof(aw_ref), .region = "us-east-1", .id = "i-1", .data = data};
}

static void begin_get(struct backend_host *host, const char *data)
{
    const aw_ref ref = reference(data);
    host_begin(host);
    vtable()->get(&host->op, &ref);
}

static void begin_end(struct backend_host *host, const char *data)
{
    const aw_ref ref = reference(data);
    host_begin(host);
    vtable()->terminate(&host->op, &ref);
}

/* ---- reading ---- */

static void test_a_machine_is_read_with_all_that_is_said(void **state)
{
    struct backend_host *host = *state;
    begin_get(host, NULL);
    host_answer(
        host, 200,
        LISTED(RESERVED(MACHINE(
                   "i-1", "272", "running",
                   "<architecture>arm64</architecture><instanceLifecycle>spot</instanceLifecycle>"
                   "<launchTime>2026-01-01T00:00:00.000Z</launchTime><placement><availabilityZone>"
                   "us-east-1a</availabilityZone></placement><ipAddress>192.0.2.7</ipAddress>"
                   "<privateIpAddress>172.31.0.9</privateIpAddress><stateReason><code/><message/>"
                   "</stateReason><reason/><tagSet>" TAG("Name", "runner") TAG("other", "x")
                       TAG("archway-owner", "my-server") TAG("archway-token", TOKEN) "</tagSet>")),
               ""));
    assert_string_equal(host_results(host),
                        "machine i-1 runner in us-east-1: state 2 (running), arch 2, c7g.large at "
                        "192.0.2.7, owner my-server, token " TOKEN ", reason -, spot , zone "
                        "us-east-1a, inside 172.31.0.9\n");
}

static void test_every_state_of_ec2s_has_its_meaning(void **state)
{
    static const struct {
        const char *code;
        uint32_t state;
    } cases[] = {
        {"0", AW_STATE_PENDING},      {"16", AW_STATE_RUNNING},  {"32", AW_STATE_TERMINATING},
        {"48", AW_STATE_TERMINATED},  {"64", AW_STATE_STOPPING}, {"80", AW_STATE_STOPPED},
        {"304", AW_STATE_TERMINATED}, {"7", AW_STATE_UNKNOWN},
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char answer[512], expected[64];
        begin_get(host, NULL);
        snprintf(answer, sizeof answer, LISTED(RESERVED(MACHINE("i-1", "%s", "word", "")), ""),
                 cases[i].code);
        host_answer(host, 200, answer);
        snprintf(expected, sizeof expected, ": state %u (word), arch 0", cases[i].state);
        assert_contains(host_results(host), expected);
    }
}

static void test_the_reason_is_told_where_there_is_one(void **state)
{
    static const struct {
        const char *said;
        const char *reason;
    } cases[] = {
        {"<stateReason><code>Server.SpotInstanceTermination</code><message>"
         "Server.SpotInstanceTermination: Spot instance termination</message></stateReason>",
         "reason Server.SpotInstanceTermination: Spot instance termination"},
        {"<stateReason><code>pending</code><message>pending</message></stateReason>", "reason -"},
        {"<stateReason><code/><message/></stateReason><reason>User initiated (2026)</reason>",
         "reason User initiated (2026)"},
        {"<ipAddress/><privateIpAddress/>", "c7g.large at -, owner -, token -, reason -\n"},
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char answer[1024];
        begin_get(host, NULL);
        snprintf(answer, sizeof answer,
                 LISTED(RESERVED(MACHINE("i-1", "48", "terminated", "%s")), ""), cases[i].said);
        host_answer(host, 200, answer);
        assert_contains(host_results(host), cases[i].reason);
    }
}

/* A megabyte where EC2 has a name. */
static void test_what_ec2_would_not_say_is_refused(void **state)
{
    struct backend_host *host = *state;
    size_t size = (size_t)1 << 20;
    char *long_text = malloc(size + 1);
    char *answer = malloc(size + 1024);
    memset(long_text, 'x', size);
    long_text[size] = '\0';
    static const char *const places[] = {
        LISTED(RESERVED(MACHINE("%s", "16", "running", "")), ""),
        LISTED(RESERVED(MACHINE("i-1", "16", "%s", "")), ""),
        LISTED(RESERVED(MACHINE("i-1", "16", "running", "<ipAddress>%s</ipAddress>")), ""),
        LISTED(RESERVED(MACHINE("i-1", "16", "running", "<tagSet>" TAG("Name", "%s") "</tagSet>")),
               ""),
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        begin_list(host, "me", NULL);
        snprintf(answer, size + 1024, places[i], long_text);
        host_answer(host, 200, answer);
        assert_failed(host, AW_E_PROTOCOL, "a machine has a name of more than 255 bytes");
    }
    begin_get(host, NULL);
    snprintf(answer, size + 1024,
             LISTED(RESERVED(MACHINE("i-1", "48", "terminated", "<reason>%s</reason>")), ""),
             long_text);
    host_answer(host, 200, answer);
    assert_contains(host_results(host), "reason xxx");
    assert_true(strlen(host_results(host)) < 1000);
    free(answer);
    free(long_text);
}

static void test_an_answer_that_cannot_be_read_is_no_empty_list(void **state)
{
    static const char *const answers[] = {
        "<DescribeInstancesResponse/>",
        LISTED("<item/>", ""),
        LISTED(RESERVED("<item/>"), ""),
        LISTED(RESERVED(MACHINE("", "16", "running", "")), ""),
        LISTED(RESERVED(MACHINE("i-1\n/i-2", "16", "running", "")), ""),
        LISTED(RESERVED(MACHINE("i-1", "-1", "running", "")), ""),
        LISTED(RESERVED(MACHINE("i-1", "99999999999999999999", "running", "")), ""),
        "<DescribeInstancesResponse><reservationSet><item>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
        "{}",
        "",
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        begin_list(host, "my-server", NULL);
        host_answer(host, 200, answers[i]);
        assert_failed(host, AW_E_PROTOCOL, "AWS's answer to `DescribeInstances` cannot be read");
        begin_get(host, NULL);
        host_answer(host, 200, answers[i]);
        assert_failed(host, AW_E_PROTOCOL, "AWS's answer to `DescribeInstances` cannot be read");
    }
}

/* ---- listing ---- */

static void test_what_is_ones_own_is_asked_for_by_its_tags(void **state)
{
    static const struct {
        const char *owner;
        const char *token;
        const char *filters;
    } cases[] = {
        {"a b", NULL,
         "&Filter.1.Name=tag%3Aarchway-owner&Filter.1.Value.1=a%20b&Filter.2.Name=instance-state-"
         "name&Filter.2.Value.1=pending&Filter.2.Value.2=running&Filter.2.Value.3=shutting-down"
         "&Filter.2.Value.4=stopping&Filter.2.Value.5=stopped"},
        {"o", TOKEN,
         "&Filter.1.Name=tag%3Aarchway-owner&Filter.1.Value.1=o&Filter.2.Name=tag%3Aarchway-token"
         "&Filter.2.Value.1=" TOKEN "&Filter.3.Name=instance-state-name"},
        /* Whoever waits for the end of a machine must see it. */
        {NULL, NULL, "&Version=2016-11-15&MaxResults=1000"},
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_list(host, cases[i].owner, cases[i].token);
        assert_contains(host_last(host)->body, cases[i].filters);
        assert_contains(host_last(host)->body, "&MaxResults=1000");
    }
}

static void test_pages_are_followed_though_one_is_empty(void **state)
{
    struct backend_host *host = *state;
    begin_list(host, "my-server", NULL);
    host_answer(
        host, 200,
        LISTED(RESERVED(MACHINE("i-1", "16", "running", "") MACHINE("i-2", "0", "pending", "")),
               NEXT("a+b/c==")));
    assert_contains(host_last(host)->body, "&MaxResults=1000&NextToken=a%2Bb%2Fc%3D%3D");
    host_answer(host, 200, LISTED("", "<nextToken><![CDATA[second]]></nextToken>"));
    assert_contains(host_last(host)->body, "&NextToken=second");
    host_answer(host, 200, LISTED(RESERVED(MACHINE("i-3", "16", "running", "")), "<nextToken/>"));
    assert_int_equal(host_waiting(host), 0);
    assert_contains(host_results(host), "machine i-1 ");
    assert_contains(host_results(host), "machine i-2 ");
    assert_contains(host_results(host), "machine i-3 ");
}

/* ---- one machine ---- */

static void test_a_machine_that_is_not_there_is_not_found(void **state)
{
    static const struct {
        uint32_t status;
        const char *body;
    } answers[] = {{400, UNKNOWN}, {200, LISTED("", "")}, {200, LISTED(RESERVED(""), "")}};
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        begin_get(host, LONG_AGO);
        assert_contains(host_last(host)->body,
                        "Action=DescribeInstances&Version=2016-11-15&InstanceId.1=i-1");
        host_answer(host, answers[i].status, answers[i].body);
        assert_failed(host, AW_E_NOT_FOUND, "EC2 knows no machine i-1 in us-east-1.");
    }
}

static void test_another_machine_is_no_answer(void **state)
{
    struct backend_host *host = *state;
    begin_get(host, NULL);
    host_answer(host, 200, LISTED(RESERVED(MACHINE("i-2", "16", "running", "")), ""));
    assert_failed(host, AW_E_PROTOCOL, "it tells of the machine i-2, not of i-1");
    begin_end(host, NULL);
    host_answer(host, 200,
                "<TerminateInstancesResponse><instancesSet><item><instanceId>i-2</instanceId>"
                "<currentState><code>32</code><name>shutting-down</name></currentState></item>"
                "</instancesSet></TerminateInstancesResponse>");
    assert_failed(host, AW_E_PROTOCOL, "it tells of the machine i-2, not of i-1");
    assert_string_equal(host_results(host), "");
}

/* Another process may have made it a moment ago. */
static void test_one_of_unknown_age_is_asked_for_a_few_times(void **state)
{
    struct backend_host *host = *state;
    begin_get(host, NULL);
    for (int i = 0; i < 3; i++) {
        host_answer(host, 400, UNKNOWN);
        host_ring(host);
    }
    host_answer(host, 400, UNKNOWN);
    assert_failed(host, AW_E_NOT_FOUND, "EC2 knows no machine i-1 in us-east-1.");
    assert_int_equal(host->now_ms, NOW_MS + 15000);
    host->now_ms = NOW_MS;
    begin_get(host, NULL);
    host_answer(host, 200, LISTED("", ""));
    host_ring(host);
    host_answer(host, 200, LISTED(RESERVED(MACHINE("i-1", "0", "pending", "")), ""));
    assert_contains(host_results(host), "machine i-1");
    host->now_ms = NOW_MS;
    const aw_ref odd = {.size = sizeof odd, .region = "us-east-1", .id = "i-1/x"};
    host_begin(host);
    vtable()->get(&host->op, &odd);
    host_answer(host, 400, UNKNOWN);
    assert_failed(host, AW_E_NOT_FOUND, "EC2 knows no machine i-1/x");
    begin_get(host, NULL);
    host_answer(host, 400, EC2_ERROR("InvalidInstanceID.Malformed", "Invalid id: \"i-1\""));
    assert_int_equal(host->error.code, AW_E_INVALID);
}

static void test_not_found_in_the_first_minute_means_not_yet(void **state)
{
    struct backend_host *host = *state;
    begin_get(host, "created=1767225590000");
    for (int i = 0; i < 10; i++) {
        host_answer(host, 400, UNKNOWN);
        host_ring(host);
    }
    host_answer(host, 400, UNKNOWN);
    assert_failed(host, AW_E_NOT_FOUND, "EC2 knows no machine");
    assert_int_equal(host->now_ms, NOW_MS + 50000);
    host->now_ms = NOW_MS;
    begin_get(host, "created=1767225590000");
    host_answer(host, 400, UNKNOWN);
    host_ring(host);
    host_answer(host, 200, LISTED(RESERVED(MACHINE("i-1", "0", "pending", "")), ""));
    assert_contains(host_results(host), "machine i-1");
}

static void test_a_machine_says_when_it_was_created(void **state)
{
    struct backend_host *host = *state;
    begin_get(host, LONG_AGO);
    host_answer(host, 400, UNKNOWN);
    assert_int_equal(host->error.code, AW_E_NOT_FOUND);
    begin_get(host, "created=garbage");
    host_answer(host, 400, UNKNOWN);
    assert_int_equal(host->error.code, AW_E_NOT_FOUND);
    begin_get(host, "created=99999999999999999999999999");
    host_answer(host, 400, UNKNOWN);
    assert_int_equal(host->timer_count, 1);
}

/* ---- the end ---- */

static void test_the_order_is_taken(void **state)
{
    struct backend_host *host = *state;
    begin_end(host, NULL);
    assert_string_equal(host_last(host)->body,
                        "Action=TerminateInstances&Version=2016-11-15&InstanceId.1=i-1");
    assert_int_equal(host_last(host)->flags, AW_REQUEST_REPEATABLE);
    host_answer(host, 200,
                "<TerminateInstancesResponse><instancesSet><item><instanceId>i-1</instanceId>"
                "<currentState><code>32</code><name>shutting-down</name></currentState>"
                "<previousState><code>16</code><name>running</name></previousState></item>"
                "</instancesSet></TerminateInstancesResponse>");
    assert_int_equal(host->error.code, AW_OK);
    assert_contains(host_results(host), "machine i-1 - in us-east-1: state 5 (shutting-down)");
}

static void test_one_that_is_gone_is_success_after_a_minute(void **state)
{
    struct backend_host *host = *state;
    begin_end(host, NULL);
    for (int i = 0; i < 12; i++) {
        host_answer(host, 400, UNKNOWN);
        host_ring(host);
    }
    host_answer(host, 400, UNKNOWN);
    assert_int_equal(host_waiting(host), 0);
    assert_int_equal(host->timer_count, 12);
    assert_int_equal(host->error.code, AW_OK);
    /* When its age is known there is nothing to wait for. */
    host->now_ms = NOW_MS;
    begin_end(host, LONG_AGO);
    host_answer(host, 400, UNKNOWN);
    assert_int_equal(host->timer_count, 0);
    assert_int_equal(host->error.code, AW_OK);
}

static void test_what_keeps_a_machine_is_told(void **state)
{
    static const struct {
        const char *body;
        uint32_t code;
        const char *problem;
    } cases[] = {
        {EC2_ERROR("OperationNotPermitted",
                   "The instance 'i-1' may not be terminated. Modify its 'disableApiTermination' "
                   "instance attribute and try again."),
         AW_E_DENIED, "'disableApiTermination'"},
        {EC2_ERROR("InvalidInstanceID.Malformed", "Invalid id: &quot;i-1&quot;"), AW_E_INVALID,
         "Invalid id: \"i-1\""},
        {EC2_ERROR("UnauthorizedOperation", "You are not authorized."), AW_E_DENIED, "authorized"},
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin_end(host, NULL);
        host_answer(host, 400, cases[i].body);
        assert_failed(host, cases[i].code, cases[i].problem);
    }
    begin_end(host, NULL);
    host_answer(host, 200,
                "<TerminateInstancesResponse><instancesSet/></TerminateInstancesResponse>");
    assert_failed(host, AW_E_PROTOCOL, "AWS's answer to `TerminateInstances` cannot be read");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_a_machine_is_read_with_all_that_is_said),
        HOSTED(test_every_state_of_ec2s_has_its_meaning),
        HOSTED(test_the_reason_is_told_where_there_is_one),
        HOSTED(test_what_ec2_would_not_say_is_refused),
        HOSTED(test_an_answer_that_cannot_be_read_is_no_empty_list),
        HOSTED(test_what_is_ones_own_is_asked_for_by_its_tags),
        HOSTED(test_pages_are_followed_though_one_is_empty),
        HOSTED(test_a_machine_that_is_not_there_is_not_found),
        HOSTED(test_another_machine_is_no_answer),
        HOSTED(test_one_of_unknown_age_is_asked_for_a_few_times),
        HOSTED(test_not_found_in_the_first_minute_means_not_yet),
        HOSTED(test_a_machine_says_when_it_was_created),
        HOSTED(test_the_order_is_taken),
        HOSTED(test_one_that_is_gone_is_success_after_a_minute),
        HOSTED(test_what_keeps_a_machine_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
