/* SPDX-License-Identifier: Apache-2.0 */
/* The entry of the GCP backend: what core reads before it runs, and `open`. */
#include "backends/gcp/gcp.h"

#include "kit/error.h"
#include "kit/settings.h"

#include <string.h>

#define COMPUTE "https://compute.googleapis.com/compute/v1"
#define BILLING "https://cloudbilling.googleapis.com/v1"

/* Without a slash at its end. */
static const char *own_base(aw_op *op, const char *url)
{
    char *copy = kit_copy_text(op, url);
    size_t size = copy ? strlen(copy) : 0;
    while (size > 0 && copy[size - 1] == '/')
        copy[--size] = '\0';
    return copy;
}

/* gcloud's own variables for other endpoints, and the configuration's, which stands for both services. */
static int open_endpoints(aw_op *op, const aw_settings *settings, struct gcp *gcp)
{
    const char *endpoint = kit_setting_text(settings, "endpoint");
    const char *compute = aw_env(op, "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE");
    const char *billing = aw_env(op, "CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBILLING");
    const char *own_billing = kit_setting_text(settings, "billing_endpoint");
    if (endpoint)
        compute = endpoint;
    if (own_billing)
        billing = own_billing;
    gcp->compute = own_base(op, compute ? compute : COMPUTE);
    gcp->billing = own_base(op, billing ? billing : BILLING);
    return gcp->compute && gcp->billing ? 0 : -1;
}

/* A name, or the path to one; it stands in what is sent. */
static int is_path(const char *text)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-._:/";
    return *text && text[strspn(text, allowed)] == '\0' && !strstr(text, "..");
}

/* -1: the operation has failed. */
static int check_path(aw_op *op, const char *option, const char *text)
{
    if (!text || is_path(text))
        return 0;
    kit_fail(op, AW_E_INVALID,
             "`%s` cannot be `%.80s`: write NAME, or projects/HOST/.../NAME for one of another "
             "project.",
             option, text);
    return -1;
}

static int check_paths(aw_op *op, const struct gcp *gcp)
{
    for (size_t i = 0; gcp->extra_networks && gcp->extra_networks[i]; i++)
        if (check_path(op, "extra_networks", gcp->extra_networks[i]))
            return -1;
    return check_path(op, "network", gcp->network) ||
           check_path(op, "subnetwork", gcp->subnetwork) ||
           check_path(op, "rdma_network", gcp->rdma_network);
}

/* "us-central1-a": a region, a dash and a letter. */
static int is_zone(const char *text)
{
    const char *end = strrchr(text, '-');
    return end && end > text && strpbrk(text, "0123456789") && strpbrk(text, "0123456789") < end &&
           end[1] >= 'a' && end[1] <= 'z' && end[2] == '\0';
}

/* A wrong one would be passed over in silence: offers have others. */
static int check_zone(aw_op *op, const aw_settings *settings)
{
    const char *zone = kit_setting_text(settings, "zone");
    if (!zone || is_zone(zone))
        return 0;
    kit_fail(op, AW_E_INVALID,
             "`%.60s` is no zone: write one, such as `us-central1-a`, for `zone`.", zone);
    return -1;
}

static int check_service_account(aw_op *op, const struct gcp *gcp)
{
    const char *account = gcp->service_account;
    if (!account || strchr(account, '@') || !strcmp(account, "default"))
        return 0;
    kit_fail(op, AW_E_INVALID,
             "`service_account` cannot be `%.80s`: write its email, "
             "NAME@PROJECT.iam.gserviceaccount.com,"
             " or `default`.",
             account);
    return -1;
}

static int check_quota_project(aw_op *op, const struct gcp *gcp)
{
    if (!gcp->quota_project || gcp_is_project(gcp->quota_project))
        return 0;
    kit_fail(op, AW_E_INVALID, "`%.60s` cannot be the project whose quota is used: write its id.",
             gcp->quota_project);
    return -1;
}

