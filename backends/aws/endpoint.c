/* SPDX-License-Identifier: Apache-2.0 */
/* Where each service is asked: by the user's word, else by region, partition, FIPS and dual-stack. */
#include "backends/aws/aws.h"
#include "backends/aws/shared.h"

#include "kit/error.h"
#include "kit/settings.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum {
    MAX_URL = 512,
    MAX_REGION = 64
};

static const struct {
    const char *host;
    const char *signing_name;
    const char *variable;
    const char *shared_name; /* in a `services` section of the shared config file */
} services[AWS_SERVICES] = {
    [AWS_EC2] = {"ec2", "ec2", "AWS_ENDPOINT_URL_EC2", "ec2"},
    [AWS_STS] = {"sts", "sts", "AWS_ENDPOINT_URL_STS", "sts"},
    [AWS_PRICING] = {"api.pricing", "pricing", "AWS_ENDPOINT_URL_PRICING", "pricing"},
    [AWS_QUOTAS] = {"servicequotas", "servicequotas", "AWS_ENDPOINT_URL_SERVICE_QUOTAS",
                    "service_quotas"},
    [AWS_SSM] = {"ssm", "ssm", "AWS_ENDPOINT_URL_SSM", "ssm"},
    [AWS_SSO] = {"portal.sso", "awsssoportal", "AWS_ENDPOINT_URL_SSO", "sso"},
    [AWS_SSO_OIDC] = {"oidc", "sso-oauth", "AWS_ENDPOINT_URL_SSO_OIDC", "sso_oidc"},
};

/* The first whose prefix a region has. Between AWS's own partitions nothing is shared, not even
 * credentials; within the large one the price list is the same in three places. */
static const struct partition {
    const char *prefix;
    const char *suffix;
    const char *dualstack_suffix;
    const char *price_place; /* NULL: it has no price list */
    bool is_fips;            /* all of its hosts without dual-stack are */
    const char *currency;    /* NULL: dollars */
} partitions[] = {
    {"cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn", "cn-northwest-1", false, "yuan"},
    {"us-gov-", "amazonaws.com", "api.aws", NULL, true, NULL},
    {"us-isob-", "sc2s.sgov.gov", "api.aws.scloud", "us-isob-east-1", false, NULL},
    {"us-isof-", "csp.hci.ic.gov", "api.aws.hci.ic.gov", "us-isof-south-1", false, NULL},
    {"us-iso-", "c2s.ic.gov", "api.aws.ic.gov", "us-iso-east-1", false, NULL},
    {"eu-isoe-", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "eu-isoe-west-1", false, NULL},
    {"eusc-", "amazonaws.eu", "api.amazonwebservices.eu", "eusc-de-east-1", false, "euros"},
    {"eu-", "amazonaws.com", "api.aws", "eu-central-1", false, NULL},
    {"me-", "amazonaws.com", "api.aws", "eu-central-1", false, NULL},
    {"il-", "amazonaws.com", "api.aws", "eu-central-1", false, NULL},
    {"af-", "amazonaws.com", "api.aws", "eu-central-1", false, NULL},
    {"ap-", "amazonaws.com", "api.aws", "ap-south-1", false, NULL},
    {"", "amazonaws.com", "api.aws", "us-east-1", false, NULL},
};

static const struct partition *partition_of(const char *region)
{
    const struct partition *partition = partitions;
    while (strncmp(region, partition->prefix, strlen(partition->prefix)) != 0)
        partition++;
    return partition;
}

const char *aws_price_place(const char *region)
{
    return partition_of(region)->price_place;
}

const char *aws_currency(const char *region)
{
    return partition_of(region)->currency;
}

const char *aws_signing_name(enum aws_service service)
{
    return services[service].signing_name;
}

/* It becomes a part of a host's name. */
static bool is_region(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    size_t size = strlen(text);
    return size > 0 && size <= MAX_REGION && strspn(text, letters) == size && *text != '-' &&
           text[size - 1] != '-';
}

/* ---- what the user says ---- */

static bool is_true(const char *text)
{
    return text && strcasecmp(text, "true") == 0;
}

static const char *with_slash(aw_op *op, const char *url)
{
    kit_buf buf;
    kit_buf_init(&buf, kit_op_memory(op), MAX_URL);
    kit_buf_add_text(&buf, url);
    if (url[strlen(url) - 1] != '/')
        kit_buf_add_char(&buf, '/');
    const char *text = kit_buf_text(&buf);
    if (!text && buf.state == KIT_BUF_FULL)
        kit_fail(op, AW_E_INVALID, "The endpoint %.60s... is longer than %d bytes.", url, MAX_URL);
    return text;
}

