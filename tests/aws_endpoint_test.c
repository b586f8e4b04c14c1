/* SPDX-License-Identifier: Apache-2.0 */
/* Where AWS's services are asked. The hosts are those that botocore 1.43.11 makes by its own rules. */
#include "backend_host.h"

#include "backends/aws/aws.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct aws *aws_of(struct backend_host *host)
{
    return host->op.state;
}

static void assert_url(struct backend_host *host, enum aws_service service, const char *region,
                       const char *expected)
{
    const char *signing_region = NULL;
    const char *url = aws_endpoint(&host->op, service, region, &signing_region);
    assert_non_null(url);
    assert_string_equal(url, expected);
}

/* The four hosts of a region: plain, dual-stack, FIPS, both. */
static void assert_hosts(struct backend_host *host, enum aws_service service, const char *region,
                         const char *const expected[4])
{
    for (int i = 0; i < 4; i++) {
        char url[160];
        snprintf(url, sizeof url, "https://%s/", expected[i]);
        aws_of(host)->use_dualstack = i & 1;
        aws_of(host)->use_fips = i >> 1;
        assert_url(host, service, region, url);
    }
}

#define HOSTS(a, b, c, d)                                                                          \
    (const char *const[])                                                                          \
    {                                                                                              \
        a, b, c, d                                                                                 \
    }

static void test_each_partition_has_hosts_of_its_own(void **state)
{
    assert_hosts(*state, AWS_EC2, "us-east-1",
                 HOSTS("ec2.us-east-1.amazonaws.com", "ec2.us-east-1.api.aws",
                       "ec2-fips.us-east-1.amazonaws.com", "ec2-fips.us-east-1.api.aws"));
    assert_hosts(*state, AWS_EC2, "eu-isoe-west-1",
                 HOSTS("ec2.eu-isoe-west-1.cloud.adc-e.uk",
                       "ec2.eu-isoe-west-1.api.cloud-aws.adc-e.uk",
                       "ec2-fips.eu-isoe-west-1.cloud.adc-e.uk",
                       "ec2-fips.eu-isoe-west-1.api.cloud-aws.adc-e.uk"));
    assert_hosts(*state, AWS_EC2, "eusc-de-east-1",
                 HOSTS("ec2.eusc-de-east-1.amazonaws.eu",
                       "ec2.eusc-de-east-1.api.amazonwebservices.eu",
                       "ec2-fips.eusc-de-east-1.amazonaws.eu",
                       "ec2-fips.eusc-de-east-1.api.amazonwebservices.eu"));
    assert_hosts(*state, AWS_STS, "cn-north-1",
                 HOSTS("sts.cn-north-1.amazonaws.com.cn",
                       "sts.cn-north-1.api.amazonwebservices.com.cn",
                       "sts-fips.cn-north-1.amazonaws.com.cn",
                       "sts-fips.cn-north-1.api.amazonwebservices.com.cn"));
    assert_hosts(*state, AWS_SSM, "us-iso-east-1",
                 HOSTS("ssm.us-iso-east-1.c2s.ic.gov", "ssm.us-iso-east-1.api.aws.ic.gov",
                       "ssm-fips.us-iso-east-1.c2s.ic.gov",
                       "ssm-fips.us-iso-east-1.api.aws.ic.gov"));
    assert_hosts(*state, AWS_SSO, "us-isob-east-1",
                 HOSTS("portal.sso.us-isob-east-1.sc2s.sgov.gov",
                       "portal.sso.us-isob-east-1.api.aws.scloud",
                       "portal.sso-fips.us-isob-east-1.sc2s.sgov.gov",
                       "portal.sso-fips.us-isob-east-1.api.aws.scloud"));
    assert_hosts(*state, AWS_QUOTAS, "us-isof-south-1",
                 HOSTS("servicequotas.us-isof-south-1.csp.hci.ic.gov",
                       "servicequotas.us-isof-south-1.api.aws.hci.ic.gov",
                       "servicequotas-fips.us-isof-south-1.csp.hci.ic.gov",
                       "servicequotas-fips.us-isof-south-1.api.aws.hci.ic.gov"));
}

