/* SPDX-License-Identifier: Apache-2.0 */
/* What the shared config file says of regions and endpoints, and what goes before it. */
#include "aws_chain.h"

#include "backends/aws/aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Opens the backend with this file, and with up to three variables ("NAME", "value", ...). */
static void open_with(struct backend_host *host, const char *config, const char *const *variables)
{
    static aw_header environment[4], files[2];
    size_t count = 0;
    memset(environment, 0, sizeof environment);
    for (; variables && variables[count * 2]; count++)
        environment[count] = (aw_header){variables[count * 2], variables[count * 2 + 1]};
    files[0] = (aw_header){CONFIG, config};
    host_init(host, &(struct host_world){.variables = environment, .files = files});
}
#define WITH(...) ((const char *const[]){__VA_ARGS__, NULL})

static const struct aws *aws_of(const struct backend_host *host)
{
    return host->op.state;
}

static void assert_region(const char *config, const char *const *variables, const char *expected)
{
    struct backend_host host;
    open_with(&host, config, variables);
    assert_string_equal(aws_of(&host)->default_region, expected);
    host_finish(&host);
}

#define REGIONS                                                                                    \
    "[default]\nregion = eu-south-2\n[profile work]\nregion = cn-north-1\n[profile none]\n"

static void test_the_region_of_the_profile_is_the_default_one(void **state)
{
    (void)state;
    assert_region(REGIONS, NULL, "eu-south-2");
    assert_region("[profile default]\nregion = eu-south-2\n", NULL, "eu-south-2");
    assert_region(REGIONS, WITH("AWS_PROFILE", "work"), "cn-north-1");
    assert_region(REGIONS, WITH("AWS_DEFAULT_PROFILE", "work"), "cn-north-1");
    assert_region(REGIONS, WITH("AWS_PROFILE", "none"), "us-east-1");
    assert_region(REGIONS, WITH("AWS_PROFILE", "unknown"), "us-east-1");
}

static void test_the_environment_goes_before_the_file(void **state)
{
    (void)state;
    assert_region(REGIONS, WITH("AWS_REGION", "ap-east-1"), "ap-east-1");
    assert_region(REGIONS, WITH("AWS_DEFAULT_REGION", "ap-east-1"), "ap-east-1");
    assert_region(REGIONS, WITH("AWS_REGION", "ap-east-1", "AWS_DEFAULT_REGION", "sa-east-1"),
                  "ap-east-1");
}

static void test_the_file_may_lie_elsewhere(void **state)
{
    static const aw_header variables[] = {{"AWS_CONFIG_FILE", "/etc/aws"}, {NULL, NULL}};
    static const aw_header files[] = {{"/etc/aws", REGIONS}, {NULL, NULL}};
    struct backend_host host;
    (void)state;
    host_init(&host, &(struct host_world){.variables = variables, .files = files});
    assert_string_equal(aws_of(&host)->default_region, "eu-south-2");
    host_finish(&host);
}

/* NULL: where AWS itself has it. */
static void assert_endpoint(const char *config, const char *const *variables,
                            enum aws_service service, const char *expected)
{
    struct backend_host host;
    open_with(&host, config, variables);
    const char *endpoint = aws_of(&host)->endpoints[service];
    if (expected)
        assert_string_equal(endpoint, expected);
    else
        assert_null(endpoint);
    host_finish(&host);
}

#define SERVICES                                                                                   \
    "[default]\nservices = here\nendpoint_url = http://localhost:1\n"                              \
    "[services here]\nec2 =\n  endpoint_url = http://localhost:2/\n  other = x\n"                  \
    "service_quotas = \n  endpoint_url = http://localhost:3\nsts = x\n  endpoint_url = no\n"       \
    "[services there]\nec2 =\n  endpoint_url = http://localhost:9\n"

