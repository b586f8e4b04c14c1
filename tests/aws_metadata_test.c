/* SPDX-License-Identifier: Apache-2.0 */
/* AWS credentials that a machine or a container is given: the container's endpoint, and IMDSv2. */
#include "aws_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define KEYS(status)                                                                               \
    "{" status "\"AccessKeyId\":\"ASIAHERE\",\"SecretAccessKey\":\"s\",\"Token\":\"t\","           \
    "\"Expiration\":\"2026-01-01T01:00:00Z\"}"
#define IMDS "http://169.254.169.254/latest/"
#define ROLES IMDS "meta-data/iam/security-credentials/"

/* ---- containers ---- */

static void test_a_container_asks_the_endpoint_of_its_task(void **state)
{
    static const aw_header variables[] = {
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/1"}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables});
    assert_string_equal(host_last(&host)->line, "GET http://169.254.170.2/v2/credentials/1");
    assert_true(host_last(&host)->flags & AW_REQUEST_UNSIGNED);
    host_answer(&host, 200, KEYS("\"RoleArn\":\"r\","));
    assert_keys(&host, "key ASIAHERE s t from container (before it: ");
    assert_keys(&host, ONE_HOUR_ON);
    host_finish(&host);
}

static void test_a_pod_shows_the_token_of_its_file(void **state)
{
    static const aw_header variables[] = {
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/var/run/pod-token"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "not-this"},
        {0}};
    static const aw_header files[] = {{"/var/run/pod-token", "pod-secret\r\n"}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables, .files = files});
    assert_string_equal(host_last(&host)->line, "GET http://169.254.170.23/v1/credentials");
    assert_contains(host_last(&host)->headers, "authorization: pod-secret\n");
    host_finish(&host);
    chain_begin(&host, &(struct host_world){.variables = variables});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "container: /var/run/pod-token cannot be read");
    host_finish(&host);
}