/* Core checks the rest of it when something is sent there. `url` may be NULL. */
static const char *take_url(aw_op *op, const char *url, const char *name, const char *where)
{
    if (!url)
        return NULL;
    if ((strncasecmp(url, "https://", 8) == 0 || strncasecmp(url, "http://", 7) == 0) &&
        url[strcspn(url, "?# \t\r\n")] == '\0')
        return with_slash(op, url);
    kit_fail(op, AW_E_INVALID,
             "%s in %s is no base URL: \"%.200s\". Write it as "
             "https://ec2.us-east-1.amazonaws.com, or unset it.",
             name, where, url);
    return NULL;
}

static const char *url_of_variable(aw_op *op, const char *name)
{
    return take_url(op, aw_env(op, name), name, "the environment");
}

static const char *find_endpoint(aw_op *op, const aw_settings *settings,
                                 const struct shared *shared, enum aws_service service)
{
    const char *configured = kit_setting_text(settings, "endpoint");
    if (configured)
        return with_slash(op, configured);
    if (is_true(aw_env(op, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")))
        return NULL;
    const char *own = url_of_variable(op, services[service].variable);
    own = own ? own : url_of_variable(op, "AWS_ENDPOINT_URL");
    return own ? own
               : take_url(op, shared_endpoint(shared, services[service].shared_name),
                          "endpoint_url", "the shared config file");
}

/* The option of the configuration has the name of the shared config file's. */
static int find_switch(aw_op *op, const aw_settings *settings, const struct shared *shared,
                       const char *option, const char *variable)
{
    const char *text = aw_env(op, variable);
    return kit_setting_boolean(settings, option, is_true(text ? text : shared_get(shared, option)));
}

/* NULL: the user has named none. */
static const char *find_region(aw_op *op, const aw_settings *settings, const struct shared *shared)
{
    const char *region = kit_setting_text(settings, "regions");
    region = region ? region : aw_env(op, "AWS_REGION");
    region = region ? region : aw_env(op, "AWS_DEFAULT_REGION");
    return region ? region : shared_get(shared, "region");
}

int aws_endpoints_open(aw_op *op, const aw_settings *settings, const struct shared *shared,
                       struct aws *ret_aws)
{
    const char *region = find_region(op, settings, shared);
    for (int service = 0; service < AWS_SERVICES; service++)
        ret_aws->endpoints[service] = find_endpoint(op, settings, shared, service);
    ret_aws->use_fips =
        find_switch(op, settings, shared, "use_fips_endpoint", "AWS_USE_FIPS_ENDPOINT");
    ret_aws->use_dualstack =
        find_switch(op, settings, shared, "use_dualstack_endpoint", "AWS_USE_DUALSTACK_ENDPOINT");
    ret_aws->region_is_chosen = region != NULL;
    ret_aws->default_region = kit_copy_text(op, region ? region : "us-east-1");
    if (!ret_aws->default_region)
        return -1;
    if (is_region(ret_aws->default_region))
        return 0;
    kit_fail(op, AW_E_INVALID,
             "\"%.80s\", from `regions:`, AWS_REGION or the profile's `region`, is no region of "
             "AWS's. Write one like us-east-1.",
             ret_aws->default_region);
    return -1;
}

/* ---- what follows ---- */

static const char *url_of_region(aw_op *op, enum aws_service service, const char *region)
{
    const struct aws *aws = op->state;
    const struct partition *partition = partition_of(region);
    bool marked = aws->use_fips && (aws->use_dualstack || !partition->is_fips);
    kit_buf url;
    kit_buf_init(&url, kit_op_memory(op), MAX_URL);
    kit_buf_addf(&url, "https://%s%s.%s.%s/", services[service].host, marked ? "-fips" : "", region,
                 aws->use_dualstack ? partition->dualstack_suffix : partition->suffix);
    return kit_buf_text(&url);
}

const char *aws_endpoint(aw_op *op, enum aws_service service, const char *region,
                         const char **ret_signing_region)
{
    const struct aws *aws = op->state;
    region = region ? region : aws->default_region;
    if (!is_region(region)) {
        kit_fail(op, AW_E_INVALID, "\"%.80s\" is no region of AWS's. Write one like us-east-1.",
                 region);
        return NULL;
    }
    const char *place = service == AWS_PRICING ? aws_price_place(region) : region;
    if (!place) {
        kit_fail(op, AW_E_UNSUPPORTED, "AWS has no price list for %s.", region);
        return NULL;
    }
    const char *own = aws->endpoints[service];
    const char *url = own ? own : url_of_region(op, service, place);
    if (url)
        *ret_signing_region = place;
    return url;
}