static void test_a_services_section_goes_before_the_profiles_own_endpoint(void **state)
{
    (void)state;
    assert_endpoint(SERVICES, NULL, AWS_EC2, "http://localhost:2/");
    assert_endpoint(SERVICES, NULL, AWS_QUOTAS, "http://localhost:3/");
    assert_endpoint(SERVICES, NULL, AWS_STS, "http://localhost:1/");
    assert_endpoint(SERVICES, NULL, AWS_PRICING, "http://localhost:1/");
    assert_endpoint("[default]\nendpoint_url = https://ec2.example/x\n", NULL, AWS_EC2,
                    "https://ec2.example/x/");
    assert_endpoint("[default]\nservices = nowhere\n", NULL, AWS_EC2, NULL);
}

static void test_variables_for_endpoints_go_before_the_file_and_can_turn_it_off(void **state)
{
    (void)state;
    assert_endpoint(SERVICES, WITH("AWS_ENDPOINT_URL", "http://localhost:5"), AWS_EC2,
                    "http://localhost:5/");
    assert_endpoint(SERVICES, WITH("AWS_ENDPOINT_URL_STS", "http://localhost:6"), AWS_STS,
                    "http://localhost:6/");
    assert_endpoint(SERVICES, WITH("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"), AWS_EC2, NULL);
    assert_endpoint("[default]\nignore_configured_endpoint_urls = True\n"
                    "endpoint_url = http://localhost:1\n",
                    NULL, AWS_EC2, NULL);
}

static void test_the_file_says_how_to_ask(void **state)
{
    static const char config[] = "[default]\nuse_fips_endpoint = true\n"
                                 "use_dualstack_endpoint = true\nca_bundle = /etc/ca.pem\n"
                                 "max_attempts = 7\n";
    struct backend_host host;
    (void)state;
    open_with(&host, config, NULL);
    assert_true(aws_of(&host)->use_fips && aws_of(&host)->use_dualstack);
    assert_string_equal(aws_of(&host)->ca_file, "/etc/ca.pem");
    assert_int_equal(aws_of(&host)->max_attempts, 7);
    host_finish(&host);
    open_with(&host, config,
              WITH("AWS_USE_FIPS_ENDPOINT", "false", "AWS_CA_BUNDLE", "/mine.pem",
                   "AWS_MAX_ATTEMPTS", "2"));
    assert_true(!aws_of(&host)->use_fips && aws_of(&host)->use_dualstack);
    assert_string_equal(aws_of(&host)->ca_file, "/mine.pem");
    assert_int_equal(aws_of(&host)->max_attempts, 2);
    host_finish(&host);
}

static void assert_refused(const char *config, const char *part)
{
    struct backend_host host;
    open_with(&host, config, NULL);
    assert_failed(&host, AW_E_INVALID, part);
    host_finish(&host);
}

static void test_what_makes_no_sense_is_named(void **state)
{
    (void)state;
    assert_refused("[default]\nregion = US East\n",
                   "\"US East\", from `regions:`, AWS_REGION or the profile's `region`");
    assert_refused("[default]\nendpoint_url = localhost:1\n",
                   "endpoint_url in the shared config file is no base URL: \"localhost:1\"");
}

/* Whoever looks for credentials in it tells. */
static void test_a_file_that_cannot_be_read_says_nothing(void **state)
{
    struct backend_host host;
    (void)state;
    host_init(&host, &(struct host_world){.file_code = AW_E_DENIED});
    assert_int_equal(host.error.code, AW_OK);
    assert_string_equal(aws_of(&host)->default_region, "us-east-1");
    host_finish(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_region_of_the_profile_is_the_default_one),
        cmocka_unit_test(test_the_environment_goes_before_the_file),
        cmocka_unit_test(test_the_file_may_lie_elsewhere),
        cmocka_unit_test(test_a_services_section_goes_before_the_profiles_own_endpoint),
        cmocka_unit_test(test_variables_for_endpoints_go_before_the_file_and_can_turn_it_off),
        cmocka_unit_test(test_the_file_says_how_to_ask),
        cmocka_unit_test(test_what_makes_no_sense_is_named),
        cmocka_unit_test(test_a_file_that_cannot_be_read_says_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