static void test_hosts_of_govcloud_are_fips_by_themselves(void **state)
{
    assert_hosts(*state, AWS_EC2, "us-gov-west-1",
                 HOSTS("ec2.us-gov-west-1.amazonaws.com", "ec2.us-gov-west-1.api.aws",
                       "ec2.us-gov-west-1.amazonaws.com", "ec2-fips.us-gov-west-1.api.aws"));
    assert_hosts(*state, AWS_QUOTAS, "us-gov-east-1",
                 HOSTS("servicequotas.us-gov-east-1.amazonaws.com",
                       "servicequotas.us-gov-east-1.api.aws",
                       "servicequotas.us-gov-east-1.amazonaws.com",
                       "servicequotas-fips.us-gov-east-1.api.aws"));
}

static void test_the_price_list_is_asked_and_signed_where_it_is(void **state)
{
    static const char *const places[][2] = {
        {"us-east-1", "us-east-1"},           {"us-west-2", "us-east-1"},
        {"ca-central-1", "us-east-1"},        {"sa-east-1", "us-east-1"},
        {"mx-central-1", "us-east-1"},        {"eu-north-1", "eu-central-1"},
        {"me-south-1", "eu-central-1"},       {"il-central-1", "eu-central-1"},
        {"af-south-1", "eu-central-1"},       {"ap-southeast-7", "ap-south-1"},
        {"cn-north-1", "cn-northwest-1"},     {"us-iso-west-1", "us-iso-east-1"},
        {"eusc-de-east-1", "eusc-de-east-1"},
    };
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        const char *signing_region = NULL;
        const char *url = aws_endpoint(&host->op, AWS_PRICING, places[i][0], &signing_region);
        assert_string_equal(signing_region, places[i][1]);
        assert_contains(url, "https://api.pricing.");
        assert_contains(url, places[i][1]);
    }
    assert_url(host, AWS_PRICING, "cn-north-1",
               "https://api.pricing.cn-northwest-1.amazonaws.com.cn/");
    assert_string_equal(aws_signing_name(AWS_PRICING), "pricing");
}

static void test_govcloud_has_no_price_list(void **state)
{
    struct backend_host *host = *state;
    const char *signing_region = NULL;
    assert_null(aws_price_place("us-gov-west-1"));
    assert_null(aws_endpoint(&host->op, AWS_PRICING, "us-gov-west-1", &signing_region));
    assert_failed(host, AW_E_UNSUPPORTED, "us-gov-west-1");
}

static void test_what_is_no_region_never_becomes_a_host(void **state)
{
    static const char *const names[] = {"",           "us east",    "evil.example.com/",
                                        "US-EAST-1",  "us-east-1.", "-us-east-1",
                                        "us-east-1-", "us@x",       "us-east-1/../x"};
    struct backend_host *host = *state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *signing_region = NULL;
        host_begin(host);
        assert_null(aws_endpoint(&host->op, AWS_EC2, names[i], &signing_region));
        assert_failed(host, AW_E_INVALID, "no region of AWS's");
    }
}

/* ---- what the user says ---- */

/* The URL of a service in eu-west-1, or the error of `open`. */
static void open_with(struct backend_host *host, const aw_header *variables,
                      const aw_setting *settings, uint32_t count)
{
    aw_settings all = {.size = sizeof all, .count = count, .items = settings, .name = "aws"};
    struct host_world world = {.variables = variables, .settings = &all};
    host_init(host, &world);
}

#define SETTING(name, text)                                                                        \
    {                                                                                              \
        name, (const char *const[]){text}, 1                                                       \
    }

static void assert_default_url(const aw_header *variables, enum aws_service service,
                               const char *expected)
{
    struct backend_host host;
    open_with(&host, variables, NULL, 0);
    assert_int_equal(host.error.code, AW_OK);
    assert_url(&host, service, "eu-west-1", expected);
    host_finish(&host);
}

static void test_endpoints_come_from_the_variables_of_the_sdks(void **state)
{
    (void)state;
    const aw_header variables[] = {{"AWS_ENDPOINT_URL", "http://localhost:4566"},
                                   {"AWS_ENDPOINT_URL_EC2", "https://ec2.example.com/api/"},
                                   {"AWS_ENDPOINT_URL_SERVICE_QUOTAS", "http://localhost:1"},
                                   {NULL, NULL}};
    assert_default_url(variables, AWS_EC2, "https://ec2.example.com/api/");
    assert_default_url(variables, AWS_QUOTAS, "http://localhost:1/");
    assert_default_url(variables, AWS_STS, "http://localhost:4566/");
    assert_default_url(variables, AWS_PRICING, "http://localhost:4566/");
}