static void test_a_token_may_be_in_the_environment(void **state)
{
    static const aw_header variables[] = {
        {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost:8080/keys"},
        {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "Basic abc"},
        {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables});
    assert_contains(host_last(&host)->headers, "authorization: Basic abc\n");
    host_finish(&host);
}

static void test_a_container_that_gets_nothing_looks_no_further(void **state)
{
    static const aw_header variables[] = {{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/1"},
                                          {"AWS_EC2_METADATA_SERVICE_ENDPOINT", IMDS},
                                          {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables});
    host_refuse(&host);
    assert_failed(&host, AW_E_UNAVAILABLE, "container: the connection broke");
    host_finish(&host);
    chain_begin(&host, &(struct host_world){.variables = variables});
    host_answer(&host, 200, "<html>");
    assert_failed(&host, AW_E_UNAUTHENTICATED, "container: expected JSON, found an HTML page");
    host_finish(&host);
}

static void test_a_relative_address_stays_one(void **state)
{
    static const aw_header variables[] = {
        {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "@elsewhere.example/"}, {0}};
    struct backend_host host;
    (void)state;
    chain_begin(&host, &(struct host_world){.variables = variables});
    assert_failed(&host, AW_E_UNAUTHENTICATED, "RELATIVE_URI begins with no slash");
    assert_int_equal(host_waiting(&host), 0);
    host_finish(&host);
}

/* ---- the machine ---- */

static const aw_header ec2[] = {{"/sys/class/dmi/id/sys_vendor", "Amazon EC2\n"}, {0}};

static void begin_on_ec2(struct backend_host *host)
{
    chain_begin(host, &(struct host_world){.files = ec2});
}

static void test_a_machine_of_ec2s_asks_for_its_role(void **state)
{
    struct backend_host host;
    (void)state;
    begin_on_ec2(&host);
    assert_string_equal(host_last(&host)->line, "PUT " IMDS "api/token");
    assert_contains(host_last(&host)->headers, "x-aws-ec2-metadata-token-ttl-seconds: 21600\n");
    assert_int_equal(host_last(&host)->max_attempts, 1);
    host_answer(&host, 200, "metadata-token\n");
    assert_string_equal(host_last(&host)->line, "GET " ROLES);
    assert_contains(host_last(&host)->headers, "x-aws-ec2-metadata-token: metadata-token\n");
    host_answer(&host, 200, "my-role\n");
    assert_string_equal(host_last(&host)->line, "GET " ROLES "my-role");
    host_answer(&host, 200, KEYS("\"Code\":\"Success\","));
    assert_keys(&host, "key ASIAHERE s t from instance metadata (before it: ");
    assert_lacks(host_results(&host), "not asked");
    host_finish(&host);
}

static void test_what_looks_like_ec2_is_told_by_its_firmware(void **state)
{
    static const struct {
        aw_header file;
        size_t requests;
    } cases[] = {
        {{"/sys/class/dmi/id/board_vendor", "Amazon EC2\n"}, 1},
        {{"/sys/class/dmi/id/bios_vendor", "Amazon EC2"}, 1},
        {{"/sys/hypervisor/uuid", "ec2e1916-9099-7caf-fd21-012345abcdef\n"}, 1},
        {{"/sys/hypervisor/uuid", "EC2E1916-9099-7CAF-FD21-012345ABCDEF\n"}, 1},
        {{"/sys/class/dmi/id/sys_vendor", "QEMU\n"}, 0},
        {{"/sys/class/dmi/id/sys_vendor", "Amazon"}, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const aw_header files[] = {cases[i].file, {0}};
        struct backend_host host;
        chain_begin(&host, &(struct host_world){.files = files});
        assert_int_equal(host_waiting(&host), cases[i].requests);
        host_finish(&host);
    }
}

static void test_the_metadata_service_may_be_asked_for(void **state)
{
    static const char *const yes[] = {"true"};
    static const aw_setting items[] = {{"instance_metadata", yes, 1}};
    static const aw_settings asked = {.size = sizeof asked, .count = 1, .items = items};
    static const struct {
        aw_header variables[3];
        const aw_settings *settings;
        const char *line; /* NULL: it is not asked */
    } cases[] = {
        {{{0}}, &asked, "PUT " IMDS "api/token"},
        {{{0}}, NULL, NULL},
        {{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338"}},
         NULL,
         "PUT http://127.0.0.1:1338/latest/api/token"},
        {{{"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6"}},
         &asked,
         "PUT http://[fd00:ec2::254]/latest/api/token"},
        {{{"AWS_EC2_METADATA_DISABLED", "TRUE"}}, &asked, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        chain_begin(&host, &(struct host_world){.variables = cases[i].variables,
                                                .settings = cases[i].settings});
        assert_int_equal(host_waiting(&host), cases[i].line != NULL);
        if (cases[i].line)
            assert_string_equal(host_last(&host)->line, cases[i].line);
        host_finish(&host);
    }
}

static void test_a_service_that_does_not_answer_hints_at_the_hop_limit(void **state)
{
    struct backend_host host;
    (void)state;
    begin_on_ec2(&host);
    host_lose(&host);
    assert_failed(&host, AW_E_UNAUTHENTICATED, "HttpPutResponseHopLimit is 2");
    assert_int_equal(host.error.retry, AW_RETRY_NEVER);
    host_finish(&host);
}

static void test_what_the_service_refuses_is_explained(void **state)
{
    static const struct {
        uint32_t status[3]; /* of the token, the roles, the keys; 0: the last one failed */
        const char *bodies[3];
        const char *problem;
    } cases[] = {
        {{403}, {""}, "instance metadata: it is switched off for this machine (status 403)"},
        {{404}, {""}, "it answered with status 404"},
        {{500}, {"<html>"}, "it answered with status 500"},
        {{200, 404}, {"t", "<html>404 - Not Found"}, "this machine has no instance profile"},
        {{200, 401}, {"t", ""}, "it answered with status 401"},
        {{200, 200}, {"t", ""}, "it names no role"},
        {{200, 200}, {"t", "../../user-data"}, "it names no role"},
        {{200, 200, 200},
         {"t", "r",
          "{\"Code\":\"AssumeRoleUnauthorizedAccess\",\"Message\":\"EC2 cannot assume r\"}"},
         "AssumeRoleUnauthorizedAccess: EC2 cannot assume r"},
        {{200, 200, 200}, {"t", "r", "{\"Code\":\"Success\"}"}, "AccessKeyId:"},
        {{200, 200, 200}, {"t", "r", "<x/>"}, "expected JSON, found XML"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct backend_host host;
        begin_on_ec2(&host);
        for (size_t step = 0; step < 3 && cases[i].status[step]; step++)
            host_answer(&host, cases[i].status[step], cases[i].bodies[step]);
        assert_failed(&host, AW_E_UNAUTHENTICATED, cases[i].problem);
        host_finish(&host);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_container_asks_the_endpoint_of_its_task),
        cmocka_unit_test(test_a_pod_shows_the_token_of_its_file),
        cmocka_unit_test(test_a_token_may_be_in_the_environment),
        cmocka_unit_test(test_a_container_that_gets_nothing_looks_no_further),
        cmocka_unit_test(test_a_relative_address_stays_one),
        cmocka_unit_test(test_a_machine_of_ec2s_asks_for_its_role),
        cmocka_unit_test(test_what_looks_like_ec2_is_told_by_its_firmware),
        cmocka_unit_test(test_the_metadata_service_may_be_asked_for),
        cmocka_unit_test(test_a_service_that_does_not_answer_hints_at_the_hop_limit),
        cmocka_unit_test(test_what_the_service_refuses_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