static void gcp_open(aw_op *op, const aw_settings *settings, void **ret_state)
{
    struct gcp *gcp = aw_alloc(op, sizeof *gcp);
    const char *quota_project = kit_copy_text(op, aw_env(op, "GOOGLE_CLOUD_QUOTA_PROJECT"));
    if (!gcp || open_endpoints(op, settings, gcp) || gcp_project_open(op, settings, gcp) ||
        kit_setting_own(op, settings, "quota_project", quota_project, &gcp->quota_project) ||
        kit_setting_own(op, settings, "credentials_file", NULL, &gcp->credentials_file) ||
        kit_setting_own(op, settings, "network", "default", &gcp->network) ||
        kit_setting_own(op, settings, "subnetwork", NULL, &gcp->subnetwork) ||
        kit_setting_own_list(op, settings, "extra_networks", &gcp->extra_networks) ||
        kit_setting_own(op, settings, "rdma_network", NULL, &gcp->rdma_network) ||
        kit_setting_own(op, settings, "service_account", NULL, &gcp->service_account) ||
        check_paths(op, gcp) || check_quota_project(op, gcp) || check_zone(op, settings) ||
        check_service_account(op, gcp))
        return;
    gcp->public_ip = kit_setting_boolean(settings, "public_ip", 1);
    gcp->instance_metadata = kit_setting_boolean(settings, "instance_metadata", 0);
    *ret_state = gcp;
}

static const void *gcp_extension(void *state, const char *id)
{
    static const aw_quotas quotas = {.size = sizeof quotas, .list_quotas = gcp_list_quotas};
    static const aw_images images = {.size = sizeof images, .list_images = gcp_list_images};
    static const aw_resources resources = {.size = sizeof resources,
                                           .list_resources = gcp_list_disks,
                                           .remove_resource = gcp_remove_disk};
    (void)state;
    if (strcmp(id, AW_RESOURCES) == 0)
        return &resources;
    if (strcmp(id, AW_IMAGES) == 0)
        return &images;
    return strcmp(id, AW_QUOTAS) == 0 ? &quotas : NULL;
}

static const aw_vtable vtable = {
    .size = sizeof vtable,
    .open = gcp_open,
    .regions = gcp_regions,
    .list_offers = gcp_list_offers,
    .create = gcp_create,
    .get = gcp_get,
    .list = gcp_list,
    .terminate = gcp_terminate,
    .authenticate = gcp_authenticate,
    .sign = gcp_sign,
    .classify = gcp_classify,
    .extension = gcp_extension,
};

static const aw_option options[] = {
    {"project", "the project that pays", AW_OPTION_TEXT, 0},
    {"credentials_file", "a key file, instead of the application default credentials",
     AW_OPTION_TEXT, 0},
    {"zone", "where machines are made if an offer has it", AW_OPTION_TEXT, 0},
    {"quota_project", "the project whose API quota is used", AW_OPTION_TEXT, 0},
    {"network", "a network's name, or projects/HOST/global/networks/NAME", AW_OPTION_TEXT, 0},
    {"subnetwork", "a subnetwork's name in each region, or projects/HOST/regions/R/subnetworks/N",
     AW_OPTION_TEXT, 0},
    {"extra_networks",
     "networks for the further network cards of A3, A4 and A4X machines, a card in each",
     AW_OPTION_LIST, 0},
    {"rdma_network",
     "the network of the RDMA cards of A3 Ultra, A4 and A4X machines, with a subnetwork for each",
     AW_OPTION_TEXT, 0},
    {"service_account", "the email of the account that machines run as", AW_OPTION_TEXT, 0},
    {"public_ip", "give machines a public address (true)", AW_OPTION_BOOLEAN, 0},
    {"instance_metadata",
     "ask the metadata server even where this looks like no machine of Google's", AW_OPTION_BOOLEAN,
     0},
    {"billing_endpoint", "the base URL of the price catalogue", AW_OPTION_TEXT, 0},
};

static const char *const secret_fields[] = {
    "access_token",  "accessToken",   "id_token", "private_key",
    "refresh_token", "client_secret", NULL};
static const char *const credential_variables[] = {"GOOGLE_APPLICATION_CREDENTIALS", NULL};
static const char *const credential_files[] = {
    "~/.config/gcloud/application_default_credentials.json", NULL};

const aw_backend_entry archway_backend_v1 = {
    .magic = AW_MAGIC,
    .size = sizeof archway_backend_v1,
    .minor = AW_ABI_MINOR,
    .min_minor = 0,
    .capabilities = AW_CAP_SPOT | AW_CAP_IMAGE | AW_CAP_USER_DATA | AW_CAP_DISK | AW_CAP_ZONES |
                    AW_CAP_IDEMPOTENT_CREATE | AW_CAP_EXPIRY | AW_CAP_WHOLE_LISTING,
    .provider = "gcp",
    .title = GCP_TITLE,
    .version = "0.1.0",
    .endpoint = COMPUTE,
    .options = options,
    .option_count = sizeof options / sizeof options[0],
    .secret_fields = secret_fields,
    .credential_variables = credential_variables,
    .credential_files = credential_files,
    .vtable = &vtable,
};