static void test_these_variables_can_be_ignored(void **state)
{
    (void)state;
    const aw_header variables[] = {{"AWS_ENDPOINT_URL", "http://localhost:4566"},
                                   {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "TRUE"},
                                   {NULL, NULL}};
    assert_default_url(variables, AWS_EC2, "https://ec2.eu-west-1.amazonaws.com/");
}

static void test_the_configuration_goes_before_the_environment(void **state)
{
    (void)state;
    const aw_header variables[] = {{"AWS_ENDPOINT_URL_EC2", "http://localhost:4566"},
                                   {"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"},
                                   {"AWS_USE_FIPS_ENDPOINT", "true"},
                                   {"AWS_REGION", "eu-west-3"},
                                   {NULL, NULL}};
    const aw_setting settings[] = {SETTING("endpoint", "http://127.0.0.1:8080"),
                                   SETTING("use_fips_endpoint", "false"),
                                   SETTING("regions", "cn-north-1")};
    struct backend_host host;
    open_with(&host, variables, settings, 3);
    assert_url(&host, AWS_EC2, "eu-west-1", "http://127.0.0.1:8080/");
    assert_url(&host, AWS_PRICING, "eu-west-1", "http://127.0.0.1:8080/");
    assert_int_equal(aws_of(&host)->use_fips, 0);
    assert_string_equal(aws_of(&host)->default_region, "cn-north-1");
    host_finish(&host);
}

static void test_fips_and_dualstack_come_from_the_environment_too(void **state)
{
    (void)state;
    const aw_header variables[] = {
        {"AWS_USE_FIPS_ENDPOINT", "true"}, {"AWS_USE_DUALSTACK_ENDPOINT", "True"}, {NULL, NULL}};
    assert_default_url(variables, AWS_EC2, "https://ec2-fips.eu-west-1.api.aws/");
}

static void assert_default_region(const char *region, const char *other, const char *expected)
{
    const aw_header variables[] = {
        {"AWS_REGION", region}, {"AWS_DEFAULT_REGION", other}, {NULL, NULL}};
    struct backend_host host;
    open_with(&host, variables, NULL, 0);
    assert_string_equal(aws_of(&host)->default_region, expected);
    vtable()->regions(&host.op);
    char url[96];
    snprintf(url, sizeof url, "POST https://ec2.%s.amazonaws.com/", expected);
    assert_string_equal(host_last(&host)->line, url);
    assert_string_equal(host_last(&host)->region, expected);
    host_finish(&host);
}

static void test_a_region_is_the_default_one(void **state)
{
    (void)state;
    assert_default_region("eu-west-3", "us-west-1", "eu-west-3");
    assert_default_region(NULL, "us-west-1", "us-west-1");
    assert_default_region(NULL, NULL, "us-east-1");
}

static void assert_refused(const char *name, const char *value, const char *part)
{
    const aw_header variables[] = {{name, value}, {NULL, NULL}};
    struct backend_host host;
    open_with(&host, variables, NULL, 0);
    assert_failed(&host, AW_E_INVALID, part);
    host_finish(&host);
}

static void test_a_variable_that_makes_no_sense_is_named(void **state)
{
    char long_url[700] = "https://";
    (void)state;
    memset(long_url + 8, 'a', sizeof long_url - 9);
    assert_refused("AWS_REGION", "US East", "\"US East\"");
    assert_refused("AWS_ENDPOINT_URL", "localhost:4566", "AWS_ENDPOINT_URL in the environment");
    assert_refused("AWS_ENDPOINT_URL_STS", "https://x/?a=b", "AWS_ENDPOINT_URL_STS");
    assert_refused("AWS_ENDPOINT_URL", long_url, "is longer than 512 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOSTED(test_each_partition_has_hosts_of_its_own),
        HOSTED(test_hosts_of_govcloud_are_fips_by_themselves),
        HOSTED(test_the_price_list_is_asked_and_signed_where_it_is),
        HOSTED(test_govcloud_has_no_price_list),
        HOSTED(test_what_is_no_region_never_becomes_a_host),
        cmocka_unit_test(test_endpoints_come_from_the_variables_of_the_sdks),
        cmocka_unit_test(test_these_variables_can_be_ignored),
        cmocka_unit_test(test_the_configuration_goes_before_the_environment),
        cmocka_unit_test(test_fips_and_dualstack_come_from_the_environment_too),
        cmocka_unit_test(test_a_region_is_the_default_one),
        cmocka_unit_test(test_a_variable_that_makes_no_sense_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
